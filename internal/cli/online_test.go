// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/pypitest"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// token is what the job has; only GitHub's API may see it.
const token = "ghs_0123456789abcdefSECRET"

// online is a job in Actions with GitHub and the index on loopback. The
// release's policy is at the workflow's commit; no attestation lies beside
// the files.
type online struct {
	call
	sample
	dir    string
	github *githubtest.Server
	index  *pypitest.Server
}

func newOnline(t *testing.T) *online {
	t.Helper()
	o := &online{dir: t.TempDir(), github: githubtest.New(), index: pypitest.New()}
	t.Cleanup(o.github.Close)
	t.Cleanup(o.index.Close)
	o.sample = writeSample(t, o.dir)
	o.github.Token = token
	o.github.AddFile("octo-sci", "samplepkg", workflowSHA, ".github/sallyport.yml", []byte(goodPolicy))
	o.call = call{
		args:   []string{"verify", "--trusted-root", o.root, o.dist},
		client: &http.Client{Transport: loopback{t}},
		env:    map[string]string{"GITHUB_API_URL": o.github.URL(), "GITHUB_TOKEN": token},
	}.inActions(t)
	o.call.index = o.index.URL()
	t.Cleanup(func() { o.tokenStays(t) })
	return o
}

// loopback fails a test that asks another host than this one.
type loopback struct{ t *testing.T }

func (l loopback) RoundTrip(r *http.Request) (*http.Response, error) {
	if ip := net.ParseIP(r.URL.Hostname()); ip == nil || !ip.IsLoopback() {
		l.t.Errorf("asked %s", r.URL)
		return nil, http.ErrServerClosed
	}
	return http.DefaultTransport.RoundTrip(r)
}

// tokenStays holds that nobody but the API was sent the token.
func (o *online) tokenStays(t *testing.T) {
	for _, r := range o.github.Requests() {
		if sent := r.Authorization != ""; sent != (r.Server == "api") || strings.Contains(r.Path+r.Query+r.Body+r.UserAgent, token) {
			t.Errorf("to %s, %s %s has the authorization %q", r.Server, r.Method, r.Path, r.Authorization)
		}
		if !strings.HasPrefix(r.UserAgent, "sallyport/") {
			t.Errorf("the user agent is %q", r.UserAgent)
		}
	}
	for _, r := range o.index.Requests() {
		if r.Authorization != "" {
			t.Errorf("to the index, %s has the authorization %q", r.Path, r.Authorization)
		}
	}
}

// attest has GitHub list a bundle under the digest of every file.
func (o *online) attest(bundle []byte, a githubtest.Attestation) {
	a.Bundle = bundle
	for _, digest := range o.digests {
		o.github.AddAttestation("octo-sci", "samplepkg", digest, a)
	}
}

// refuse answers requests for attestations; to others the hook is blind.
func (o *online) refuse(answer func(w http.ResponseWriter) bool) {
	o.github.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		return strings.Contains(r.URL.Path, "/attestations/") && answer(w)
	}
}

func refusal(w http.ResponseWriter, status int, message string) bool {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"message":"`+message+`"}`)
	return true
}

// noSecret holds that neither the token nor the signature in a bundle's
// address is in what was printed.
func (r result) noSecret(t *testing.T) {
	t.Helper()
	for _, secret := range []string{token, githubtest.Secret} {
		if strings.Contains(r.stdout+r.stderr+r.summary, secret) {
			t.Errorf("the secret %q was printed", secret)
		}
	}
}

// Attestations that only GitHub has are found by digest.
func TestFromGitHub(t *testing.T) {
	for name, a := range map[string]githubtest.Attestation{
		"inline": {}, "at an address": {ByURL: true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOnline(t)
			o.attest(o.bundle, a)
			rep, r := o.report(t)
			if rep.Verdict != report.Pass || len(rep.Findings)+len(rep.Unchecked) > 0 {
				t.Fatalf("verdict %s, %v", rep.Verdict, rules(rep))
			}
			for _, d := range rep.Dists {
				// One bundle for both files is verified once: its source is either's.
				want := o.github.URL() + "/repos/octo-sci/samplepkg/attestations/sha256:"
				if len(d.Verified) != 1 || !strings.HasPrefix(d.Verified[0].Source, want) {
					t.Errorf("%s is proved by %+v, want the source %s", d.Path, d.Verified, want)
				}
			}
			r.noSecret(t)
			if rep.Policy.Commit != workflowSHA || rep.Policy.Source != "file" {
				t.Errorf("the policy is %+v", rep.Policy)
			}
		})
	}
	t.Run("not asked", func(t *testing.T) {
		o := newOnline(t)
		o.attest(o.bundle, githubtest.Attestation{})
		for _, flag := range []string{"--no-from-github", "--from-github=false"} {
			c := o.call
			c.args = append(slices.Clone(c.args), flag)
			if rep, _ := c.report(t); rep.Verdict != report.Fail || rules(rep)["missing-provenance"] != 2 {
				t.Errorf("%s: verdict %s, %v", flag, rep.Verdict, rules(rep))
			}
		}
		for _, r := range o.github.Requests() {
			if strings.Contains(r.Path, "attestations") {
				t.Errorf("asked %s", r.Path)
			}
		}
	})
}

// What GitHub refuses leaves the verdict open, says why and what to do; and
// does not matter where the folder has what is needed.
func TestGitHubRefuses(t *testing.T) {
	reset := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	for name, tt := range map[string]struct {
		answer func(w http.ResponseWriter) bool
		says   []string
	}{
		"rate limit": {func(w http.ResponseWriter) bool {
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", "1927857906")
			return refusal(w, 403, "API rate limit exceeded for installation")
		}, []string{"rate limit", reset.Format(time.RFC3339)}},
		"permission": {func(w http.ResponseWriter) bool {
			return refusal(w, 403, "Resource not accessible by integration")
		}, []string{"status 403", "add `permissions: attestations: read` to the job"}},
		"bad token": {func(w http.ResponseWriter) bool { return refusal(w, 401, "Bad credentials") }, []string{"the token is not accepted"}},
		"broken":    {func(w http.ResponseWriter) bool { return refusal(w, 502, "Server Error") }, []string{"status 502", "try again later"}},
		"hostile": {func(w http.ResponseWriter) bool {
			return refusal(w, 403, `\n::error::x\n##[add-mask]samplepkg \u001b[31m \u202e `+token)
		}, []string{"status 403"}},
		"garbage": {func(w http.ResponseWriter) bool {
			_, _ = io.WriteString(w, "<html>\x1b[31m##[error]x")
			return true
		}, []string{"reading the answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOnline(t)
			o.refuse(tt.answer)
			rep, r := o.report(t)
			found := said(rep, "missing-provenance")
			if r.code != 2 || len(found) != 2 {
				t.Fatalf("exit code %d, %q; want 2 and one for each file", r.code, found)
			}
			for _, want := range append(tt.says, "GitHub could not be asked") {
				if !strings.Contains(found[0], want) {
					t.Errorf("%q does not say %q", found[0], want)
				}
			}
			r.noSecret(t)
			r = o.run(t) // with annotations and summary
			r.wants(t, 2)
			r.noSecret(t)
			put(t, filepath.Join(o.dist, wheel+".provenance"), o.bundle)
			if rep, _ := o.report(t); rep.Verdict != report.Pass {
				t.Errorf("with provenance in the folder: %s, %v", rep.Verdict, rules(rep))
			}
		})
	}
}

// A service that stumbles is asked again.
func TestGitHubStumbles(t *testing.T) {
	o := newOnline(t)
	var asked atomic.Int32
	o.refuse(func(w http.ResponseWriter) bool { return asked.Add(1) <= 2 && refusal(w, 503, "later") })
	o.attest(o.bundle, githubtest.Attestation{})
	if rep, _ := o.report(t); rep.Verdict != report.Pass || asked.Load() != 4 {
		t.Errorf("verdict %s after %d requests, %v", rep.Verdict, asked.Load(), rules(rep))
	}
}

// What GitHub lists beside, or instead of, good provenance.
func TestGitHubLists(t *testing.T) {
	branch := func(o *online) []byte {
		return []byte(get(t, filepath.Join(o.dir, "branch", "provenance.sigstore.json")))
	}
	for name, tt := range map[string]struct {
		list func(t *testing.T, o *online)
		good bool // good provenance lies in the folder
		code int
		rule string
		says string
	}{
		"its own attestation of a release": {func(t *testing.T, o *online) {
			own := sigstoretest.Statement{Subjects: o.subjects(), PredicateType: "https://in-toto.io/attestation/release/v0.1"}
			b := sigstoretest.Use(t, sigstoretest.PublicGood).MustSign(t, own.JSON(), sigstoretest.GitHubClaims(), sigstoretest.SignOptions{})
			o.attest(b.JSON(), githubtest.Attestation{Initiator: "github"})
		}, false, 1, "missing-provenance", `of other types ("https://in-toto.io/attestation/release/v0.1")`},
		"provenance by GitHub itself": {func(t *testing.T, o *online) {
			o.attest(o.bundle, githubtest.Attestation{Initiator: "github"})
		}, false, 1, "missing-provenance", "error: "},
		"provenance that deviates": {func(t *testing.T, o *online) {
			o.attest(branch(o), githubtest.Attestation{})
		}, false, 1, "wrong-ref", "error: "},
		"provenance that deviates, beside a good one": {func(t *testing.T, o *online) {
			o.attest(branch(o), githubtest.Attestation{})
		}, true, 0, "wrong-ref", "note: "},
		"no bundle": {func(t *testing.T, o *online) {
			o.attest(nil, githubtest.Attestation{})
		}, false, 2, "missing-provenance", "undecided: "},
		"garbage at the address": {func(t *testing.T, o *online) {
			o.attest(nil, githubtest.Attestation{Stored: []byte("\xff\xffgarbage ::error::x")})
		}, false, 2, "missing-provenance", "undecided: "},
		"no attestation at the address": {func(t *testing.T, o *online) {
			o.attest(nil, githubtest.Attestation{Stored: githubtest.Snappy([]byte(`{"hello":"##[error]world"}`))})
		}, false, 2, "missing-provenance", "something that is no attestation"},
		"garbage beside a good one": {func(t *testing.T, o *online) {
			o.attest(nil, githubtest.Attestation{Stored: []byte("\xff\xffgarbage")})
		}, true, 0, "", ""},
		"a broken bundle": {func(t *testing.T, o *online) {
			o.attest(sigstoretest.MustEdit(t, o.bundle, "/dsseEnvelope/payload", "e30="), githubtest.Attestation{})
		}, false, 1, "missing-provenance", "error: "},
		"a broken bundle beside a good one": {func(t *testing.T, o *online) {
			o.attest(sigstoretest.MustEdit(t, o.bundle, "/dsseEnvelope/payload", "e30="), githubtest.Attestation{})
		}, true, 0, "invalid-signature", "note: "},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOnline(t)
			tt.list(t, o)
			if tt.good {
				put(t, filepath.Join(o.dir, "good", "provenance.sigstore.json"), o.bundle)
				o.args = append(o.args, "--bundle", filepath.Join(o.dir, "good"))
			}
			rep, r := o.report(t)
			if found := said(rep, tt.rule); r.code != tt.code || tt.rule != "" && (len(found) == 0 || !strings.Contains(found[0], tt.says)) {
				t.Errorf("exit code %d, want %d; rule %q says %q, want %q; all: %v", r.code, tt.code, tt.rule, found, tt.says, rules(rep))
			}
			for _, f := range rep.Findings {
				if tt.code == 0 && f.Severity != finding.Note {
					t.Errorf("%s %s: %s", f.Severity, f.Rule, f.Message)
				}
			}
			r.noSecret(t)
			o.run(t).wants(t, tt.code)
		})
	}
}
