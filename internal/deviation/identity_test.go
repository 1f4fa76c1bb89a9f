// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"slices"
	"strings"
)

// identity is a certificate that says something else than the policy. It is
// tried twice: in the provenance, and in the publish attestation.
type identity struct {
	name  string
	given func(*scene)
	claim func(claims) claims
	rule  string
	says  []string
	// also are further rules; those of builds apply to provenance alone.
	also, builds []string
}

func everywhere(list []identity) []row {
	var rows []row
	for _, i := range list {
		for _, at := range []struct {
			name, base string
			which      int
		}{{"build", "", wheelBuild}, {"publish", "published", wheelPublish}} {
			also := slices.Clone(i.also)
			if at.which == wheelBuild {
				also = append(also, i.builds...)
			}
			rows = append(rows, row{
				name: i.name + "/" + at.name, base: at.base, given: i.given,
				do:   func(s *scene) { s.claim(i.claim, at.which) },
				rule: i.rule, says: i.says, also: also,
			})
		}
	}
	return rows
}

func issuer(url string) func(claims) claims { return set(func(c *claims) { c.Issuer = url }) }

var _ = table("issuer", everywhere([]identity{
	{name: "enterprise", claim: issuer("https://token.actions.githubusercontent.com/some-enterprise"), rule: "wrong-issuer",
		says: []string{`"https://token.actions.githubusercontent.com/some-enterprise"`, `expected "https://token.actions.githubusercontent.com"`}},
	{name: "prefix", claim: issuer("https://token.actions.githubusercontent.com.evil.example"), rule: "wrong-issuer",
		says: []string{`"https://token.actions.githubusercontent.com.evil.example"`, `expected "https://token.actions.githubusercontent.com"`}},
	{name: "suffix", claim: issuer("https://evil.example/token.actions.githubusercontent.com"), rule: "wrong-issuer",
		says: []string{`"https://evil.example/token.actions.githubusercontent.com"`, `expected "https://token.actions.githubusercontent.com"`}},
	{name: "without TLS", claim: issuer("http://token.actions.githubusercontent.com"), rule: "wrong-issuer",
		says: []string{`"http://token.actions.githubusercontent.com"`, `expected "https://token.actions.githubusercontent.com"`}},
	{name: "slash", claim: issuer("https://token.actions.githubusercontent.com/"), rule: "wrong-issuer",
		says: []string{`"https://token.actions.githubusercontent.com/"`, `expected "https://token.actions.githubusercontent.com"`}},
	{name: "letter case", claim: issuer("https://token.actions.GitHubUserContent.com"), rule: "wrong-issuer",
		says: []string{`"https://token.actions.GitHubUserContent.com"`, `expected "https://token.actions.githubusercontent.com"`}},
	{name: "GHES", claim: issuer("https://github.example.org/_services/token"), rule: "unsupported-builder",
		says: []string{`"https://github.example.org/_services/token"`, "expected a GitHub Actions workflow"}},
	{name: "GitLab", rule: "unsupported-builder", says: []string{"GitLab", `"https://gitlab.com"`, "expected a GitHub Actions workflow"},
		claim: set(func(c *claims) {
			c.Issuer = "https://gitlab.com"
			c.SAN = "https://gitlab.com/octo-sci/samplepkg//.gitlab-ci.yml@refs/tags/v1.0.0"
			c.BuildSignerURI, c.BuildConfigURI = c.SAN, c.SAN
			c.SourceRepositoryURI, c.OwnerURI = "https://gitlab.com/octo-sci/samplepkg", "https://gitlab.com/octo-sci"
		})},
	{name: "Google", rule: "unsupported-builder", says: []string{"Google", `"https://accounts.google.com"`, "someone@example.org", "expected a GitHub Actions workflow"},
		claim: func(claims) claims {
			return claims{Issuer: "https://accounts.google.com", Email: "someone@example.org"}
		}},
	{name: "person", rule: "unsupported-builder", says: []string{"a person", `"https://github.com/login/oauth"`, "someone@example.org", "expected a GitHub Actions workflow"},
		claim: func(claims) claims {
			return claims{Issuer: "https://github.com/login/oauth", Email: "someone@example.org"}
		}},
	{name: "absent", rule: "unsupported-builder", says: []string{"expected a GitHub Actions workflow"},
		claim: set(func(c *claims) { c.Omit = []int{1, 8} })},
}))

func repository(name string) func(claims) claims {
	return func(c claims) claims { return c.WithRepository(name) }
}

const wantRepo = `the policy says "https://github.com/octo-sci/samplepkg"`

var _ = table("repository", everywhere([]identity{
	{name: "other", claim: repository("octo-sci/otherpkg"), rule: "wrong-repository", says: []string{`"https://github.com/octo-sci/otherpkg"`, wantRepo}},
	{name: "prefix", claim: repository("octo-sci/samplepkg-evil"), rule: "wrong-repository", says: []string{`"https://github.com/octo-sci/samplepkg-evil"`, wantRepo}},
	{name: "suffix", claim: repository("evil-octo-sci/samplepkg"), rule: "wrong-repository", says: []string{`"https://github.com/evil-octo-sci/samplepkg"`, wantRepo}},
	{name: "fork", claim: repository("somebody/samplepkg"), rule: "wrong-repository", says: []string{`"https://github.com/somebody/samplepkg"`, wantRepo}},
	{name: "shorter", claim: repository("octo-sci/sample"), rule: "wrong-repository", says: []string{`"https://github.com/octo-sci/sample"`, wantRepo}},
	{name: "a folder deeper", claim: repository("octo-sci/samplepkg/evil"), rule: "wrong-repository", also: []string{"certificate-contradicts-itself", "untrusted-signer", "wrong-workflow"}, builds: []string{"predicate-contradicts-certificate"},
		says: []string{`"https://github.com/octo-sci/samplepkg/evil"`, wantRepo}},
	{name: "dot git", claim: repository("octo-sci/samplepkg.git"), rule: "wrong-repository", says: []string{`"https://github.com/octo-sci/samplepkg.git"`, wantRepo}},
	{name: "another host", rule: "wrong-repository", also: []string{"certificate-contradicts-itself", "wrong-workflow"}, builds: []string{"predicate-contradicts-certificate"}, says: []string{`"https://github.com.evil.example/octo-sci/samplepkg"`, wantRepo},
		claim: set(func(c *claims) {
			c.SourceRepositoryURI = "https://github.com.evil.example/octo-sci/samplepkg"
			c.OwnerURI = "https://github.com.evil.example/octo-sci"
			c.RunURI = c.SourceRepositoryURI + "/actions/runs/1/attempts/1"
		})},
	{name: "absent", rule: "wrong-repository", also: []string{"certificate-contradicts-itself", "wrong-workflow"}, builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", wantRepo},
		claim: set(func(c *claims) { c.Omit = []int{12} })},
	{name: "resurrected", claim: func(c claims) claims { return c.WithIDs("999999999", c.OwnerID) }, rule: "wrong-repository-id", says: []string{`"999999999"`, `the policy says "100200300"`}},
	{name: "id prefix", claim: func(c claims) claims { return c.WithIDs("1002003001", c.OwnerID) }, rule: "wrong-repository-id", says: []string{`"1002003001"`, `the policy says "100200300"`}},
	{name: "owner resurrected", claim: func(c claims) claims { return c.WithIDs(c.RepositoryID, "777777") }, rule: "wrong-owner-id", says: []string{`"777777"`, `the policy says "400500"`}},
	{name: "id absent", claim: set(func(c *claims) { c.Omit = []int{15} }), rule: "wrong-repository-id", builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", `the policy says "100200300"`}},
	{name: "owner id absent", claim: set(func(c *claims) { c.Omit = []int{17} }), rule: "wrong-owner-id", builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", `the policy says "400500"`}},
}))

func workflow(file string) func(claims) claims {
	return func(c claims) claims { return c.WithWorkflow(file) }
}

const wantWorkflow = `the policy says "release.yml"`

var _ = table("workflow", everywhere([]identity{
	{name: "other", claim: workflow("test.yml"), rule: "wrong-workflow", says: []string{`"test.yml"`, wantWorkflow}},
	{name: "prefix", claim: workflow("release.yml.evil.yml"), rule: "wrong-workflow", says: []string{`"release.yml.evil.yml"`, wantWorkflow}},
	{name: "suffix", claim: workflow("xrelease.yml"), rule: "wrong-workflow", says: []string{`"xrelease.yml"`, wantWorkflow}},
	{name: "letter case", claim: workflow("Release.yml"), rule: "wrong-workflow", says: []string{`"Release.yml"`, wantWorkflow}},
	{name: "ending", claim: workflow("release.yaml"), rule: "wrong-workflow", says: []string{`"release.yaml"`, wantWorkflow}},
	{name: "at sign", claim: workflow("release.yml@evil.yml"), rule: "wrong-workflow", builds: []string{"predicate-contradicts-certificate"}, says: []string{`"release.yml@evil.yml"`, wantWorkflow}},
	{name: "sub-folder", claim: workflow("sub/release.yml"), rule: "wrong-workflow", also: []string{"untrusted-signer"}, builds: []string{"predicate-contradicts-certificate"},
		says: []string{"/.github/workflows/sub/release.yml@refs/tags/v1.0.0", wantWorkflow}},
	{name: "another folder", rule: "wrong-workflow", also: []string{"untrusted-signer"}, builds: []string{"predicate-contradicts-certificate"}, says: []string{"/evil/.github/workflows/release.yml@refs/tags/v1.0.0", wantWorkflow},
		claim: set(func(c *claims) {
			c.BuildConfigURI = strings.Replace(c.BuildConfigURI, "/.github", "/evil/.github", 1)
			c.SAN, c.BuildSignerURI = c.BuildConfigURI, c.BuildConfigURI
		})},
	{name: "another repository's", rule: "wrong-workflow", also: []string{"certificate-contradicts-itself"}, builds: []string{"predicate-contradicts-certificate"}, says: []string{"other/workflows", wantWorkflow},
		claim: set(func(c *claims) {
			c.BuildConfigURI = "https://github.com/other/workflows/.github/workflows/release.yml@refs/tags/v1.0.0"
			c.SAN, c.BuildSignerURI = c.BuildConfigURI, c.BuildConfigURI
		})},
	{name: "absent", rule: "wrong-workflow", also: []string{"untrusted-signer"}, builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", wantWorkflow},
		claim: set(func(c *claims) { c.Omit = []int{18} })},
}))
