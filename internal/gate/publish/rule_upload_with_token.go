// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:          "upload-with-token",
	Severity:    finding.Error,
	OnUnchecked: finding.Block,
	Title:       "A job uploads to the index with a long-lived credential",
	Why: "A token in a secret works from anywhere, for months, for whoever gets to read it: a poisoned action, a leaked log, a " +
		"maintainer's laptop. With it an attacker uploads files that no workflow of yours ever built. The second wave of the " +
		"Ultralytics attack came in by a token that had been left over. Trusted publishing needs no secret at all.",
	Bad: "- uses: pypa/gh-action-pypi-publish@…\n  with:\n    password: ${{ secrets.PYPI_TOKEN }}",
	Good: "publish:\n  environment: pypi\n  permissions:\n    id-token: write\n  steps:\n" +
		"    - uses: pypa/gh-action-pypi-publish@…   # no password",
	References: []string{"SPEC 8: OIDC through Trusted Publishers", "SPEC 6: principle 2", "PyPI: trusted publishers", "SSDF PS.1.1"},
}, func(a *audit, rule *finding.Rule) {
	mentions := a.mentions()
	for _, k := range a.in.Graph.Sinks {
		if !k.Reachable || k.DryRun {
			continue
		}
		switch k.Credential {
		case sinks.Unknown:
			if !k.Guessed {
				a.skip(rule.Undecided(subject(k.Step.Job), "with which credential %s at %s:%d uploads to %s cannot be told: %s; write it so that the files alone decide it",
					k.Uploader, k.File, k.Line, indexName(k.Index), k.Why))
			}
		case sinks.None:
			if !k.IndexKnown || offersTrusted(canonical(k.Index)) || looksLikePyPI(k.Index) {
				a.skip(rule.Undecided(subject(k.Step.Job), "%s at %s:%d uploads to %s, and no credential for that shows in the files (%s): it comes from somewhere that was not read, or the upload fails; write it so that the files alone decide it",
					k.Uploader, k.File, k.Line, indexName(k.Index), k.Why))
			}
		case sinks.Token, sinks.Ambient:
			if _, trusted := jobIndex(k.Step.Job); trusted == nil && tokenInsteadOfIDToken(k.Step.Job) == k {
				continue // token-beside-trusted-publishing says it, of the same line
			}
			a.token(rule, k)
		case sinks.TrustedPublishing:
			a.maybeToken(rule, k, mentions)
		}
	}
})

// otherVariables are what tools that upload to no Python index read theirs from.
var otherVariables = []string{`env "GH_TOKEN"`, `env "GITHUB_TOKEN"`, `env "CARGO_REGISTRY_TOKEN"`, `env "NODE_AUTH_TOKEN"`, `env "NPM_TOKEN"`,
	`env "CODECOV_TOKEN"`, `env "ANACONDA_API_TOKEN"`, `env "BINSTAR_API_TOKEN"`, `env "DOCKER_PASSWORD"`}

// maybeToken judges an upload that goes by trusted publishing unless its
// environment holds what cannot be read: a command takes a token from there
// before it asks for one.
func (a *audit) maybeToken(rule *finding.Rule, k *graph.Sink, mentions []mention) {
	s, j := k.Step, k.Step.Job
	if s.Step == nil || s.Step.Run == nil {
		return // actions are handed theirs by inputs
	}
	for _, m := range mentions {
		if m.step != s.Step || m.secret == "" {
			continue
		}
		if _, ok := indexOfSecret(m.secret); ok || slices.Contains(otherVariables, m.in) {
			continue // the first is token-beside-trusted-publishing's
		}
		f := a.at(rule, j, k.File, k.Line, "take the secret out of this step: trusted publishing needs none; what else needs it belongs into a step of its own",
			"job %q may upload to %s with a token: the step that runs %s is handed %s, and a token is taken before the id-token; expected no secret", j.Job.ID.Value, whereTo(k), k.Uploader, mentionText(m))
		a.add(f)
		return
	}
	for _, vars := range [][]workflow.Var{s.Step.Env, j.Job.Env, j.File.Env} {
		for _, v := range vars {
			if !v.Name.Written() || v.Name.HasExpression() {
				a.skip(rule.Undecided(subject(j), "which variables the step at %s:%d has cannot be told, as their names are computed, so whether %s finds a token there is not known; write each variable by its name", s.File, s.Line, k.Uploader))
				return
			}
		}
	}
}

// token judges one upload that does not go by trusted publishing.
func (a *audit) token(rule *finding.Rule, k *graph.Sink) {
	j := k.Step.Job
	index := canonical(k.Index)
	severity, hint := finding.Error, "remove the credential, give the job an environment and id-token: write, register it as a trusted publisher on the index, then revoke the token and delete the secret"
	verdict := "expected trusted publishing"
	switch {
	case k.Guessed:
		// Nobody hands an upload token to what does not upload.
		verdict = "it probably uploads to " + guessedIndex(k) + " with a token; expected trusted publishing, and no secret"
		if k.IndexKnown && !offersTrusted(index) {
			severity = finding.Warning
		}
		hint = "if it uploads to PyPI, let pypa/gh-action-pypi-publish do that by trusted publishing; if not, take the credential away from it"
	case offersTrusted(index):
	case !k.IndexKnown && !channelUploader(k):
		verdict = "which may be PyPI; expected a constant address and trusted publishing"
	case looksLikePyPI(k.Index):
		return // index-not-allowed's
	default:
		p := a.beside(j)
		switch {
		case p != nil && p.index != sinks.TestPyPI:
			verdict = "beside what publishes to " + indexName(p.index) + " by trusted publishing; expected a job and an environment of its own"
			hint = "move this upload into a job of its own, without id-token: write and outside the publisher's environment, so that nothing which runs for the channel can publish a release"
		case a.channel(k.Index) != nil:
			severity, verdict = finding.Note, "a channel without trusted publishing ("+a.channel(k.Index).Reason+")"
			hint = "keep it in a job of its own, limit the token to this channel, and replace it every year"
		default:
			severity, verdict = finding.Warning, "an address that the policy does not list"
			hint = "if the files belong there, list the address with a reason under other-indexes in .github/sallyport.yml; else remove the upload"
		}
	}
	f := a.at(rule, j, k.File, k.Line, hint, "job %q uploads to %s with %s, by %s: %s", j.Job.ID.Value, whereTo(k), credentialText(k), k.Uploader, verdict)
	f.Severity = severity
	if k.Guessed {
		f.Message = fmt.Sprintf("%s gets %s, and its code could not be read: %s", guessedStep(k), secretNames(k), verdict)
	}
	f.Message += a.widerEnv(k)
	if severity != finding.Note && a.library(j) && (offersTrusted(index) || !k.IndexKnown) && !channelUploader(k) {
		// The index takes no called workflow of another repository.
		f.Severity = finding.Warning
		f.Message = fmt.Sprintf("job %q uploads to %s with a token of its callers (%s): a workflow that other repositories call cannot publish in any safer way", j.Job.ID.Value, whereTo(k), secretNames(k))
		f.Hint = "drop this upload; let callers publish in a job of their own, by trusted publishing, with the files that this workflow stores as an artifact"
		a.add(f)
		return
	}
	if severity == finding.Error && (offersTrusted(index) || !k.IndexKnown) {
		f.Fix = a.trustedFix(k)
	}
	a.add(f)
}

// guessedStep names the step that is guessed to upload: its name as written,
// and what it runs.
func guessedStep(k *graph.Sink) string {
	s := k.Step
	text := "the step on line " + itoa(k.Line)
	if s.Step != nil && s.Step.Name.Written() && !s.Step.Name.HasExpression() {
		text = "step " + shownText(s.Step.Name.Value)
	}
	what := k.Uploader
	if what == "run" {
		what = ""
		for _, c := range s.Commands {
			if len(c.Words) > 0 && kindOf(c) >= unheard && c.Words[0].Text != "" {
				what = c.Words[0].Text
			}
		}
	}
	if what = strings.Trim(shownText(what), `"`); what != "" {
		text += " (" + what + ")"
	}
	return text + " of job " + shownText(s.Job.Job.ID.Value)
}

// guessedIndex is the index that a guessed upload goes to, as far as is known.
func guessedIndex(k *graph.Sink) string {
	if k.IndexKnown {
		return shortIndex(k.Index)
	}
	return "PyPI"
}

// secretNames are the secrets that a sink is given, for a message.
func secretNames(k *graph.Sink) string {
	switch len(k.Secrets) {
	case 0:
		return "what looks like a credential for an index (" + k.Why + ")"
	case 1:
		return "secret " + shownText(k.Secrets[0])
	}
	return `secrets "` + strings.Join(k.Secrets, `" and "`) + `"`
}

// widerEnv says that an upload's secret stands in the environment of its whole
// job or file, where all else that runs there can read it; "" where not.
func (a *audit) widerEnv(k *graph.Sink) string {
	j := k.Step.Job
	for i, vars := range [][]workflow.Var{j.Job.Env, j.File.Env} {
		for _, v := range vars {
			for _, s := range k.Secrets {
				if !strings.Contains(strings.ToUpper(v.Value.Value), "SECRETS."+strings.ToUpper(s)) {
					continue
				}
				text := "; the secret stands in the environment of the whole " + []string{"job", "file"}[i] + " (line " + itoa(v.Name.Line) + ")"
				if found := a.foreignDeeds(j); len(found) > 0 {
					text += ", so that " + deedNames(found[:1]) + " and all else there can read it"
				}
				return text
			}
		}
	}
	return ""
}

// beside is the publisher whose job or environment a job is; nil for none.
func (a *audit) beside(j *graph.Job) *publisher {
	if p := a.accepts(j); p != nil {
		return p
	}
	for _, p := range a.publishers {
		if p.known && p.environment != "" && j.Environment.Constant && strings.EqualFold(p.environment, j.Environment.Name) {
			return p
		}
	}
	return nil
}

// whereTo names an upload's index in messages: PyPI by name, a channel by its
// host and path.
func whereTo(k *graph.Sink) string {
	switch {
	case !k.IndexKnown && channelUploader(k):
		return "a channel of anaconda.org that is not constant"
	case !k.IndexKnown:
		return indexName("")
	case offersTrusted(canonical(k.Index)):
		return indexName(k.Index)
	}
	return strings.TrimSuffix(strings.TrimPrefix(k.Index, "https://"), "/")
}

// credentialText says what a sink authenticates with, never its value.
func credentialText(k *graph.Sink) string {
	if k.Credential == sinks.Ambient {
		return "whatever credential the runner has (" + k.Why + ")"
	}
	text := "a token (" + k.Why
	if len(k.Secrets) > 0 {
		text += `, secret "` + strings.Join(k.Secrets, `", "`) + `"`
	}
	return text + ")"
}
