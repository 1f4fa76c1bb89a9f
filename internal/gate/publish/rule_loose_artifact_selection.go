// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "loose-artifact-selection",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "A job on the path takes more artifacts than those it was built to take",
	Why: "Any job of the run can slip a file into the release: a test job that runs a compromised dependency stores an artifact with something that " +
		"looks like a wheel, and it is published with the others. A name, or better the id of the artifact that the build job hands over, takes what " +
		"that job stored and nothing else; by an id that comes out empty, the download takes everything again. And a job that the download does not wait for may not have stored its files yet.",
	Bad:        "- uses: actions/download-artifact@…\n  with:\n    path: dist",
	Good:       "- uses: actions/download-artifact@…\n  with:\n    artifact-ids: ${{ needs.build.outputs.artifact-id }}\n    path: dist",
	References: []string{"SLSA: Build L3, provenance is unforgeable by other jobs", "PyPI: trusted publishing security model"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		for _, s := range sp.making() {
			for _, d := range s.Downloads {
				if d.Outside == "" {
					a.judgeSelection(rule, sp, s, d)
				}
			}
		}
	}
})

func (a *audit) judgeSelection(rule *finding.Rule, sp *spot, s *graph.Step, d *graph.Download) {
	const hint = "name the artifact (name:), give those that are published a prefix of their own and take them by it (pattern: dist-*), " +
		"or hand over the id from the job that builds it (artifact-ids: ${{ needs.JOB.outputs.ID }})"
	all := d.By == graph.All || d.By == graph.ByPattern && strings.Trim(d.Pattern, "*") == ""
	var f finding.Finding
	switch {
	case all:
		what := "without a name"
		if d.By == graph.ByPattern {
			what = "by the pattern \"" + d.Text + "\""
		} else if o := s.Downloads[0]; o != d && (o.By == graph.ByID || o.By == graph.ByName) { // the next best where that is empty
			if o.Lost != nil && (o.Lost.Kind == graph.LostHere || o.Lost.Kind == graph.LostEmpty) {
				return // said of the id
			}
			what = "by " + map[graph.Selection]string{graph.ByID: "an id", graph.ByName: "a name"}[o.By] + " that may be empty (" + shortName(o.Text) + ")"
		}
		f = a.atStep(rule, s, hint, "job %q downloads artifacts %s: it takes what any job of the run has stored; expected the ones that it needs, by name, pattern or id", sp.job.Job.ID.Value, what)
		if only := a.onlyStore(sp.job, d); only != nil {
			f = a.atStep(rule, s, hint, "job %q downloads artifacts %s: today only job %q stores any, but a job that is added to the run later would have its files published too", sp.job.Job.ID.Value, what, only.Job.ID.Value)
			f.Severity = finding.Note
		}
	case d.By == graph.ByPattern:
		u := strayUpload(sp, s, d)
		if u == nil {
			return
		}
		f = a.atStep(rule, s, "give the artifacts that are published a prefix of their own, or wait for that job as well",
			"job %q downloads artifacts by the pattern %q, which also takes %q of job %q, a job that it does not wait for", sp.job.Job.ID.Value, d.Text, u.Name, u.Step.Job.Job.ID.Value)
	case d.By == graph.ByName:
		u := overwrites(sp, s, d)
		if u == nil {
			if u = unawaited(sp, s, d); u != nil {
				other := u.Step.Job.Job.ID.Value
				f = a.atStep(rule, s, "add "+other+" to the needs of job "+sp.job.Job.ID.Value,
					"job %q downloads the artifact %q (line %d) of job %q, a job that it does not wait for: the run fails where that job is late, and its files are published even where it fails after storing them", sp.job.Job.ID.Value, d.Text, d.Line, other)
				f.Location = finding.Location{File: d.File, Line: d.Line}
				if f.Fix = a.withNeed(sp.job, u.Step.Job); f.Fix != "" {
					f.Location = finding.Location{File: sp.job.File.Path, Line: sp.job.Job.Needs[0].Line}
				}
				a.add(sp.cap(f))
			}
			return
		}
		f = a.atStep(rule, s, "download by id (artifact-ids: ${{ needs.JOB.outputs.ID }}), and give the other artifact a name of its own",
			"job %q downloads the artifact %q, which job %q, that it does not wait for, overwrites", sp.job.Job.ID.Value, d.Text, u.Step.Job.Job.ID.Value)
	case d.By == graph.ByID:
		a.judgeID(rule, sp, s, d)
		return
	default:
		return
	}
	f.Location = finding.Location{File: d.File, Line: d.Line}
	if s.Step != nil && s.Step.Uses != nil && all {
		if input, value := narrower(sp.job, d); input != "" {
			if input == "name" && !(d.By == graph.All && strings.EqualFold(s.With["merge-multiple"], "true")) {
				input = "pattern" // by name the files would lie in another folder
			}
			f.Fix = a.source(s.File).WithInput(s.Step, input, value)
		}
	}
	a.add(sp.cap(f))
}

// strayUpload is an artifact that a pattern certainly takes, of a job that the
// downloading one does not wait for; nil for none.
func strayUpload(sp *spot, s *graph.Step, d *graph.Download) *graph.Upload {
	prefix, rest, _ := strings.Cut(d.Pattern, "*")
	if strings.Trim(rest, "*") != "" || strings.ContainsAny(prefix, "?[{+@!(") {
		return nil
	}
	return fromUnneeded(sp, s, d, func(u *graph.Upload) bool {
		name, _, _ := strings.Cut(u.Pattern, "*")
		return strings.HasPrefix(name, prefix)
	})
}

// overwrites is an artifact of the name that is downloaded, stored over the
// other one by a job that the downloading one does not wait for; nil for none.
func overwrites(sp *spot, s *graph.Step, d *graph.Download) *graph.Upload {
	return fromUnneeded(sp, s, d, func(u *graph.Upload) bool {
		// A name that is nothing but an expression may be any.
		return (u.Name == d.Text || u.Pattern == "*") && strings.EqualFold(u.Step.With["overwrite"], "true")
	})
}

// fromUnneeded is the first artifact that a download may take, of those that
// count, which a job stores that the downloading one does not wait for.
func fromUnneeded(sp *spot, s *graph.Step, d *graph.Download, counts func(*graph.Upload) bool) *graph.Upload {
	waits := upstream(sp.job)
	for _, u := range d.From {
		if waits[u.Step.Job] || u.Step.Job == sp.job || !counts(u) {
			continue
		}
		both := false
		sp.onPath(s, func(i int) bool {
			both = i < len(u.Step.Runs) && u.Step.Runs[i].Runs != expr.False
			return !both
		})
		if both {
			return u
		}
	}
	return nil
}
