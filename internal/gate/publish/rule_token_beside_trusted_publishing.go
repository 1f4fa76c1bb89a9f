// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "token-beside-trusted-publishing",
	Severity: finding.Error,
	Title:    "A trusted-publishing job also carries a credential for the index",
	Why: "Uploaders take a password before they ask for trusted publishing, and most say nothing about it: uv, twine and " +
		"PyPI's own action upload with the token, without attestations. And as long as the token is there, whoever runs code in " +
		"this job can take it home and publish at leisure, which the fifteen minutes of a trusted publisher's token do not allow.",
	Bad:        "publish:\n  permissions:\n    id-token: write\n  steps:\n    - run: uv publish\n      env:\n        UV_PUBLISH_TOKEN: ${{ secrets.PYPI_TOKEN }}",
	Good:       "publish:\n  permissions:\n    id-token: write\n  steps:\n    - run: uv publish --trusted-publishing always",
	References: []string{"SPEC 8: OIDC through Trusted Publishers", "PyPI: trusted publishing security model", "PyPI: API token used in a project with a trusted publisher"},
}, func(a *audit, rule *finding.Rule) {
	uses := a.secretIndexes()
	mentions := a.mentions()
	for _, j := range a.in.Graph.Jobs {
		index, trusted := jobIndex(j)
		if trusted == nil {
			if k := tokenInsteadOfIDToken(j); k != nil {
				a.add(besideFix(a, rule, k))
			}
			continue
		}
		var found []spare
		for _, m := range mentions {
			if inJob(m, j) {
				if i, ok := credentialFor(uses, m.secret); m.secret == "" || ok && i == index {
					found = append(found, spare{m.file, m.line, mentionText(m), m})
				}
			}
		}
		found = append(found, a.spareVariables(j, index, uses, found)...)
		for _, k := range sinksOf(j) {
			if k.Credential == sinks.Token && !k.Guessed && canonical(k.Index) == index && !slices.ContainsFunc(found, func(s spare) bool { return sameStep(s, k) }) {
				found = append(found, spare{k.File, k.Line, "the upload by " + k.Uploader + " with a token", mention{}})
			}
		}
		if len(found) == 0 {
			continue
		}
		slices.SortStableFunc(found, func(x, y spare) int { return x.line - y.line })
		var names []string
		for _, s := range found {
			if !slices.Contains(names, s.text) {
				names = append(names, s.text)
			}
		}
		f := a.at(rule, j, found[0].file, found[0].line,
			"remove the credential from the job, delete the secret under Settings > Secrets and variables > Actions, and revoke the token on the index",
			"job %q publishes to %s by trusted publishing and also carries a credential for it: %s; expected none", j.Job.ID.Value, indexName(index), fewNames(names))
		f.Fix = withoutMention(a.source(found[0].file), found[0].mention)
		a.add(f)
	}
})

// spare is a credential beside trusted publishing.
type spare struct {
	file string
	line int
	text string
	mention
}

// jobIndex is the index that a job publishes to by trusted publishing, PyPI
// before others; nil for none.
func jobIndex(j *graph.Job) (string, *graph.Sink) {
	var found *graph.Sink
	for _, k := range sinksOf(j) {
		if k.Credential == sinks.TrustedPublishing && !k.DryRun && (found == nil || releaseIndex(k) == sinks.PyPI) {
			found = k
		}
	}
	if found == nil {
		return "", nil
	}
	return releaseIndex(found), found
}

// releaseIndex is the index of a sink; one that is not constant counts as PyPI.
func releaseIndex(k *graph.Sink) string {
	if !k.IndexKnown {
		return sinks.PyPI
	}
	return canonical(k.Index)
}

// inJob reports whether what a mention names is in reach of a job: it stands
// in the job, or in the environment of its whole file.
func inJob(m mention, j *graph.Job) bool {
	return m.file == j.File.Path && (m.job == j.Job || m.job == nil)
}

// sinksOf are the uploads of a job.
func sinksOf(j *graph.Job) []*graph.Sink {
	var out []*graph.Sink
	for _, s := range j.Steps {
		out = append(out, s.Sinks...)
	}
	return out
}

// spareVariables are what uploaders read a credential from in a job's steps,
// where no secret of found explains it.
func (a *audit) spareVariables(j *graph.Job, index string, uses map[string][]string, found []spare) []spare {
	var out []spare
	seen := map[string]bool{}
	for _, s := range j.Steps {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(s.Env)) {
			if isCredentialVariable(name) {
				names = append(names, name)
			}
		}
		for _, k := range s.Sinks {
			if k.Credential == sinks.TrustedPublishing && releaseIndex(k) == index {
				names = append(names, k.Spare...)
			}
		}
		for _, name := range names {
			text, inEnv := s.Env[name]
			switch {
			case seen[name] || strings.Contains(name, "ANACONDA") || strings.Contains(name, "BINSTAR"):
				continue
			case inEnv && (strings.TrimSpace(text) == "" || strings.Contains(text, "steps.")):
				continue // a token that an earlier step asked the index for
			case slices.ContainsFunc(found, func(s spare) bool { return strings.Contains(s.in, `"`+name+`"`) }):
				continue
			case inEnv && otherIndex(uses, text, index):
				continue
			}
			seen[name] = true
			out = append(out, spare{s.File, s.Line, fmt.Sprintf("%q", name), mention{}})
		}
	}
	return out
}

// otherIndex reports whether a text holds only secrets for other indexes.
func otherIndex(uses map[string][]string, text, index string) bool {
	tpl, _ := expr.ParseTemplate(text)
	some := false
	for _, e := range tpl.Exprs() {
		for _, name := range e.Secrets() {
			i, ok := credentialFor(uses, name)
			if used := uses[name]; ok && i == index || !ok && len(used) == 0 {
				return false
			}
			some = true
		}
	}
	return some
}

func sameStep(s spare, k *graph.Sink) bool {
	return s.step != nil && s.step == k.Step.Step || s.file == k.File && s.line == k.Line
}

// tokenInsteadOfIDToken is an upload to PyPI or TestPyPI with a token in a job
// that has been given an id-token for nothing else: trusted publishing as it
// was meant, switched off by the credential. Nil for none.
func tokenInsteadOfIDToken(j *graph.Job) *graph.Sink {
	if j.Job.Permissions == nil || j.IDToken() != expr.True || j.Job.Permissions.Kind == workflow.WriteAll {
		return nil
	}
	for _, s := range j.Steps {
		if s.Known.Signs != nil {
			return nil
		}
	}
	for _, k := range sinksOf(j) {
		if k.Credential == sinks.Token && !k.Guessed && !k.DryRun && offersTrusted(releaseIndex(k)) && exchanges(k.Uploader) {
			return k
		}
	}
	return nil
}

// exchanges reports whether an uploader knows trusted publishing.
func exchanges(uploader string) bool {
	for _, known := range []string{"gh-action-pypi-publish", "uv publish", "twine upload", "pdm publish", "maturin", "jupyter", "deploy-pypi"} {
		if strings.Contains(uploader, known) {
			return true
		}
	}
	return false
}

func besideFix(a *audit, rule *finding.Rule, k *graph.Sink) finding.Finding {
	j := k.Step.Job
	f := a.at(rule, j, k.File, k.Line,
		"remove the credential: without it the same step publishes by trusted publishing, once the publisher is registered on the index; then delete the secret and revoke the token",
		"job %q has id-token: write for trusted publishing, but %s is handed %s: the step uses the token, so trusted publishing never happens", j.Job.ID.Value, k.Uploader, credentialText(k))
	f.Fix = a.trustedFix(k)
	return f
}

// mentionText says what a mention names and where.
func mentionText(m mention) string {
	switch m.secret {
	case "":
		return "a token written out in " + m.in
	case expr.AllSecrets:
		return "secrets by a name that is not constant in " + m.in
	}
	return fmt.Sprintf("secret %q in %s", m.secret, m.in)
}
