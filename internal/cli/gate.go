// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/trust"
)

// gateFlags are the flags of "sallyport gate".
type gateFlags struct {
	common
	settings
	enforcement
	source
	verdictFlags
	ledgerOut string
	ledger    string
	checksums string
	seal      bool
	strict    bool
	workTree  bool
}

func gateCommand(e *Env) *cobra.Command {
	f := &gateFlags{}
	cmd := &cobra.Command{
		Use:   "gate PATH...",
		Short: "Judge all that can be known of a release before its upload",
		Long: `Judge a release before it is uploaded: its files against their attestations and
the policy (as verify does), and the repository's workflows (as audit does), in
one step. Where all is well the ledger is written: the list of files and digests
that may be uploaded, for the job that uploads.

Run it in one of two ways, both with a checkout:
- in a job of its own; the job that uploads then runs "sallyport gate --seal"
  with the ledger, directly before the upload, and needs no checkout;
- in the job that uploads, directly before the upload. It sees in the workflow
  that it is there, and judges that job too.

In GitHub Actions use the action, with "command: gate" and "command: seal".

Exit code: 0 all is well (or a trial), 1 something deviates, 2 something could
not be checked, 3 bad usage or configuration.`,
		SuggestFor: []string{"seal"},
		Example: `  sallyport gate dist/
  sallyport gate --seal --ledger "$LEDGER" dist/`,
		Args: somePath,
		RunE: func(cmd *cobra.Command, args []string) error { return runGate(cmd, e, f, args) },
	}
	flags := cmd.Flags()
	f.common.register(flags)
	f.settings.register(flags)
	f.enforcement.register(flags)
	f.source.register(flags)
	f.verdictFlags.register(flags)
	flags.BoolVar(&f.seal, "seal", false, "in the publish job: the folder equals the ledger, the job is the publisher's, no credential is in sight")
	flags.Var(&once{at: &f.ledger}, "ledger", "with --seal: the set of files that was verified: `FILE`, - for standard input, or the text itself")
	flags.Var(&once{at: &f.ledgerOut}, "ledger-out", "also write the ledger to `FILE`")
	flags.Var(&once{at: &f.checksums}, "checksums", checksumsUsage)
	flags.BoolVar(&f.workTree, "work-tree", false, "audit the workflows as they lie in the folder, uncommitted changes included")
	flags.BoolVar(&f.strict, "strict", false, "treat warnings as errors, and whatever could not be checked as blocking")
	return cmd
}

func runGate(cmd *cobra.Command, e *Env, f *gateFlags, paths []string) error {
	from, err := f.enforcement.until(cmd, e.Now())
	if err != nil {
		return err
	}
	if err := f.check(cmd); err != nil {
		return err
	}
	w, err := newWorld(e, &f.common)
	if err != nil {
		return err
	}
	progress := newProgress(e)
	defer progress.done()
	g := &gating{env: e, flags: f, world: w, progress: progress}
	if err := g.beforeSigning(cmd.Context()); err != nil {
		return err
	}
	judge := g.judge
	if f.seal {
		judge = g.sealed
	}
	rep, err := judge(cmd, paths)
	if err != nil {
		return err
	}
	if err := cmd.Context().Err(); err != nil {
		return fmt.Errorf("judging the release: stopped before the end: %w", err)
	}
	rep.EnforceFrom = from
	if err := g.signVerdict(cmd.Context(), rep); err != nil {
		return err
	}
	progress.done()
	problem := errors.Join(g.handOn(rep), g.remember(rep, paths))
	if err := f.common.write(e, w, rep); err != nil || problem != nil {
		var exit exitError
		if problem != nil && errors.As(err, &exit) {
			say(e.Stderr, problem) // the report's exit code says enough, not all
			return err
		}
		if from != "" && problem == nil && errors.As(err, &exit) {
			return nil // the verdict does not count yet, which the report says
		}
		return errors.Join(problem, err)
	}
	return nil
}

// notSealed are the flags of what the seal does not judge: it would be a check
// that somebody asked for and did not get.
var notSealed = []string{"checksums", "work-tree", "from-github", "no-from-github", "require", "commit", "ref", "builder-environment", "instance"}

// check refuses flags that contradict each other or are given empty.
func (f *gateFlags) check(cmd *cobra.Command) error {
	if err := f.source.check(cmd, f.offline); err != nil {
		return err
	}
	for _, name := range []string{"ledger-out"} {
		if fl := cmd.Flags().Lookup(name); fl.Changed && fl.Value.String() == "" {
			return usagef("reading the arguments: --%s is given an empty value; leave the flag out, or give a value", name)
		}
	}
	if err := f.verdictFlags.check(cmd, f.seal, f.offline, f.trustedRoots); err != nil {
		return err
	}
	if f.seal {
		for _, name := range notSealed {
			if cmd.Flags().Changed(name) {
				return usagef("reading the arguments: --%s is given, and --seal has no use for it; leave it out: the gate that writes the ledger judges that", name)
			}
		}
	}
	given := cmd.Flags().Changed("ledger")
	switch {
	case given && !f.seal:
		return usagef("reading the arguments: --ledger goes with --seal; without it the gate writes the ledger")
	case f.seal && f.ledgerOut != "":
		return usagef("reading the arguments: --ledger-out and --seal are both given; the seal writes no ledger")
	}
	return f.common.check(cmd)
}

// gating is one run of "sallyport gate".
type gating struct {
	env      *Env
	flags    *gateFlags
	world    *world
	progress *progress
	release  *gate.Release
	proof    gate.Proof
	// ledger is what --seal was given, or what the gate wrote of files that this
	// very job uploads.
	ledger *handoff.Ledger
	// uploads says that the job uploads what is judged here.
	uploads bool
	// read is the policy file, and judged what the release was judged by.
	read   policyFile
	judged gate.GateOptions
	// signer is nil where no verdict is to be signed.
	signer *signing
}

// judge reads everything once, and judges it.
func (g *gating) judge(cmd *cobra.Command, paths []string) (*report.Report, error) {
	ctx, f, w := cmd.Context(), g.flags, g.world
	o := gate.GateOptions{Audit: gate.AuditOptions{Strict: f.strict, Tool: tool()}, Release: gate.Options{Strict: f.strict, Tool: tool()}}
	var err error
	if o.Release.Checksums, err = readChecksums(f.checksums, cmd.Flags().Changed("checksums"), g.env.Stdin); err != nil {
		return nil, err
	}
	if g.release, err = gate.Collect(ctx, paths, f.bundles, g.progress.hashing); err != nil {
		return nil, usageError{err}
	}
	g.progress.say("reading the workflows")
	a := &auditFlags{common: f.common, settings: f.settings, workTree: f.workTree}
	if a.repo == "" {
		a.repo = "."
	}
	tree, commit, err := w.auditedTree(a, &o.Audit)
	if err != nil {
		return nil, err
	}
	file, err := readTreePolicy(a, tree)
	if err != nil {
		return nil, err
	}
	if err := w.auditPolicies(cmd, a, file, commit, &o.Audit); err != nil {
		return nil, err
	}
	if o.Workflows, err = gate.ReadWorkflows(tree, o.Audit.Repository, o.Audit.DefaultBranch); err != nil {
		return nil, fmt.Errorf("reading the workflows of %q: %w", a.repo, err)
	}
	if err := g.looser(a, commit, file, &o); err != nil {
		return nil, err
	}
	if g.read = (policyFile{file, commit}); f.policy != "" {
		g.read.commit = "" // the file is none of the commit's
	}
	if err := g.verified(ctx, cmd, g.read, &o.Release); err != nil {
		return nil, err
	}
	note, err := g.oneStep(ctx, &o)
	if err != nil {
		return nil, err
	}
	g.progress.say("asking GitHub for the repository's settings")
	if err := w.readSettings(ctx, o.Workflows, &o.Audit); err != nil {
		return nil, err
	}
	g.progress.say("verifying attestations")
	rep, proof := gate.Gate(ctx, g.release, o)
	g.proof, g.judged = proof, o
	if note != "" {
		rep.Notes = append(rep.Notes, note)
	}
	return rep, nil
}

// verified prepares what verify would.
func (g *gating) verified(ctx context.Context, cmd *cobra.Command, read policyFile, o *gate.Options) error {
	f, w := g.flags, g.world
	overlay := f.settings.overlay(cmd.Flags(), w.facts)
	if err := w.choosePolicy(ctx, read, &f.settings, overlay, g.release, o); err != nil {
		return err
	}
	if err := w.thisRun(o); err != nil {
		return err
	}
	g.progress.say("loading trust roots")
	var err error
	if o.Trust, err = trust.Load(ctx, trust.Options{Files: f.trustedRoots, Offline: f.offline, Now: g.env.Now(), Client: g.env.Client, Repositories: g.env.TUF}); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usageError{err}
		}
		return err
	}
	if f.fromGitHub || !f.notFromGitHub && !f.offline {
		g.progress.say("asking GitHub for attestations")
		return w.fetch(ctx, f.fromGitHub, g.release, o)
	}
	return nil
}

// thisRun has the files come from the running workflow's commit and run, unless
// the policy says that they come from elsewhere.
func (w *world) thisRun(o *gate.Options) error {
	if o.Policy.Builder.Run == "any" {
		return nil
	}
	run, haveRun := w.facts.RunID.Get()
	sha, haveSHA := w.facts.SHA.Get()
	fixed := o.Policy.Builder.Commit != ""
	if w.runner.Active() && (!haveRun || !haveSHA && !fixed) {
		return usagef("reading the runner's facts: it does not say which run of which commit this is (GITHUB_RUN_ID, GITHUB_SHA), so files of another one would pass; leave both variables as the runner sets them, or write builder: {run: any} into the policy")
	}
	if o.Run = run; !haveSHA || fixed {
		return nil
	}
	p, err := o.Policy.With(policy.Overlay{Facts: []policy.Setting{{Key: "builder.commit", Values: []string{sha}, From: "GITHUB_SHA"}}})
	if err != nil {
		return err
	}
	o.Policy = p.WithDefaults()
	return nil
}

// handOn writes the ledger of a release that passes, and the outputs; in a trial
// too, so that what passes is sealed from the first day on.
func (g *gating) handOn(rep *report.Report) error {
	if g.flags.seal || rep.Verdict != report.Pass {
		return nil
	}
	first := rep.Dists[0]
	l, err := handoff.NewLedger(first.Name, first.Version, g.proof.Commit, g.proof.Run, g.release.Files.Dists)
	if err != nil {
		return err
	}
	if g.uploads {
		g.ledger = l
	}
	data, err := l.JSON()
	if err != nil {
		return err
	}
	if path := g.flags.ledgerOut; path != "" {
		if err := writeFile(path, append(data, '\n')); err != nil {
			return err
		}
	}
	if g.world.lookup("GITHUB_OUTPUT") != "" {
		text, err := g.handedLedger(rep, l)
		if err != nil || text == "" {
			return err
		}
		return g.world.runner.Output("ledger", text)
	}
	return nil
}
