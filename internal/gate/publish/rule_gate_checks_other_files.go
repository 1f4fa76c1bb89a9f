// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

var _ = register(finding.Rule{
	ID:       "gate-checks-other-files",
	Severity: finding.Error,
	Waivable: true,
	Title:    "The gate looks at other files than those that are uploaded",
	Why: "The gate's answer is about the folder that it was shown. Where the upload takes its files from another one, what nobody has checked is " +
		"published, and the log says that everything was.",
	Bad:        "- uses: scientific-python/sallyport@…\n  with: {command: seal, dists: checked/}\n- uses: pypa/gh-action-pypi-publish@…   # takes dist/",
	Good:       "- uses: scientific-python/sallyport@…\n  with: {command: seal, dists: dist/}\n- uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SLSA: verifying artifacts", "SPEC 8: adopt SLSA"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		for _, s := range j.Steps {
			a.gateInputs(rule, j, s)
		}
	}
	for _, sp := range a.spots {
		all := a.deedsOf(sp.job)
		if !slices.ContainsFunc(all, deed.looks) {
			continue
		}
		for _, k := range sp.sinks {
			if k.Step.Job != sp.job || len(k.Files) == 0 {
				continue
			}
			gate, folders := gateBefore(all, k)
			if gate == nil || len(folders) == 0 {
				continue
			}
			for _, file := range k.Files {
				if coveredBy(file, folders) {
					continue
				}
				a.add(sp.cap(a.at(rule, sp.job, k.File, k.Line, "give both the same folder, as a constant: dists of sallyport, and packages-dir of the publish action",
					"in job %q the upload takes %q, while sallyport %s (line %d) looks at %q", sp.job.Job.ID.Value, file, gate.gate, gate.line, strings.Join(folders, " "))))
				break
			}
		}
	}
})

// gateInputs judges the folder that a step of sallyport looks at: one that the
// job's downloads leave empty.
func (a *audit) gateInputs(rule *finding.Rule, j *graph.Job, s *graph.Step) {
	if s.Step == nil || s.Known.Role != known.Gates || !s.Reachable() {
		return
	}
	if s.Known.Command != "gate" && s.Known.Command != "seal" && s.Known.Command != "verify" {
		return
	}
	folders := strings.Fields(withoutBlanks(s.Known.Dists))
	var into []string
	for _, o := range j.Steps {
		if o == s {
			break
		}
		for _, d := range o.Downloads {
			if d.Dest == "" || strings.Contains(d.Dest, "$") {
				return
			}
			into = append(into, d.Dest)
		}
	}
	for _, d := range into {
		if len(folders) == 0 || coveredBy(d, folders) || slices.ContainsFunc(folders, func(f string) bool { return coveredBy(f, []string{d}) }) {
			return
		}
	}
	uploads := slices.ContainsFunc(j.Steps, func(o *graph.Step) bool { return len(o.Sinks) > 0 }) // then the upload tells
	if len(into) > 0 && !uploads {
		a.add(a.atStep(rule, s, "give both the same folder, as a constant", "in job %q sallyport %s looks at %q, while the files are downloaded to %q", j.Job.ID.Value, s.Known.Command, strings.Join(folders, " "), into[0]))
	}
}

// looks reports whether a deed is sallyport, looking at files.
func (d deed) looks() bool { return d.gate == "gate" || d.gate == "seal" || d.gate == "verify" }

// gateBefore is the last check by sallyport before an upload, of what its job
// does, with the folders that it looks at; nil for none.
func gateBefore(all []deed, k *graph.Sink) (gate *deed, folders []string) {
	for i := range all {
		d := &all[i]
		if d.step == k.Step && (d.sink || d.action) {
			break
		}
		if d.looks() && together(d.step, k.Step) {
			gate = d
		}
	}
	switch {
	case gate == nil:
	case gate.action:
		folders = strings.Fields(withoutBlanks(gate.step.Known.Dists))
	case gate.command.Program() == "sallyport", gate.command.Program() == "go":
		// Only a plain call says what it looks at; in a container, folders have
		// other names.
		args := commandArgs(gate.command.Command)
		if gate.command.Program() == "go" {
			args = args[2:] // run, and the module
		}
		for _, w := range args {
			if !strings.HasPrefix(w, "-") && w != gate.gate && w != "gate" {
				folders = append(folders, w)
			}
		}
	}
	return gate, folders
}

// withoutBlanks takes the blanks out of expressions, so that a text can be
// split at the others.
func withoutBlanks(text string) string {
	var out strings.Builder
	for text != "" {
		before, rest, ok := strings.Cut(text, "${{")
		out.WriteString(before)
		if !ok {
			break
		}
		inner, after, _ := strings.Cut(rest, "}}")
		out.WriteString("${{" + strings.Join(strings.Fields(inner), "") + "}}")
		text = after
	}
	return out.String()
}

// coveredBy reports whether files lie in one of the folders.
func coveredBy(file string, folders []string) bool {
	from := folder(withoutBlanks(file))
	for _, f := range folders {
		to := folder(f)
		if from == to || to == "." && !strings.HasPrefix(from, "..") && !strings.HasPrefix(from, "/") && !strings.Contains(from, "$") || strings.HasPrefix(from+"/", to+"/") {
			return true
		}
	}
	return false
}
