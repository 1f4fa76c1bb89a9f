// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// source are the flags that say where attestations and roots come from.
type source struct {
	bundles       []string
	trustedRoots  []string
	fromGitHub    bool
	notFromGitHub bool
}

func (f *source) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.bundles, "bundle", nil, "attestation `FILE` or folder to use as well (repeatable)")
	flags.StringArrayVar(&f.trustedRoots, "trusted-root", nil, "trust this `FILE` instead of the built-in Sigstore roots (repeatable)")
	flags.BoolVar(&f.fromGitHub, "from-github", false, "fetch attestations from GitHub by digest (the default when online with a known repository)")
	flags.BoolVar(&f.notFromGitHub, "no-from-github", false, "do not ask GitHub for attestations")
}

// check refuses flags that contradict each other or are given empty.
func (f *source) check(cmd *cobra.Command, offline bool) error {
	if cmd.Flags().Changed("from-github") && !f.fromGitHub {
		f.notFromGitHub = true // --from-github=false
	}
	switch {
	case f.fromGitHub && f.notFromGitHub:
		return usagef("reading the arguments: --from-github and --no-from-github are both given; give one")
	case f.fromGitHub && offline:
		return usagef("reading the arguments: --from-github needs the network, and --offline forbids it; give one")
	}
	for flag, values := range map[string][]string{"bundle": f.bundles, "trusted-root": f.trustedRoots} {
		for _, v := range values {
			if v == "" {
				return usagef("reading the arguments: --%s is given an empty path; leave the flag out, or name a file", flag)
			}
		}
	}
	return nil
}
