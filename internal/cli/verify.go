// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/trust"
)

// verifyFlags are the flags of "sallyport verify".
type verifyFlags struct {
	common
	settings
	source
	ledger    string
	checksums string
	strict    bool
}

func verifyCommand(e *Env) *cobra.Command {
	f := &verifyFlags{}
	cmd := &cobra.Command{
		Use:   "verify PATH...",
		Short: "Verify wheels and sdists against their attestations and the policy",
		Long: `Verify release files (wheels, source distributions, or folders of them) against
the attestations beside them, those named with --bundle, and those that GitHub
stores: who built each file, from which repository, ref and commit, and whether
the provenance says what the certificate says.

Exit code: 0 all is well, 1 something deviates, 2 something could not be
checked, 3 bad usage or configuration.`,
		Example: `  sallyport verify dist/
  sallyport verify --offline --policy .github/sallyport.yml dist/*.whl dist/*.tar.gz`,
		Args: somePath,
		RunE: func(cmd *cobra.Command, args []string) error { return runVerify(cmd, e, f, args) },
	}
	flags := cmd.Flags()
	f.common.register(flags)
	f.settings.register(flags)
	f.source.register(flags)
	flags.Var(&once{at: &f.ledger}, "ledger", "the set of files that was verified before: `FILE`, - for standard input, or the text itself")
	flags.Var(&once{at: &f.checksums}, "checksums", checksumsUsage)
	flags.BoolVar(&f.strict, "strict", false, "treat warnings as errors, and whatever could not be checked as blocking")
	return cmd
}

func runVerify(cmd *cobra.Command, e *Env, f *verifyFlags, paths []string) error {
	ctx := cmd.Context()
	if err := f.check(cmd); err != nil {
		return err
	}
	w, err := newWorld(e, &f.common)
	if err != nil {
		return err
	}
	progress := newProgress(e)
	defer progress.done()
	// What can be wrong in a moment comes before what takes long.
	o := gate.Options{Strict: f.strict, Tool: tool()}
	read, err := w.readPolicy(ctx, &f.common, &o)
	if err != nil {
		return err
	}
	if o.Ledger, err = readLedger(f.ledger, cmd.Flags().Changed("ledger"), e.Stdin); err != nil {
		return err
	}
	if o.Checksums, err = readChecksums(f.checksums, cmd.Flags().Changed("checksums"), e.Stdin); err != nil {
		return err
	}
	release, err := gate.Collect(ctx, paths, f.bundles, progress.hashing)
	if err != nil {
		return usageError{err}
	}
	overlay := f.settings.overlay(cmd.Flags(), w.facts)
	if err := w.choosePolicy(ctx, read, &f.settings, overlay, release, &o); err != nil {
		return err
	}
	progress.say("loading trust roots")
	if o.Trust, err = trust.Load(ctx, trust.Options{Files: f.trustedRoots, Offline: f.offline, Now: e.Now(), Client: e.Client, Repositories: e.TUF}); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usageError{err} // a file that was named, as --policy and --ledger
		}
		return err
	}
	if f.fromGitHub || !f.notFromGitHub && !f.offline {
		progress.say("asking GitHub for attestations")
		if err := w.fetch(ctx, f.fromGitHub, release, &o); err != nil {
			return err
		}
	}
	progress.say("verifying attestations")
	rep := gate.Verify(ctx, release, o)
	progress.done()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("verifying the release: stopped before the end: %w", err)
	}
	return f.common.write(e, w, rep)
}

// check refuses flags that contradict each other or are given empty.
func (f *verifyFlags) check(cmd *cobra.Command) error {
	if err := f.source.check(cmd, f.offline); err != nil {
		return err
	}
	return f.common.check(cmd)
}

// readLedger takes a ledger from a file, standard input, or the flag itself.
func readLedger(value string, given bool, stdin io.Reader) (*handoff.Ledger, error) {
	if !given {
		return nil, nil
	}
	var data []byte
	var err error
	switch {
	case strings.TrimSpace(value) == "":
		return nil, usagef("reading the arguments: --ledger is given an empty value; leave it out where there is no ledger")
	case isLedger(value):
		data = []byte(value)
	case value == "-":
		data, err = io.ReadAll(io.LimitReader(stdin, handoff.MaxLedger+1))
	default:
		data, err = dist.ReadFileLimited(value, handoff.MaxLedger)
		if errors.Is(err, os.ErrNotExist) {
			return nil, usagef("reading the ledger %q: it is no JSON and no file that is there; pass the gate's output ledger", value)
		}
	}
	if err != nil {
		return nil, err
	}
	l, err := handoff.ParseLedger(data)
	if err != nil {
		return nil, usageError{err}
	}
	return l, nil
}
