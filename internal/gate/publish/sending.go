// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// sends reports whether an uploader that runs in run i of its step may send
// something: some take the condition of the upload as an input.
func sends(k *graph.Sink, i int) bool {
	r := k.Step.Runs[i]
	if r.Runs == expr.False {
		return false
	}
	name := strings.ToLower(k.Uploader)
	switch {
	case strings.Contains(name, "casperdcl/deploy-pypi"):
		return inputHolds(k.Step.With["upload"], "true", r.Scenario)
	case strings.Contains(name, "openastronomy/github-actions-workflows/"):
		return inputHolds(k.Step.With["upload_to_pypi"], "refs/tags/v", r.Scenario)
	}
	return true
}

// inputHolds reports whether an input may be true in a scenario. A text that is
// no truth value is what github.ref has to begin with.
func inputHolds(text, usual string, s *expr.Scenario) bool {
	if strings.TrimSpace(text) == "" {
		text = usual
	}
	texts, all := possible(text, s)
	return !all || slices.ContainsFunc(texts, func(t string) bool {
		switch t = strings.TrimSpace(t); {
		case isFalse(t):
			return false
		case strings.HasPrefix(t, "refs/tags/"):
			kinds, known := possible("${{ github.ref_type }}", s)
			return !known || slices.Contains(kinds, "tag")
		}
		return true
	})
}

// sendsWhere reports in which runs an upload may send something, as a condition
// for events.
func sendsWhere(k *graph.Sink) func(i int) bool { return func(i int) bool { return sends(k, i) } }
