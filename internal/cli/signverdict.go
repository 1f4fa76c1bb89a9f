// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// verdictFlags are the flags of a gate that signs its verdict.
type verdictFlags struct {
	signingFlags
	sign bool
}

func (f *verdictFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.sign, "sign-verdict", false, "sign the verdict of a release that passes, a file each (permissions: id-token: write)")
	f.signingFlags.register(flags, "the signed verdicts")
}

// check refuses flags that contradict each other or mean nothing.
func (f *verdictFlags) check(cmd *cobra.Command, seal, offline bool, trustedRoots []string) error {
	if !f.sign {
		for _, name := range signingFlagNames {
			if cmd.Flags().Changed(name) {
				return usagef("reading the arguments: --%s goes with --sign-verdict; leave it out, or add that", name)
			}
		}
		return nil
	}
	if seal {
		return usagef("reading the arguments: --sign-verdict and --seal are both given; the gate that judges the release signs, before the seal")
	}
	return f.signingFlags.check(cmd, offline, trustedRoots)
}

// beforeSigning asks who this job is before anything is judged: what is judged
// and what is signed must be of the same run and commit.
func (g *gating) beforeSigning(ctx context.Context) error {
	f := &g.flags.verdictFlags
	if !f.sign {
		return nil
	}
	if err := f.checkToken(g.world); err != nil {
		return err
	}
	if !g.world.commands().Active() {
		return usageError{runner.ErrOutsideActions}
	}
	g.signer = &signing{env: g.env, world: g.world, progress: g.progress, signingFlags: &f.signingFlags}
	var err error
	if g.signer.bundles, err = f.folder(g.world); err != nil {
		return err
	}
	return g.signer.identify(ctx)
}

// signVerdict signs the verdict of a release that passes. Where none may be
// signed, the report says why. What the services sign and our verifier does not
// accept makes the report another one, which fails. After an error nothing was
// written.
func (g *gating) signVerdict(ctx context.Context, rep *report.Report) error {
	if g.signer == nil || rep.Verdict != report.Pass {
		return nil
	}
	plan, err := g.verdicts(ctx, rep)
	var no *attest.NoSummaryError
	if errors.As(err, &no) {
		rep.Notes = append(rep.Notes, fmt.Sprintf("No signed verdict: %s; %s.", no.Reason, no.Hint))
		return nil
	}
	if err == nil {
		err = g.signPlan(ctx, plan, rep)
	}
	var usage usageError
	switch {
	case err == nil, errors.As(err, &usage):
		return err
	case ctx.Err() != nil && !g.signer.written:
		return fmt.Errorf("signing the verdict: stopped before the end, and nothing was written%s: %w", g.signer.kept(), ctx.Err())
	}
	return fmt.Errorf("signing the verdict of a release that passes, for which no ledger is handed on: %w", err)
}

// verdicts are the statements about all files.
func (g *gating) verdicts(ctx context.Context, rep *report.Report) (*attest.Plan, error) {
	s, dists, judged := g.signer, g.release.Files.Dists, g.judged.Release
	file, err := g.read.choose(&g.flags.settings, g.release)
	if err != nil {
		return nil, err
	}
	// What the file leaves to the running workflow is what that is, not what a
	// flag says.
	if file, err = file.With(policy.Overlay{Facts: g.facts()}); err != nil {
		return nil, err
	}
	var all []attest.SummaryOptions
	for i, d := range dists {
		all = append(all, attest.SummaryOptions{
			Claims: s.claims, Report: rep, Policy: judged.Policy, File: file, Enforced: rep.EnforceFrom == "",
			Dist: d, Attestations: g.proof.ByDist[i], Time: g.env.Now(),
		})
	}
	// Before anybody is asked for services: most of what is refused is known.
	for _, o := range all {
		if _, err := attest.VerificationSummary(o); err != nil {
			return nil, err
		}
	}
	instance, err := s.instance(judged.Policy.Builder.Instance)
	if err != nil {
		return nil, err
	}
	if err := s.loadServices(ctx, instance); err != nil {
		return nil, err
	}
	if _, err := s.root(judged.Trust); err != nil {
		return nil, err
	}
	plan, err := attest.NewVerdicts(all, s.bundles, s.config)
	if err != nil {
		return nil, err
	}
	if err := s.apart(dists, g.flags.output); err != nil {
		return nil, err
	}
	return plan, unwritten(plan)
}

// signPlan signs, verifies what was signed, and writes it.
func (g *gating) signPlan(ctx context.Context, plan *attest.Plan, rep *report.Report) error {
	s, dists := g.signer, g.release.Files.Dists
	made, err := s.signed(ctx, plan)
	if err != nil {
		return err
	}
	g.progress.say("verifying what was signed")
	verified := gate.VerifySigned(ctx, g.judged.Release, made.Documents)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := plan.CheckSigned(verified, s.claims); err != nil {
		// The rules say better what is wrong with it.
		again := gate.GateWith(ctx, g.release, g.judged, made.Documents)
		if ctx.Err() != nil || again.Verdict == report.Pass {
			return errors.Join(err, ctx.Err())
		}
		again.Notes = slices.Concat(rep.Notes, s.notes, s.public,
			[]string{"The release passes. What the services signed of that does not, so nothing was written and no ledger is handed on. Unless the message says otherwise, run the job again later."})
		*rep = *again
		return nil
	}
	if err := s.apart(dists, g.flags.output); err != nil {
		return err
	}
	if err := still(ctx, dists); err != nil {
		return err
	}
	if err := s.handOver(ctx, made, rep, attest.KindVerdict); err != nil {
		return err
	}
	if err := s.tellStored(rep); err != nil {
		return fmt.Errorf("telling the runner, after everything was written: %w", err)
	}
	return nil
}
