// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "publish-despite-failure",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "The upload happens even where what it waits for has failed",
	Why: "A release goes out although a build, a test or a check before it has failed, with whatever files there are. Needs holds a job back until " +
		"the others have passed; a condition with always(), !cancelled() or failure() takes that away.",
	Bad:        "publish:\n  needs: [build, check]\n  if: always() && startsWith(github.ref, 'refs/tags/')",
	Good:       "publish:\n  needs: [build, check]\n  if: startsWith(github.ref, 'refs/tags/')",
	References: []string{"SPEC 8: hardening workflow environment permissions", "SLSA: verifying artifacts"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.releases() {
		j := k.Step.Job
		for _, at := range append([]*graph.Job{j}, j.Callers...) {
			failed := despite(at, k)
			if failed == "" {
				continue
			}
			f := a.at(rule, j, at.File.Path, at.Job.If.Line,
				"take always(), !cancelled() or failure() out of the condition, or compare the result of every job under needs with 'success'",
				"job %q uploads to %s even where job %q, which it needs, has failed (if: %s)", j.Job.ID.Value, indexName(k.Index), failed, oneLine(at.Job.If.Value))
			for _, part := range []string{" && always()", "always() && ", " && !cancelled()", "!cancelled() && "} {
				if f.Fix == "" {
					f.Fix = a.source(at.File.Path).Replace(at.Job.If.Line, part, "")
				}
			}
			a.add(f)
		}
		if k.Step.Step == nil {
			continue
		}
		text, file := k.Step.Step.If, k.Step.File
		for _, fr := range k.Step.Chain {
			if statusless(fr.Step.If.Value) {
				text, file = fr.Step.If, fr.File
			}
		}
		if statusless(text.Value) {
			a.add(a.at(rule, j, file, text.Line, "take always(), !cancelled() or failure() out of the step's condition",
				"in job %q, the upload by %s happens even where an earlier step has failed (if: %s)", j.Job.ID.Value, k.Uploader, oneLine(text.Value)))
		}
	}
})

// maxNeeds is how many needed jobs are tried one by one.
const maxNeeds = 200

// despite names a needed job whose failure does not keep a job from running,
// in a run in which the sink may be reached; "" for none.
func despite(j *graph.Job, k *graph.Sink) string {
	e, err := expr.Parse(j.Job.If.Value)
	if err != nil || len(j.Job.Needs) == 0 || !e.HasStatus() {
		return ""
	}
	// As if a needed job had failed: the status functions are then constant.
	e, err = expr.Parse(asFailed(e.String()))
	if err != nil {
		return ""
	}
	for at, n := range j.Job.Needs {
		if at >= maxNeeds {
			return n.Value // nobody compares so many results; not looked at one by one
		}
		for i, r := range j.Runs {
			if k.Step.Runs[i].Runs == expr.False {
				continue
			}
			own := *r.Scenario
			own.Needs, own.NeedsComplete = map[string]string{}, true
			for _, o := range j.Job.Needs {
				own.Needs[strings.ToLower(o.Value)] = "success"
			}
			own.Needs[strings.ToLower(n.Value)] = "failure"
			if e.Eval(&own) != expr.False {
				return n.Value
			}
		}
	}
	return ""
}

// asFailed puts in what the status functions say after a failure.
func asFailed(text string) string {
	return replaceCalls(text, map[string]string{"success": "false", "failure": "true", "always": "true", "cancelled": "false"})
}

// replaceCalls replaces calls without arguments by words, outside of literals.
func replaceCalls(text string, with map[string]string) string {
	var out strings.Builder
	for len(text) > 0 {
		i := strings.IndexAny(text, "'(")
		if i < 0 {
			break
		}
		if text[i] == '\'' {
			n := strings.IndexByte(text[i+1:], '\'')
			if n < 0 {
				break
			}
			out.WriteString(text[:i+n+2])
			text = text[i+n+2:]
			continue
		}
		rest := strings.TrimLeft(text[i+1:], " \t\n")
		before := strings.TrimRight(text[:i], " \t\n")
		done := false
		for name, word := range with {
			if at := len(before) - len(name); at >= 0 && strings.EqualFold(before[at:], name) && strings.HasPrefix(rest, ")") {
				out.WriteString(before[:at] + word)
				text, done = rest[1:], true
				break
			}
		}
		if !done {
			out.WriteString(text[:i+1])
			text = text[i+1:]
		}
	}
	return out.String() + text
}

// statusless reports whether a step's condition lets it run after a failed
// step, without asking how the steps before it went.
func statusless(text string) bool {
	e, err := expr.Parse(text)
	if err != nil || !e.HasStatus() || strings.Contains(text, ".outcome") || strings.Contains(text, ".conclusion") {
		return false
	}
	e, err = expr.Parse(asFailed(e.String()))
	return err == nil && e.Eval(&expr.Scenario{}) != expr.False
}

// oneLine is a text as messages show it.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 100 {
		text = strings.ToValidUTF8(text[:97], "") + "…"
	}
	return text
}
