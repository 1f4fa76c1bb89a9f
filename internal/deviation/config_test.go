// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"strings"
	"testing"
)

// refusedConfig is a configuration that means nothing: exit 3, no report, and
// the reason on standard error. An empty expected value is never "no check".
type refusedConfig struct {
	name string
	do   func(*scene)
	says []string
}

func emptyKey(key string) refusedConfig {
	return refusedConfig{name: key, do: policyOf(key, `""`), says: []string{"sallyport.yml", key[strings.LastIndex(key, ".")+1:]}}
}

func emptyFlag(flag string) refusedConfig {
	return refusedConfig{name: "--" + flag, do: func(s *scene) { s.flags = append(s.flags, "--"+flag, "") }, says: []string{"--" + flag, "empty"}}
}

func badKey(name, key, value string, says ...string) refusedConfig {
	return refusedConfig{name: name, do: policyOf(key, value), says: append(says, "sallyport.yml")}
}

var refusedConfigs = []refusedConfig{
	emptyKey("project"), emptyKey("publisher.repository"), emptyKey("publisher.repository-id"), emptyKey("publisher.owner-id"),
	emptyKey("publisher.workflow"), emptyKey("publisher.environment"), emptyKey("publisher.index"), emptyKey("builder.refs"),
	emptyKey("builder.commit"), emptyKey("builder.events"), emptyKey("builder.environment"), emptyKey("builder.runners"),
	emptyKey("builder.instance"), emptyKey("builder.run"), emptyKey("builder.signers"), emptyKey("require"),
	emptyFlag("project"), emptyFlag("repository"), emptyFlag("repository-id"), emptyFlag("owner-id"), emptyFlag("workflow"),
	emptyFlag("environment"), emptyFlag("index"), emptyFlag("ref"), emptyFlag("commit"), emptyFlag("event"),
	emptyFlag("builder-environment"), emptyFlag("runners"), emptyFlag("instance"), emptyFlag("run"), emptyFlag("signer"),
	emptyFlag("require"), emptyFlag("ledger"), emptyFlag("checksums"), emptyFlag("bundle"), emptyFlag("trusted-root"), emptyFlag("output"),
	{"--policy", func(s *scene) { s.policy = nil; s.flags = append(s.flags, "--policy", "") }, []string{"--policy", "empty"}},

	badKey("null repository", "publisher.repository", "null", "repository"),
	badKey("spaces for a workflow", "publisher.workflow", `"  "`, "workflow"),
	badKey("empty event in a list", "builder.events", `[push, ""]`, "events"),
	badKey("no refs at all", "builder.refs", "[]", "refs"),
	badKey("nothing required", "require", "[]", "require"),
	badKey("unknown key", "publisher.repo", "octo-sci/samplepkg", "repo"),
	badKey("branch as a signer", "builder.signers", "["+attestFile+"@refs/heads/main]", "branch"),
	badKey("signer without ref", "builder.signers", "["+attestFile+"]", "no ref"),
	badKey("pull request as a ref", "builder.refs", `["refs/pull/{version}/merge"]`, "pull request"),
	badKey("wildcard as a ref", "builder.refs", `["refs/tags/*"]`, "wildcard"),
	badKey("pull_request_target allowed", "builder.events", "[pull_request_target]", "pull_request_target"),
	badKey("shortened commit", "builder.commit", "3f7a1c0d", "commit"),
	{"waiving a signature", func(s *scene) {
		s.ignore = []string{`{rule: invalid-signature, files: ["*"], reason: "no", until: 2026-12-31}`}
	}, []string{"invalid-signature"}},
	{"waiving a predicate", func(s *scene) {
		s.ignore = []string{`{rule: predicate-contradicts-certificate, files: ["*"], reason: "no", until: 2026-12-31}`}
	}, []string{"predicate-contradicts-certificate"}},
	{"waiver past its day", func(s *scene) {
		s.ignore = []string{`{rule: attested-in-publish-job, files: ["*"], reason: "no", until: 2026-01-31}`}
	}, []string{"attested-in-publish-job", "2026-01-31"}},
	{"no such policy file", func(s *scene) { s.policy = nil; s.flags = append(s.flags, "--policy", "FOLDER/none.yml") }, []string{"none.yml"}},
	{"root without log and authority of time", func(s *scene) { s.roots[0] = rootOfNothing() }, []string{"root-a.json", "timestamp"}},
	{"no path", func(s *scene) { s.paths = nil }, []string{"path"}},
	{"offline and from GitHub", func(s *scene) { s.flags = append(s.flags, "--from-github") }, []string{"--offline"}},
}

func TestConfigurations(t *testing.T) {
	t.Parallel()
	for _, c := range refusedConfigs {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := baseScene(t, "")
			c.do(s)
			o := run(t, s)
			if o.code != 3 || o.stdout != "" {
				t.Errorf("exit %d, want 3 and no report\n%s", o.code, o.describe())
			}
			for _, want := range append(c.says, "sallyport: error: ") {
				if !strings.Contains(o.stderr, want) {
					t.Errorf("standard error %q does not say %q", o.stderr, want)
				}
			}
		})
	}
}
