// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// overlay is a folder of the workspace in which a job has put other files than
// those that were read.
type overlay struct {
	folder string // "." for the whole workspace
	why    string
}

// overlays follows, step by step, what lies over the repository's files.
type overlays struct {
	all []overlay
	// own: the job may have an id-token, so that doubtful cases are told too;
	// elsewhere a checkout of another ref is everyday work.
	own  bool
	told map[*workflow.Step]bool
	// pending are gaps that are told once a step works on the files.
	pending []Gap
}

// over says why a file of the repository may be another one; "" if it is not.
func (o *overlays) over(file string) string {
	for _, l := range o.all {
		if l.folder == "." || file == l.folder || strings.HasPrefix(file, l.folder+"/") {
			return l.why
		}
	}
	return ""
}

// check tells where a step runs files of the repository that other ones may
// lie over: local actions, tasks and scripts.
func (b *builder) check(o *overlays, s *Step) {
	if len(o.all) == 0 {
		return
	}
	if s.Step.Run != nil || s.Known.Role == known.Builds || s.Known.Role == known.Tests {
		for _, g := range o.pending {
			b.gap(g)
		}
		o.pending = nil
	}
	own, name, why := s.Step, "", ""
	if len(s.Chain) > 0 {
		own = s.Chain[0].Step
	}
	for _, fr := range s.Chain {
		if fr.Step.Uses.Kind == workflow.Local && why == "" {
			name, why = fr.Step.Uses.Raw.Value, o.over(fr.Step.Uses.Path)
		}
	}
	if s.Step.Uses != nil && s.Step.Uses.Kind == workflow.Local && why == "" {
		name, why = s.Step.Uses.Raw.Value, o.over(s.Step.Uses.Path)
	}
	for _, c := range s.Commands {
		if why == "" && len(c.Via) > 0 && c.File != s.File {
			name, why = c.Via[0], o.over(c.File)
		}
	}
	if why == "" {
		return
	}
	s.Overlaid = why
	if !o.told[own] {
		o.told[own] = true
		b.gap(Gap{Kind: LocalCode, Job: s.Job, Step: s, File: s.CallerFile, Line: s.CallerLine, Name: name, Reason: why})
	}
}

// add takes in what a step puts over the repository's files.
func (o *overlays) add(b *builder, s *Step) {
	u := s.Step.Uses
	switch {
	case u != nil && (u.Name() == "actions/checkout" || s.Known.Role == known.Checkout):
		folder := folderOf(s.With["path"])
		if folder == "." {
			o.all, o.pending = nil, nil // the action empties it first
		}
		repository, ref := strings.TrimSpace(s.With["repository"]), strings.TrimSpace(s.With["ref"])
		switch {
		case repository != "" && !b.ownRepository(repository):
			o.put(folder, fmt.Sprintf("line %d checks out %s over the files that were read", s.Line, repository))
			if folder == "." {
				o.pending = append(o.pending, Gap{Kind: LocalCode, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: repository, Reason: "this repository is checked out in place of the one that was read, and its files are what the job works on"})
			}
		case ref != "" && !sameCommit(ref) && o.own:
			o.put(folder, fmt.Sprintf("line %d checks out %s, which may be another commit than the one that was read", s.Line, ref))
		}
	case !o.own:
	case len(s.Downloads) > 0:
		for _, d := range s.Downloads {
			o.put(folderOf(d.Dest), fmt.Sprintf("line %d puts downloaded files where it lies", s.Line))
		}
	default:
		for _, c := range s.Commands {
			if what := movesTree(c); what != "" {
				o.put(".", fmt.Sprintf("line %d changes the files that were read, by %q", c.Line, what))
				return
			}
		}
	}
}

// maxOverlays bounds what is followed of one job.
const maxOverlays = 50

func (o *overlays) put(folder, why string) {
	if len(o.all) < maxOverlays {
		o.all = append(o.all, overlay{folder, why})
	}
}

// folderOf is a path input as a path of the tree, "." where it is none that is
// known.
func folderOf(text string) string {
	text = strings.TrimPrefix(strings.TrimSpace(text), "${{ github.workspace }}")
	text = path.Clean(strings.Trim(strings.ReplaceAll(text, `\`, "/"), "/"))
	if text == "" || strings.Contains(text, "$") || strings.HasPrefix(text, "..") {
		return "."
	}
	return text
}

// ownRepository reports whether a checkout's repository is the workflow's own.
func (b *builder) ownRepository(text string) bool {
	if strings.EqualFold(text, b.facts.Repository) {
		return true
	}
	body, ok := wholly(text)
	if !ok {
		return false
	}
	// A pull request's repository is only there in its own runs, which other
	// rules look at.
	for term := range strings.SplitSeq(body, "||") {
		switch strings.TrimSpace(term) {
		case "github.repository", "github.event.repository.full_name", "github.event.pull_request.head.repo.full_name":
		default:
			return false
		}
	}
	return true
}

// wholly is the body of a text that is one expression, in lower case.
func wholly(text string) (string, bool) {
	if !strings.HasPrefix(text, "${{") || end(text) != len(text) {
		return "", false
	}
	return lower(strings.TrimSpace(text[3 : len(text)-2])), true
}

// sameCommit reports whether a checkout's ref names the commit that started
// the run, of which the workflow is.
func sameCommit(ref string) bool {
	ref = strings.TrimPrefix(strings.TrimPrefix(ref, "refs/tags/"), "refs/heads/")
	body, ok := wholly(ref)
	return ok && slices.Contains([]string{"github.ref", "github.sha", "github.ref_name", "github.workflow_sha", "github.event.release.tag_name"}, body)
}

// movesTree names a command that puts other files of a repository in place.
func movesTree(c Command) string {
	words := make([]string, 0, 3)
	for _, w := range c.Words {
		if !strings.HasPrefix(w.Text, "-") && len(words) < 3 {
			words = append(words, w.Text)
		}
	}
	if len(words) < 2 {
		return ""
	}
	switch {
	case c.Program() == "git" && slices.Contains([]string{"checkout", "switch", "reset", "pull", "merge", "restore", "apply", "am", "cherry-pick", "rebase", "read-tree"}, words[1]):
		return "git " + words[1]
	case c.Program() == "gh" && len(words) > 2 && words[1] == "pr" && words[2] == "checkout":
		return "gh pr checkout"
	}
	return ""
}

// callee is the workflow of the repository that a job calls, also by the
// repository's full name. Then elsewhere is the ref that it is called at, whose
// text may not be what was read.
func (b *builder) callee(c *workflow.Call) (w *workflow.Workflow, elsewhere string, err error) {
	w, err = b.g.Repo.Callee(c)
	u := c.Uses
	if err == nil || u.Kind != workflow.Remote || b.facts.Repository == "" || !strings.EqualFold(u.Owner+"/"+u.Repo, b.facts.Repository) {
		return w, "", err
	}
	own := *c
	own.Uses.Kind = workflow.Local
	if w, err = b.g.Repo.Callee(&own); err != nil {
		return nil, "", err
	}
	return w, u.Ref, nil
}

// doubtful reports whether a job may have an id-token.
func doubtful(j *Job) bool { return j.IDToken() != expr.False }
