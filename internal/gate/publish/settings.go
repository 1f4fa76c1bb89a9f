// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"errors"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/github"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// Settings are what GitHub says of the repository's settings and of the
// commits that actions are pinned to.
type Settings struct {
	// WhyNot says why nothing was asked; "" where it was.
	WhyNot string
	// WhyNoPins says why it was not asked about pinned commits.
	WhyNoPins string
	GitHub    github.Settings
}

// maxPins is how many pinned commits are asked about; each costs a few
// requests.
const maxPins = 60

// Query is what to ask GitHub for a judgement of in. What in.Settings holds is
// not looked at.
func Query(in Input) github.SettingsQuery {
	a := newAudit(in)
	owner, name, _ := strings.Cut(in.Repository, "/")
	q := github.SettingsQuery{Owner: owner, Repo: name, Tags: true}
	for _, k := range a.trusted() {
		if e := k.Step.Job.Environment; e.Constant && e.Name != "" && !slices.Contains(q.Environments, e.Name) {
			q.Environments = append(q.Environments, e.Name)
		}
	}
	for _, j := range a.in.Graph.Jobs {
		// One that others may start, where a reviewer may stand before it.
		open := slices.ContainsFunc(j.Runs, func(r graph.Run) bool { return slices.Contains(defaultScope, r.Scenario.Event) })
		if e := j.Environment; open && e.Constant && e.Name != "" && len(q.Environments) < maxPins && !slices.Contains(q.Environments, e.Name) {
			q.Environments = append(q.Environments, e.Name)
		}
	}
	for _, u := range a.pins() {
		if len(q.Pins) == maxPins {
			break
		}
		if p := pinOf(u.uses); !slices.Contains(q.Pins, p) {
			q.Pins = append(q.Pins, p)
		}
	}
	for _, sp := range a.spots {
		for _, s := range sp.steps() {
			if u := s.Uses; u != nil && u.Kind == workflow.Remote && !u.Pinned && len(q.Refs) < maxPins && !slices.Contains(q.Refs, refOf(u)) {
				q.Refs = append(q.Refs, refOf(u))
			}
		}
	}
	return q
}

func refOf(u *workflow.Uses) github.Ref {
	return github.Ref{Owner: u.Owner, Repo: u.Repo, Name: u.Ref}
}

// pinned is a use, on the path, of something of another repository at a commit.
type pinned struct {
	step *graph.Step
	uses *workflow.Uses
}

// pins are the actions and reusable workflows on the paths that are pinned to
// a commit, in order.
func (a *audit) pins() []pinned {
	var out []pinned
	for _, sp := range a.spots {
		for _, s := range sp.steps() {
			if u := s.Uses; u != nil && u.Kind == workflow.Remote && u.Pinned {
				out = append(out, pinned{s, u})
			}
		}
	}
	return out
}

func pinOf(u *workflow.Uses) github.Pin {
	p := github.Pin{Owner: u.Owner, Repo: u.Repo, Commit: strings.ToLower(u.Ref)}
	for word := range strings.FieldsSeq(u.Comment) {
		if strings.ContainsAny(word, "0123456789") && !strings.Contains(word, "://") && len(word) < 60 {
			p.Tag = strings.Trim(strings.TrimPrefix(word, "tag="), ",;()")
			break
		}
	}
	return p
}

// whyUnread is the reason of a setting that was not read, for a report.
func whyUnread(err error) string {
	var u *github.UnreadableError
	if errors.As(err, &u) {
		return u.Reason()
	}
	return err.Error()
}
