// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"fmt"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gate/seal"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/workflow"
)

// What the report says once of where the gate ran.
const (
	apart   = "By the workflow files, this job uploads nothing. " + outside
	outside = "Whether the uploading job is the right one, and what credentials lie in its sight, is not applicable here: " +
		"the seal (\"sallyport gate --seal\") judges that there."
	together = "One step judged the files and the job that uploads them. A gate in a job of its own adds: whoever approves the environment sees the " +
		"verdict first, nothing that ran earlier in the uploading job can have touched the check, and that job needs no checkout."
)

// oneStep finds out whether the job that the gate runs in is the one that
// uploads, and judges then what "gate --seal" would: one step directly before
// the upload is a gate, too. What it returns is for the report's notes.
//
// The workflow file says whether it is, as the audit reads it: an earlier step
// of the job cannot change that.
func (g *gating) oneStep(ctx context.Context, o *gate.GateOptions) (string, error) {
	w := g.world
	file, job := w.facts.Workflow.File, w.lookup("GITHUB_JOB")
	switch {
	case !w.runner.Active():
		return outside, nil
	case file == "" || job == "":
		u := seal.ClaimsUnverified.Undecided("this job", "the runner does not say which job of which workflow this is (GITHUB_WORKFLOW_REF, GITHUB_JOB), so whether it is the one that uploads is not known; leave both variables as the runner sets them")
		o.Before.Skip(u)
		return "", nil
	}
	if o.Workflows == nil || !o.Workflows.Uploads(workflow.Folder+"/"+file, job, o.Release.Policy.Index()) {
		return apart, nil
	}
	g.uploads, o.Release.Uploading = true, true
	var in seal.Input
	said := w.facts
	if err := g.askWho(ctx, &in); err != nil {
		return "", err
	}
	// Policy and workflows were read, and the files judged, by what the
	// environment says; that the token is of this run was verified with it.
	for _, f := range []struct {
		name         string
		said, proved runner.Fact
	}{
		{"GITHUB_REPOSITORY", said.Repository, w.facts.Repository},
		{"GITHUB_WORKFLOW_REF", said.WorkflowRef, w.facts.WorkflowRef},
		{"GITHUB_WORKFLOW_SHA", said.WorkflowSHA, w.facts.WorkflowSHA},
		{"GITHUB_SHA", said.SHA, w.facts.SHA},
	} {
		if f.said.Offered() && f.said != f.proved {
			return "", fmt.Errorf("reading the runner's facts: %s is %q, and the job's identity token says %q; find the step that changes the variable, and remove it", f.name, f.said, f.proved)
		}
	}
	set := g.jobJudged(in, o.Release.Policy)
	o.Upload = &set
	return together, nil
}
