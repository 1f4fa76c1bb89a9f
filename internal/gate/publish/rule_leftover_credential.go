// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "leftover-credential",
	Severity: finding.Error,
	Waivable: true,
	Title:    "A credential for the index is still referenced beside trusted publishing",
	Why: "After the move to trusted publishing the old token still works. PyPI cannot be told to refuse it, so it stays a second " +
		"way to the index, without a build, a reviewer or an attestation. The attackers of Ultralytics came back with such a " +
		"token. A workflow that names the secret, even in a job that never runs, says that it probably still exists, and hands " +
		"it out as soon as somebody changes a condition.",
	Bad:        "# release.yml publishes by trusted publishing, and ci.yml still has\nenv:\n  TWINE_PASSWORD: ${{ secrets.PYPI_TOKEN }}",
	Good:       "# no file names a secret for the index, the secret is deleted, and the token is revoked",
	References: []string{"SPEC 6: principle 2", "PyPI: Ultralytics attack analysis", "SPEC 8: OIDC through Trusted Publishers"},
}, func(a *audit, rule *finding.Rule) {
	trusted := a.trustedIndexes()
	if len(trusted) == 0 {
		return
	}
	uses := a.secretIndexes()
	type group struct {
		mention
		index string
		lines []string
	}
	type key struct {
		file, secret string
		job          *workflow.Job
	}
	var groups []*group
	at := map[key]*group{}
	said := a.saidElsewhere()
	for _, m := range a.mentions() {
		index, ok := credentialFor(uses, m.secret)
		switch m.secret {
		case "":
			index, ok = sinks.PyPI, true
		case expr.AllSecrets:
			index, ok = sinks.PyPI, !a.computedName(m)
		}
		if !ok || !slices.Contains(trusted, index) || said(m, index) {
			continue
		}
		k := key{m.file, m.secret, m.job}
		if g := at[k]; g == nil {
			at[k] = &group{mention: m, index: index}
			groups = append(groups, at[k])
		} else if line := itoa(m.line); m.line != g.line && (len(g.lines) == 0 || g.lines[len(g.lines)-1] != line) {
			g.lines = append(g.lines, line)
		}
	}
	for _, g := range groups {
		also := ""
		if len(g.lines) > 0 {
			also = " (and in line " + fewNames(g.lines) + ")"
		}
		place := "of " + g.file
		if g.job != nil {
			place = `of job "` + g.job.ID.Value + `"` + a.deadText(g.mention)
		}
		f := rule.Found(g.file, "delete the line, delete the secret under Settings > Secrets and variables > Actions (also of environments and the organization), and revoke the token on the index",
			"%s %s%s is a credential for %s, which this repository publishes to by trusted publishing; expected none", mentionText(g.mention), place, also, indexName(g.index))
		if g.job != nil {
			f.Subject = g.file + " job " + g.job.ID.Value
		}
		if g.secret == expr.AllSecrets {
			f.Severity = finding.Warning
			f.Message = mentionText(g.mention) + " " + place + also + " may hand out a credential for " + indexName(g.index) + ", which this repository publishes to by trusted publishing; expected each secret by its name"
			f.Hint = "name the secrets that are needed one by one, so that everybody can see that none of them is the index's"
		}
		if g.index == sinks.TestPyPI && f.Severity == finding.Error {
			f.Severity = finding.Warning // nobody installs from there
		}
		f.Location = finding.Location{File: g.file, Line: g.line}
		if a.uploadsWith(g.mention) {
			f.Hint = "delete the step, and the job if it does nothing else; then delete the secret under Settings > Secrets and variables > Actions (also of environments and the organization), and revoke the token on the index"
		} else {
			f.Fix = withoutMention(a.source(g.file), g.mention)
		}
		a.add(f)
	}
	for _, k := range a.in.Graph.Sinks {
		// A dead upload whose credential has no name that a mention could show.
		if k.Reachable || k.DryRun || k.Guessed || len(k.Secrets) > 0 || k.Credential != sinks.Token && k.Credential != sinks.Ambient || !slices.Contains(trusted, releaseIndex(k)) {
			continue
		}
		f := a.at(rule, k.Step.Job, k.File, k.Line, "delete the job, and revoke the credential on the index if it still exists",
			"job %q never runs, but would upload to %s with %s, while this repository publishes there by trusted publishing; expected no second way", k.Step.Job.Job.ID.Value, indexName(k.Index), credentialText(k))
		a.add(f)
	}
})

// uploadsWith reports whether the step that names a secret is there to upload
// with it: without it the step is of no use.
func (a *audit) uploadsWith(m mention) bool {
	return m.step != nil && slices.ContainsFunc(a.in.Graph.Sinks, func(k *graph.Sink) bool {
		return k.Step.Step == m.step && !k.Guessed && slices.ContainsFunc(k.Secrets, func(s string) bool { return strings.EqualFold(s, m.secret) })
	})
}

// trustedIndexes are the indexes that the repository publishes to by trusted
// publishing, as far as its files or the policy tell.
func (a *audit) trustedIndexes() []string {
	var out []string
	add := func(index string) {
		if index = canonical(index); index == "" {
			index = sinks.PyPI
		}
		if !slices.Contains(out, index) {
			out = append(out, index)
		}
	}
	for _, p := range a.publishers {
		add(p.index)
	}
	if a.in.FromFile {
		for _, p := range a.in.Policies {
			if p.Publisher.Workflow != "" {
				add(p.Index())
			}
		}
	}
	return out
}

// saidElsewhere returns what reports whether a mention is another rule's: of an
// upload that uses it now, or of a trusted-publishing job that carries it.
func (a *audit) saidElsewhere() func(m mention, index string) bool {
	type at struct {
		file, index string
		job         *workflow.Job
	}
	carried, used := map[at]bool{}, map[at]bool{}
	type name struct{ file, secret string }
	named := map[name]bool{}
	for _, j := range a.in.Graph.Jobs {
		if index, k := jobIndex(j); k != nil {
			carried[at{j.File.Path, index, j.Job}] = true
			carried[at{j.File.Path, index, nil}] = true // by the environment of the whole file
		}
	}
	for _, k := range a.in.Graph.Sinks {
		if !k.Reachable || k.DryRun || k.Guessed || k.Credential != sinks.Token && k.Credential != sinks.Ambient {
			continue
		}
		j := k.Step.Job
		used[at{j.File.Path, releaseIndex(k), j.Job}] = true
		files := []string{k.Step.File, j.File.Path, j.Root.Path}
		for _, c := range j.Callers {
			files = append(files, c.File.Path)
		}
		for _, f := range files {
			for _, s := range k.Secrets {
				named[name{f, strings.ToUpper(s)}] = true
			}
		}
	}
	return func(m mention, index string) bool {
		here := at{m.file, index, m.job}
		return m.secret != expr.AllSecrets && carried[here] || m.job != nil && used[here] || named[name{m.file, m.secret}]
	}
}

// computedName reports whether a mention of a secret by a computed name can
// only be one of names that are no credential of an index: the values of the
// job's matrix.
func (a *audit) computedName(m mention) bool {
	if m.job == nil {
		return false
	}
	line := a.source(m.file).Line(m.line)
	_, rest, ok := strings.Cut(line, "secrets[matrix.")
	name, _, closed := strings.Cut(rest, "]")
	if !ok || !closed || strings.Count(line, "secrets") > 1 {
		return false
	}
	texts, all := matrixTexts(m.job, []string{strings.TrimSpace(name)})
	return all && !slices.ContainsFunc(texts, func(t string) bool {
		_, is := indexOfSecret(t)
		return is
	})
}

// deadText says that a mention's job never runs; "" where it may.
func (a *audit) deadText(m mention) string {
	found := false
	for _, j := range a.in.Graph.Jobs {
		if j.Job == m.job {
			if j.Reachable() {
				return ""
			}
			found = true
		}
	}
	if !found {
		return ""
	}
	return ", which never runs,"
}
