// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "attested-set-differs",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "Some of the files that are uploaded are not attested",
	Why: "A file without provenance can come from anywhere, and a release in which only some files have it gives nobody a reason to look twice. " +
		"Where only the wheels are attested, an sdist of any origin passes, and many users build from the sdist.",
	Bad: "- uses: actions/attest-build-provenance@…\n  with: {subject-path: \"dist/*.whl\"}\n- uses: actions/upload-artifact@…\n" +
		"  with: {path: dist/}   # wheels and the sdist",
	Good:       "- uses: actions/attest-build-provenance@…\n  with: {subject-path: \"dist/*\"}\n- uses: actions/upload-artifact@…\n  with: {path: dist/}",
	References: []string{"SPEC 8: adopt SLSA (attest-build-provenance)", "SLSA: provenance exists"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		if sp := a.spot(j); j.Remote == nil && (sp == nil || !sp.publishes) {
			a.attestsPart(rule, j)
		}
	}
	for _, sp := range a.spots {
		if sp.job.Remote != nil {
			continue
		}
		signs := a.signings(sp.job)
		if len(signs) == 0 {
			a.unattested(rule, sp)
			continue
		}
		subjects, ok := subjectsOf(signs)
		for _, files := range sent(sp) {
			if !ok || len(files) == 0 || !constant(files) || a.handsOn(sp) {
				continue
			}
			for _, c := range []class{{".tar.gz", "sdist"}, {".whl", "wheels"}} {
				if !c.in(files) || c.in(subjects) && sameFolder(subjects, files) || !a.made(sp, c, files) {
					continue
				}
				a.add(sp.cap(a.at(rule, sp.job, signs[0].file, signs[0].line, "let subject-path name all that is handed on, such as "+strings.Join(files, " "),
					"job %q attests %q and hands on %q: the %s without provenance", sp.job.Job.ID.Value, strings.Join(subjects, " "), strings.Join(files, " "), c.name)))
				break
			}
		}
	}
})

// attestsPart judges a job of its own for provenance by what it fetches.
func (a *audit) attestsPart(rule *finding.Rule, j *graph.Job) {
	signs := a.signings(j)
	if len(signs) == 0 {
		return
	}
	subjects, ok := subjectsOf(signs)
	d := a.takesRelease(j, signs[len(signs)-1].step)
	if !ok || d == nil {
		return
	}
	for _, u := range d.From {
		from := a.spot(u.Step.Job)
		if from == nil || len(a.signings(u.Step.Job)) > 0 || !constant(u.Paths) || len(u.Paths) == 0 {
			continue
		}
		for _, c := range []class{{".tar.gz", "sdist"}, {".whl", "wheels"}} {
			if !c.in(u.Paths) || c.in(subjects) || !a.made(from, c, u.Paths) {
				continue
			}
			all := strings.TrimPrefix(strings.TrimSuffix(d.Dest, "/")+"/*", "/")
			f := a.at(rule, j, signs[0].file, signs[0].line, "let subject-path name all that is fetched, such as "+all,
				"job %q attests %q of the artifact of job %q, which also holds the %s: those stay without provenance", j.Job.ID.Value, strings.Join(subjects, " "), u.Step.Job.Job.ID.Value, c.name)
			if len(signs) == 1 && signs[0].action && len(signs[0].step.Chain) == 0 {
				f.Fix = a.source(f.Location.File).WithInput(signs[0].step.Step, "subject-path", all)
			}
			a.add(from.cap(f))
			return
		}
	}
}

// maxStages bounds what is looked at of one job: a hostile file may have
// thousands of jobs that feed one another.
const maxStages = 50

// class is a kind of distribution by the end of its name.
type class struct{ end, name string }

// in reports whether one of the patterns may match a name of the class.
func (c class) in(patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		base := p[strings.LastIndexByte(p, '/')+1:]
		i := strings.LastIndexAny(base, "*?]})")
		switch {
		case i >= 0:
			return strings.HasSuffix(c.end, base[i+1:]) || strings.HasSuffix(base[i+1:], c.end)
		case base == "" || !strings.Contains(base, "."):
			return true // a folder
		}
		return strings.HasSuffix(base, c.end)
	})
}

func subjectsOf(signs []signing) ([]string, bool) {
	var out []string
	for _, s := range signs {
		if s.signed == nil || len(s.signed.Subjects) == 0 || s.signed.Checksums != "" {
			return nil, false
		}
		out = append(out, s.signed.Subjects...)
	}
	return out, constant(out)
}

func constant(texts []string) bool {
	return !slices.ContainsFunc(texts, func(t string) bool { return strings.ContainsAny(t, "$~!") })
}

// sameFolder reports whether one of the subjects may lie where files are.
func sameFolder(subjects, files []string) bool {
	return slices.ContainsFunc(subjects, func(s string) bool {
		return strings.Contains(s, "**") || slices.ContainsFunc(files, func(f string) bool {
			return folder(s) == folder(f) || strings.HasPrefix(folder(f)+"/", folder(s)+"/")
		})
	})
}

// sent are the sets of files that a job hands on: what it uploads, and each
// artifact that is taken from it.
func sent(sp *spot) [][]string {
	var out [][]string
	for i, st := range sp.stages {
		switch {
		case i >= maxStages:
			return out
		case st.To == nil:
			out = append(out, sp.sinks[i].Files)
		case st.Upload != nil && !st.Upload.Remote && st.Upload.Step.Job == sp.job:
			out = append(out, st.Upload.Paths)
		}
	}
	return out
}

// handsOn reports whether the job moves files about, so that folders say
// little.
func (a *audit) handsOn(sp *spot) bool {
	return slices.ContainsFunc(sp.steps(), func(s *graph.Step) bool {
		return slices.ContainsFunc(a.deeds(s), func(d deed) bool {
			return !d.action && slices.Contains([]string{"mv", "cp", "rsync", "move", "copy", "ln"}, strings.ToLower(d.command.Program()))
		})
	})
}

// made reports whether a class is certainly among the files: they name it, or
// a job on the way builds it.
func (a *audit) made(sp *spot, c class, files []string) bool {
	if slices.ContainsFunc(files, func(f string) bool { return strings.HasSuffix(f, c.end) }) {
		return true
	}
	jobs := []*graph.Job{sp.job}
	for i, st := range sp.stages {
		if st.To == nil && i < maxStages {
			for _, up := range sp.sinks[i].Path {
				if len(jobs) < maxStages {
					jobs = append(jobs, up.Job)
				}
			}
		}
	}
	for _, j := range jobs {
		for _, d := range a.deedsOf(j) {
			if d.action || d.kind != builds {
				continue
			}
			w := commandWords(d.command.Command)
			builds := slices.ContainsFunc(w, func(x string) bool { return x == "build" || x == "pyproject-build" })
			wheel, sdist := hasFlag(w, "--wheel", "-w"), hasFlag(w, "--sdist", "-s") || slices.Contains(w, "sdist")
			switch {
			case c.end == ".whl" && builds && (wheel || !sdist), c.end != ".whl" && (sdist || builds && !wheel):
				return true
			}
		}
	}
	return false
}

// unattested finds a job whose artifact reaches an index without provenance
// while that of another job beside it has it.
func (a *audit) unattested(rule *finding.Rule, sp *spot) {
	for i, st := range sp.stages {
		if i >= maxStages {
			return
		}
		k := sp.sinks[i]
		if st.To == nil || st.Upload == nil || a.signedLater(k, st) || first(a.deedsOf(sp.job), func(d deed) bool { return d.kind == builds || d.kind == code }) == nil {
			continue
		}
		for _, o := range k.Path {
			if o.To != st.To || o.Job == sp.job || len(a.signings(o.Job)) == 0 && !signsOwn(o.Job) {
				continue
			}
			a.add(sp.cap(a.at(rule, sp.job, sp.job.File.Path, sp.job.Job.Pos.Line, "attest in this job as well, before the artifact is stored",
				"job %q hands on files without provenance, while job %q attests what it hands to the same upload", sp.job.Job.ID.Value, o.Job.Job.ID.Value)))
			return
		}
	}
}

// signedLater reports whether a job that takes a stage's artifact signs.
func (a *audit) signedLater(k *graph.Sink, st *graph.Stage) bool {
	for _, j := range a.in.Graph.Jobs {
		if len(a.signings(j)) == 0 || j.Root != st.Job.Root {
			continue
		}
		for _, s := range j.Steps {
			for _, d := range s.Downloads {
				if slices.Contains(d.From, st.Upload) {
					return true
				}
			}
		}
	}
	for up, n := st, 0; up != nil && up.To != nil && n < maxStages; n++ {
		if len(a.signings(up.To)) > 0 {
			return true
		}
		up = k.Stage(up.To)
	}
	return false
}
