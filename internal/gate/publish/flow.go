// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// holdsToken: the job uploads, or a trusted publisher would accept it.
func (sp *spot) holdsToken() bool { return sp.publishes || sp.publisher != nil }

// part says in messages what a job does on the path.
func (sp *spot) part() string {
	switch {
	case sp.publishes:
		return "publishes"
	case sp.publisher != nil:
		return "may ask for a token to publish with"
	}
	return "makes files that are published"
}

// index is where the job's files go, the test index only where they go nowhere
// else.
func (sp *spot) index() string {
	for _, k := range sp.sinks {
		if canonical(k.Index) != sinks.TestPyPI {
			return k.Index
		}
	}
	return sp.sinks[0].Index
}

// making are the job's steps on the path that come before its files leave it:
// all of them in a job that holds a token, else those up to its last upload of
// an artifact.
func (sp *spot) making() []*graph.Step {
	if sp.holdsToken() {
		return sp.steps()
	}
	last := -1
	for i, s := range sp.job.Steps {
		if len(s.Uploads) > 0 {
			last = i
		}
	}
	var out []*graph.Step
	for i, s := range sp.job.Steps {
		if i <= last && sp.in(s) {
			out = append(out, s)
		}
	}
	return out
}

// onPath calls f for each run in which the step runs and the job's files reach
// an index, with the number of the run, until f returns false.
func (sp *spot) onPath(s *graph.Step, f func(i int) bool) {
	for i, on := range sp.runs() {
		if on && i < len(s.Runs) && s.Runs[i].Runs != expr.False && !f(i) {
			return
		}
	}
}

// upstream are the jobs that j waits for, directly or not.
func upstream(j *graph.Job) map[*graph.Job]bool {
	out, calls := map[*graph.Job]bool{}, map[*graph.Job]bool{}
	for queue := slices.Clone(needs(j, calls)); len(queue) > 0; queue = queue[1:] {
		if n := queue[0]; !out[n] {
			out[n] = true
			queue = append(queue, needs(n, calls)...)
		}
	}
	return out
}

// needs are the jobs that j waits for directly, and those that the jobs wait
// for which call the workflow that j is in: it starts behind them too. Calls
// has the calling jobs that are done; they are not looked at again.
func needs(j *graph.Job, calls map[*graph.Job]bool) []*graph.Job {
	out := slices.Clip(j.Needs)
	for _, c := range j.Callers {
		if !calls[c] {
			calls[c] = true
			out = append(out, c.Needs...)
		}
	}
	return out
}

// possible are the texts that a text with expressions may come to in a
// scenario; all is false where there are others.
func possible(text string, s *expr.Scenario) (texts []string, all bool) {
	if !strings.Contains(text, "${{") {
		return []string{text}, true
	}
	t, _ := expr.ParseTemplate(text) // what is broken in it is unknown
	return t.Texts(s)
}

// several joins names for a message; beyond five they are counted, and long
// ones are cut.
func several(names []string) string {
	const most, longest = 5, 160
	var out []string
	for _, n := range names[:min(most, len(names))] {
		if len(n) > longest {
			n = strings.ToValidUTF8(n[:longest], "") + "…"
		}
		out = append(out, n)
	}
	text := strings.Join(out, ", ")
	if len(names) > most {
		text += " and " + itoa(len(names)-most) + " more"
	}
	return text
}
