// SPDX-License-Identifier: BSD-3-Clause

package gate

import (
	"context"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/gate/publish"
	"github.com/scientific-python/sallyport/internal/gate/seal"
	"github.com/scientific-python/sallyport/internal/report"
)

// GateOptions are what a release and its repository's workflows are judged by
// together.
type GateOptions struct {
	Release Options
	// Workflows and Audit are the repository's; nil where it could not be read,
	// which Before says.
	Workflows *Workflows
	Audit     AuditOptions
	// Upload is what the job that uploads shows, nil where the gate runs in
	// another one.
	Upload *finding.Set
	Before finding.Set
}

// Uploads reports whether a job of a workflow uploads to an index: file is the
// workflow's path in the repository (the one that started the run), and job the
// id of the job in the file that it is written in. An upload to an index that is
// not known counts, and one by another of the index's names; one that the graph
// does not see is none.
func (w *Workflows) Uploads(file, job, index string) bool {
	for _, k := range w.Graph.Sinks {
		at := k.Step.Job
		if !k.DryRun && (!k.IndexKnown || publish.ReachesIndex(k.Index, index)) && at.Root.Path == file && at.Job.ID.Value == job {
			return true
		}
	}
	return false
}

// Gate judges all that can be known before an upload: who built the files,
// whether they are exactly one release, and whether trusted publishing is the
// only way to the index. Each part is judged as its own command would.
func Gate(ctx context.Context, r *Release, o GateOptions) (*report.Report, Proof) {
	release := o.Release.release(ctx, r, extra{})
	parts := []part{release}
	if o.Workflows != nil {
		parts = append(parts, o.Audit.workflows(o.Workflows))
	} else {
		parts = append(parts, part{gates: []finding.Gate{finding.Publish}})
	}
	if o.Upload != nil {
		parts = append(parts, part{Set: *o.Upload, rules: map[finding.Gate]int{finding.Publish: len(seal.Rules())}})
	}
	before := o.Before
	before.Merge(o.Release.Before)
	before.Merge(o.Audit.Before)
	return join("gate", o.Release.Tool, o.Release.Policy, o.Release.Strict, before, parts...), release.proof
}

// Seal judges what the job that uploads can know directly before it does: that
// the folder is exactly the ledger's, that the index would take the
// attestations in it, and what the job itself shows (upload). Who built the
// files was judged before, when the ledger was written.
func Seal(ctx context.Context, r *Release, o Options, upload finding.Set) *report.Report {
	sealed := o.release(ctx, r, extra{sealed: true})
	return join("gate seal", o.Tool, o.Policy, o.Strict, o.Before, sealed, part{
		Set: upload, gates: []finding.Gate{finding.Publish}, rules: map[finding.Gate]int{finding.Publish: len(seal.Rules())},
	})
}

// SecondLook compares a folder with what was sealed in it, and looks at nothing
// else: not at attestations, which an uploader may have added.
func SecondLook(r *Release, o Options) *report.Report {
	files := *r.Files
	files.Beside = nil
	judged := handoff.Judge(handoff.Input{Files: &files, Unreadable: r.Unreadable, Policy: o.Policy, Ledger: o.Ledger, Sealed: true})
	for i, f := range judged.Findings {
		if f.Severity == finding.Error {
			g := ChangedAfterSeal.Found(f.Subject, "compare what the index serves with the ledger now; yank the release if it differs, revoke what this job could reach, and find the step that wrote to the folder", "%s", f.Message)
			g.Location = f.Location
			judged.Findings[i] = g
		}
	}
	return join("post", o.Tool, o.Policy, o.Strict, o.Before, part{
		Set: judged.Set, gates: []finding.Gate{finding.Handoff}, rules: countRules(finding.Handoff),
		fill: func(rep *report.Report, _ []finding.Finding) {
			for i, d := range files.Dists {
				rep.Dists = append(rep.Dists, distReport(d, nil, judged.Index[i]))
			}
		},
	})
}
