// SPDX-License-Identifier: BSD-3-Clause

// Package docscheck holds the documents to the program: links, flags, policy
// keys, fields of the report, rule names, policies, workflows, and the output
// of every command shown. It has tests only. It trusts the program and doubts
// the prose.
package docscheck
