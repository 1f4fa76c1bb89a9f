// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"path"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "dists-from-outside-run",
	Severity: finding.Error,
	Waivable: true,
	Title:    "The files that are uploaded come from outside the run",
	Why: "Whoever may write to a release page, to another run or to an address can replace the files there until the upload, and nothing ties " +
		"them to the commit that is released. Files of the same run were made by its own jobs, from its own commit.",
	Bad: "publish:\n  steps:\n    - run: gh release download \"$TAG\" --dir dist\n    - uses: pypa/gh-action-pypi-publish@…",
	Good: "publish:\n  needs: build\n  steps:\n    - uses: actions/download-artifact@…\n      with: {name: dist, path: dist/}\n" +
		"    - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"PyPI: trusted publishing security model", "SLSA: verifying artifacts"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		// One place that files come from is one cause, however many commands fetch.
		byPlace := map[string]int{}
		var all []outsiders
		var got []string
		for _, s := range sp.steps() {
			for _, d := range slices.Concat(s.Downloads, a.fetched(sp, s, &got)) {
				if d.Outside == "" || !a.feeds(sp, d) {
					continue
				}
				o := outsiders{first: d, verified: a.verifiedAfter(sp.job, d.Step), inside: d.Step.Step == nil || len(d.Step.Sinks) > 0}
				key := d.Outside + "\x00" + o.verified + "\x00" + d.File
				i, ok := byPlace[key]
				if !ok || all[i].inside != o.inside {
					byPlace[key] = len(all)
					all = append(all, o)
					continue
				}
				if n := itoa(d.Line); d.Line != all[i].first.Line && !slices.Contains(all[i].lines, n) {
					all[i].lines = append(all[i].lines, n)
				}
			}
		}
		for _, o := range all {
			a.add(sp.cap(o.finding(a, rule, sp)))
		}
		if s := pullBuilt(sp); s != nil {
			a.add(sp.cap(a.atStep(rule, s, "build the commit that the run is for: the one that the tag or the release names",
				"job %q gets the commit of a pull request, and what it makes reaches %s: anybody may have written that commit, and it is not the one that is released", sp.job.Job.ID.Value, indexName(sp.index()))))
		}
		if s, over := a.committed(sp); s != nil {
			a.addCommitted(rule, sp, s, over)
		}
	}
})

func (a *audit) addCommitted(rule *finding.Rule, sp *spot, s *graph.Step, over bool) {
	hint, what := "build in a job of this run, and hand the files over with upload-artifact and download-artifact",
		"uploads files to "+indexName(sp.index())+" that no step of this run makes: they can only be files that are kept in the repository, which nobody can compare with the code"
	if over {
		hint, what = "take the checkout out of this job: to publish it needs the downloaded files alone",
			"checks the repository out over the files that it downloaded: what is uploaded to "+indexName(sp.index())+" are then files that are kept in the repository, or they are among it"
	}
	a.add(sp.cap(a.atStep(rule, s, hint, "job %q %s", sp.job.Job.ID.Value, what)))
}

// outsiders are the downloads of a job from one place outside of the run.
type outsiders struct {
	first    *graph.Download
	lines    []string // of the others
	verified string   // the check of signatures behind all of them, "" for none
	inside   bool     // an action of others does it
}

func (o outsiders) finding(a *audit, rule *finding.Rule, sp *spot) finding.Finding {
	const hint = "attest the files where they are built, and verify each of them here before the upload (gh attestation verify FILE --signer-workflow …); " +
		"better, build in this run and hand the files over with upload-artifact and download-artifact"
	more := ""
	switch {
	case len(o.lines) == 1:
		more = "; also on line " + o.lines[0]
	case len(o.lines) > 1:
		more = "; also on lines " + several(o.lines)
	}
	if o.verified != "" {
		more += "; " + o.verified + " checks them, so what is left is that somebody can choose among attested files"
	}
	f := a.at(rule, sp.job, o.first.File, o.first.Line, hint, "job %q takes files that reach %s from %s, so no job of this run made them%s", sp.job.Job.ID.Value, indexName(sp.index()), outsideName(o.first), more)
	if o.verified != "" || o.inside {
		f.Severity = finding.Warning
	}
	return f
}

func outsideName(d *graph.Download) string {
	switch d.Outside {
	case "an address":
		return "an address on the network"
	case "another commit":
		return "another commit of the repository"
	case "a release":
		return "the assets of a release page"
	}
	return d.Outside
}

// feeds reports whether what a download fetches may be what is uploaded: it
// goes to the folder from which files are taken on.
func (a *audit) feeds(sp *spot, d *graph.Download) bool {
	var taken []string
	for _, k := range sp.sinks {
		if k.Step.Job == sp.job && together(d.Step, k.Step) {
			taken = append(taken, k.Files...)
			if len(k.Files) == 0 {
				return true
			}
		}
	}
	for _, st := range sp.stages {
		if st.Upload != nil && st.Upload.Step.Job == sp.job {
			if len(st.Upload.Paths) == 0 && d.Step == st.Upload.Step {
				return true
			}
			taken = append(taken, st.Upload.Paths...)
		}
	}
	to := folder(d.Dest)
	moves := slices.ContainsFunc(sp.job.Steps, func(s *graph.Step) bool {
		return slices.ContainsFunc(a.deeds(s), func(x deed) bool {
			return !x.action && x.kind == changes && slices.Contains([]string{"mv", "cp", "rsync"}, x.command.Program())
		})
	})
	for _, t := range taken {
		from := folder(t)
		switch {
		case strings.Contains(to, "$") || strings.Contains(from, "$"):
			return true
		case to == from || from == "." || strings.HasPrefix(from+"/", to+"/") && to != "." || strings.HasPrefix(to+"/", from+"/"):
			return true
		case sp.publishes && moves:
			return true
		}
	}
	return false
}

// folder is the constant folder of a path or glob, "." for the workspace.
func folder(p string) string {
	p = strings.TrimSpace(strings.ReplaceAll(p, `\`, "/"))
	p = strings.TrimPrefix(strings.TrimPrefix(p, "${{ github.workspace }}/"), "./")
	if i := strings.IndexAny(p, "*?["); i >= 0 {
		p = path.Dir(p[:i] + "x")
	} else if strings.HasSuffix(p, ".whl") || strings.HasSuffix(p, ".tar.gz") {
		p = path.Dir(p)
	}
	return path.Clean(p)
}

// verifiedAfter names a check of signatures in the job after a step, "" for
// none.
func (a *audit) verifiedAfter(j *graph.Job, s *graph.Step) string {
	on := false
	for _, o := range j.Steps {
		if o == s {
			on = true
		}
		if !on || !together(o, s) {
			continue
		}
		for _, v := range a.verifications(o) {
			if !v.ignored {
				return v.name
			}
		}
	}
	return ""
}
