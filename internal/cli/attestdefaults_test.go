// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/pypitest"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
	"github.com/scientific-python/sallyport/internal/tuftest"
)

// withDefaults is a job that names neither services nor roots nor policy:
// all of them are where they are by default.
func withDefaults(t *testing.T) (*attestScene, *githubtest.Server) {
	t.Helper()
	s := newAttestScene(t)
	private, err := sigstoretest.Shared(sigstoretest.GitHub)
	if err != nil {
		t.Fatal(err)
	}
	own := sigstoretest.Serve(t, private, sigstoretest.ServeOptions{})
	gh := githubtest.New()
	t.Cleanup(gh.Close)
	gh.Token = token
	gh.AddFile("octo-sci", "samplepkg", runnertest.ReleaseCommit, ".github/sallyport.yml", []byte(goodPolicy))
	gh.AddFile("octo-sci", "samplepkg", runnertest.ReleaseCommit, ".github/workflows/release.yml", []byte("on: push"))
	s.env["GITHUB_TOKEN"], s.env["GITHUB_API_URL"] = token, gh.URL()
	s.args = []string{"attest"}
	s.hosts = map[string]string{
		"fulcio.githubapp.com": own.FulcioURL, "timestamp.githubapp.com": own.TSAURL,
		"fulcio.sigstore.dev": s.services.FulcioURL, "rekor.sigstore.dev": s.services.Rekor1URL, "timestamp.sigstore.dev": s.services.TSAURL,
	}
	s.publish(t, map[string][]byte{"signing_config.v0.2.json": s.services.SigningConfig(sigstoretest.LogV1)})
	return s, gh
}

// publish makes both TUF repositories, with more files in the public one.
func (s *attestScene) publish(t *testing.T, more map[string][]byte) {
	t.Helper()
	s.tuf = map[trust.Instance]trust.Repository{}
	for instance, kind := range map[trust.Instance]sigstoretest.Kind{trust.PublicGood: sigstoretest.PublicGood, trust.GitHub: sigstoretest.GitHub} {
		files := map[string][]byte{"trusted_root.json": sigstoretest.Use(t, kind).TrustedRoot()}
		if instance == trust.PublicGood {
			for name, data := range more {
				files[name] = data
			}
		}
		r := tuftest.New(t, files)
		s.tuf[instance] = trust.Repository{URL: r.URL(), Anchor: r.RootJSON()}
	}
}

func TestAttestDefaults(t *testing.T) {
	s, gh := withDefaults(t)
	rep, r := s.report(t, "--github")
	r.wants(t, 0)
	if rep.Policy.Commit != runnertest.ReleaseCommit || len(rep.Findings) > 0 || len(rep.Notes) != 1 {
		t.Errorf("policy %+v, findings %+v, notes %q", rep.Policy, rep.Findings, rep.Notes)
	}
	for _, a := range rep.Attestations {
		if a.Instance != "public-good" || a.LogIndex < 0 {
			t.Errorf("%+v", a)
		}
	}
	if n := len(gh.Stored()); n != 1 {
		t.Errorf("%d stored", n)
	}
}

// Where the list of services cannot be fetched, the built-in one is used, and
// the report says so.
func TestAttestBuiltinServices(t *testing.T) {
	s, _ := withDefaults(t)
	s.publish(t, nil)
	rep, r := s.report(t)
	r.wants(t, 0)
	if !strings.Contains(strings.Join(rep.Notes, "\n"), "could not be fetched") {
		t.Errorf("notes %q", rep.Notes)
	}
}

// A private repository's release is signed by GitHub's own instance, in no log,
// and passes by the same policy.
func TestAttestGitHubInstance(t *testing.T) {
	for _, visibility := range []string{"private", "internal"} {
		s, gh := withDefaults(t)
		s.issuer.Set(map[string]any{"repository_visibility": visibility})
		rep, r := s.report(t, "--github")
		r.wants(t, 0)
		for _, a := range rep.Attestations {
			if a.Instance != "github" || a.LogIndex != -1 || a.Kind == "slsa" {
				t.Errorf("%s: %+v", visibility, a)
			}
		}
		if len(rep.Attestations) != 3 || len(gh.Stored()) != 1 {
			t.Errorf("%s: %d attestations, %d stored", visibility, len(rep.Attestations), len(gh.Stored()))
		}
		if n := s.services.Requests(sigstoretest.Fulcio) + s.services.Requests(sigstoretest.Rekor1); n > 0 {
			t.Errorf("%s: the public instance was asked %d times", visibility, n)
		}
	}
}

// With --public-good, or instance: public-good and the flag, it is the public
// one; the policy alone does not publish a private repository's name.
func TestAttestPublicGood(t *testing.T) {
	s, _ := withDefaults(t)
	s.issuer.Set(map[string]any{"repository_visibility": "private"})
	rep, r := s.report(t, "--public-good")
	r.wants(t, 0)
	if len(rep.Attestations) != 5 || rep.Attestations[0].Instance != "public-good" {
		t.Errorf("%+v", rep.Attestations)
	}

	s, gh := withDefaults(t)
	gh.AddFile("octo-sci", "samplepkg", runnertest.ReleaseCommit, ".github/sallyport.yml", []byte(goodPolicy+"builder:\n  instance: public-good\n"))
	s.issuer.Set(map[string]any{"repository_visibility": "private"})
	s.run(t).wants(t, 3, "add --public-good if that is meant")
	s.untouched(t)

	s, gh = withDefaults(t)
	gh.AddFile("octo-sci", "samplepkg", runnertest.ReleaseCommit, ".github/sallyport.yml", []byte(goodPolicy+"builder:\n  instance: github\n"))
	s.run(t, "--public-good").wants(t, 3, "instance: github")
	s.untouched(t)
}

// What cannot be read is never taken for nothing.
func TestAttestPolicyUnread(t *testing.T) {
	s, gh := withDefaults(t)
	gh.NoPermission = true
	index := pypitest.New()
	t.Cleanup(index.Close)
	s.index = index.URL()
	s.run(t).wants(t, 2, "policy-unread", "Nothing was signed and nothing was written.")
	s.untouched(t)
	if n := s.services.Requests(sigstoretest.Fulcio); n > 0 {
		t.Errorf("Fulcio was asked %d times", n)
	}
}

// Before the first release nothing says who publishes: it is the running
// workflow, and the report says so.
func TestAttestFirstRelease(t *testing.T) {
	s, gh := withDefaults(t)
	gh.Close()
	empty := githubtest.New()
	t.Cleanup(empty.Close)
	empty.Token = token
	empty.AddFile("octo-sci", "samplepkg", runnertest.ReleaseCommit, ".github/workflows/release.yml", []byte("on: push"))
	s.env["GITHUB_API_URL"] = empty.URL()
	index := pypitest.New()
	t.Cleanup(index.Close)
	s.index = index.URL()
	rep, r := s.report(t)
	r.wants(t, 0)
	if !strings.Contains(strings.Join(rep.Notes, "\n"), "taken to be the running one, release.yml") {
		t.Errorf("notes %q", rep.Notes)
	}

	// An index that does not answer has not said that there is no publisher.
	s, _ = withDefaults(t)
	s.env["GITHUB_API_URL"] = empty.URL()
	down := pypitest.New()
	s.index = down.URL()
	down.Close()
	s.run(t).wants(t, 2, "publisher-unknown", "Nothing was signed and nothing was written.")
	s.untouched(t)
}

// The public instance without a log of version 1: what is for the index is left
// out, unless it was asked for.
func TestAttestWithoutLog(t *testing.T) {
	s, _ := withDefaults(t)
	s.publish(t, map[string][]byte{"signing_config.v0.2.json": s.services.SigningConfig(sigstoretest.LogV2)})
	rep, r := s.report(t)
	r.wants(t, 0)
	if len(rep.Attestations) != 3 || !strings.Contains(strings.Join(rep.Notes, "\n"), "Update sallyport") {
		t.Errorf("%d attestations, notes %q", len(rep.Attestations), rep.Notes)
	}
	s, _ = withDefaults(t)
	s.publish(t, map[string][]byte{"signing_config.v0.2.json": s.services.SigningConfig(sigstoretest.LogV2)})
	s.run(t, "--kinds", "slsa").wants(t, 3, "Rekor log of version 1")
	s.untouched(t)
}
