// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// judgeID judges a download by an id that does not lead to the step that stored
// the artifact. Where the id is an input that only callers elsewhere hand over,
// nothing is said: each of them is judged where it calls.
func (a *audit) judgeID(rule *finding.Rule, sp *spot, s *graph.Step, d *graph.Download) {
	if d.Lost == nil || d.Lost.Kind == graph.LostToCaller {
		return
	}
	const hint = "hand over the output artifact-id of the upload step itself: outputs of the job, and artifact-ids: ${{ needs.JOB.outputs.ID }} here; " +
		"to a called workflow the same as an input"
	job, text := sp.job.Job.ID.Value, shortName(d.Lost.Text)
	stray := fromUnneeded(sp, s, d, func(*graph.Upload) bool { return true })
	var f finding.Finding
	switch {
	case d.Lost.Runs != nil:
		in := events(sp.job, func(i int) bool { return sp.emptyIn(s, d, i) })
		if len(in) == 0 {
			return
		}
		f = a.atStep(rule, s, "store the artifact in every run in which it is downloaded (take the condition off the upload step, or give the download the same one), and leave no way to an empty text in the id",
			"in a run on %s, job %q downloads by an id that may be empty (%s): %s; by an empty id it takes what any job of the run has stored", strings.Join(in, " or "), job, text, d.Lost.Reason)
	case d.Lost.Kind == graph.LostEmpty:
		f = a.atStep(rule, s, hint, "job %q downloads by an id that nothing gives a value (%s): %s; by an empty id it takes what any job of the run has stored", job, text, d.Lost.Reason)
		if a.onlyStore(sp.job, d) != nil {
			f.Severity = finding.Note
		}
	case stray != nil:
		f = a.atStep(rule, s, hint, "job %q downloads an artifact by an id that cannot be followed to the step that stored it (%s): %s; so it may be one of job %q, which it does not wait for",
			job, text, d.Lost.Reason, stray.Step.Job.Job.ID.Value)
	case d.Lost.Kind == graph.LostInUnknown:
		return // said of what is not known
	default:
		f = a.atStep(rule, s, hint, "job %q downloads an artifact by an id that cannot be followed to the step that stored it (%s): %s", job, text, d.Lost.Reason)
		f.Severity = finding.Note
	}
	f.Location = finding.Location{File: d.File, Line: d.Line}
	if d.Lost.Line > 0 {
		f.Location = finding.Location{File: d.Lost.File, Line: d.Lost.Line}
	}
	a.add(sp.cap(f))
}

// emptyIn reports whether the id of a download may be empty in a run in which
// the job's files reach an index.
func (sp *spot) emptyIn(s *graph.Step, d *graph.Download, run int) bool {
	empty := false
	sp.onPath(s, func(i int) bool {
		empty = i == run && i < len(d.Lost.Runs) && d.Lost.Runs[i]
		return !empty
	})
	return empty
}
