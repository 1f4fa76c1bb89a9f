// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "skip-existing",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "Files that the index already has are passed over without a word",
	Why: "A name that is already taken on the index is the first sign that somebody else uploaded under your project, or that an upload " +
		"stopped half-way. With skip-existing the run stays green, and what people install is not what this run built and attested. " +
		"The upload should stop there. For a test index it does no harm, and is not reported.",
	Bad:        "- uses: pypa/gh-action-pypi-publish@…\n  with:\n    skip-existing: true",
	Good:       "- uses: pypa/gh-action-pypi-publish@…",
	References: []string{"PyPI: the publish action's advice on skip-existing", "SPEC 8: OIDC through Trusted Publishers"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.releases() {
		if !k.SkipExisting || k.Guessed || k.Index == sinks.TestPyPI {
			continue
		}
		input := skipInput(k)
		if input == "" && !skipFlag(k) {
			continue // the uploader's nature, or off in all runs that upload
		}
		j := k.Step.Job
		f := a.at(rule, j, k.File, k.Line, "remove it; where an upload stopped half-way, look at what the index has before you upload the rest",
			"job %q uploads to %s by %s and passes over files that are already there; expected the upload to stop", j.Job.ID.Value, indexName(k.Index), k.Uploader)
		src := a.source(k.File)
		if input != "" {
			f.Fix = src.WithoutInput(k.Step.Step, input)
		} else {
			f.Fix = src.Replace(k.Line, " --skip-existing", "")
		}
		a.add(f)
	}
})

// skipInput is the action's input that asks for it in some run in which the
// upload may happen; "" for none.
func skipInput(k *graph.Sink) string {
	if k.Step.Step == nil || k.Step.Step.Uses == nil {
		return ""
	}
	for _, name := range []string{"skip-existing", "skip_existing"} {
		if _, ok := workflow.Lookup(k.Step.Step.With, name); !ok {
			continue
		}
		for _, r := range k.Step.Runs {
			if r.Runs == expr.False {
				continue
			}
			texts, all := possible(k.Step.With[name], r.Scenario)
			if !all {
				return name
			}
			for _, t := range texts {
				if !strings.EqualFold(t, "false") && t != "" {
					return name
				}
			}
		}
		return ""
	}
	return ""
}

// skipFlag reports whether the uploader's command asks for it.
func skipFlag(k *graph.Sink) bool {
	for _, c := range k.Step.Commands {
		if c.File != k.File || c.Line != k.Line {
			continue
		}
		for _, w := range c.Words {
			if strings.HasPrefix(w.Text, "--skip-existing") {
				return true
			}
		}
	}
	return false
}
