// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// ownToken is the line of the first step of a job that works with the run's
// own token (GITHUB_TOKEN), 0 for none; writes: one of them changes the
// repository with it, at that line.
func (a *audit) ownToken(j *workflow.Job) (line int, writes bool) {
	wide := namesOwnToken(j.Env...)
	for s := range workflow.All(j.Steps) {
		used, changes := wide || namesOwnToken(s.Env...) || namesOwnToken(s.With...), false
		if s.Run != nil {
			script := s.Run.Script
			used = used || namesOwnToken(workflow.Var{Value: script})
			changes = strings.Contains(script.Value, "git push") || used && (strings.Contains(script.Value, "gh release") || strings.Contains(script.Value, "gh pr"))
		}
		if s.Uses != nil {
			name := s.Uses.Name()
			changes = a.releasesBy(j, s) || used && slices.ContainsFunc([]string{"release", "gh-pages", "pull-request", "push-action", "auto-commit"},
				func(w string) bool { return strings.Contains(name, w) })
		}
		if changes {
			return s.Pos.Line, true
		}
		if used && line == 0 {
			line = s.Pos.Line
		}
	}
	return line, false
}

// namesOwnToken reports whether a value names the run's own token.
func namesOwnToken(vars ...workflow.Var) bool {
	return slices.ContainsFunc(vars, func(v workflow.Var) bool {
		t := strings.ToLower(v.Value.Value)
		return strings.Contains(t, "github.token") || strings.Contains(t, "secrets.github_token")
	})
}

// releasesBy reports whether a step of a job is an action that makes releases,
// which takes the token by itself.
func (a *audit) releasesBy(j *workflow.Job, step *workflow.Step) bool {
	for _, g := range a.in.Graph.Jobs {
		if g.Job == j {
			return slices.ContainsFunc(g.Steps, func(s *graph.Step) bool { return s.Step == step && s.Known.Role == known.Releases })
		}
	}
	return false
}

// otherPermissions are the lines of what a job needs beside an id-token: what
// it has written, else what its steps are seen to need. At least one.
func (a *audit) otherPermissions(j *graph.Job) []string {
	var lines []string
	if p := j.Job.Permissions; p != nil {
		for _, scope := range p.Scopes {
			if !strings.EqualFold(scope.Name.Value, workflow.IDToken) {
				lines = append(lines, scope.Name.Value+": "+scope.Access.String())
			}
		}
	} else if line, writes := a.ownToken(j.Job); line != 0 {
		lines = append(lines, tokenLine(line, writes))
	}
	if len(lines) == 0 {
		lines = []string{"contents: read"}
	}
	return lines
}

// tokenLine is the line of a permissions block for a step that works with the
// run's own token.
func tokenLine(line int, writes bool) string {
	if writes {
		return "contents: write  # for the step on line " + itoa(line)
	}
	return "contents: read  # and what the step on line " + itoa(line) + " needs"
}
