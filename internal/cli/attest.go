// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// attestFlags are the flags of "sallyport attest".
type attestFlags struct {
	common
	settings
	signingFlags
	kindList     string
	trustedRoots []string
	strict       bool
	checksums    string

	kinds []attest.Kind
}

func attestCommand(e *Env) *cobra.Command {
	f := &attestFlags{}
	cmd := &cobra.Command{
		Use:   "attest PATH...",
		Short: "Sign provenance and publish attestations for wheels and sdists",
		Long: `Sign build provenance for release files (wheels, source distributions, or folders
of them) as the running job of GitHub Actions, through Sigstore. The job needs
"permissions: id-token: write".

What the policy would refuse is not signed. What was signed is verified by the
same policy before anything is written: all files or none.

Kinds of attestation (--kinds):
  slsa     FILE.slsa.attestation beside each file: provenance for the index
  publish  FILE.publish.attestation beside each file; left out by default, as
           PyPI's publish action makes these and refuses to run where one exists
  bundle   FILE.sigstore.json in --bundle-dir: provenance of one file
  release  NAME-VERSION.intoto.jsonl in --bundle-dir: provenance of all files

Exit code: 0 all is signed and written, 1 the policy refuses, 2 something could
not be checked or a service failed, 3 bad usage or configuration. Only with 0
anything was written.`,
		Example: `  sallyport attest dist/
  sallyport attest --github dist/`,
		Args: somePath,
		RunE: func(cmd *cobra.Command, args []string) error { return runAttest(cmd, e, f, args) },
	}
	flags := cmd.Flags()
	f.common.register(flags)
	f.settings.register(flags)
	flags.Var(&once{at: &f.kindList}, "kinds", "`LIST` of what to make: slsa, publish, bundle, release (default slsa,bundle,release)")
	f.signingFlags.register(flags, "the release's bundle")
	flags.StringArrayVar(&f.trustedRoots, "trusted-root", nil, "trust this `FILE` instead of the built-in Sigstore roots (repeatable); needs --signing-config")
	flags.Var(&once{at: &f.checksums}, "checksums", checksumsUsage)
	flags.BoolVar(&f.strict, "strict", false, "treat warnings as errors, and whatever could not be checked as blocking")
	return cmd
}

// check refuses flags that contradict each other or mean nothing.
func (f *attestFlags) check(cmd *cobra.Command) error {
	var err error
	switch f.kinds = attest.DefaultKinds(); {
	case f.kindList != "":
		if f.kinds, err = attest.ParseKinds(f.kindList); err != nil {
			return usagef("reading the arguments: --kinds: %w", err)
		}
	case cmd.Flags().Changed("kinds"):
		return usagef("reading the arguments: --kinds is given an empty value; leave the flag out, or give a value")
	}
	if err := f.signingFlags.check(cmd, f.offline, f.trustedRoots); err != nil {
		return err
	}
	if f.github && !hasKind(f.kinds, attest.KindRelease) {
		return usagef("reading the arguments: --github stores the bundle of the whole release, and --kinds does not make one; add release to --kinds")
	}
	return f.common.check(cmd)
}

func hasKind(kinds []attest.Kind, want attest.Kind) bool {
	for _, k := range kinds {
		if k == want {
			return true
		}
	}
	return false
}

func runAttest(cmd *cobra.Command, e *Env, f *attestFlags, paths []string) error {
	ctx := cmd.Context()
	if err := f.check(cmd); err != nil {
		return err
	}
	w, err := newWorld(e, &f.common)
	if err != nil {
		return err
	}
	if err := f.signingFlags.checkToken(w); err != nil {
		return err
	}
	progress := newProgress(e)
	defer progress.done()
	s := &attesting{signing: signing{env: e, world: w, progress: progress, signingFlags: &f.signingFlags}, flags: f}
	if !w.commands().Active() {
		return usageError{runner.ErrOutsideActions}
	}
	if s.bundles, err = f.bundleFolder(w); err != nil {
		return err
	}
	if s.options.Checksums, err = readChecksums(f.checksums, cmd.Flags().Changed("checksums"), e.Stdin); err != nil {
		return err
	}
	if s.release, err = gate.Collect(ctx, paths, nil, progress.hashing); err != nil {
		return usageError{err}
	}
	rep, err := s.run(ctx, cmd)
	progress.done()
	// What was written before the interrupt came was written, and is said.
	if ctx.Err() != nil && !s.written {
		return fmt.Errorf("attesting the release: stopped before the end, and nothing was written%s: %w", s.kept(), ctx.Err())
	}
	if err != nil {
		return err
	}
	return f.common.write(e, w, rep)
}

// run does the work up to the report. Only with a report that passes anything
// was written.
func (s *attesting) run(ctx context.Context, cmd *cobra.Command) (*report.Report, error) {
	if err := s.plan(); err != nil {
		return nil, err
	}
	if err := s.identify(ctx); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, cmd); err != nil {
		return nil, err
	}
	if s.todo == nil {
		return s.unplanned(ctx)
	}
	rep, err := s.foretell(ctx)
	if err != nil || rep.Verdict != report.Pass {
		return rep, err
	}
	made, rep, err := s.sign(ctx)
	if err != nil || rep.Verdict != report.Pass {
		return rep, err
	}
	return rep, s.handOver(ctx, made, rep)
}
