// SPDX-License-Identifier: BSD-3-Clause

// Package expr reads GitHub Actions expressions: it parses them, says what they
// refer to, and evaluates them under a [Scenario], one way in which a run of
// the workflow starts. It states facts and judges nothing; it does no I/O.
//
// Evaluation is three-valued. What a scenario leaves open is a set of possible
// values ([Value]), and an answer is True or False only if every choice of the
// open values gives it. The text of an expression is not trusted: it has a byte
// limit and a depth limit, evaluation has a budget, and whatever goes beyond
// them, or would make the service stop the run with an error, is Unknown.
//
// Tokens come from actionlint's lexer. The tree is built here, because
// comparison operators associate to the left on the service, and actionlint's
// parser lets them associate to the right.
package expr
