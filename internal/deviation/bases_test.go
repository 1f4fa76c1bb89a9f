// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"sync"
	"testing"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// Names and identities that all scenes share.
const (
	wheelName   = "samplepkg-1.0.0-py3-none-any.whl"
	sdistName   = "samplepkg-1.0.0.tar.gz"
	wheelBundle = "wheel.sigstore.json"
	sdistBundle = "sdist.sigstore.json"

	commit      = sigstoretest.DefaultCommit
	otherCommit = "89abcdef0123456789abcdef0123456789abcdef"
	repoURL     = "https://github.com/octo-sci/samplepkg"
	ownWorkflow = repoURL + "/.github/workflows/release.yml@refs/tags/v1.0.0"
	runURL      = repoURL + "/actions/runs/11122233344/attempts/1"
)

// The places of attestations in the scenes.
const (
	wheelBuild   = 0
	sdistBuild   = 1
	wheelPublish = 2
	sdistPublish = 3
)

// fullPolicy says everything that has no default.
func fullPolicy() map[string]string {
	return map[string]string{
		"project":                 "samplepkg",
		"publisher.repository":    "octo-sci/samplepkg",
		"publisher.repository-id": "100200300",
		"publisher.owner-id":      "400500",
		"publisher.workflow":      "release.yml",
		"publisher.environment":   "pypi",
	}
}

func bothDists() []distFile {
	o := disttest.Options{Version: "1.0.0"}
	return []distFile{wheelOf(o), sdistOf(o)}
}

func publishStatement(_ claims, s ...subject) []byte { return sigstoretest.Publish(s...) }

func publicRoot(tb testing.TB) []byte {
	return sigstoretest.Use(tb, sigstoretest.PublicGood).TrustedRoot()
}
func githubRoot(tb testing.TB) []byte {
	return sigstoretest.Use(tb, sigstoretest.GitHub).TrustedRoot()
}

// bundled is a wheel and a source distribution, each with a bundle of its
// provenance that is given with --bundle.
func bundled(tb testing.TB) *scene {
	s := &scene{policy: fullPolicy(), dists: bothDists(), roots: [][]byte{publicRoot(tb)}, paths: []string{"dist"}}
	for i, name := range []string{wheelBundle, sdistBundle} {
		s.attestations = append(s.attestations, &attestation{
			file: "bundles/" + name, given: true, claims: sigstoretest.GitHubClaims(),
			statement: sigstoretest.Provenance, subjects: []subject{s.dists[i].subject()},
		})
	}
	return s
}

// beside is the same with PEP 740 files beside each dist: provenance and
// publish attestation, both required.
func beside(tb testing.TB) *scene {
	s := &scene{policy: fullPolicy(), dists: bothDists(), roots: [][]byte{publicRoot(tb)}, paths: []string{"dist"}}
	s.policy["require"] = "[provenance, publish]"
	for _, d := range s.dists {
		s.attestations = append(s.attestations, &attestation{
			file: "dist/" + d.name + ".slsa.attestation", pep740: true, claims: sigstoretest.GitHubClaims(),
			statement: sigstoretest.Provenance, subjects: []subject{d.subject()},
		})
	}
	for _, d := range s.dists {
		s.attestations = append(s.attestations, &attestation{
			file: "dist/" + d.name + ".publish.attestation", pep740: true, claims: sigstoretest.GitHubClaims().WithEnvironment("pypi"),
			statement: publishStatement, subjects: []subject{d.subject()},
		})
	}
	return s
}

// published is bundled, and the wheel has a publish attestation beside it.
func published(tb testing.TB) *scene {
	s, all := bundled(tb), beside(tb)
	s.attestations = append(s.attestations, all.attestations[wheelPublish])
	return s
}

// attested lays the wheel's provenance of another base beside it, as PEP 740
// has it.
func attested(base func(testing.TB) *scene) func(testing.TB) *scene {
	return func(tb testing.TB) *scene {
		s := base(tb)
		s.change(func(a *attestation) {
			a.pep740, a.given, a.file = true, false, "dist/"+wheelName+".slsa.attestation"
		}, wheelBuild)
		return s
	}
}

// multi is one bundle about both dists.
func multi(tb testing.TB) *scene {
	s := bundled(tb)
	s.attestations = s.attestations[:1]
	a := s.attestations[0]
	a.file, a.subjects = "bundles/release.sigstore.json", []subject{s.dists[0].subject(), s.dists[1].subject()}
	return s
}

// rekor2 is bundled, logged in Rekor v2 and with a timestamp.
func rekor2(tb testing.TB) *scene {
	s := bundled(tb)
	s.change(func(a *attestation) { a.options.Log = sigstoretest.LogV2 })
	return s
}

// private is bundled for a private repository, on the instance without logs.
func private(tb testing.TB) *scene {
	s := bundled(tb)
	s.roots = [][]byte{githubRoot(tb)}
	s.change(func(a *attestation) {
		a.sigstore = sigstoretest.GitHub
		a.claims.Visibility = "private"
	})
	return s
}

// old2024 is bundled with provenance as it was written in 2024.
func old2024(tb testing.TB) *scene {
	s := bundled(tb)
	s.change(func(a *attestation) { a.statement = sigstoretest.Provenance2024 })
	return s
}

// generic is bundled with provenance v0.2 of slsa-github-generator.
func generic(tb testing.TB) *scene {
	s := bundled(tb)
	s.policy["builder.signers"] = "[slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v2.1.0]"
	s.change(func(a *attestation) {
		a.claims = a.claims.WithGenericGenerator()
		a.statement = sigstoretest.ProvenanceV02
	})
	return s
}

// bases are the scenes that rows deviate from, by name; "" is bundled.
var bases = map[string]func(testing.TB) *scene{
	"": bundled, "beside": beside, "published": published, "multi": multi, "rekor2": rekor2, "private": private,
	"old2024": old2024, "generic": generic,
	"attested": attested(bundled), "attested rekor2": attested(rekor2), "attested private": attested(private),
}

// remembered holds each base once it was signed and shown to pass.
var remembered sync.Map // name -> *rememberedBase

type rememberedBase struct {
	once  sync.Once
	scene *scene
	bad   string // why it does not pass, "" where it does
}

// baseScene returns a copy of a base, which passes.
func baseScene(tb testing.TB, name string) *scene {
	tb.Helper()
	v, _ := remembered.LoadOrStore(name, &rememberedBase{})
	r := v.(*rememberedBase)
	r.once.Do(func() {
		r.bad = "making it did not end"
		r.scene = bases[name](tb)
		o := run(tb, r.scene)
		r.bad = ""
		if o.code != 0 || len(o.report.Findings) > 0 {
			r.bad = o.describe()
		}
	})
	if r.bad != "" {
		tb.Fatalf("the base %q does not pass: %s", name, r.bad)
	}
	return r.scene.clone()
}
