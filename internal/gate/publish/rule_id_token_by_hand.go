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
	ID:       "id-token-by-hand",
	Severity: finding.Error,
	Waivable: true,
	Title:    "A script asks for the id-token that the index accepts",
	Why: "The id-token of a publishing job is all that somebody needs to upload in your name, from any machine, for as long as it is valid. A script that " +
		"asks for it holds it in the open: it can print it, store it or send it on. The publish action asks for its own, and uses it for the upload alone.",
	Bad: "- run: curl -sH \"Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN\" \"$ACTIONS_ID_TOKEN_REQUEST_URL&audience=pypi\" | …\n" +
		"- uses: pypa/gh-action-pypi-publish@…",
	Good:       "- uses: pypa/gh-action-pypi-publish@…",
	References: []string{"PyPI: trusted publishing security model", "SPEC 8: publishing with trusted publishers"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		accepting := a.accepting(j)
		if len(accepting) == 0 {
			accepting = a.ownUpload(j)
		}
		if len(accepting) == 0 {
			continue
		}
		for _, s := range j.Steps {
			name := asksForToken(s)
			if name == "" || !withToken(s) || slices.ContainsFunc(s.Sinks, func(k *graph.Sink) bool { return k.Mints }) {
				continue
			}
			p := accepting[0]
			f := a.atStep(rule, s, "let the publish action ask for the token, and take this step out; where another service needs an id-token, ask for it in a job of its own that the index does not accept",
				"a step of job %q asks for the job's id-token by hand (%s); %s accepts that token from whoever holds it", j.Job.ID.Value, name, shortIndex(p.index))
			if !slices.ContainsFunc(accepting, func(p *publisher) bool { return p.index != sinks.TestPyPI }) {
				f.Severity = finding.Warning
			}
			if strings.Contains(s.Script, "/_/oidc/") && strings.Contains(s.Script, "mint-token") {
				f.Severity = finding.Warning // to an address that is not constant
			}
			a.add(f)
		}
	}
})

// asksForToken is the name by which the texts of a step ask for an id-token, ""
// where none does.
func asksForToken(s *graph.Step) string {
	if s.Step == nil {
		return "" // a called workflow's jobs have ids of their own
	}
	texts := []string{s.Script}
	for _, c := range s.Commands {
		texts = append(texts, commandWords(c.Command)...)
		if c.Stdin != nil {
			texts = append(texts, c.Stdin.Text)
		}
	}
	for _, text := range s.With {
		texts = append(texts, text)
	}
	for _, v := range s.Step.Env {
		texts = append(texts, v.Value.Value)
	}
	for _, text := range texts {
		lower := strings.ToLower(text)
		switch {
		case strings.Contains(lower, "actions_id_token_request_"):
			return "ACTIONS_ID_TOKEN_REQUEST_…"
		case strings.Contains(lower, "getidtoken"):
			return "getIDToken"
		}
	}
	return ""
}

// judgeScript judges the text that actions/github-script runs in its own
// process, beyond what the table of actions says of it: other ways to load
// modules and to run texts.
func judgeScript(s *graph.Step) commandKind {
	if !slices.Contains(s.Known.Scripts, "script") {
		return harmless
	}
	for _, name := range []string{"require", "child_process", "eval", "Function(", "process.binding", "process.dlopen", "createRequire", "globalThis", ".constructor", "getBuiltinModule"} {
		if strings.Contains(s.With["script"], name) {
			return code
		}
	}
	return harmless
}
