// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// unawaited is the artifact that a download by name takes where only jobs that
// the downloading one does not wait for store one of that name; nil for none,
// and where a job that it waits for may store more than is known here.
func unawaited(sp *spot, s *graph.Step, d *graph.Download) *graph.Upload {
	if strings.Contains(d.Text, "$") || strings.Contains(d.Pattern, "*") {
		return nil
	}
	waits := upstream(sp.job)
	for j := range waits {
		if slices.ContainsFunc(j.Steps, unheardStep) {
			return nil
		}
	}
	if slices.ContainsFunc(d.From, func(u *graph.Upload) bool { return waits[u.Step.Job] }) || slices.ContainsFunc(sp.job.Steps, func(o *graph.Step) bool {
		return slices.ContainsFunc(o.Uploads, func(u *graph.Upload) bool { return u.Name == d.Text })
	}) {
		return nil
	}
	return fromUnneeded(sp, s, d, func(u *graph.Upload) bool { return u.Name == d.Text })
}

// unheardStep reports whether a step is an action or reusable workflow that no
// table knows, so that it may store artifacts.
func unheardStep(s *graph.Step) bool {
	return s.Step == nil && !s.Known.Known || s.Step != nil && s.Step.Uses != nil && (s.Uses != nil && !s.Known.Known && len(s.Sinks) == 0 || s.Fault != "" || s.Action != nil)
}

// withNeed writes the line of a job's needs with another job in it; "" where it
// is not on one line, or the other job is in another file.
func (a *audit) withNeed(j, other *graph.Job) string {
	needs, id := j.Job.Needs, other.Job.ID.Value
	if len(needs) == 0 || j.File != other.File || len(j.Callers) != len(other.Callers) || needs[0].Line != needs[len(needs)-1].Line {
		return ""
	}
	src := a.source(j.File.Path)
	line := src.Line(needs[0].Line)
	switch {
	case strings.Contains(line, "#"):
		return ""
	case strings.HasPrefix(strings.TrimSpace(line), "needs: [") && strings.HasSuffix(strings.TrimSpace(line), "]"):
		return src.Replace(needs[0].Line, "]", ", "+id+"]")
	case strings.TrimSpace(line) == "needs: "+needs[0].Value:
		return src.Replace(needs[0].Line, "needs: "+needs[0].Value, "needs: ["+needs[0].Value+", "+id+"]")
	}
	return ""
}

// onlyStore is the one job of the run that stores artifacts, where the
// downloading job waits for it; nil where others may.
func (a *audit) onlyStore(j *graph.Job, d *graph.Download) *graph.Job {
	var only *graph.Job
	for _, u := range d.From {
		if only != nil && only != u.Step.Job {
			return nil
		}
		only = u.Step.Job
	}
	if only == nil || !waitsFor(j, only) {
		return nil
	}
	for _, o := range a.in.Graph.Jobs {
		if o.Root == j.Root && o.Reachable() && slices.ContainsFunc(o.Steps, unheardStep) {
			return nil
		}
	}
	return only
}

// narrower is an input that takes, of the artifacts that a download without a
// name takes, those of jobs that are waited for, as far as their names have
// something in common that the others' have not.
func narrower(j *graph.Job, d *graph.Download) (input, value string) {
	var from, stray []*graph.Upload
	waits := upstream(j)
	for _, u := range d.From {
		if waits[u.Step.Job] {
			from = append(from, u)
		} else {
			stray = append(stray, u)
		}
	}
	if len(from) == 0 {
		return "", ""
	}
	if len(from) == 1 && !strings.ContainsAny(from[0].Pattern, "*$") {
		if slices.ContainsFunc(stray, func(u *graph.Upload) bool { return u.Name == from[0].Name }) {
			return "", ""
		}
		return "name", from[0].Name
	}
	common, _, _ := strings.Cut(from[0].Pattern, "*")
	for _, u := range from[1:] {
		name, _, _ := strings.Cut(u.Pattern, "*")
		n := 0
		for n < min(len(name), len(common)) && name[n] == common[n] {
			n++
		}
		common = common[:n]
	}
	const least = 3 // shorter ones are chance
	if len(common) < least || slices.ContainsFunc(stray, func(u *graph.Upload) bool {
		name, _, _ := strings.Cut(u.Pattern, "*")
		return strings.HasPrefix(name, common) || strings.HasPrefix(common, name) && name != u.Pattern
	}) {
		return "", ""
	}
	return "pattern", common + "*"
}
