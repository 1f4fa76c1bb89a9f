// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
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

// handOver stores the release's bundle with GitHub, writes all files, and tells
// the runner. The files come after GitHub: an attestation that is stored and
// not written is found by digest all the same, the other way round it is not.
func (s *attesting) handOver(ctx context.Context, made *attest.Release, rep *report.Report) error {
	if err := s.still(ctx); err != nil {
		return err
	}
	stored := map[int]report.Attestation{}
	if s.flags.github {
		s.progress.say("storing the attestation with GitHub")
		for i, m := range made.Made {
			if m.Kind != attest.KindRelease {
				continue
			}
			id, url, err := s.store(ctx, m.Bundle)
			if err != nil {
				return fmt.Errorf("%w; nothing was written%s", err, s.kept())
			}
			stored[i] = report.Attestation{ID: id, URL: url}
			s.stored = append(s.stored, url)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := s.write(made.Outputs); err != nil {
		return fmt.Errorf("%w%s", err, s.kept())
	}
	s.written = true
	for i, m := range made.Made {
		rep.Attestations = append(rep.Attestations, report.Attestation{
			Path: m.Path, Kind: string(m.Kind), PredicateType: m.PredicateType, Subjects: m.Subjects,
			Instance: string(s.config.Instance), LogIndex: m.LogIndex, ID: stored[i].ID, URL: stored[i].URL,
		})
	}
	rep.Notes = slices.Concat(s.notes, s.public)
	return s.tell(rep)
}

// kept says what GitHub has, where the rest failed.
func (s *attesting) kept() string {
	if len(s.stored) == 0 {
		return ""
	}
	return ", but GitHub has stored " + strings.Join(s.stored, ", ") + ", which does no harm"
}

// still hashes the files once more: what was signed must be what lies there.
func (s *attesting) still(ctx context.Context) error {
	if err := s.apart(); err != nil {
		return err
	}
	was := map[string]dist.Digest{}
	again := make([]*dist.Dist, 0, len(s.release.Files.Dists))
	for _, d := range s.release.Files.Dists {
		was[d.Path] = d.Digest
		c := *d
		again = append(again, &c)
	}
	for i, err := range dist.Hash(ctx, again, 0, nil) {
		if err != nil {
			return fmt.Errorf("attesting the release: %w; nothing was written", err)
		}
		if d := again[i]; !d.Digest.Equal(was[d.Path]) {
			return fmt.Errorf("attesting the release: %q has changed since it was hashed, so nothing was written; find out what writes to the folder in this job, and run it again", d.Path)
		}
	}
	return nil
}

// store hands one bundle to GitHub.
func (s *attesting) store(ctx context.Context, bundle []byte) (id, url string, err error) {
	client, err := s.world.github()
	if err != nil {
		return "", "", err
	}
	owner, name, _ := strings.Cut(s.claims.Repository, "/")
	stored, err := client.StoreAttestation(ctx, owner, name, bundle)
	if err != nil {
		return "", "", err
	}
	return strconv.FormatInt(stored.ID, 10), stored.URL, nil
}

// write writes all files or none, and no folder without files.
func (s *attesting) write(outputs []attest.Output) error {
	_, err := os.Lstat(s.bundles)
	fresh := errors.Is(err, fs.ErrNotExist)
	for _, o := range outputs {
		if filepath.Dir(o.Path) == filepath.Clean(s.bundles) {
			if err := os.MkdirAll(s.bundles, 0o755); err != nil {
				return fmt.Errorf("making the folder for bundles %q: %w; name another with --bundle-dir", s.bundles, cause(err))
			}
			break
		}
	}
	if err := attest.WriteAll(outputs); err != nil {
		if fresh {
			_ = os.Remove(s.bundles) // empty, or not ours to remove
		}
		return err
	}
	return nil
}

// tell sets the outputs and declares the release files, where there is a
// runner that wants to know.
func (s *attesting) tell(rep *report.Report) error {
	var problems []error
	var ids, urls, bundles []string
	for _, a := range rep.Attestations {
		if a.ID != "" {
			ids, urls = append(ids, a.ID), append(urls, a.URL)
		}
		if a.Kind == string(attest.KindRelease) && (len(bundles) == 0 || bundles[len(bundles)-1] != s.world.forLater(a.Path)) {
			bundles = append(bundles, s.world.forLater(a.Path))
		}
	}
	for _, o := range []struct{ name, value string }{
		{"attestation-id", strings.Join(ids, ",")}, {"attestation-url", strings.Join(urls, ",")},
		{"bundle-path", strings.Join(bundles, ",")}, {"bundle-dir", s.world.forLater(s.bundles)},
	} {
		if s.world.lookup("GITHUB_OUTPUT") != "" {
			problems = append(problems, s.world.runner.Output(o.name, o.value))
		}
	}
	var paths []string
	for _, d := range s.release.Files.Dists {
		paths = append(paths, d.Path)
	}
	if err := s.world.runner.DeclareArtifacts(paths); err != nil {
		// Nothing here hangs on that list.
		rep.Notes = append(rep.Notes, fmt.Sprintf("The release files could not be added to the runner's list of artifacts: %v.", err))
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("telling the runner, after everything was written: %w", err)
	}
	return nil
}
