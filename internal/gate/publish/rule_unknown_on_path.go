// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:          "unknown-on-path",
	Severity:    finding.Warning,
	OnUnchecked: finding.List,
	Waivable:    true,
	Title:       "Something runs on the path to the index that could not be looked into",
	Why: "What was not looked into may upload by itself, restore a cache or change the files, and this audit would not see it. An action of another " +
		"repository that is in no table, a script that is fetched, a program of the repository: such steps are listed by name, so that a person " +
		"looks at them; they are never counted as good. In a job whose id-token the index accepts, and where whoever starts the run chooses what is built, they leave the verdict open.",
	Bad:        "- uses: someone/build-everything@…",
	Good:       "- run: python -m build",
	References: []string{"SSDF PW.4.4"},
}, func(a *audit, rule *finding.Rule) {
	type unknown struct {
		subject, name, reason string
		where                 []string
		places                map[string]bool
		publishes, chosen     bool
	}
	var all []*unknown
	byKey := map[string]*unknown{}
	on := a.gapsOnPath()
	for _, g := range a.in.Graph.Gaps {
		if g.Kind == graph.UnreadFile || g.Kind == graph.Missing || activates(g) || !on(g) {
			continue
		}
		key := g.Name + "\x00" + g.Reason
		if g.Kind == graph.UnknownAction || g.Kind == graph.UnknownWorkflow {
			key = strings.ToLower(g.Name)
		}
		u := byKey[key]
		if u == nil {
			u = &unknown{subject: subject(g.Job), name: g.Name, reason: g.Reason, places: map[string]bool{}}
			byKey[key] = u
			all = append(all, u)
		}
		if !u.publishes && (a.mayPublish(g.Job) || publishesElsewhere(g)) {
			u.publishes, u.subject = true, subject(g.Job)
		}
		u.chosen = u.chosen || g.Kind == graph.LocalCode && strings.Contains(g.Name, "${{")
		place := g.File + ":" + itoa(g.Line)
		if g.File == "-" && g.Step != nil {
			place = g.Step.File + ":" + itoa(g.Step.Line) // a script that stands in the step
		}
		if !u.places[place] {
			u.places[place] = true
			u.where = append(u.where, place)
		}
	}
	for _, u := range all {
		if u.publishes {
			one := rule.Undecided(u.subject, "%s runs in a job whose id-token the index accepts (%s): %s; take it out of that job", shortName(u.name), several(u.where), u.reason)
			one.Blocking = true
			a.skip(one)
			continue
		}
		if u.chosen {
			one := rule.Undecided(u.subject, "%s (%s): %s, and whoever starts the run chooses it; name the repository", shortName(u.name), several(u.where), u.reason)
			one.Blocking = true
			a.skip(one)
			continue
		}
		a.skip(rule.Undecided(u.subject, "%s is on the path to an index (%s): %s; look at what it does", shortName(u.name), several(u.where), u.reason))
	}
})

// activates reports whether a script that is not in the tree only switches to
// an environment which the run itself has made: venv's, or conda's hook.
func activates(g graph.Gap) bool {
	if g.Kind != graph.UnreadScript {
		return false
	}
	name := strings.ReplaceAll(strings.ToLower(g.Name), `\`, "/")
	for _, end := range []string{"/bin/activate", "/scripts/activate", "/scripts/activate.ps1", "/scripts/activate.bat"} {
		if strings.HasSuffix(name, end) && !strings.ContainsAny(name, " \n$;|&") {
			return true
		}
	}
	return name == "eval $(conda shell.bash hook)" || name == "eval $(conda shell.posix hook)"
}

// shortName quotes a name for a message: one line, cut where it is long. Where
// a script puts it together, it may be anything.
func shortName(name string) string {
	const longest = 100 // of an action with its commit
	first, _, more := strings.Cut(strings.TrimSpace(name), "\n")
	first = strings.Join(strings.Fields(first), " ")
	if more = more || len(first) > longest; len(first) > longest {
		first = strings.ToValidUTF8(first[:longest], "")
	}
	if more {
		first += "…"
	}
	return fmt.Sprintf("%q", first)
}

// mayPublish reports whether a publisher accepts what a job runs. What it calls
// of another repository has a name of its own, which no index takes.
func (a *audit) mayPublish(j *graph.Job) bool {
	return j.Remote == nil && len(a.accepting(j)) > 0
}

// publishesElsewhere reports whether a job calls a workflow of the repository
// as of another commit, and hands it an id-token: to the index it is the same
// file.
func publishesElsewhere(g graph.Gap) bool {
	return g.Kind == graph.UnknownWorkflow && g.Job != nil && g.Job.Calls && g.Job.Reachable() && g.Job.IDToken() != expr.False
}

// gapsOnPath says of what is not known whether it may run in a run in which the
// job's files reach an index, or in a job that could publish though it does
// not. A reusable workflow that is not known may store
// what a job that waits for it publishes.
func (a *audit) gapsOnPath() func(graph.Gap) bool {
	spots := map[*graph.Job]*spot{}
	waited := map[*graph.Job]bool{}
	for _, sp := range a.spots {
		spots[sp.job] = sp
		for j := range upstream(sp.job) {
			waited[j] = true
		}
	}
	return func(g graph.Gap) bool {
		if sp := spots[g.Job]; sp != nil && (g.Step == nil || sp.in(g.Step)) {
			return true
		}
		if publishesElsewhere(g) {
			return true
		}
		if g.Job != nil && (g.Step == nil || g.Step.Reachable()) && g.Job.Reachable() && a.mayPublish(g.Job) {
			return true
		}
		return g.Kind == graph.UnknownWorkflow && waited[g.Job] && g.Job.Reachable()
	}
}
