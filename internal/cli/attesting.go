// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/trust"
)

// attesting is one run of "sallyport attest".
type attesting struct {
	signing
	flags *attestFlags

	release *gate.Release
	todo    *attest.Plan
	options gate.Options
	// unplannable is why nothing can be planned: the gates say it better.
	unplannable error
}

// bundleFolder is where bundles go, if any are made.
func (f *attestFlags) bundleFolder(w *world) (string, error) {
	if !hasKind(f.kinds, attest.KindBundle) && !hasKind(f.kinds, attest.KindRelease) {
		return f.bundleDir, nil
	}
	return f.signingFlags.folder(w)
}

// plan decides which files will be written, and refuses where one is in the way
// before anybody is asked for anything.
func (s *attesting) plan() error {
	dists := s.release.Files.Dists
	if len(dists) == 0 {
		if u := s.release.Unreadable; len(u) > 0 {
			return fmt.Errorf("collecting the release: %w", u[0].Err)
		}
		if p := s.release.Files.Problems; len(p) > 0 {
			return fmt.Errorf("collecting the release: %w", p[0].Err)
		}
		return errors.New("collecting the release: there is no wheel or sdist; name the release files or their folder, such as dist/")
	}
	if err := s.apart(s.release.Files.Dists, s.flags.output); err != nil {
		return err
	}
	plan, err := attest.NewPlan(s.flags.kinds, dists, s.bundles)
	if err != nil {
		s.unplannable = err
		return nil
	}
	s.todo = plan
	return unwritten(plan)
}

// prepare reads the policy, trust roots and services.
func (s *attesting) prepare(ctx context.Context, cmd *cobra.Command) error {
	f, w := s.flags, s.world
	s.options.Strict, s.options.Tool = f.strict, tool()
	read, err := w.readPolicy(ctx, &f.common, &s.options)
	if err != nil {
		return err
	}
	overlay := f.settings.overlay(cmd.Flags(), w.facts)
	if err := w.choosePolicy(ctx, read, &f.settings, overlay, s.release, &s.options); err != nil {
		return err
	}
	if err := s.assumePublisher(); err != nil {
		return err
	}
	instance, err := s.choose()
	if err != nil {
		return err
	}
	s.progress.say("loading trust roots and services")
	if s.options.Trust, err = trust.Load(ctx, trust.Options{Files: f.trustedRoots, Now: s.env.Now(), Client: s.env.Client, Repositories: s.env.TUF}); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usageError{err}
		}
		return err
	}
	if err := s.loadServices(ctx, instance); err != nil {
		return err
	}
	s.require()
	if s.todo == nil {
		return nil
	}
	if err := s.withoutLog(); err != nil {
		return err
	}
	if err := s.todo.Fill(s.claims, s.config); err != nil {
		return usageError{err}
	}
	return nil
}

// foretell asks the gates what they will say of what is about to be signed.
func (s *attesting) foretell(ctx context.Context) (*report.Report, error) {
	root, err := s.root(s.options.Trust)
	if err != nil {
		return nil, err
	}
	foretold, err := s.todo.Foretold(s.claims, root, s.env.Now())
	if err != nil {
		return nil, err
	}
	rep := gate.Foretell(ctx, s.release, s.options, foretold, s.todo.ForIndex())
	if rep.Verdict != report.Pass {
		s.refused(rep)
	}
	return rep, nil
}

func (s *attesting) refused(rep *report.Report) {
	rep.Notes = append(slices.Clone(s.notes), "Nothing was signed and nothing was written.")
}

// unplanned lets the gates say what is wrong with a set of files that cannot be
// attested together, such as those of two projects.
func (s *attesting) unplanned(ctx context.Context) (*report.Report, error) {
	p := *s.options.Policy
	p.Require = nil
	s.options.Policy = &p
	rep := gate.Foretell(ctx, s.release, s.options, nil, nil)
	if rep.Verdict == report.Pass {
		return nil, usageError{s.unplannable}
	}
	s.refused(rep)
	return rep, nil
}

// sign signs the statements, and has what came of it verified and judged.
func (s *attesting) sign(ctx context.Context) (*attest.Release, *report.Report, error) {
	made, err := s.signed(ctx, s.todo)
	if err != nil {
		return nil, nil, err
	}
	s.progress.say("verifying what was signed")
	rep := gate.Attested(ctx, s.release, s.options, made.Documents, s.todo.ForIndex())
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if rep.Verdict != report.Pass {
		rep.Notes = slices.Concat(s.notes, s.public, []string{"What the services signed does not pass, so nothing was written. Unless the message says otherwise, run the job again later."})
	}
	return made, rep, nil
}
