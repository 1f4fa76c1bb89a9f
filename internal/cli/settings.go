// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/runner"
)

// settings are flags that stand for a key of the policy and replace it.
type settings struct {
	values map[string]*[]string
}

// settingFlags maps flags to policy keys.
var settingFlags = []struct{ flag, key, usage string }{
	{"project", "project", "the project's `NAME`; files of another one are refused"},
	{"repository", "publisher.repository", "the repository that builds and publishes, `OWNER/NAME`"},
	{"repository-id", "publisher.repository-id", "the repository's numeric `ID`"},
	{"owner-id", "publisher.owner-id", "the owner's numeric `ID`"},
	{"workflow", "publisher.workflow", "the registered publisher's workflow `FILE`, such as release.yml"},
	{"environment", "publisher.environment", "the registered publisher's environment `NAME`, or none"},
	{"index", "publisher.index", "the index's upload `URL`"},
	{"ref", "builder.refs", "allowed `REF` of the build, {version} stands for the version (repeatable)"},
	{"commit", "builder.commit", "the `COMMIT` that must have been built"},
	{"event", "builder.events", "allowed `EVENT` (repeatable)"},
	{"builder-environment", "builder.environment", "the environment `NAME` in which provenance must be signed"},
	{"runners", "builder.runners", "`KIND` of runner: github-hosted or any"},
	{"instance", "builder.instance", "Sigstore `INSTANCE`: public-good or github"},
	{"run", "builder.run", "`WORD`: same (all files come from one run) or any"},
	{"signer", "builder.signers", "trusted reusable `WORKFLOW` (repeatable)"},
	{"require", "require", "`KIND` of attestation that each file must have: provenance or publish (repeatable)"},
}

// register adds the flags: all of them, or those that are named.
func (s *settings) register(flags *pflag.FlagSet, only ...string) {
	s.values = map[string]*[]string{}
	for _, f := range settingFlags {
		if len(only) > 0 && !slices.Contains(only, f.flag) {
			continue
		}
		v := new([]string)
		s.values[f.flag] = v
		flags.StringArrayVar(v, f.flag, nil, f.usage)
	}
}

// get returns the one value of a flag, or "".
func (s *settings) get(flag string) string {
	if v := s.values[flag]; v != nil && len(*v) == 1 {
		return (*v)[0]
	}
	return ""
}

// overlay makes the policy's overlay of the flags that were given and the
// runner's facts. The running workflow is no fact of the publisher: verify may
// run anywhere.
func (s *settings) overlay(flags *pflag.FlagSet, facts runner.Facts) policy.Overlay {
	var o policy.Overlay
	for _, f := range settingFlags {
		if s.values[f.flag] != nil && flags.Changed(f.flag) {
			o.Flags = append(o.Flags, policy.Setting{Key: f.key, Values: *s.values[f.flag], From: "--" + f.flag})
		}
	}
	for _, f := range []struct {
		fact runner.Fact
		key  string
		from string
	}{
		{facts.Repository, "publisher.repository", "GITHUB_REPOSITORY"},
		{facts.RepositoryID, "publisher.repository-id", "GITHUB_REPOSITORY_ID"},
		{facts.OwnerID, "publisher.owner-id", "GITHUB_REPOSITORY_OWNER_ID"},
	} {
		if v, ok := f.fact.Get(); ok {
			o.Facts = append(o.Facts, policy.Setting{Key: f.key, Values: []string{v}, From: f.from})
		}
	}
	return o
}
