// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "unpinned-action",
	Severity: finding.Error,
	Waivable: true,
	Title:    "An action on the path to the index is not pinned to a commit",
	Why: "A tag or branch of an action can be moved by whoever takes over its repository, and the next release runs the new code without " +
		"anybody having looked at it. In the job that publishes, that code can upload anything under your name; in a build job it can change " +
		"the files before they are signed. In 2026 two large projects were taken over with a moved reference of an action and a stored token. " +
		"GitHub's own actions and those of your own organisation are a warning.",
	Bad:        "- uses: pypa/gh-action-pypi-publish@release/v1",
	Good:       "- uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0",
	References: []string{"SPEC 8: pin actions to full release commit SHAs", "SSDF PW.4.1"},
}, func(a *audit, rule *finding.Rule) {
	var all []*movable
	byKey := map[string]*movable{}
	note := func(key string, s *graph.Step, f finding.Finding) {
		m := byKey[key]
		if m == nil {
			m = &movable{first: f}
			byKey[key] = m
			all = append(all, m)
		}
		m.merge(f, s.Job.Job.ID.Value)
	}
	for _, sp := range a.spots {
		for _, s := range sp.steps() {
			u := s.Uses
			if u == nil || u.Kind != workflow.Remote {
				continue
			}
			if !u.Pinned {
				f := sp.cap(a.movableAction(rule, sp, s, u))
				note(s.File+"\x00"+strings.ToLower(u.Raw.Value), s, f)
			}
			if len(s.Known.Loose) > 0 {
				f := a.atStep(rule, s, "look for a release of the action that pins what it fetches, or do its work in steps of your own",
					"%q itself fetches %s, which can change under the pinned commit", u.Name(), several(s.Known.Loose))
				f.Severity, f.Location.Line = finding.Warning, u.Pos.Line
				note(s.File+"\x00"+strings.ToLower(u.Raw.Value)+"\x00inside", s, f)
			}
		}
	}
	for _, m := range all {
		a.add(m.finding())
	}
})

// movable is one action at one ref in one file, wherever it is used there.
type movable struct {
	first finding.Finding
	lines []int
	jobs  []string
}

func (m *movable) merge(f finding.Finding, job string) {
	if f.Severity.Rank() < m.first.Severity.Rank() {
		f.Location = m.first.Location
		f.Fix = m.first.Fix
		m.first = f
	}
	if !slices.Contains(m.lines, f.Location.Line) {
		m.lines = append(m.lines, f.Location.Line)
	}
	if !slices.Contains(m.jobs, job) {
		m.jobs = append(m.jobs, job)
	}
}

func (m *movable) finding() finding.Finding {
	var lines []string
	for _, n := range m.lines {
		if n != m.first.Location.Line {
			lines = append(lines, itoa(n))
		}
	}
	switch len(lines) {
	case 0:
	case 1:
		m.first.Message += "; also on line " + lines[0]
	default:
		m.first.Message += "; also on lines " + several(lines)
	}
	return m.first
}

// movableAction is the finding on one use of an action by a tag or branch.
func (a *audit) movableAction(rule *finding.Rule, sp *spot, s *graph.Step, u *workflow.Uses) finding.Finding {
	kind, harm := "a tag", "change the files that are published"
	switch {
	case isBranch(u.Ref):
		kind = "a branch"
	case isHash(u.Ref):
		kind = "an abbreviated commit, which"
	case !strings.ContainsAny(u.Ref, "0123456789"):
		kind = "a tag or branch"
	}
	switch {
	case sp.holdsToken():
		harm = "upload under the project's name"
	case sp.job.Remote != nil:
		harm = "change what the called workflow builds"
	}
	f := a.atStep(rule, s, "pin it to the full commit of a release, with the version behind it as a comment, and let Dependabot move it; the commit: gh api repos/"+
		u.Owner+"/"+u.Repo+"/commits/"+u.Ref+" --jq .sha",
		"%q in job %q, which %s, is named by %s that its owners, or whoever takes over their account, can move: new code could then %s; expected a full commit",
		u.Raw.Value, sp.job.Job.ID.Value, sp.part(), strings.TrimSuffix(kind, ", which"), harm)
	f.Location.Line = u.Pos.Line
	if commit := a.commitOf(u); commit != "" {
		f.Hint = "this is the commit that " + u.Ref + " stands for today: look at it, pin it, and let Dependabot move it"
		if f.Fix = a.source(s.File).Replace(u.Pos.Line, "@"+u.Ref, "@"+commit); f.Fix != "" && u.Comment == "" {
			f.Fix += " # " + u.Ref
		}
	}
	switch {
	case strings.EqualFold(u.Owner+"/"+u.Repo, a.in.Repository):
		f.Severity = finding.Warning
	case isBranch(u.Ref):
	case gitHubs(u.Owner) || a.ours(u.Owner):
		f.Severity = finding.Warning
	}
	return f
}

// commitOf is the commit that a tag or branch stands for, where GitHub was
// asked; "" else.
func (a *audit) commitOf(u *workflow.Uses) string {
	answer := a.in.Settings.GitHub.Ref(refOf(u))
	if answer.Err != nil {
		return ""
	}
	return answer.Value.Commit()
}

// isHash: digits of an abbreviated commit.
func isHash(ref string) bool {
	if len(ref) < 7 || len(ref) >= 40 || !strings.ContainsAny(ref, "0123456789") {
		return false
	}
	return strings.Trim(ref, "0123456789abcdef") == ""
}
