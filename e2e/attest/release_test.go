// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// A release of sixty files, everything that can be made for it, on Rekor v1
// alone and with Rekor v2 for the bundles: what is written passes by the same
// policy.
func TestSixtyFiles(t *testing.T) {
	for name, without := range map[string]int{"Rekor v1": 2, "Rekor v2": 0} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, 60)
			if without > 0 {
				s.without(t, without)
			}
			rep, r := s.reported(t)
			r.wants(t, 0)
			t.Logf("60 files: %d attestations in %v", len(rep.Attestations), r.took)
			if want := 60 + 60 + 1; len(rep.Attestations) != want {
				t.Errorf("%d attestations, want %d", len(rep.Attestations), want)
			}
			slsa, _ := filepath.Glob(filepath.Join(s.dist, "*.slsa.attestation"))
			bundles, _ := filepath.Glob(filepath.Join(s.bundles(), "*.sigstore.json"))
			if len(slsa) != 60 || len(bundles) != 60 {
				t.Errorf("%d PEP 740 files, %d bundles", len(slsa), len(bundles))
			}
			kind := "dsse"
			if without == 0 {
				kind = "hashedrekord"
			}
			if data := string(get(t, filepath.Join(s.bundles(), "samplepkg-1.0.0.intoto.jsonl"))); !strings.Contains(data, fmt.Sprintf(`"kind":%q`, kind)) || !strings.HasSuffix(data, "}\n") {
				t.Errorf("the release's bundle is not entered as %s, or does not end in a line break", kind)
			}
			if data := string(get(t, slsa[0])); !strings.Contains(data, `"kind":"dsse"`) {
				t.Error("a file for the index is not in Rekor v1")
			}
			s.verify(t).wants(t, 0, "pass: 60 files")
			s.verify(t, "--bundle", s.bundles()).wants(t, 0, "pass: 60 files")

			// Without what lies beside them the release's bundle alone is enough.
			for _, path := range slsa {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
			s.verify(t).wants(t, 1, "missing-provenance")
			s.verify(t, "--bundle", filepath.Join(s.bundles(), "samplepkg-1.0.0.intoto.jsonl")).wants(t, 0, "pass: 60 files")
		})
	}
}

// Publish attestations are signed in the publisher's environment, and satisfy a
// policy that asks for both kinds.
func TestPublish(t *testing.T) {
	s := newScene(t, 3)
	s.attest(t).wants(t, 0, "left to PyPI's publish action")
	s.issuer.Set(map[string]any{"environment": "pypi", "sub": "repo:octo-sci/samplepkg:environment:pypi"})
	s.attest(t, "--kinds", "publish").wants(t, 0, "publish attestation for the index")
	s.verify(t, "--require", "provenance", "--require", "publish").wants(t, 0, "pass: 3 files")
}

// The predicate says what the certificate says, and nothing of the environment
// gets into it.
func TestClaimsDecide(t *testing.T) {
	s := newScene(t, 2)
	s.env = append(s.env, "GITHUB_REPOSITORY=evil/fork", "GITHUB_SHA="+strings.Repeat("e", 40), "GITHUB_REF=refs/heads/evil", "GITHUB_RUN_ID=666")
	rep, r := s.reported(t)
	r.wants(t, 0)
	for _, d := range rep.Dists {
		for _, v := range d.Verified {
			if v.Repository != "octo-sci/samplepkg" || v.Commit != runnertest.ReleaseCommit || v.Ref != "refs/tags/v1.0.0" || v.Run != "11122233344" {
				t.Errorf("%+v", v)
			}
		}
	}
	for path := range s.files(t) {
		if strings.Contains(string(get(t, path)), "evil") {
			t.Errorf("%s holds something of the environment", path)
		}
	}
}

// With --github the release's bundle is found again by the files' digests.
func TestStored(t *testing.T) {
	s := newScene(t, 4)
	gh := githubtest.New()
	t.Cleanup(gh.Close)
	gh.Token = "ghs_e2e0123456789abcdefghijklmnopqrstuvwxyz"
	gh.AddFile("octo-sci", "samplepkg", runnertest.ReleaseCommit, "README.md", []byte("x"))
	s.env = append(s.env, "GITHUB_TOKEN="+gh.Token, "GITHUB_API_URL="+gh.URL())
	rep, r := s.reported(t, "--github", "--kinds", "release")
	r.wants(t, 0)
	if len(rep.Attestations) != 1 || rep.Attestations[0].ID == "" || rep.Attestations[0].Subjects != 4 {
		t.Fatalf("%+v", rep.Attestations)
	}
	stored := gh.Stored()
	if len(stored) != 1 {
		t.Fatalf("%d stored", len(stored))
	}
	docs, err := evidence.Split(stored[0].Bundle, "stored", evidence.GitHubAPI)
	if err != nil || len(docs) != 1 || docs[0].Problem != nil {
		t.Errorf("what is stored: %v", err)
	}
	cmd := s.command(t, []string{"verify", "--from-github", "--policy", filepath.Join(s.dir, "sallyport.yml"), "--trusted-root", s.lab.TrustedRoot, s.dist})
	finish(t, cmd).wants(t, 0, "pass: 4 files")
}

// A token that expires while Fulcio is asked is replaced once.
func TestTokenExpires(t *testing.T) {
	s := newScene(t, 2)
	p := s.through(t)
	s.expireFirst(p["fulcio"])
	s.attest(t, "--timeout", "1m").wants(t, 0, "pass: 2 files")
	if n := len(s.issuer.Requests()); n != 2 {
		t.Errorf("%d tokens were asked for, want the one that expired and another", n)
	}
}
