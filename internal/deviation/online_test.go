// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/pypitest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
	"github.com/scientific-python/sallyport/internal/tuftest"
)

// toLoopback sends what is meant for GitHub's API to a stand-in.
type toLoopback struct{ api *url.URL }

func (l toLoopback) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "api.github.com" {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host, r.Host = l.api.Scheme, l.api.Host, l.api.Host
	}
	return http.DefaultTransport.RoundTrip(r)
}

// listed is an attestation that GitHub's API returns for the scene's first file.
func listed(change func(*attestation)) func(tb testing.TB, s *scene, g *githubtest.Server) {
	return func(tb testing.TB, s *scene, g *githubtest.Server) {
		a := &attestation{claims: sigstoretest.GitHubClaims(), statement: sigstoretest.Provenance, subjects: []subject{s.dists[0].subject()}}
		change(a)
		g.AddAttestation("octo-sci", "samplepkg", s.dists[0].digest(), githubtest.Attestation{Bundle: a.write(tb), PredicateType: sigstoretest.ProvenanceV1})
	}
}

// asking lets the program ask GitHub, which was set up by the given functions.
func asking(setUp ...func(tb testing.TB, s *scene, g *githubtest.Server)) func(*scene) {
	return func(s *scene) {
		s.world = func(tb testing.TB, e *environment) {
			g := githubtest.New()
			tb.Cleanup(g.Close)
			g.AddRepository("octo-sci", "samplepkg", 100200300, true)
			for _, f := range setUp {
				f(tb, s, g)
			}
			api, err := url.Parse(g.URL())
			if err != nil {
				tb.Fatal(err)
			}
			e.online = true
			e.Client = &http.Client{Transport: toLoopback{api}}
		}
	}
}

// onlyByGitHub leaves the wheel's provenance to GitHub.
func onlyByGitHub(s *scene) { s.attestations = s.attestations[1:] }

func broken500(_ testing.TB, _ *scene, g *githubtest.Server) {
	g.Hook = func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, `{"message":"no"}`, http.StatusForbidden)
		return true
	}
}

var _ = passes("github",
	passing{name: "provenance by GitHub alone", do: all(asking(listed(func(*attestation) {})), onlyByGitHub)},
	passing{name: "nothing at GitHub", do: asking()},
	passing{name: "GitHub does not answer", do: asking(broken500)},
	passing{name: "failing one at GitHub", do: asking(listed(fromMain)), notes: []string{"wrong-ref"}},
	passing{name: "failing one at GitHub beside a good one there", do: all(asking(listed(fromFork), listed(func(*attestation) {})), onlyByGitHub), notes: []string{"wrong-repository"}},
	passing{name: "failing PEP 740 one at GitHub", base: "beside", do: asking(listed(func(a *attestation) { a.claims = a.claims.WithCommit(otherCommit).WithEvent("pull_request") })),
		notes: []string{"wrong-event"}, index: "accept"},
	passing{name: "unverifiable one at GitHub", do: asking(listed(withBadSignature)), notes: []string{"invalid-signature"}},
	passing{name: "by a stranger at GitHub", do: asking(listed(func(a *attestation) { a.stranger = staging() })), notes: []string{"untrusted-certificate"}},
	passing{name: "the same at GitHub", do: func(s *scene) {
		same := s.attestations[wheelBuild].body
		asking(func(_ testing.TB, s *scene, g *githubtest.Server) {
			g.AddAttestation("octo-sci", "samplepkg", s.dists[0].digest(), githubtest.Attestation{Bundle: same, ByURL: true, PredicateType: sigstoretest.ProvenanceV1})
		})(s)
	}},
)

// registered lets the program ask an index, which names a publisher.
func registered(repository, workflow string) func(*scene) {
	return func(s *scene) {
		body := s.attestations[wheelBuild].body
		s.world = func(tb testing.TB, e *environment) {
			index := pypitest.New()
			tb.Cleanup(index.Close)
			index.Add("samplepkg", pypitest.File{Filename: "samplepkg-0.9.0.tar.gz", Version: "0.9.0", SHA256: s.dists[0].digest(), Size: 1,
				UploadTime: sigstoretest.DefaultTime.Add(-24 * time.Hour),
				Provenance: sigstoretest.ProvenanceObject(sigstoretest.GitHubPublisher(repository, workflow, "pypi"), pep740Of(tb, body))})
			e.online, e.Index = true, index.URL()
		}
	}
}

// pep740Of is any attestation; the index's word is not verified.
func pep740Of(tb testing.TB, _ []byte) []byte {
	a := attestation{pep740: true, claims: sigstoretest.GitHubClaims(), statement: publishStatement, subjects: []subject{{Name: sdistName, SHA256: sigstoretest.DefaultCommit}}}
	return a.write(tb)
}

// byIndex has no policy file: the publisher is what the index and flags say.
func byIndex(s *scene) {
	s.policy = nil
	registered("octo-sci/samplepkg", "release.yml")(s)
	s.flags = append(s.flags, "--no-from-github", "--repository", "octo-sci/samplepkg")
}

// embedded uses the built-in roots, which no server refreshes, some days after
// they were built in.
func embedded(days int) func(*scene) {
	return func(s *scene) {
		s.roots = nil
		s.flags = append(s.flags, "--no-from-github")
		s.world = func(tb testing.TB, e *environment) {
			gone := httptest.NewServer(http.NotFoundHandler())
			gone.Close()
			anchor := tuftest.New(tb, nil).RootJSON()
			e.online = true
			e.TUF = map[trust.Instance]trust.Repository{}
			for _, i := range []trust.Instance{trust.PublicGood, trust.GitHub} {
				e.TUF[i] = trust.Repository{URL: gone.URL, Anchor: anchor}
			}
			e.Now = func() time.Time { return time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC).AddDate(0, 0, days) }
		}
	}
}

// inActions runs the program in a workflow.
func inActions(s *scene) {
	s.world = func(_ testing.TB, e *environment) {
		for name, value := range map[string]string{
			"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo-sci/samplepkg", "GITHUB_REPOSITORY_ID": "100200300",
			"GITHUB_REPOSITORY_OWNER_ID": "400500", "GITHUB_WORKFLOW_SHA": commit, "GITHUB_SHA": commit,
		} {
			e.variables[name] = value
		}
	}
}

var _ = passes("surroundings",
	passing{name: "publisher by the index", do: byIndex},
	passing{name: "policy from the work tree", do: inActions, warnings: []string{"policy-from-work-tree"}},
)

var _ = table("surroundings", []row{
	{name: "another publisher on the index", given: byIndex, do: registered("octo-sci/oldpkg", "release.yml"), rule: "publisher-differs-from-index", also: []string{"publisher-unknown"}, about: []string{""},
		says: []string{`"octo-sci/samplepkg"`, `"octo-sci/oldpkg"`, "samplepkg-0.9.0.tar.gz"}},
	{name: "another workflow on the index", given: byIndex, do: registered("octo-sci/samplepkg", "publish.yml"), rule: "wrong-workflow", about: []string{wheelName, sdistName},
		says: []string{`"release.yml"`, `the policy says "publish.yml"`}},
	{name: "no answer from GitHub, no provenance", given: asking(broken500), do: onlyByGitHub, rule: "missing-provenance", undecided: true, says: []string{wheelName, "GitHub could not be asked"}},
	{name: "failing one at GitHub alone", given: asking(listed(fromMain)), do: onlyByGitHub, rule: "wrong-ref", says: []string{`"refs/heads/main"`, wantTag}},
	{name: "roots not refreshed", do: embedded(10), rule: badCertificate, also: []string{"missing-provenance", "stale-trust-root"}, about: []string{wheelName, sdistName, ""}, says: []string{"sigstore.dev"}},
	{name: "roots not refreshed for long", do: embedded(100), rule: badCertificate, also: []string{"missing-provenance", "stale-trust-root"}, about: []string{wheelName, sdistName, ""}, says: []string{"sigstore.dev"}},
	{name: "policy from the work tree, strict", do: all(inActions, strictly), rule: "policy-from-work-tree", about: []string{""}, says: []string{"sallyport.yml", "work tree"}},
	{name: "policy not to be read", given: inActions, do: func(s *scene) {
		s.policy = nil
		s.flags = append(s.flags, "--workflow", "release.yml")
	}, rule: "policy-unread", also: []string{"foreign-project"}, undecided: true, about: []string{""}, says: []string{"--offline", "--policy"}},
})
