// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"testing"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

func environmentOf(name string) func(claims) claims {
	return func(c claims) claims { return c.WithEnvironment(name) }
}

// publishedIn is a publish attestation signed in another environment.
func publishedIn(name string) row {
	return row{name: "publish in " + name, base: "published", do: func(s *scene) { s.claim(environmentOf(name), wheelPublish) },
		rule: "wrong-environment", says: []string{`"` + name + `"`, `the policy says "pypi"`}}
}

// builtIn is provenance signed in another environment than the policy asks for.
func builtIn(name, shown string) row {
	return row{name: "built in " + name, given: func(s *scene) {
		s.policy["builder.environment"] = "release-build"
		s.claim(environmentOf("release-build"))
	}, do: func(s *scene) { s.claim(environmentOf(name), wheelBuild) },
		rule: "wrong-environment", says: []string{shown, `builder.environment says "release-build"`}}
}

var _ = table("environment", []row{
	publishedIn("testpypi"), publishedIn("pypi-evil"), publishedIn("xpypi"), publishedIn("pypi "), publishedIn("\u0440ypi"),
	{name: "publish in one, policy none", base: "published", given: func(s *scene) {
		s.policy["publisher.environment"] = "none"
		s.claim(environmentOf(""), wheelPublish)
	}, do: func(s *scene) { s.claim(environmentOf("pypi"), wheelPublish) }, rule: "wrong-environment", says: []string{`"pypi"`, "the policy says the publisher has none"}},
	{name: "publish in one called none", base: "published", given: func(s *scene) {
		s.policy["publisher.environment"] = "none"
		s.claim(environmentOf(""), wheelPublish)
	}, do: func(s *scene) { s.claim(environmentOf("none"), wheelPublish) }, rule: "wrong-environment", says: []string{`"none"`, "the policy says the publisher has none"}},
	builtIn("", "no environment"), builtIn("testpypi", `"testpypi"`), builtIn("release-build-evil", `"release-build-evil"`),
	{name: "attested in the publish job, strict", given: strictly,
		do: func(s *scene) { s.claim(environmentOf("pypi"), wheelBuild) }, rule: "attested-in-publish-job", says: []string{`"pypi"`, "the publisher's"}},
})

// onGitHub has one attestation signed by the instance without logs.
func onGitHub(visibility string, which int) func(*scene) {
	return func(s *scene) {
		s.change(func(a *attestation) {
			a.sigstore = sigstoretest.GitHub
			a.claims.Visibility = visibility
		}, which)
	}
}

// bothRoots trusts both instances.
func bothRoots(s *scene) {
	root, err := sigstoretest.Shared(sigstoretest.GitHub)
	if err != nil {
		panic(err)
	}
	s.roots = append(s.roots, root.TrustedRoot())
}

func bothRootsAnd(key, value string) func(*scene) {
	return func(s *scene) { bothRoots(s); s.policy[key] = value }
}

var _ = table("instance", []row{
	{name: "public, no log", given: bothRoots, do: onGitHub("public", wheelBuild), rule: "instance-without-transparency", says: []string{`visibility is "public"`, "expected the public instance"}},
	{name: "publish, public, no log", base: "published", given: bothRoots, do: onGitHub("public", wheelPublish), rule: "instance-without-transparency", says: []string{`visibility is "public"`, "expected the public instance"}},
	{name: "visibility absent", given: bothRoots, do: onGitHub("", wheelBuild), rule: "instance-without-transparency", says: []string{"visibility is nothing", "expected the public instance"}},
	{name: "visibility odd", given: bothRoots, do: onGitHub("Private", wheelBuild), rule: "instance-without-transparency", says: []string{`visibility is "Private"`, "expected the public instance"}},
	{name: "one that went public", base: "private", do: func(s *scene) { s.claim(set(func(c *claims) { c.Visibility = "public" }), wheelBuild) },
		rule: "instance-without-transparency", says: []string{`visibility is "public"`, "expected the public instance"}},
	{name: "policy public-good, private repository", given: bothRootsAnd("builder.instance", "public-good"), do: onGitHub("private", wheelBuild), rule: "wrong-instance", says: []string{"without a transparency log", `the policy says "public-good"`}},
	{name: "policy public-good, public repository", given: bothRootsAnd("builder.instance", "public-good"), do: onGitHub("public", wheelBuild), rule: "wrong-instance", also: []string{"instance-without-transparency"}, says: []string{"without a transparency log", `the policy says "public-good"`}},
	{name: "policy github", base: "private", given: func(s *scene) {
		s.policy["builder.instance"] = "github"
		s.roots = append(s.roots, mustRoot(sigstoretest.PublicGood))
	}, do: func(s *scene) {
		s.change(func(a *attestation) { a.sigstore = sigstoretest.PublicGood }, wheelBuild)
	}, rule: "wrong-instance", says: []string{"with a public log", `the policy says "github"`}},
	{name: "visibility tells of a predicate", base: "private", do: func(s *scene) {
		s.change(func(a *attestation) {
			a.edit = edit("/predicate/buildDefinition/internalParameters/github/repository_id", "1")
		}, wheelBuild)
	}, rule: "predicate-contradicts-certificate", says: []string{`"1"`, `"100200300"`}},
})

func mustRoot(k sigstoretest.Kind) []byte {
	i, err := sigstoretest.Shared(k)
	if err != nil {
		panic(err)
	}
	return i.TrustedRoot()
}

// edit changes one value of the statement.
func edit(pointer string, value any) func(testing.TB, []byte) []byte {
	return func(tb testing.TB, statement []byte) []byte {
		return sigstoretest.MustEdit(tb, statement, pointer, value)
	}
}

// remove takes one value out of the statement.
func remove(pointer string) func(testing.TB, []byte) []byte {
	return func(tb testing.TB, statement []byte) []byte {
		return sigstoretest.MustRemove(tb, statement, pointer)
	}
}
