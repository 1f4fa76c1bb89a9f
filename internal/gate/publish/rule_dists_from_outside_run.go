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
	Why: "Files of this run were made by its jobs. The assets of a release, the artifacts of another run and files at an address can be " +
		"replaced by anybody who may write there, at any time before the upload, and nothing ties them to the commit that is released.",
	Bad: "publish:\n  steps:\n    - run: gh release download \"$TAG\" --dir dist\n    - uses: pypa/gh-action-pypi-publish@…",
	Good: "publish:\n  needs: build\n  steps:\n    - uses: actions/download-artifact@…\n      with: {name: dist, path: dist/}\n" +
		"    - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"PyPI: trusted publishing security model", "SLSA: verifying artifacts"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		for _, s := range sp.steps() {
			for _, d := range s.Downloads {
				if d.Outside == "" || !a.feeds(sp, d) {
					continue
				}
				a.add(sp.cap(outside(a, rule, sp, d)))
			}
		}
	}
})

func outside(a *audit, rule *finding.Rule, sp *spot, d *graph.Download) finding.Finding {
	where, hint := "", "build in this run and hand the files over with upload-artifact and download-artifact; if they must come from there, verify each against its attestation, signer and commit named, before the upload"
	verified := a.verifiedAfter(sp.job, d.Step)
	if verified != "" {
		where = "; " + verified + " checks them, so what is left is that somebody can choose among attested files"
	}
	f := a.at(rule, sp.job, d.File, d.Line, hint, "job %q takes files that reach %s from %s%s", sp.job.Job.ID.Value, indexName(sp.sinks[0].Index), outsideName(d), where)
	if verified != "" || d.Step.Step == nil || len(d.Step.Sinks) > 0 {
		f.Severity = finding.Warning // the latter: what an action of others does inside
	}
	return f
}

func outsideName(d *graph.Download) string {
	switch d.Outside {
	case "an address":
		return "an address on the network"
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
