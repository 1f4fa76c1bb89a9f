// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// addressInputs are the inputs of actions, addressVariables the variables and
// addressFlags the options of uploaders that hold an upload address.
var (
	addressInputs    = []string{"repository-url", "repository_url", "url", "publish_registry", "registry"}
	addressVariables = []string{"TWINE_REPOSITORY_URL", "UV_PUBLISH_URL", "FLIT_INDEX_URL", "HATCH_INDEX_REPO", "PDM_PUBLISH_REPO", "MATURIN_REPOSITORY_URL"}
	addressFlags     = []string{"--repository-url", "--publish-url"}
)

// indexTexts are the addresses that an upload's index may be where its text
// holds an expression, and whether these are all. Without any, nothing is
// known.
func indexTexts(k *graph.Sink) (texts []string, all bool) {
	text := indexText(k)
	if text == "" {
		return nil, false
	}
	if path, ok := matrixPath(text); ok {
		return matrixTexts(k.Step.Job.Job, path)
	}
	tpl, err := expr.ParseTemplate(text)
	if err != nil {
		return nil, false
	}
	all = true
	for _, r := range k.Step.Runs {
		if k.Reachable && r.Runs == expr.False {
			continue
		}
		found, complete := tpl.Texts(r.Scenario)
		all = all && complete
		for _, t := range found {
			if !slices.Contains(texts, t) {
				texts = append(texts, t)
			}
		}
	}
	return texts, all && len(texts) > 0
}

// testIn reports whether an upload whose index is not constant certainly goes
// to the test index in a scenario.
func testIn(k *graph.Sink, s *expr.Scenario) bool {
	if k.IndexKnown {
		return canonical(k.Index) == sinks.TestPyPI
	}
	tpl, err := expr.ParseTemplate(indexText(k))
	if err != nil {
		return false
	}
	texts, all := tpl.Texts(s)
	return all && len(texts) > 0 && !slices.ContainsFunc(texts, func(t string) bool { return canonical(t) != sinks.TestPyPI })
}

// indexText is the text with an expression that gives an upload its index; ""
// where there is none that is known.
func indexText(k *graph.Sink) string {
	for _, name := range addressInputs {
		if t := k.Step.With[name]; strings.Contains(t, "${{") {
			return t
		}
	}
	for _, c := range k.Step.Commands {
		if c.File != k.File || c.Line != k.Line {
			continue
		}
		for i, w := range c.Words {
			for _, flag := range addressFlags {
				value, ok := strings.CutPrefix(w.Text, flag+"=")
				if !ok && w.Text == flag && i+1 < len(c.Words) {
					value = c.Words[i+1].Text
				}
				if t, ok := k.Step.Env[strings.Trim(value, "${}")]; ok && strings.HasPrefix(value, "$") {
					value = t
				}
				if strings.Contains(value, "${{") {
					return value
				}
			}
		}
	}
	for _, name := range addressVariables {
		if t := k.Step.Env[name]; strings.Contains(t, "${{") {
			return t
		}
	}
	return ""
}

// matrixTexts are the values that a job's matrix gives a variable, or a
// property of it.
func matrixTexts(j *workflow.Job, path []string) (texts []string, all bool) {
	if j == nil {
		return nil, false
	}
	m := jobMatrix(j)
	if m == nil || m.Expr.Written() || m.IncludeExpr.Written() {
		return nil, false
	}
	return valuesAt(m, path)
}
