// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// maxReached is how many places are listed one by one for a repository.
const maxReached = 6

var _ = register(finding.Rule{
	ID:          "secret-reaches-unknown",
	Severity:    finding.Note,
	OnUnchecked: finding.List,
	Waivable:    true,
	Title:       "A secret is handed to something that was not read",
	Why: "If that secret is a token of the index, what gets it can upload, and the trusted-publishing job is not the only way there. A name " +
		"such as DEPLOY does not say what a secret is for, and what an unknown action, image or program does with it is in no file of the " +
		"repository. Secrets that are named after another service, and actions that are known here, are not listed.",
	Bad:        "- uses: someone/release-everything@…\n  with:\n    token: ${{ secrets.DEPLOY }}",
	Good:       "- uses: codecov/codecov-action@…\n  with:\n    token: ${{ secrets.CODECOV_TOKEN }}",
	References: []string{"SPEC 6: principle 2", "SSDF PO.5.1"},
}, func(a *audit, rule *finding.Rule) {
	type reach struct {
		subject, what, why string
		secrets, where     []string
	}
	var all []*reach
	add := func(j *graph.Job, file string, line int, what, why string, secrets []string) {
		i := slices.IndexFunc(all, func(r *reach) bool { return strings.EqualFold(r.what, what) && r.why == why })
		if i < 0 {
			i = len(all)
			all = append(all, &reach{subject: subject(j), what: what, why: why})
		}
		r := all[i]
		for _, s := range secrets {
			if !slices.Contains(r.secrets, s) {
				r.secrets = append(r.secrets, s)
			}
		}
		if place := file + ":" + itoa(line); !slices.Contains(r.where, place) {
			r.where = append(r.where, place)
		}
	}
	gaps := map[*graph.Step][]graph.Gap{}
	for _, g := range a.in.Graph.Gaps {
		if g.Step != nil && !activates(g) {
			gaps[g.Step] = append(gaps[g.Step], g)
		}
	}
	for _, j := range a.in.Graph.Jobs {
		for _, u := range imagesWithSecrets(j) {
			add(j, j.File.Path, u.line, u.name, "an image that is not known here", u.secrets)
		}
		for _, s := range j.Steps {
			names := openSecrets(secretsOf(s))
			if len(names) == 0 || len(s.Sinks) > 0 {
				continue
			}
			if what, why, line := unreadIn(s, gaps[s]); what != "" {
				add(j, s.File, line, what, why, names)
			}
		}
	}
	for i, r := range all {
		if i == maxReached && len(all) > maxReached+1 {
			a.skip(rule.Undecided("", "secrets reach %d more places that were not read; name each secret after what it is for, and hand it to the steps that need it", len(all)-i))
			break
		}
		slices.Sort(r.secrets)
		what, verb := shortName(r.what), "reaches"
		if r.what == ownCode {
			what = ownCode
		}
		if len(r.secrets) > 1 {
			verb = "reach"
		}
		a.skip(rule.Undecided(r.subject, "%s %s %s (%s), %s: see that no index takes it as a token", secretList(r.secrets), verb, what, several(r.where), r.why))
	}
})

// secretList names secrets for a message.
func secretList(names []string) string {
	if slices.Contains(names, expr.AllSecrets) {
		return "one secret or all"
	}
	if len(names) > 3 {
		return "secrets " + strings.Join(names[:3], ", ") + " and " + itoa(len(names)-3) + " more"
	}
	if len(names) > 1 {
		return "secrets " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return "secret " + names[0]
}
