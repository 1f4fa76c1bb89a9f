// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "gate-without-seal",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "The gate runs in another job, and nothing looks again where the files are uploaded",
	Why: "The gate in a job of its own says yes to the files that it saw there. The uploading job fetches its files anew, and nothing ties that yes to them: " +
		"another artifact, or one that a later job stored under the name, goes out. The seal compares the folder with the gate's ledger directly before the upload, " +
		"and looks whether the job is the registered publisher's and no credential lies around.",
	Bad: "publish:\n  needs: gate\n  steps:\n    - uses: actions/download-artifact@…\n    - uses: pypa/gh-action-pypi-publish@…",
	Good: "publish:\n  needs: gate\n  steps:\n    - uses: actions/download-artifact@…\n    - uses: scientific-python/sallyport@…\n" +
		"      with: {command: seal, ledger: \"${{ needs.gate.outputs.ledger }}\"}\n    - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SLSA: verifying artifacts", "SPEC 8: adopt SLSA"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.releases() {
		j := k.Step.Job
		if k.Step.Step == nil || !k.IndexKnown || !slices.ContainsFunc(a.in.Policies, func(p *policy.Policy) bool { return canonical(p.Index()) == canonical(k.Index) }) {
			continue
		}
		if gate, _ := gateBefore(a.deedsOf(j), k); gate != nil {
			continue
		}
		g := a.gateElsewhere(k)
		if g == nil {
			continue
		}
		const hint = "put sallyport with command: seal directly before the upload, and hand it the gate's output ledger"
		gate := g.Job.Job.ID.Value
		f := a.at(rule, j, k.File, k.Line, hint, "job %q runs sallyport gate, and job %q uploads without a look at its files: nothing ties them to those that the gate let pass", gate, j.Job.ID.Value)
		switch {
		case !upstream(j)[g.Job]:
			f = a.at(rule, j, k.File, k.Line, hint, "job %q runs sallyport gate, and job %q neither waits for it nor looks at its files itself: it uploads whatever the gate says", gate, j.Job.ID.Value)
		case tied(k.Step, g):
			f = a.at(rule, j, k.File, k.Line, hint, "job %q takes the very artifact of job %q, where sallyport gate runs, and uploads without a look at its files, at the credentials around it, and at whether it is the registered publisher", j.Job.ID.Value, gate)
			f.Severity = finding.Note
		}
		f.Fix = a.withSeal(k, g)
		a.add(f)
	}
})

// gateElsewhere is the step that is the gate in another job than an upload: in
// one that the upload waits for, or else in one that looks at the same
// artifacts; nil for none.
func (a *audit) gateElsewhere(k *graph.Sink) *graph.Step {
	j := k.Step.Job
	waits := upstream(j)
	var beside *graph.Step
	for _, o := range a.in.Graph.Jobs {
		if o == j || o.Root != j.Root {
			continue
		}
		for _, s := range o.Steps {
			if !together(s, k.Step) || s.Known.Ledger == "" && !slices.ContainsFunc(a.deeds(s), func(d deed) bool { return d.gate == "gate" }) {
				continue
			}
			if waits[o] {
				return s
			}
			if beside == nil && !upstream(o)[j] && slices.ContainsFunc(o.Steps, func(t *graph.Step) bool {
				return slices.ContainsFunc(t.Downloads, func(d *graph.Download) bool {
					return d.Outside == "" && d.Lost == nil && slices.ContainsFunc(d.From, a.onPath)
				})
			}) {
				beside = s
			}
		}
	}
	return beside
}

// tied reports whether all files that a job fetches before a step come, by id,
// from artifacts that the job of a gate took by id or stored behind it.
func tied(before, gate *graph.Step) bool {
	behind := slices.Index(gate.Job.Steps, gate)
	judged := func(u *graph.Upload) bool {
		if u.Step.Job == gate.Job {
			return slices.Index(gate.Job.Steps, u.Step) >= behind
		}
		return slices.ContainsFunc(gate.Job.Steps, func(s *graph.Step) bool {
			return slices.ContainsFunc(s.Downloads, func(d *graph.Download) bool {
				return d.By == graph.ByID && d.Lost == nil && slices.Contains(d.From, u)
			})
		})
	}
	any := false
	for _, s := range before.Job.Steps {
		if s == before {
			break
		}
		for _, d := range s.Downloads {
			if d.By != graph.ByID || d.Lost != nil || d.Outside != "" || slices.ContainsFunc(d.From, func(u *graph.Upload) bool { return !judged(u) }) {
				return false
			}
			any = true
		}
	}
	return any
}

// withSeal writes the step that uploads with the seal in front of it; "" where
// that is not plain.
func (a *audit) withSeal(k *graph.Sink, gate *graph.Step) string {
	s, j := k.Step, k.Step.Job
	if s.Step == nil || s.Step.Uses == nil || len(s.Chain) > 0 || s.Step.Pos.Column < 3 || gate.Uses == nil || !slices.Contains(j.Needs, gate.Job) ||
		gate.Job.File != j.File || len(gate.Job.Callers) != len(j.Callers) || len(k.Files) > 1 {
		return ""
	}
	outputs := ledgerOutputs(gate.Job)
	name, ref, ok := strings.Cut(gate.Uses.Raw.Value, "@")
	if len(outputs) != 1 || !ok {
		return ""
	}
	if gate.Uses.Kind == workflow.Remote {
		name = strings.TrimSuffix(name, "/.github/workflows/gate.yml")
	}
	pad := strings.Repeat(" ", s.Step.Pos.Column-3)
	lines := []string{pad + "- uses: " + name + "@" + ref, pad + "  with:", pad + "    command: seal"}
	if len(k.Files) == 1 {
		if dir := folder(withoutBlanks(k.Files[0])); dir != "dist" {
			lines = append(lines, pad+"    dists: "+dir)
		}
	}
	lines = append(lines, pad+"    ledger: ${{ needs."+gate.Job.Job.ID.Value+".outputs."+outputs[0]+" }}")
	own := a.source(s.File).Lines(s.Step.Pos.Line, s.Step.End)
	if len(own) == 0 || len(own) > 20 {
		return ""
	}
	return strings.Join(append(lines, own...), "\n")
}
