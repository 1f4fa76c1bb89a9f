// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
	"github.com/scientific-python/sallyport/internal/tuftest"
)

// roots are both instances' TUF repositories, made of the test Sigstores.
func roots(t *testing.T, public, github []tuftest.Option) map[trust.Instance]trust.Repository {
	t.Helper()
	repository := func(k sigstoretest.Kind, opts []tuftest.Option) trust.Repository {
		r := tuftest.New(t, map[string][]byte{"trusted_root.json": sigstoretest.Use(t, k).TrustedRoot()}, opts...)
		return trust.Repository{URL: r.URL(), Anchor: r.RootJSON()}
	}
	return map[trust.Instance]trust.Repository{
		trust.PublicGood: repository(sigstoretest.PublicGood, public), trust.GitHub: repository(sigstoretest.GitHub, github),
	}
}

// withTUF is a job without --trusted-root.
func withTUF(t *testing.T, public, github []tuftest.Option) *online {
	t.Helper()
	o := newOnline(t)
	o.args = []string{"verify", "--bundle", filepath.Join(o.dir, "bundles"), o.dist}
	o.tuf = roots(t, public, github)
	return o
}

// Both roots are refreshed, and the report says so.
func TestTUF(t *testing.T) {
	o := withTUF(t, nil, []tuftest.Option{tuftest.Rotated()})
	rep, _ := o.report(t)
	if rep.Verdict != report.Pass {
		t.Errorf("verdict %s, %v", rep.Verdict, rules(rep))
	}
	for i, instance := range []string{"public-good", "github"} {
		want := report.Trust{Instance: instance, Source: "tuf", Date: "2026-06-16"}
		if len(rep.Trust) != 2 || rep.Trust[i] != want {
			t.Errorf("the trust roots are %+v, want %+v at %d", rep.Trust, want, i)
		}
	}
	for _, d := range rep.Dists {
		if d.Verified[0].Instance != "public-good" {
			t.Errorf("%s was verified under %q", d.Path, d.Verified[0].Instance)
		}
	}
}

// A root that could not be refreshed matters only where it was used.
func TestTUFOfTheOtherInstance(t *testing.T) {
	t.Parallel()
	o := withTUF(t, nil, []tuftest.Option{tuftest.Missing("")})
	rep, _ := o.report(t)
	if rep.Verdict != report.Pass || len(rep.Findings)+len(rep.Unchecked) > 0 || rep.Trust[1].Source != "embedded" {
		t.Errorf("verdict %s, %v, trust %+v", rep.Verdict, rules(rep), rep.Trust)
	}
}

// A refresh that fails, or was tampered with, falls back on the built-in root,
// which did not sign the test's certificates.
func TestTUFForged(t *testing.T) {
	for name, opts := range map[string][]tuftest.Option{
		"forged":   {tuftest.WrongKey(tuftest.Targets)},
		"tampered": {tuftest.Tampered(tuftest.Target("trusted_root.json"))},
		"garbage":  {tuftest.Garbage(tuftest.Timestamp)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := withTUF(t, opts, nil)
			o.now = builtinDate.AddDate(0, 0, 10)
			rep, r := o.report(t)
			if found := said(rep, "stale-trust-root"); r.code != 1 || rules(rep)["untrusted-certificate"] == 0 ||
				len(found) != 1 || !strings.HasPrefix(found[0], "warning: refreshing the trust root of Sigstore's public-good instance: ") {
				t.Errorf("exit code %d, %q, %v", r.code, found, rules(rep))
			}
			o.run(t).wants(t, 1, "using the built-in root of 2026-08-21, which is 10 days old")
		})
	}
}

// builtinDate is the built-in root's of the public-good instance.
var builtinDate = time.Date(2026, 8, 21, 0, 0, 0, 0, time.UTC)

// Real attestations under the built-in root that could not be refreshed: by
// its age that is a warning, or leaves the verdict open. Offline it is a
// decision, and the age is only shown.
func TestTUFDown(t *testing.T) {
	const sdist = "pypi_attestations-0.0.19.tar.gz"
	dir := t.TempDir()
	for _, name := range []string{sdist, sdist + ".slsa.attestation", sdist + ".publish.attestation"} {
		put(t, filepath.Join(dir, "dist", name), []byte(get(t, corpus.Path(t, "attestations", "pypi", name))))
	}
	put(t, filepath.Join(dir, "policy.yml"), []byte("publisher: {repository: trailofbits/pypi-attestations, workflow: release.yml}\n"))
	for name, tt := range map[string]struct {
		days    int
		offline bool
		code    int
		says    string
	}{
		"fresh":   {30, false, 0, "warning: refreshing the trust root"},
		"stale":   {90, false, 0, "warning: refreshing the trust root"},
		"old":     {91, false, 2, "undecided: refreshing the trust root"},
		"offline": {91, true, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := call{
				args: []string{"verify", "--policy", filepath.Join(dir, "policy.yml"), "--no-from-github", filepath.Join(dir, "dist")},
				now:  builtinDate.AddDate(0, 0, tt.days), client: &http.Client{Transport: loopback{t}},
				tuf: roots(t, []tuftest.Option{tuftest.Missing("")}, []tuftest.Option{tuftest.Missing("")}),
			}
			if tt.offline {
				c.args = append(c.args, "--offline")
			}
			rep, r := c.report(t)
			found := strings.Join(said(rep, "stale-trust-root"), "\n")
			if r.code != tt.code || !strings.HasPrefix(found, tt.says) || (tt.says == "") != (found == "") {
				t.Errorf("exit code %d, %q; want %d and %q; all: %v", r.code, found, tt.code, tt.says, rules(rep))
			}
			if rep.Trust[0] != (report.Trust{Instance: "public-good", Source: "embedded", Date: "2026-08-21"}) {
				t.Errorf("the trust root is %+v", rep.Trust[0])
			}
			c.run(t).wants(t, tt.code)
		})
	}
}
