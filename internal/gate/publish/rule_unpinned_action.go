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
		m.merge(f)
	}
	for _, sp := range a.spots {
		for _, s := range sp.steps() {
			u := s.Uses
			if u == nil || u.Kind != workflow.Remote {
				continue
			}
			switch {
			case !u.Pinned:
				f := sp.cap(a.movableAction(rule, sp, s, u))
				note(s.File+"\x00"+strings.ToLower(u.Raw.Value), s, f)
			case len(s.Known.Loose) > 0:
				f := a.atStep(rule, s, "look for a release of the action that pins what it fetches, or do its work in steps of your own",
					"%q is pinned, but fetches %s by itself, and the pin does not fix what that is", u.Name(), several(s.Known.Loose))
				f.Severity, f.Location.Line = finding.Warning, u.Pos.Line
				note(u.Name()+"\x00inside", s, f)
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
	at    []finding.Location
}

func (m *movable) merge(f finding.Finding) {
	if f.Severity.Rank() < m.first.Severity.Rank() {
		f.Location = m.first.Location
		f.Fix = m.first.Fix
		m.first = f
	}
	if !slices.Contains(m.at, f.Location) {
		m.at = append(m.at, f.Location)
	}
}

func (m *movable) finding() finding.Finding {
	var lines, files []string
	for _, l := range m.at {
		switch {
		case l.File != m.first.Location.File:
			files = append(files, l.File+":"+itoa(l.Line))
		case l.Line != m.first.Location.Line:
			lines = append(lines, itoa(l.Line))
		}
	}
	switch {
	case len(lines) == 1:
		files = append([]string{"on line " + lines[0]}, files...)
	case len(lines) > 1:
		files = append([]string{"on lines " + several(lines)}, files...)
	}
	if len(files) > 0 {
		m.first.Message += "; also " + several(files)
	}
	return m.first
}

// movableAction is the finding on one use of an action by a tag or branch.
func (a *audit) movableAction(rule *finding.Rule, sp *spot, s *graph.Step, u *workflow.Uses) finding.Finding {
	kind := "a tag"
	switch {
	case isBranch(u.Ref):
		kind = "a branch"
	case isHash(u.Ref):
		kind = "an abbreviated commit, which can come to mean another one"
	case !strings.ContainsAny(u.Ref, "0123456789"):
		kind = "a tag or branch"
	}
	where := "in the publishing job " + shownText(sp.job.Job.ID.Value)
	switch {
	case sp.publishes:
	case sp.publisher != nil:
		where = "in job " + shownText(sp.job.Job.ID.Value) + ", which can get the upload token,"
	default:
		where = "in job " + shownText(sp.job.Job.ID.Value) + ", which makes the published files,"
	}
	f := a.atStep(rule, s, "pin the full commit of a release, with the version behind it as a comment, and let Dependabot move it; the commit: gh api repos/"+
		u.Owner+"/"+u.Repo+"/commits/"+u.Ref+" --jq .sha",
		"%q %s is %s: whoever controls that repository can change what runs in your next release", u.Raw.Value, where, kind)
	f.Location.Line = u.Pos.Line
	if len(s.Known.Loose) > 0 {
		f.Message += "; it also fetches " + several(s.Known.Loose) + ", which a pin does not fix"
	}
	if commit := a.commitOf(u); commit != "" {
		f.Hint = "this is the commit that " + u.Ref + " stands for today: look at it, pin it, and let Dependabot move it"
		if f.Fix = a.source(s.File).Replace(u.Pos.Line, "@"+u.Ref, "@"+commit); f.Fix != "" && u.Comment == "" {
			f.Fix += " # " + u.Ref
		}
	} else if r := releaseOf(u); r != nil {
		line := a.source(s.File).Line(u.Pos.Line)
		if fix := pinnedText(line, u); fix != line {
			f.Fix = fix
			f.Hint = r.version + " is a release of 2026: look at its notes and for a newer one, pin it, and let Dependabot move it"
			if !strings.Contains(r.version, ".") {
				f.Hint = "this is what " + r.version + " stood for in the middle of 2026: look for a newer release, pin that, and let Dependabot move it"
			}
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
