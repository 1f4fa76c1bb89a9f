// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "attestations-off",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "Files are uploaded without publish attestations",
	Why: "The attestation is what tells users, and the watch over your releases, which workflow uploaded a file. Without it a " +
		"file that an attacker uploads with a stolen token looks like every other one on the index, and nobody can see that " +
		"it did not come out of your repository.",
	Bad:        "- uses: pypa/gh-action-pypi-publish@…\n  with:\n    attestations: false",
	Good:       "- uses: pypa/gh-action-pypi-publish@…   # makes and uploads them by itself",
	References: []string{"PEP 740: upload", "SPEC 8: adopt SLSA", "PyPI: producing attestations"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.trusted() {
		if k.Mints || releaseIndex(k) != sinks.PyPI {
			continue
		}
		j := k.Step.Job
		action := strings.HasSuffix(k.Uploader, "/gh-action-pypi-publish")
		off := k.Step.With["attestations"]
		why, hint := "", "upload with pypa/gh-action-pypi-publish, which makes an attestation for each file by itself"
		byHand := action && strings.TrimSpace(k.Step.With["password"]) != ""
		switch {
		case k.Attests == sinks.Yes && !byHand:
			continue
		case k.Attests == sinks.Unclear && !byHand && (action || attestedOnPath(k) || !fromFiles(k.Uploader) || a.library(j)):
			continue // of a library's files, its callers know
		case k.Attests == sinks.Unclear && !byHand:
			why = "it sends attestations that lie beside the files, and nothing on the path makes any"
			hint = "run astral-sh/attest-action before it, or upload with pypa/gh-action-pypi-publish, which makes them by itself"
		case action && strings.EqualFold(strings.TrimSpace(off), "false"):
			why, hint = "attestations: false switches them off", "remove the line: attestations are on by default"
		case byHand:
			why, hint = "with a password it makes none", "let the action ask for the token itself: remove password, and the step that asks the index for one"
		case action:
			why, hint = "this version makes none by default", "update the action to v1.13.0 or newer"
		default:
			why = "it makes and sends none"
		}
		f := a.at(rule, j, k.File, k.Line, hint, "job %q uploads to %s by trusted publishing with %s, without attestations: %s; expected one for each file", j.Job.ID.Value, indexName(k.Index), k.Uploader, why)
		if off != "" && action {
			f.Fix = a.source(k.Step.File).WithoutInput(k.Step.Step, "attestations")
		}
		a.add(f)
	}
})

// fromFiles reports whether an uploader sends the attestations that lie beside
// the files.
func fromFiles(uploader string) bool {
	return strings.HasPrefix(uploader, "uv ") || strings.HasPrefix(uploader, "twine ")
}

// attestedOnPath reports whether a step on an upload's path makes attestations
// that can be uploaded.
func attestedOnPath(k *graph.Sink) bool {
	for _, st := range k.Path {
		for _, s := range st.Job.Steps {
			if st.In(s) && (s.Known.Signs != nil && s.Known.Signs.Kind == "publish" || slices.ContainsFunc(s.Commands, signsCommand)) {
				return true
			}
		}
	}
	return false
}

// signsCommand reports whether a command makes attestations of files.
func signsCommand(c graph.Command) bool {
	words := make([]string, len(c.Words))
	for i, w := range c.Words {
		words[i] = w.Text
	}
	text := strings.Join(words, " ")
	return strings.Contains(text, "pypi-attestations sign") || strings.Contains(text, "pypi_attestations sign") || strings.Contains(text, "sallyport attest")
}
