// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// scene is a folder of release files, as attest would leave it.
type scene struct {
	dist, bundles string
	sigstore      *sigstoretest.Instance
	// cert is what the certificate says.
	cert sigstoretest.Claims
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// attested makes release files and everything that attest writes for them from
// claims: PEP 740 objects beside them, and a bundle about all of them elsewhere.
// The certificate is issued for cert's claims.
func attested(t testing.TB, claims, cert runner.Claims, kind sigstoretest.Kind) scene {
	t.Helper()
	s := scene{t.TempDir(), t.TempDir(), sigstoretest.Use(t, kind), certified(cert)}
	for _, o := range []disttest.Options{{}, {Tags: "cp314-cp314-win_amd64"}, {Tags: "cp314-cp314-macosx_11_0_arm64", Build: "1"}} {
		name, data := disttest.Wheel(disttest.Options{Version: "1.0.0", Tags: o.Tags, Build: o.Build})
		put(t, filepath.Join(s.dist, name), data)
	}
	name, data := disttest.Sdist(disttest.Options{Version: "1.0.0"})
	put(t, filepath.Join(s.dist, name), data)

	files, err := dist.Collect([]string{s.dist})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range dist.Hash(t.Context(), files.Dists, 0, nil) {
		if err != nil {
			t.Fatal(err)
		}
	}
	subjects, err := attest.Subjects(files.Dists)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(statement []byte, err error) *bundle {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s.sigstore.MustSign(t, statement, s.cert, sigstoretest.SignOptions{}).Proto()
	}
	object := func(path string, b *bundle) {
		t.Helper()
		data, err := attest.ToPEP740(b)
		if err != nil {
			t.Fatal(err)
		}
		put(t, path, data)
	}
	all, err := attest.ReleaseBundle(files.Dists)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(s.bundles, all), sigstoretest.Lines(sigstoretest.Wrap(sign(attest.Provenance(claims, subjects)))))
	for i, d := range files.Dists {
		names, err := attest.Names(d)
		if err != nil {
			t.Fatal(err)
		}
		provenance := sign(attest.Provenance(claims, []attest.Subject{{Name: d.Name.Filename, SHA256: d.Digest}}))
		put(t, filepath.Join(s.bundles, names.Bundle), sigstoretest.Wrap(provenance).JSON())
		if kind != sigstoretest.PublicGood {
			continue // the index takes nothing from GitHub's own instance
		}
		object(filepath.Join(s.dist, names.SLSA), provenance)
		object(filepath.Join(s.dist, names.Publish), sign(attest.Publish(d.Name.Filename, files.Dists[i].Digest)))
	}
	return s
}

// verify runs the gates of `sallyport verify` over the scene.
func (s scene) verify(t testing.TB, p *policy.Policy) *report.Report {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root.json")
	put(t, root, s.sigstore.TrustedRoot())
	roots, err := trust.Load(t.Context(), trust.Options{Files: []string{root}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	release, err := gate.Collect(t.Context(), []string{s.dist}, []string{s.bundles}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return gate.Verify(t.Context(), release, gate.Options{Policy: p, Trust: roots})
}

func policyFor(require ...string) *policy.Policy {
	p := policy.New()
	p.Project = "samplepkg"
	p.Publisher = policy.Publisher{Repository: "octo-sci/samplepkg", RepositoryID: "100200300", OwnerID: "400500", Workflow: "release.yml", Environment: "pypi"}
	p.Require = require
	return p.WithDefaults()
}

// TestAccepted holds that nothing of what is made finds an objection: not of
// the reader, not of the gates, and not of the index.
func TestAccepted(t *testing.T) {
	const flow = "octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/samplepkg/1.0.0"
	for name, tt := range map[string]struct {
		changes map[string]any
		kind    sigstoretest.Kind
		policy  func(*policy.Policy)
	}{
		"push of a tag": {},
		"release":       {changes: map[string]any{"event_name": "release"}},
		"another tag": {changes: map[string]any{
			"ref": "refs/tags/samplepkg/1.0.0", "workflow_ref": flow, "job_workflow_ref": flow,
		}},
		"self-hosted": {
			changes: map[string]any{"runner_environment": "self-hosted"},
			policy:  func(p *policy.Policy) { p.Builder.Runners = policy.RunnersAny },
		},
		"GitHub's own instance": {changes: map[string]any{"repository_visibility": "private"}, kind: sigstoretest.GitHub},
	} {
		t.Run(name, func(t *testing.T) {
			changes := map[string]any{"environment": "pypi"}
			for k, v := range tt.changes {
				changes[k] = v
			}
			claims := claimsOf(t, changes)
			require := []string{policy.RequireProvenance, policy.RequirePublish}
			if tt.kind == sigstoretest.GitHub {
				require = require[:1]
			}
			p := policyFor(require...)
			if tt.policy != nil {
				tt.policy(p)
			}
			r := attested(t, claims, claims, tt.kind).verify(t, p)
			for _, f := range r.Findings {
				// Provenance in the upload job's environment is what these claims say.
				if f.Rule != "attested-in-publish-job" {
					t.Errorf("%s: %s: %s", f.Rule, f.Subject, f.Message)
				}
			}
			for _, u := range r.Unchecked {
				t.Errorf("unchecked %s: %s: %s", u.Rule, u.Subject, u.Reason)
			}
			if r.Verdict != report.Pass || len(r.Dists) != 4 {
				t.Errorf("verdict %s of %d files", r.Verdict, len(r.Dists))
			}
			for _, d := range r.Dists {
				if want := map[sigstoretest.Kind]string{sigstoretest.PublicGood: "accept", sigstoretest.GitHub: "no-attestation"}[tt.kind]; d.Index.Verdict != want {
					t.Errorf("%s: the index says %q: %+v", d.Path, d.Index.Verdict, d.Index.Attestations)
				}
				if want := map[sigstoretest.Kind]int{sigstoretest.PublicGood: 3, sigstoretest.GitHub: 2}[tt.kind]; len(d.Verified) < want {
					t.Errorf("%s: %d attestations are verified, want %d", d.Path, len(d.Verified), want)
				}
			}
		})
	}
}

// TestContradictions changes each claim that stands in the predicate, and not
// in the certificate: that the gate objects shows that it looks at each.
func TestContradictions(t *testing.T) {
	const flow = "octo-sci/samplepkg/.github/workflows/other.yml@refs/tags/v1.0.0"
	base := map[string]any{"environment": "pypi"}
	met := map[string]bool{}
	for claim, value := range map[string]string{
		"repository": "octo-sci/samplepkg2", "repository_id": "7", "repository_owner_id": "7",
		"ref": "refs/tags/v1.0.1", "sha": strings.Repeat("a1", 20), "event_name": "release", "workflow_ref": flow,
		"job_workflow_ref": flow, "run_id": "7", "run_attempt": "7", "runner_environment": "self-hosted",
	} {
		changes := map[string]any{"environment": "pypi", claim: value}
		if claim == "repository" { // the workflow goes along
			changes["workflow_ref"] = "octo-sci/samplepkg2/.github/workflows/release.yml@refs/tags/v1.0.0"
		}
		r := attested(t, claimsOf(t, changes), claimsOf(t, base), sigstoretest.PublicGood).verify(t, policyFor(policy.RequireProvenance))
		for _, f := range r.Findings {
			switch f.Rule {
			case "predicate-contradicts-certificate":
				met[claim] = true
			case "attested-in-publish-job":
			default:
				t.Errorf("%s: %s: %s", claim, f.Rule, f.Message)
			}
		}
		if r.Verdict != report.Fail {
			t.Errorf("%s: verdict %s", claim, r.Verdict)
		}
	}
	want := map[string]bool{}
	for _, claim := range used {
		want[claim] = true
	}
	if diff := cmp.Diff(want, met); diff != "" {
		t.Errorf("claims of the predicate that the gate compares (-want +got):\n%s", diff)
	}
}
