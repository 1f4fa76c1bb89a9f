// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// addDist adds a file with provenance of its own, in a bundle.
func addDist(d distFile, change func(claims) claims) func(*scene) {
	return func(s *scene) {
		s.dists = append(s.dists, d)
		s.attestations = append(s.attestations, &attestation{
			file: "bundles/extra.sigstore.json", given: true, claims: change(sigstoretest.GitHubClaims()),
			statement: sigstoretest.Provenance, subjects: []subject{d.subject()},
		})
	}
}

func same(c claims) claims { return c }

// extra adds a second attestation about the wheel, which deviates, to the one
// that passes.
func extra(file string, given, pep740 bool, change func(*attestation)) func(*scene) {
	return func(s *scene) {
		a := &attestation{
			file: file, given: given, pep740: pep740, claims: sigstoretest.GitHubClaims(),
			statement: sigstoretest.Provenance, subjects: []subject{s.dists[0].subject()},
		}
		change(a)
		s.attestations = append(s.attestations, a)
	}
}

func fromFork(a *attestation) { a.claims = a.claims.WithRepository("somebody/samplepkg") }

func fromMain(a *attestation) { a.claims = a.claims.WithRef("refs/heads/main") }

func withBadSignature(a *attestation) {
	a.tamper = func(pb, _ *pbundle) { flip(pb.GetDsseEnvelope().Signatures[0].Sig) }
}

var (
	foreignWheel = wheelOf(disttest.Options{Name: "otherpkg", Version: "1.0.0"})
	oldWheel     = wheelOf(disttest.Options{Version: "0.9.0"})
	windowsWheel = wheelOf(disttest.Options{Version: "1.0.0", Tags: "cp312-cp312-win_amd64"})
)

var _ = table("release", []row{
	{name: "two commits", do: func(s *scene) { s.claim(func(c claims) claims { return c.WithCommit(otherCommit) }, wheelBuild) },
		rule: "release-of-two-commits", about: []string{""}, says: []string{"2 commits", commit, otherCommit, wheelName, sdistName}},
	{name: "two commits, one bundle passes both", do: func(s *scene) {
		s.claim(func(c claims) claims { return c.WithCommit(otherCommit).WithRun(222, 1) }, wheelBuild)
	}, rule: "release-of-two-commits", also: []string{"release-of-two-runs"}, about: []string{""}, says: []string{"2 commits", commit, otherCommit}},
	{name: "two commits, any run", given: policyOf("builder.run", "any"), do: func(s *scene) {
		s.claim(func(c claims) claims { return c.WithCommit(otherCommit).WithRun(222, 1) }, wheelBuild)
	}, rule: "release-of-two-commits", about: []string{""}, says: []string{"2 commits", commit, otherCommit}},
	{name: "two runs", do: func(s *scene) { s.claim(func(c claims) claims { return c.WithRun(222, 1) }, wheelBuild) },
		rule: "release-of-two-runs", about: []string{""}, says: []string{"2 runs", "runs/222", "runs/11122233344", wheelName, sdistName}},
	{name: "second project", do: addDist(foreignWheel, same), rule: "foreign-project", about: []string{foreignWheel.name},
		says: []string{foreignWheel.name, `"otherpkg"`, `the policy says "samplepkg"`}},
	{name: "second project, policy without one", given: func(s *scene) { delete(s.policy, "project") }, do: addDist(foreignWheel, same),
		rule: "foreign-project", about: []string{""}, says: []string{"2 projects", "otherpkg", "samplepkg"}},
	{name: "all of another project", given: nil, do: func(s *scene) { s.policy["project"] = "otherpkg" },
		rule: "foreign-project", about: []string{wheelName, sdistName}, says: []string{`"samplepkg"`, `the policy says "otherpkg"`}},
	{name: "two versions", do: addDist(oldWheel, func(c claims) claims { return c.WithRef("refs/tags/v0.9.0") }),
		rule: "release-of-two-versions", about: []string{sdistName, wheelName, oldWheel.name}, says: []string{`"0.9.0"`, `"1.0.0"`}},
	{name: "two versions, one tag", do: addDist(oldWheel, same), rule: "wrong-ref", also: []string{"release-of-two-versions"},
		about: []string{oldWheel.name, wheelName, sdistName}, says: []string{`"refs/tags/v1.0.0"`, `version "0.9.0"`}},
	{name: "a file without attestation", do: func(s *scene) { s.dists = append(s.dists, windowsWheel) }, rule: "missing-provenance",
		about: []string{windowsWheel.name}, says: []string{windowsWheel.name, windowsWheel.digest()}},
	{name: "no attestation at all", do: func(s *scene) { s.attestations = nil }, rule: "missing-provenance", about: []string{wheelName, sdistName}, says: []string{wheelName}},
	{name: "no publish attestation", base: "beside", do: func(s *scene) {
		s.attestations = append(s.attestations[:wheelPublish:wheelPublish], s.attestations[sdistPublish])
	}, rule: "missing-publish-attestation", says: []string{wheelName, bothDists()[0].digest()}},
	{name: "publish attestation only", base: "beside", do: func(s *scene) { s.attestations = s.attestations[1:] }, rule: "missing-provenance",
		says: []string{wheelName, "publish/v1"}},
	{name: "signature over the file, no statement", do: messageOnly, rule: "missing-provenance", says: []string{wheelName, "without a statement"}},

	{name: "failing extra in the folder", base: "beside", do: extra("dist/"+wheelName+".attestation", false, true, fromFork), rule: "wrong-repository",
		also: []string{"index-would-refuse"}, says: []string{"somebody/samplepkg", wantRepo}},
	{name: "failing extra bundle", do: extra("bundles/extra.json", true, false, fromMain), rule: "wrong-ref", says: []string{`"refs/heads/main"`, wantTag}},
	{name: "failing extra in the folder, bundle", do: extra("dist/"+wheelName+".sigstore.json", false, false, fromMain), rule: "wrong-ref",
		also: []string{"attestation-stops-upload"}, about: []string{wheelName, wheelName + ".sigstore.json"}, says: []string{`"refs/heads/main"`, wantTag}},
	{name: "unverifiable extra bundle", do: extra("bundles/extra.json", true, false, withBadSignature), rule: "invalid-signature", says: []string{"extra.json"}},
	{name: "failing extra publish attestation", do: extra("bundles/extra.json", true, false, func(a *attestation) {
		a.statement = publishStatement
		a.claims = a.claims.WithEnvironment("testpypi")
	}), rule: "wrong-environment", says: []string{`"testpypi"`, `the policy says "pypi"`}},
	{name: "failing line of JSON Lines", do: func(s *scene) {
		s.change(func(a *attestation) {
			a.raw = func(b []byte) []byte { return append(append(b, '\n'), `{"mediaType": "`...) }
		}, wheelBuild)
	}, rule: "malformed-attestation", about: []string{wheelBundle}, says: []string{wheelBundle, "line 2"}},
	{name: "empty line of JSON Lines", base: "multi", do: func(s *scene) {
		s.change(func(a *attestation) {
			a.raw = func(b []byte) []byte { return append(append(append([]byte{}, b...), "\n\n"...), b...) }
		})
	}, rule: "malformed-attestation", about: []string{"release.sigstore.json"}, says: []string{"line 2", "empty"}},
})

// messageOnly has a signature over the wheel's bytes in place of provenance.
func messageOnly(s *scene) { s.attestations[wheelBuild].body = message(s.dists[0].data) }

// message is a bundle with a signature over a file's bytes.
func message(data []byte) []byte {
	i, err := sigstoretest.Shared(sigstoretest.PublicGood)
	if err != nil {
		panic(err)
	}
	b, err := i.SignMessage(data, sigstoretest.GitHubClaims(), sigstoretest.SignOptions{})
	if err != nil {
		panic(err)
	}
	return b.JSON()
}
