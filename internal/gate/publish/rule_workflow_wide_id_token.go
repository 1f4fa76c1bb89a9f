// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
)

var _ = register(finding.Rule{
	ID:       "workflow-wide-id-token",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "More than the publishing job may ask for an id-token",
	Why: "Every job that may ask for an id-token in the publisher's file can trade it for a token of the index, unless an " +
		"environment stops it. With the permission at the top of the file, or with write-all, that includes the jobs that run " +
		"tests, build backends and other people's packages.",
	Bad:        "permissions:\n  id-token: write\njobs:\n  test: …\n  publish: …",
	Good:       "permissions: {}\njobs:\n  test: …\n  publish:\n    permissions:\n      id-token: write",
	References: []string{"SPEC 8: restrict permissions in GitHub Actions", "PyPI: use per-job permissions"},
}, func(a *audit, rule *finding.Rule) {
	said, publishing := map[*workflow.Workflow]bool{}, map[*workflow.Job]bool{}
	for _, k := range a.trusted() {
		publishing[k.Step.Job.Job] = true
		for _, c := range k.Step.Job.Callers {
			publishing[c.Job] = true
		}
	}
	for _, k := range a.trusted() {
		j := k.Step.Job
		if own := j.Job.Permissions; own != nil {
			if own.Kind == workflow.WriteAll {
				f := a.at(rule, j, j.File.Path, own.Pos.Line, "name the permissions that the job needs: to publish, id-token: write is enough",
					"job %q publishes to %s with the permission write-all; expected id-token: write alone", j.Job.ID.Value, indexName(k.Index))
				f.Fix = a.source(j.File.Path).InJob(j.Job, "permissions:", "  id-token: write")
				a.add(f)
			}
		}
		for _, w := range []*workflow.Workflow{j.File, j.Root} {
			if !said[w] {
				said[w] = true
				a.wideIDToken(rule, w, publishing)
			}
		}
	}
})

// wideIDToken judges the permissions at the top of a file, of which publishing
// are the jobs that publish, or call what does.
func (a *audit) wideIDToken(rule *finding.Rule, w *workflow.Workflow, publishing map[*workflow.Job]bool) {
	p := w.Permissions
	if p == nil || p.Of(workflow.IDToken) != workflow.WriteAccess {
		return
	}
	var others []string
	var needing *workflow.Job
	for _, j := range w.Jobs {
		if j.Permissions != nil {
			continue
		}
		if publishing[j] {
			if needing == nil {
				needing = j
			}
			continue
		}
		others = append(others, `"`+j.ID.Value+`"`)
	}
	what := "id-token: write"
	if p.Kind == workflow.WriteAll {
		what = "write-all"
	}
	f := rule.Found(w.Path, "move id-token: write to the job that publishes, and let the top of the file grant no more than contents: read",
		"the top of %s grants %s to every job", w.Path, what)
	switch {
	case len(others) > 0:
		f.Message += fmt.Sprintf(", so that also %s may ask for a token of the index; expected it on the publishing job only", fewNames(others))
	case p.Kind == workflow.WriteAll:
		f.Message += "; expected the permissions that are needed, on the job that needs them"
	default:
		f.Severity = finding.Note
		f.Message += "; only publishing jobs are without permissions of their own now, and the next job that is added gets it too"
	}
	f.Location = finding.Location{File: w.Path, Line: p.Pos.Line}
	src := a.source(w.Path)
	lines := []string{"permissions:"}
	for _, s := range p.Scopes {
		if !strings.EqualFold(s.Name.Value, workflow.IDToken) {
			lines = append(lines, "  "+s.Name.Value+": "+s.Access.String())
		}
	}
	if len(lines) == 1 {
		lines = []string{"permissions: {}"}
	}
	if needing != nil {
		head := src.InJob(needing, "permissions:", "  id-token: write")
		lines = append(lines, "# …", "jobs:", head)
	}
	f.Fix = strings.Join(lines, "\n")
	a.add(f)
}

// fewNames lists names, the first five of them.
func fewNames(names []string) string {
	if len(names) > 6 {
		names = append(slices.Clone(names[:5]), fmt.Sprintf("%d more", len(names)-5))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
