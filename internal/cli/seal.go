// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gate/seal"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/trust"
)

// sealed judges the folder and the job directly before the upload. It needs no
// checkout: the policy is read at the run's commit.
func (g *gating) sealed(cmd *cobra.Command, paths []string) (*report.Report, error) {
	ctx, f, w := cmd.Context(), g.flags, g.world
	o := gate.Options{Strict: f.strict, Tool: tool()}
	var err error
	if o.Ledger, err = readLedger(f.ledger, cmd.Flags().Changed("ledger"), g.env.Stdin); err != nil {
		return nil, err
	}
	if g.release, err = gate.Collect(ctx, paths, f.bundles, g.progress.hashing); err != nil {
		return nil, usageError{err}
	}
	in := seal.Input{}
	if g.ledger = o.Ledger; o.Ledger != nil {
		in.Commit, in.Run = o.Ledger.Commit, o.Ledger.Run
	}
	if err := g.askWho(ctx, &in); err != nil {
		return nil, err
	}
	read, err := w.readPolicy(ctx, &f.common, &o)
	if err != nil {
		return nil, err
	}
	if err := w.choosePolicy(ctx, read, &f.settings, f.settings.overlay(cmd.Flags(), w.facts), g.release, &o); err != nil {
		return nil, err
	}
	// Newer roots are asked for only where there is something to verify with them.
	asIs := f.offline || len(g.release.Documents) == 0
	if o.Trust, err = trust.Load(ctx, trust.Options{Files: f.trustedRoots, Offline: asIs, Now: g.env.Now(), Client: g.env.Client, Repositories: g.env.TUF}); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usageError{err}
		}
		return nil, err
	}
	return gate.Seal(ctx, g.release, o, g.jobJudged(in, o.Policy)), nil
}

// jobJudged looks for credentials, and judges the job that uploads.
func (g *gating) jobJudged(in seal.Input, p *policy.Policy) finding.Set {
	in.Policy = p
	in.Credentials, in.Unseen = runner.Credentials(g.env.Lookup, runner.CredentialOptions{
		Names: g.env.Names, Classify: seal.Classify, Workspace: g.world.workspace(),
		RunnerHome: runnerHome(), HomeIsRunners: !g.env.action,
	})
	in.Looked = true
	return seal.Judge(in)
}

// askWho asks the runner for a token that says what job this is. A token that
// cannot be had leaves the verdict open.
func (g *gating) askWho(ctx context.Context, in *seal.Input) error {
	if g.flags.offline {
		in.WhyNoClaims = "--offline forbids asking for the job's identity token; leave --offline out"
		return nil
	}
	g.progress.say("asking who this job is")
	token, err := g.world.commands().VerifiedToken(ctx, runner.GateAudience, runner.VerifyOptions{
		TokenOptions: runner.TokenOptions{HTTPClient: g.env.Client, Now: g.env.Now}, Issuer: g.env.Issuer,
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		in.WhyNoClaims = err.Error()
		return nil
	}
	in.Claims = &token.Claims
	return g.world.fromClaims(token.Claims)
}

// mountedHome is where the composite action mounts the credential files of the
// runner's home folder. A container action has no such folder.
const mountedHome = "/runner-home"

func runnerHome() string {
	if info, err := os.Stat(mountedHome); err == nil && info.IsDir() {
		return mountedHome
	}
	return ""
}
