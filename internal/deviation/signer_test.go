// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

const (
	attestFile   = "other/workflows/.github/workflows/attest.yml"
	attestURL    = "https://github.com/" + attestFile
	attestCommit = "0123456789abcdef0123456789abcdef01234567"
	movedCommit  = "fedcba9876543210fedcba9876543210fedcba98"
)

func reusable(uri, digest string) func(claims) claims {
	return func(c claims) claims { return c.WithReusable(uri, digest) }
}

func localReusable(c claims) claims { return c.WithLocalReusable("build.yml") }

// trusting is a release whose attestations a reusable workflow signed, which
// the policy lists.
func trusting(entry string, signer func(claims) claims) func(*scene) {
	return func(s *scene) {
		s.policy["builder.signers"] = "[" + entry + "]"
		s.claim(signer)
	}
}

// signed is a deviation of the wheel's signer.
func signed(name string, given func(*scene), signer func(claims) claims, rule string, says ...string) row {
	return row{name: name, given: given, do: func(s *scene) { s.claim(signer, wheelBuild) }, rule: rule, says: says}
}

var (
	byCommit = trusting(attestFile+"@"+attestCommit, reusable(attestURL+"@"+attestCommit, attestCommit))
	byTag    = trusting(attestFile+"@refs/tags/v1.2.3", reusable(attestURL+"@refs/tags/v1.2.3", attestCommit))
	locally  = trusting("./.github/workflows/build.yml", localReusable)
)

var _ = table("signer", []row{
	signed("not listed", nil, reusable(attestURL+"@"+attestCommit, attestCommit), "untrusted-signer", attestURL+"@"+attestCommit, ownWorkflow, "there are none"),
	signed("another listed", byCommit, reusable("https://github.com/other/workflows/.github/workflows/evil.yml@"+attestCommit, attestCommit), "untrusted-signer", "evil.yml", attestFile+"@"+attestCommit),
	signed("another repository's of that name", byCommit, reusable("https://github.com/evil/workflows/.github/workflows/attest.yml@"+attestCommit, attestCommit), "untrusted-signer", "evil/workflows", attestFile+"@"+attestCommit),
	signed("prefix of the repository", byCommit, reusable("https://github.com/other/workflows-evil/.github/workflows/attest.yml@"+attestCommit, attestCommit), "untrusted-signer", "workflows-evil", attestFile+"@"+attestCommit),
	signed("listed by commit, called by branch", byCommit, reusable(attestURL+"@refs/heads/main", attestCommit), "untrusted-signer", attestURL+"@refs/heads/main", attestFile+"@"+attestCommit),
	signed("listed by commit, called by a pull request", byCommit, reusable(attestURL+"@refs/pull/7/merge", attestCommit), "untrusted-signer", attestURL+"@refs/pull/7/merge", attestFile+"@"+attestCommit),
	signed("listed by commit, called by another", byCommit, reusable(attestURL+"@"+movedCommit, movedCommit), "untrusted-signer", movedCommit, attestFile+"@"+attestCommit),
	signed("listed by commit, tag moved", byCommit, reusable(attestURL+"@refs/tags/v1.2.3", movedCommit), "wrong-signer-commit", `"`+movedCommit+`"`, `"`+attestCommit+`"`),
	signed("listed by commit, digest is another", byCommit, reusable(attestURL+"@"+attestCommit, movedCommit), "wrong-signer-commit", `"`+movedCommit+`"`, `"`+attestCommit+`"`),
	signed("listed by commit, digest absent", byCommit, reusable(attestURL+"@refs/tags/v1.2.3", ""), "wrong-signer-commit", "nothing", `"`+attestCommit+`"`),
	signed("listed by tag, called by another tag", byTag, reusable(attestURL+"@refs/tags/v1.2.4", attestCommit), "untrusted-signer", "refs/tags/v1.2.4", attestFile+"@refs/tags/v1.2.3"),
	signed("listed by tag, called by a longer tag", byTag, reusable(attestURL+"@refs/tags/v1.2.34", attestCommit), "untrusted-signer", "refs/tags/v1.2.34", attestFile+"@refs/tags/v1.2.3"),
	signed("listed by tag, called by a branch of that name", byTag, reusable(attestURL+"@refs/heads/v1.2.3", attestCommit), "untrusted-signer", "refs/heads/v1.2.3", attestFile+"@refs/tags/v1.2.3"),
	signed("listed by tag, called by commit", byTag, reusable(attestURL+"@"+attestCommit, attestCommit), "untrusted-signer", attestCommit, attestFile+"@refs/tags/v1.2.3"),
	signed("local, not listed", nil, localReusable, "untrusted-signer", "build.yml", ownWorkflow),
	signed("local, at another commit", locally, func(c claims) claims { return localReusable(c).WithReusable(localReusable(c).SAN, otherCommit) },
		"wrong-signer-commit", `"`+otherCommit+`"`, `"`+commit+`"`),
	signed("local, at another ref", locally, reusable(repoURL+"/.github/workflows/build.yml@refs/heads/main", commit), "untrusted-signer", "build.yml@refs/heads/main", "./.github/workflows/build.yml"),
	signed("local, of another repository", locally, reusable("https://github.com/evil/samplepkg/.github/workflows/build.yml@refs/tags/v1.0.0", commit), "untrusted-signer", "evil/samplepkg", "./.github/workflows/build.yml"),
	signed("local, in a sub-folder", locally, reusable(repoURL+"/.github/workflows/sub/build.yml@refs/tags/v1.0.0", commit), "untrusted-signer", "sub/build.yml", "./.github/workflows/build.yml"),
	signed("own, at another commit", nil, set(func(c *claims) { c.BuildSignerDigest = otherCommit }), "wrong-signer-commit", `"`+otherCommit+`"`, `"`+commit+`"`),

	{name: "publish by a listed one", base: "published", given: func(s *scene) { byCommit(s); s.claim(reusable(ownWorkflow, commit), wheelPublish) },
		do:   func(s *scene) { s.claim(reusable(attestURL+"@"+attestCommit, attestCommit), wheelPublish) },
		rule: "untrusted-signer", says: []string{attestURL + "@" + attestCommit, "expected the run's own workflow", ownWorkflow}},
	{name: "publish by a local one", base: "published", do: func(s *scene) { s.claim(localReusable, wheelPublish) },
		rule: "untrusted-signer", says: []string{"build.yml", "expected the run's own workflow", ownWorkflow}},
	{name: "tag moved within the release", given: byTag, do: func(s *scene) { s.claim(reusable(attestURL+"@refs/tags/v1.2.3", movedCommit), wheelBuild) },
		rule: "signer-tag-moved", about: []string{""}, says: []string{"attest.yml@refs/tags/v1.2.3", attestCommit, movedCommit}},
})
