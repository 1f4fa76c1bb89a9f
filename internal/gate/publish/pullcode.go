// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"path"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// fetchesPull reports whether a step gets the commit of a pull request, or its
// changes as a patch.
func fetchesPull(s *graph.Step) bool {
	if s.Known.Role == known.Checkout {
		ts := pullTexts(s)
		return ts.namesPull(s.With["ref"]) || ts.namesPull(s.With["repository"])
	}
	return pullCommand(s) >= 0
}

func pullTexts(s *graph.Step) *taints {
	return &taints{step: s, refs: map[string]*expr.Expr{}, memo: map[string][]expr.Taint{}}
}

// pullCommand is the number of the step's first command that gets something of
// a pull request, -1 for none.
func pullCommand(s *graph.Step) int {
	ts, patches := pullTexts(s), appliesPatch(s)
	return slices.IndexFunc(s.Commands, func(c graph.Command) bool {
		words := texts(c)
		switch p := c.Program(); p {
		case "gh", "hub":
			if len(words) > 2 && words[1] == "pr" {
				return words[2] == "checkout" || words[2] == "diff" && patches
			}
			return len(words) > 1 && words[1] == "api" && patches && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, "/pulls/") })
		case "git", "curl", "wget":
			return (p == "git" || patches) && slices.ContainsFunc(words, ts.namesPullIn)
		}
		return false
	})
}

// fetchesAndRuns reports whether a step runs code after it got that of a pull
// request itself.
func fetchesAndRuns(s *graph.Step) bool {
	i := pullCommand(s)
	return i >= 0 && slices.ContainsFunc(s.Commands[i+1:], func(c graph.Command) bool { return !inert(c) })
}

// appliesPatch reports whether a step changes the workspace by a patch.
func appliesPatch(s *graph.Step) bool {
	return slices.ContainsFunc(s.Commands, func(c graph.Command) bool {
		words := texts(c)
		return c.Program() == "patch" || c.Program() == "git" && len(words) > 1 && (slices.Contains(words, "apply") || slices.Contains(words, "am"))
	})
}

func texts(c graph.Command) []string {
	words := make([]string, len(c.Words))
	for i, w := range c.Words {
		words[i] = w.Text
	}
	return words
}

// namesPullIn is namesPull for a word of a command, with the variables in it.
func (ts *taints) namesPullIn(word string) bool {
	if ts.namesPull(word) {
		return true
	}
	return slices.ContainsFunc(plainVariables(word), func(v string) bool {
		if v == "GITHUB_HEAD_REF" {
			return true
		}
		text, ok := ts.step.Env[v]
		return ok && ts.namesPull(text)
	})
}

// namesPull reports whether a text leads to the commit of a pull request.
func (ts *taints) namesPull(text string) bool {
	text = strings.ToLower(text)
	if plain := strings.TrimLeft(text, "+"); strings.HasPrefix(plain, "refs/pull/") || strings.HasPrefix(plain, "pull/") || strings.Contains(plain, ":refs/pull/") {
		return true
	}
	t, _ := expr.ParseTemplate(text)
	return slices.ContainsFunc(t.Exprs(), func(e *expr.Expr) bool {
		// The text of format('refs/pull/{0}/head', …).
		if strings.Contains(e.String(), "'refs/pull/") || strings.Contains(e.String(), "'pull/") {
			return true
		}
		return slices.ContainsFunc(e.Refs(), ts.leadsToPull)
	})
}

// leadsToPull reports whether a property holds a commit, a branch or an address
// of a pull request, through variables and outputs as well.
func (ts *taints) leadsToPull(r expr.Ref) bool {
	if !r.Flows || ts.hops >= maxHops {
		return false
	}
	deeper := *ts
	deeper.hops++
	switch p := strings.TrimPrefix(r.Path, "github.event."); {
	case strings.HasPrefix(p, "pull_request.head."), p == "pull_request.merge_commit_sha", strings.HasPrefix(p, "workflow_run.head_"),
		strings.HasPrefix(p, "workflow_run.pull_requests"), p == "github.head_ref",
		strings.HasPrefix(p, "pull_request.") && (strings.HasSuffix(p, "patch_url") || strings.HasSuffix(p, "diff_url")),
		strings.HasPrefix(p, "issue.pull_request."):
		return true
	}
	switch r.Context() {
	case "env":
		for name, text := range ts.step.Env {
			if strings.EqualFold(name, r.Property(0)) && strings.Contains(text, "${{") && deeper.namesPull(text) {
				return true
			}
		}
	case "steps", "needs":
		out := r.Property(2)
		if strings.Contains(out, "head") || strings.Contains(out, "pull") || out == "pr_sha" || out == "pr-sha" {
			return true
		}
		return slices.ContainsFunc(ts.step.Job.Steps, func(o *graph.Step) bool {
			if r.Context() != "steps" || o == ts.step || o.Step == nil || o.File != ts.step.File || !strings.EqualFold(o.Step.ID.Value, r.Property(0)) {
				return false
			}
			there := taints{step: o, refs: ts.refs, memo: map[string][]expr.Taint{}, hops: ts.hops + 1}
			return slices.ContainsFunc(o.Written, func(w shell.Write) bool {
				return fileVariable(w.Path.Text) == "GITHUB_OUTPUT" && slices.ContainsFunc(valuesOf(w.Content.Text, out), there.namesPullIn)
			})
		})
	}
	return false
}

// executes reports whether a step runs code that lies in the workspace.
func executes(s *graph.Step) bool {
	if len(s.Chain) > 0 && s.Chain[0].Step.Uses.Kind == workflow.Local || s.Step.Uses != nil && s.Step.Uses.Kind == workflow.Local {
		return true // the action itself is from the pull request
	}
	switch s.Known.Role {
	case known.Builds, known.Tests, known.Installs:
		return true
	}
	return slices.ContainsFunc(s.Commands, func(c graph.Command) bool { return !inert(c) })
}

// runsFrom reports whether a step runs what lies in a folder, "." being the
// workspace, where files of an artifact take the place of the repository's own.
func runsFrom(s *graph.Step, dir string) bool {
	if s.Step.Run == nil || dir == "." {
		return executes(s)
	}
	return slices.ContainsFunc(s.Commands, func(c graph.Command) bool {
		return !inert(c) && slices.ContainsFunc(c.Words[:min(len(c.Words), 2)], func(w shell.Word) bool {
			return w.Text == dir || strings.HasPrefix(path.Clean(w.Text), dir+"/")
		})
	})
}

// inert reports whether a command runs no code that lies in the workspace.
func inert(c graph.Command) bool {
	name := c.Program()
	if strings.Contains(" "+inertPrograms+" ", " "+name+" ") && name != "" {
		return !slices.ContainsFunc(c.Words[1:], func(w shell.Word) bool {
			return w.Text == "-exec" || w.Text == "-execdir" || strings.HasPrefix(w.Text, "--checkpoint-action") || strings.HasPrefix(w.Text, "--to-command") ||
				strings.HasPrefix(w.Text, "--compress-program") || name == "awk" && (w.Text == "-f" || strings.Contains(w.Text, "system("))
		})
	}
	in, ok := installOf(c)
	return ok && !in.local && len(in.files) == 0
}

const inertPrograms = "git gh hub echo printf cat ls cd pwd mkdir cp mv rm jq yq grep sed awk cut sort uniq head tail test [ [[ ( : export set exit true false patch " +
	"curl wget date sleep find tr wc tee touch diff sha256sum sha512sum tar unzip zip gzip read local unset shift return cmp basename dirname apt-get apt brew sudo"
