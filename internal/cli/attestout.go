// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// commands is the runner with its commands on standard error, which it reads
// too; standard output is left to the report.
func (w *world) commands() *runner.Runner { return runner.NewOffering(w.env.Lookup, w.env.Stderr) }

// fromClaims replaces what the environment says of the job by what its token
// says.
func (w *world) fromClaims(c runner.Claims) error {
	at, err := runner.ParseWorkflowRef(c.WorkflowRef)
	if err != nil {
		return fmt.Errorf("reading the identity token: %w", err)
	}
	fact := runner.FactOf
	w.claimed = true
	w.facts.Repository, w.facts.RepositoryID, w.facts.OwnerID = fact(c.Repository), fact(c.RepositoryID), fact(c.RepositoryOwnerID)
	w.facts.Ref, w.facts.SHA, w.facts.Event = fact(c.Ref), fact(c.SHA), fact(c.EventName)
	w.facts.WorkflowRef, w.facts.Workflow, w.facts.WorkflowSHA = fact(c.WorkflowRef), at, fact(c.WorkflowSHA)
	w.facts.RunID, w.facts.RunAttempt, w.facts.RunnerEnvironment = fact(c.RunID), fact(c.RunAttempt), fact(c.RunnerEnvironment)
	return nil
}

// sameIdentity compares what two tokens say of the job.
func sameIdentity(a, b *evidence.Identity) bool { return reflect.DeepEqual(a, b) }

// handOver stores and writes what was signed, and tells the runner.
func (s *attesting) handOver(ctx context.Context, made *attest.Release, rep *report.Report) error {
	if err := s.apart(s.release.Files.Dists, s.flags.output); err != nil {
		return err
	}
	if err := still(ctx, s.release.Files.Dists); err != nil {
		return err
	}
	if err := s.signing.handOver(ctx, made, rep, attest.KindRelease); err != nil {
		return err
	}
	return s.tell(rep)
}

// tell sets the outputs and declares the release files, where there is a
// runner that wants to know.
func (s *attesting) tell(rep *report.Report) error {
	var bundles []string
	for _, a := range rep.Attestations {
		if a.Kind == string(attest.KindRelease) && (len(bundles) == 0 || bundles[len(bundles)-1] != s.world.forLater(a.Path)) {
			bundles = append(bundles, s.world.forLater(a.Path))
		}
	}
	problem := s.tellStored(rep, [2]string{"bundle-path", strings.Join(bundles, ",")})
	var paths []string
	for _, d := range s.release.Files.Dists {
		paths = append(paths, d.Path)
	}
	if err := s.world.runner.DeclareArtifacts(paths); err != nil {
		// Nothing here hangs on that list.
		rep.Notes = append(rep.Notes, fmt.Sprintf("The release files could not be added to the runner's list of artifacts: %v.", err))
	}
	if problem != nil {
		return fmt.Errorf("telling the runner, after everything was written: %w", problem)
	}
	return nil
}
