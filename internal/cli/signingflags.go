// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// signingFlags say with which services to sign, and where to put what is
// signed. attest and gate have them.
type signingFlags struct {
	bundleDir     string
	signingConfig string
	publicGood    bool
	github        bool
	timeout       time.Duration
}

// signingFlagNames are their names.
var signingFlagNames = []string{"bundle-dir", "signing-config", "public-good", "github", "timeout"}

// Bounds of --timeout: below the first no service answers in time, above the
// second a job would hang instead of failing.
const (
	defaultTimeout = 30 * time.Second
	minTimeout     = time.Second
	maxTimeout     = 10 * time.Minute
)

// bundleFolder is the name of the default folder for bundles.
const bundleFolder = "sallyport-attestations"

// register adds the flags; stored is what --github stores.
func (f *signingFlags) register(flags *pflag.FlagSet, stored string) {
	flags.Var(&once{at: &f.bundleDir}, "bundle-dir", "`FOLDER` for bundles (default sallyport-attestations in the runner's temporary folder)")
	flags.BoolVar(&f.github, "github", false, "also store "+stored+" with GitHub (permissions: attestations: write)")
	flags.BoolVar(&f.publicGood, "public-good", false, "sign with the public instance although the repository is not public: its name becomes public in a log")
	flags.Var(&once{at: &f.signingConfig}, "signing-config", "sign with the services in this `FILE`; needs --trusted-root")
	flags.DurationVar(&f.timeout, "timeout", defaultTimeout, "how long one service may take for one answer, all tries included")
}

// check refuses flags that contradict each other or mean nothing.
func (f *signingFlags) check(cmd *cobra.Command, offline bool, trustedRoots []string) error {
	for _, name := range []string{"bundle-dir", "signing-config"} {
		if fl := cmd.Flags().Lookup(name); fl.Changed && fl.Value.String() == "" {
			return usagef("reading the arguments: --%s is given an empty value; leave the flag out, or give a value", name)
		}
	}
	switch {
	case offline:
		return usagef("reading the arguments: --offline is given, and signing asks Sigstore's services; with --signing-config and --trusted-root no others are asked for roots")
	case (f.signingConfig == "") != (len(trustedRoots) == 0):
		return usagef("reading the arguments: --signing-config and --trusted-root belong together: what the services sign is verified by that root before it is written; give both or none")
	case f.signingConfig != "":
		// Before anybody is asked for a token.
		for _, path := range append([]string{f.signingConfig}, trustedRoots...) {
			if path == "" {
				return usagef("reading the arguments: --trusted-root is given an empty path; leave the flag out, or name a file")
			}
			if _, err := os.Stat(path); err != nil {
				return usagef("reading the arguments: %q: %w; name a file that is there", path, cause(err))
			}
		}
	}
	if f.timeout < minTimeout || f.timeout > maxTimeout {
		return usagef("reading the arguments: --timeout is %s; use a value from %s to %s", f.timeout, minTimeout, maxTimeout)
	}
	return nil
}

// checkToken wants a token where something is to be stored with GitHub.
func (f *signingFlags) checkToken(w *world) error {
	if f.github && w.token() == "" {
		return usagef("reading the arguments: --github needs a token; set GITHUB_TOKEN: ${{ github.token }} under env: of the step")
	}
	return nil
}

// folder is where bundles go.
func (f *signingFlags) folder(w *world) (string, error) {
	dir := f.bundleDir
	if ws := w.workspace(); dir == "" && ws != "" && w.isAction() {
		dir = filepath.Join(ws, outFolder, "attestations")
	}
	if dir == "" {
		temp := w.lookup("RUNNER_TEMP")
		if temp == "" {
			return "", usagef("reading the arguments: there is no temporary folder of a runner (RUNNER_TEMP) to write bundles to; name a folder with --bundle-dir")
		}
		dir = filepath.Join(temp, bundleFolder)
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return "", usagef("reading the arguments: --bundle-dir %q is no folder; name a folder", dir)
	}
	return dir, nil
}
