// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// attestScene is a job that attests: a runner with a token service, Sigstore's
// services in this process, and a folder of release files.
type attestScene struct {
	issuer          *runnertest.Issuer
	services        *sigstoretest.Server
	dir, dist, temp string
	env             map[string]string
	args            []string
	stdin           string
	// tuf are the instances' TUF repositories, and hosts says where requests to
	// Sigstore's and GitHub's hosts go.
	tuf   map[trust.Instance]trust.Repository
	hosts map[string]string
	index string
}

func newAttestScene(t *testing.T) *attestScene {
	t.Helper()
	s := &attestScene{issuer: runnertest.StartIssuer(t), dir: t.TempDir()}
	in, err := sigstoretest.Shared(sigstoretest.PublicGood)
	if err != nil {
		t.Fatal(err)
	}
	s.services = sigstoretest.Serve(t, in, sigstoretest.ServeOptions{})
	s.dist, s.temp = filepath.Join(s.dir, "dist"), filepath.Join(s.dir, "temp")
	for _, make := range []func(disttest.Options) (string, []byte){disttest.Wheel, disttest.Sdist} {
		name, data := make(disttest.Options{Version: "1.0.0"})
		put(t, filepath.Join(s.dist, name), data)
	}
	if err := os.MkdirAll(s.temp, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(s.dir, "root.json"), in.TrustedRoot())
	put(t, filepath.Join(s.dir, "services.json"), s.services.SigningConfig())
	put(t, filepath.Join(s.dir, "sallyport.yml"), []byte(goodPolicy))
	s.env = map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": filepath.Join(s.dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(s.dir, "summary"),
		"GITHUB_ARTIFACTS": filepath.Join(s.dir, "artifacts"), "RUNNER_TEMP": s.temp, "GITHUB_WORKSPACE": s.dir,
		// Nothing here may reach a statement.
		"GITHUB_REPOSITORY": "evil/fork", "GITHUB_SHA": strings.Repeat("e", 40), "GITHUB_REF": "refs/heads/evil",
	}
	maps.Copy(s.env, s.issuer.Env(""))
	s.args = []string{"attest", "--policy", filepath.Join(s.dir, "sallyport.yml"), "--timeout", "5s",
		"--signing-config", filepath.Join(s.dir, "services.json"), "--trusted-root", filepath.Join(s.dir, "root.json")}
	return s
}

// run attests the folder, with further arguments.
func (s *attestScene) run(t *testing.T, more ...string) result {
	t.Helper()
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ARTIFACTS"} {
		if path, ok := s.env[name]; ok {
			put(t, path, nil)
		}
	}
	var stdout, stderr bytes.Buffer
	args := append(slices.Clone(s.args), more...)
	r := result{code: cli.Main(cli.Env{
		Args: append(args, s.dist), Lookup: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		Stdin: strings.NewReader(s.stdin), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
		Client: &http.Client{Transport: loopbackOnly{t, s.hosts}}, TUF: s.tuf, Index: s.index,
	})}
	r.stdout = stdout.String()
	// Masks come on standard error, before the values are used.
	for line := range strings.SplitAfterSeq(stderr.String(), "\n") {
		if !strings.HasPrefix(line, "::add-mask::") {
			r.stderr += line
		}
	}
	if path, ok := s.env["GITHUB_OUTPUT"]; ok {
		var err error
		if r.outputs, err = runnertest.ParseFile(get(t, path)); err != nil {
			t.Errorf("the runner cannot read the outputs: %v", err)
		}
		r.summary = get(t, s.env["GITHUB_STEP_SUMMARY"])
	}
	return r
}

// report runs with --format json and reads the report.
func (s *attestScene) report(t *testing.T, more ...string) (*report.Report, result) {
	t.Helper()
	r := s.run(t, append([]string{"--format", "json"}, more...)...)
	var rep report.Report
	if err := json.Unmarshal([]byte(r.stdout), &rep); err != nil {
		t.Fatalf("reading the report: %v (exit code %d)\n%s%s", err, r.code, r.stdout, r.stderr)
	}
	reporttest.ValidateJSON(t, []byte(r.stdout))
	return &rep, r
}

// files are all files below the scene's two folders, by their path from it.
func (s *attestScene) files(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{s.dist, s.temp} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				rel, _ := filepath.Rel(s.dir, path)
				out = append(out, filepath.ToSlash(rel))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// untouched fails the test where anything was written.
func (s *attestScene) untouched(t *testing.T) {
	t.Helper()
	want := []string{"dist/samplepkg-1.0.0-py3-none-any.whl", "dist/samplepkg-1.0.0.tar.gz"}
	if diff := cmp.Diff(want, s.files(t)); diff != "" {
		t.Errorf("files were written (-want +got):\n%s", diff)
	}
}

// loopbackOnly fails a test that asks anybody else, but for hosts that are
// somewhere on loopback.
type loopbackOnly struct {
	t     *testing.T
	hosts map[string]string
}

func (l loopbackOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if to, ok := l.hosts[r.URL.Host]; ok && r.URL.Scheme == "https" {
		base, err := url.Parse(to)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = base.Scheme, base.Host
	}
	if host := r.URL.Hostname(); host != "127.0.0.1" {
		l.t.Errorf("asked %s", r.URL)
		return nil, http.ErrServerClosed
	}
	return http.DefaultTransport.RoundTrip(r)
}

const (
	wheelFile = "dist/samplepkg-1.0.0-py3-none-any.whl"
	sdistFile = "dist/samplepkg-1.0.0.tar.gz"
	bundlesIn = "temp/sallyport-attestations/"
)

func TestAttest(t *testing.T) {
	s := newAttestScene(t)
	r := s.run(t, "--format", "github")
	r.wants(t, 0, "pass: 2 files", "wrote", "2 files: provenance for the index", "Publish attestations are left to PyPI's publish action")
	want := []string{wheelFile, wheelFile + ".slsa.attestation", sdistFile, sdistFile + ".slsa.attestation",
		bundlesIn + "samplepkg-1.0.0-py3-none-any.whl.sigstore.json", bundlesIn + "samplepkg-1.0.0.intoto.jsonl", bundlesIn + "samplepkg-1.0.0.tar.gz.sigstore.json"}
	if diff := cmp.Diff(want, s.files(t)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	outputs := map[string]string{}
	for _, o := range r.outputs {
		outputs[o.Name] = o.Value
	}
	if diff := cmp.Diff(map[string]string{"verdict": "pass", "attestation-id": "", "attestation-url": "",
		"bundle-dir": filepath.Join(s.dir, bundlesIn), "bundle-path": filepath.Join(s.dir, bundlesIn, "samplepkg-1.0.0.intoto.jsonl")}, outputs); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if artifacts := get(t, s.env["GITHUB_ARTIFACTS"]); !strings.Contains(artifacts, "samplepkg-1.0.0.tar.gz") || strings.Count(artifacts, "\n") != 2 {
		t.Errorf("declared artifacts: %q", artifacts)
	}
	if !strings.Contains(r.summary, "Attestations written") {
		t.Errorf("summary: %s", r.summary)
	}
	for _, f := range s.files(t) {
		if data := get(t, filepath.Join(s.dir, f)); strings.Contains(data, "evil") {
			t.Errorf("%s holds something of the environment", f)
		}
	}

	// The same policy accepts it, with nothing but what was written.
	again := call{args: []string{"verify", "--offline", "--policy", filepath.Join(s.dir, "sallyport.yml"), "--trusted-root", filepath.Join(s.dir, "root.json"),
		"--bundle", filepath.Join(s.dir, bundlesIn), s.dist}, now: time.Now()}
	again.run(t).wants(t, 0, "pass: 2 files")

	// A second time the files are in the way, and nobody is asked.
	asked := len(s.issuer.Requests())
	s.run(t).wants(t, 3, "exists already")
	if len(s.issuer.Requests()) != asked {
		t.Error("a token was asked for")
	}
}

// A file is signed once for two purposes where the same log serves both.
func TestAttestSharesSignatures(t *testing.T) {
	s := newAttestScene(t)
	put(t, filepath.Join(s.dir, "services.json"), s.services.SigningConfig(sigstoretest.LogV1))
	s.run(t).wants(t, 0, "pass")
	if n := s.services.Requests(sigstoretest.Rekor1); n != 3 {
		t.Errorf("%d log entries, want one a file and one for the release", n)
	}
	if n := s.services.Requests(sigstoretest.Fulcio); n != 1 {
		t.Errorf("%d certificates", n)
	}
}

func TestAttestKinds(t *testing.T) {
	for kinds, want := range map[string][]string{
		"slsa":    {wheelFile + ".slsa.attestation", sdistFile + ".slsa.attestation"},
		"publish": {wheelFile + ".publish.attestation", sdistFile + ".publish.attestation"},
		"provenance": {wheelFile + ".slsa.attestation", sdistFile + ".slsa.attestation", bundlesIn + "samplepkg-1.0.0-py3-none-any.whl.sigstore.json",
			bundlesIn + "samplepkg-1.0.0.intoto.jsonl", bundlesIn + "samplepkg-1.0.0.tar.gz.sigstore.json"},
		"publish, slsa": {wheelFile + ".publish.attestation", wheelFile + ".slsa.attestation", sdistFile + ".publish.attestation", sdistFile + ".slsa.attestation"},
		"bundle":        {bundlesIn + "samplepkg-1.0.0-py3-none-any.whl.sigstore.json", bundlesIn + "samplepkg-1.0.0.tar.gz.sigstore.json"},
		"release":       {bundlesIn + "samplepkg-1.0.0.intoto.jsonl"},
	} {
		t.Run(kinds, func(t *testing.T) {
			s := newAttestScene(t)
			rep, r := s.report(t, "--kinds", kinds)
			r.wants(t, 0)
			all := append([]string{wheelFile, sdistFile}, want...)
			slices.Sort(all)
			got := s.files(t)
			slices.Sort(got)
			if diff := cmp.Diff(all, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if len(rep.Attestations) != len(want) || len(rep.Dists) != 2 || len(rep.Dists[0].Verified) == 0 {
				t.Errorf("the report has %d attestations, dists %+v", len(rep.Attestations), rep.Dists)
			}
			for _, a := range rep.Attestations {
				if a.LogIndex < 0 || a.Instance != "custom" {
					t.Errorf("attestation %+v", a)
				}
			}
		})
	}
}

// A program that a step starts with little more than the right to ask for
// tokens can attest all the same.
func TestAttestBareEnvironment(t *testing.T) {
	s := newAttestScene(t)
	s.env = s.issuer.Env("")
	s.run(t, "--bundle-dir", filepath.Join(s.dir, bundlesIn)).wants(t, 0, "pass: 2 files", "wrote", "policy-from-work-tree")
	s = newAttestScene(t)
	s.env = s.issuer.Env("")
	s.run(t).wants(t, 3, "--bundle-dir")
	s.untouched(t)
}

// What the policy refuses is not signed: no certificate is asked for.
func TestAttestRefuses(t *testing.T) {
	const workflow = "octo-sci/samplepkg/.github/workflows/"
	for name, tt := range map[string]struct {
		claims map[string]any
		policy string
		files  func(t *testing.T, s *attestScene)
		flags  []string
		code   int
		says   string
	}{
		"pull_request_target": {claims: map[string]any{"event_name": "pull_request_target"}, code: 1, says: "wrong-event"},
		"pull_request":        {claims: map[string]any{"event_name": "pull_request", "ref": "refs/pull/1/merge"}, code: 1, says: "wrong-event"},
		"schedule":            {claims: map[string]any{"event_name": "schedule"}, code: 1, says: "wrong-event"},
		"branch":              {claims: map[string]any{"ref": "refs/heads/main"}, code: 1, says: "wrong-ref"},
		"another tag":         {claims: map[string]any{"ref": "refs/tags/v2.0.0"}, code: 1, says: "wrong-ref"},
		"self-hosted":         {claims: map[string]any{"runner_environment": "self-hosted"}, code: 1, says: "self-hosted-runner"},
		"fork": {claims: map[string]any{"repository": "stranger/samplepkg", "repository_owner": "stranger",
			"workflow_ref": "stranger/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0", "job_workflow_ref": "stranger/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0"},
			code: 1, says: "wrong-repository"},
		"resurrected repository": {claims: map[string]any{"repository_id": "999"}, policy: goodPolicy + "  repository-id: 100200300\n", code: 1, says: "wrong-repository-id"},
		"another workflow": {claims: map[string]any{"workflow_ref": workflow + "nightly.yml@refs/tags/v1.0.0", "job_workflow_ref": workflow + "nightly.yml@refs/tags/v1.0.0"},
			code: 1, says: "wrong-workflow"},
		"foreign reusable workflow": {claims: map[string]any{"job_workflow_ref": "stranger/tools/.github/workflows/sign.yml@refs/heads/main"}, code: 1, says: "untrusted-signer"},
		"no environment":            {policy: goodPolicy + "builder:\n  environment: release-build\n", code: 1, says: "wrong-environment"},
		"another commit":            {flags: []string{"--commit", strings.Repeat("a", 40)}, code: 1, says: "wrong-commit"},
		"publish outside the environment": {flags: []string{"--kinds", "publish"}, claims: map[string]any{"environment": "testpypi"},
			policy: goodPolicy, code: 1, says: "wrong-environment"},
		"another project": {policy: strings.Replace(goodPolicy, "samplepkg\n", "otherpkg\n", 1), code: 1, says: "foreign-project"},
		"swapped since the build": {flags: []string{"--checksums", strings.Repeat("a", 64) + "  samplepkg-1.0.0.tar.gz\n" + strings.Repeat("b", 64) + "  samplepkg-1.0.0-py3-none-any.whl"},
			code: 1, says: "differs-from-build"},
		"two versions": {files: func(t *testing.T, s *attestScene) {
			name, data := disttest.Wheel(disttest.Options{Version: "2.0.0"})
			put(t, filepath.Join(s.dist, name), data)
		}, code: 1, says: "release-of-two-versions"},
		"stray file": {files: func(t *testing.T, s *attestScene) { put(t, filepath.Join(s.dist, "notes.txt"), []byte("x")) }, code: 1, says: "unexpected-file"},

		"letter case of the index": {policy: strings.Replace(goodPolicy, "octo-sci/samplepkg", "Octo-Sci/SamplePkg", 1), code: 2, says: "the index compares letter case"},

		"wrong audience":  {claims: map[string]any{"aud": "pypi"}, code: 2, says: `is not the audience "sigstore"`},
		"expired":         {claims: map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, code: 2, says: `"exp"`},
		"other issuer":    {claims: map[string]any{"iss": "https://example.org"}, code: 2, says: `"iss"`},
		"missing claim":   {claims: map[string]any{"job_workflow_ref": nil}, code: 2, says: `"job_workflow_ref"`},
		"malformed claim": {claims: map[string]any{"repository_id": "12x"}, code: 2, says: `"repository_id"`},
		"enterprise":      {claims: map[string]any{"iss": runnertest.GitHubIssuer + "/octo"}, code: 2, says: `"iss"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newAttestScene(t)
			s.issuer.Set(tt.claims)
			if tt.policy != "" {
				put(t, filepath.Join(s.dir, "sallyport.yml"), []byte(tt.policy))
			}
			before := s.files(t)
			if tt.files != nil {
				tt.files(t, s)
				before = s.files(t)
			}
			r := s.run(t, tt.flags...)
			r.wants(t, tt.code, tt.says)
			if tt.code == 1 || strings.Contains(name, "letter case") {
				r.wants(t, tt.code, "Nothing was signed and nothing was written.")
			}
			if n := s.services.Requests(sigstoretest.Fulcio) + s.services.Requests(sigstoretest.Rekor1) + s.services.Requests(sigstoretest.TSA); n > 0 {
				t.Errorf("the services were asked %d times", n)
			}
			if diff := cmp.Diff(before, s.files(t)); diff != "" {
				t.Errorf("files were written (-before +after):\n%s", diff)
			}
		})
	}
}

// The variations that the default policy allows.
func TestAttestAllows(t *testing.T) {
	for name, tt := range map[string]struct {
		claims map[string]any
		policy string
		flags  []string
	}{
		"release event":  {claims: map[string]any{"event_name": "release"}},
		"second attempt": {claims: map[string]any{"run_attempt": "2"}},
		"branch by policy": {claims: map[string]any{"ref": "refs/heads/main", "workflow_ref": "octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/main",
			"job_workflow_ref": "octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/main"}, policy: goodPolicy + "builder:\n  refs: [refs/heads/main]\n"},
		"self-hosted allowed": {claims: map[string]any{"runner_environment": "self-hosted"}, policy: goodPolicy + "builder:\n  runners: any\n"},
		"environment":         {claims: map[string]any{"environment": "release-build"}, policy: goodPolicy + "builder:\n  environment: release-build\n"},
		"publish in its environment": {claims: map[string]any{"environment": "PyPI"}, policy: goodPolicy,
			flags: []string{"--kinds", "publish"}},
		"checksums of the build": {flags: []string{"--checksums", "-"}},
		"publish is for later":   {policy: goodPolicy + "require: [provenance, publish]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newAttestScene(t)
			s.issuer.Set(tt.claims)
			if tt.policy != "" {
				put(t, filepath.Join(s.dir, "sallyport.yml"), []byte(tt.policy))
			}
			for _, f := range []string{wheelFile, sdistFile} {
				s.stdin += fmt.Sprintf("%s  %s\n", digestOf(t, filepath.Join(s.dir, f)), f)
			}
			s.run(t, tt.flags...).wants(t, 0, "pass: 2 files")
		})
	}
}

// A private repository's files are signed by GitHub's instance, and none goes to
// the index, unless somebody says that its name may become public.
func TestAttestPrivate(t *testing.T) {
	private := map[string]any{"repository_visibility": "private"}
	t.Run("default", func(t *testing.T) {
		s := newAttestScene(t)
		s.issuer.Set(private)
		r := s.run(t)
		r.wants(t, 0, "No attestations for the package index were made")
		for _, f := range s.files(t) {
			if strings.HasSuffix(f, ".attestation") {
				t.Errorf("%s was written", f)
			}
		}
	})
	t.Run("asked for", func(t *testing.T) {
		s := newAttestScene(t)
		s.issuer.Set(private)
		s.run(t, "--kinds", "slsa").wants(t, 3, "--public-good")
		s.untouched(t)
	})
	t.Run("public-good", func(t *testing.T) {
		s := newAttestScene(t)
		s.issuer.Set(private)
		s.run(t, "--public-good").wants(t, 0, "in a public log, for ever", "provenance for the index")
	})
}

func TestAttestStores(t *testing.T) {
	s := newAttestScene(t)
	gh := githubtest.New()
	t.Cleanup(gh.Close)
	gh.Token = token
	gh.AddFile("octo-sci", "samplepkg", workflowSHA, "README.md", []byte("x"))
	s.env["GITHUB_TOKEN"], s.env["GITHUB_API_URL"] = token, gh.URL()
	rep, r := s.report(t, "--github")
	r.wants(t, 0)
	var ids []string
	for _, a := range rep.Attestations {
		if a.ID != "" {
			ids = append(ids, a.Kind+" "+a.URL)
		}
	}
	if len(ids) != 1 || !strings.HasPrefix(ids[0], "release https://github.com/octo-sci/samplepkg/attestations/") {
		t.Errorf("stored: %q", ids)
	}
}

// Whatever a service does wrong, nothing is written, and one line says which.
func TestAttestFaults(t *testing.T) {
	type service = sigstoretest.Service
	for name, tt := range map[string]struct {
		service service
		fault   sigstoretest.Fault
		code    int
		says    string
	}{
		"Fulcio refuses":               {sigstoretest.Fulcio, sigstoretest.Fault{Status: 400, Body: `{"code":3,"message":"There was an error processing the identity token"}`}, 2, "Fulcio"},
		"Fulcio is down":               {sigstoretest.Fulcio, sigstoretest.Fault{Status: 503}, 2, "503"},
		"Fulcio hangs":                 {sigstoretest.Fulcio, sigstoretest.Fault{Hang: true}, 2, "Fulcio"},
		"Fulcio answers a page":        {sigstoretest.Fulcio, sigstoretest.HTMLPage, 2, "Fulcio"},
		"Fulcio signs another key":     {sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieKey}, 2, "another key"},
		"Fulcio signs other claims":    {sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieClaims}, 2, "certificate"},
		"Fulcio sends an old one":      {sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieExpired}, 2, "Fulcio"},
		"certificate in no log":        {sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieNoSCT}, 1, "unverified-sct"},
		"certificate by nobody":        {sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieAuthority}, 1, "untrusted-certificate"},
		"log is down":                  {sigstoretest.Rekor1, sigstoretest.Fault{Status: 502}, 2, "Rekor"},
		"log says too many":            {sigstoretest.Rekor1, sigstoretest.Fault{Status: 429, RetryAfter: "3600"}, 2, "429"},
		"log refuses":                  {sigstoretest.Rekor1, sigstoretest.Fault{Status: 400, Body: `{"code":400,"message":"bad"}`}, 2, "Rekor"},
		"log enters something else":    {sigstoretest.Rekor1, sigstoretest.Fault{Lie: sigstoretest.LieEnvelope}, 2, "Rekor"},
		"log proves nothing":           {sigstoretest.Rekor1, sigstoretest.Fault{Lie: sigstoretest.LieProof}, 1, "unverified-log-entry"},
		"new log is down":              {sigstoretest.Rekor2, sigstoretest.Fault{Status: 500}, 2, "Rekor"},
		"new log drops the connection": {sigstoretest.Rekor2, sigstoretest.Fault{Drop: true}, 2, "Rekor"},
		"timestamps are down":          {sigstoretest.TSA, sigstoretest.Fault{Status: 500}, 2, "timestamp authority"},
		"timestamps hang":              {sigstoretest.TSA, sigstoretest.Fault{Hang: true}, 2, "timestamp authority"},
		"timestamp of another hash":    {sigstoretest.TSA, sigstoretest.Fault{Lie: sigstoretest.LieHash}, 2, "timestamp authority"},
		"timestamp refused":            {sigstoretest.TSA, sigstoretest.Fault{Lie: sigstoretest.LieRefused}, 2, "timestamp authority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newAttestScene(t)
			s.args = append(s.args, "--timeout", "1500ms")
			s.args = slices.DeleteFunc(s.args, func(a string) bool { return a == "5s" })
			i := slices.Index(s.args, "--timeout")
			s.args = slices.Delete(s.args, i, i+1)
			s.services.Fail(tt.service, slices.Repeat([]sigstoretest.Fault{tt.fault}, 100)...)
			started := time.Now()
			r := s.run(t)
			r.wants(t, tt.code, tt.says)
			if tt.code == 2 && strings.Count(strings.TrimSpace(r.stderr), "\n") > 0 {
				t.Errorf("more than one line: %s", r.stderr)
			}
			if took := time.Since(started); took > 30*time.Second {
				t.Errorf("it took %s", took)
			}
			s.untouched(t)
		})
	}
}

// A file that changes while it is attested is noticed before anything is
// written.
func TestAttestSwapped(t *testing.T) {
	s := newAttestScene(t)
	s.services.Fail(sigstoretest.Rekor1, sigstoretest.Fault{Delay: time.Second})
	go func() {
		for s.services.Requests(sigstoretest.Rekor1) == 0 {
			time.Sleep(time.Millisecond)
		}
		_ = os.WriteFile(filepath.Join(s.dir, wheelFile), []byte("swapped"), 0o644)
	}()
	s.run(t).wants(t, 2, "changed")
	s.untouched(t)
}

// A fault that passes is no fault.
func TestAttestPassingFaults(t *testing.T) {
	s := newAttestScene(t)
	for _, service := range []sigstoretest.Service{sigstoretest.Fulcio, sigstoretest.Rekor1, sigstoretest.Rekor2, sigstoretest.TSA} {
		s.services.Fail(service, sigstoretest.Fault{Status: 503, RetryAfter: "1"})
	}
	s.issuer.Fail(runnertest.Fault{Status: 503})
	s.run(t).wants(t, 0, "pass: 2 files")
}

func TestAttestUsage(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(s *attestScene)
		flags  []string
		code   int
		says   string
	}{
		"outside of Actions": {func(s *attestScene) { s.env = nil }, []string{"--bundle-dir", "x"}, 3, "no job of GitHub Actions"},
		"no permission":      {func(s *attestScene) { delete(s.env, "ACTIONS_ID_TOKEN_REQUEST_TOKEN") }, nil, 3, "id-token: write"},
		"no kinds":           {nil, []string{"--kinds", ""}, 3, "--kinds is given an empty value"},
		"unknown kind":       {nil, []string{"--kinds", "slsa,sbom"}, 3, `"sbom" is no kind`},
		"kind twice":         {nil, []string{"--kinds", "slsa,slsa"}, 3, "twice"},
		"offline":            {nil, []string{"--offline"}, 3, "--offline"},
		"root alone":         {func(s *attestScene) { s.args = []string{"attest", "--trusted-root", "root.json"} }, nil, 3, "belong together"},
		"services alone":     {func(s *attestScene) { s.args = []string{"attest", "--signing-config", "root.json"} }, nil, 3, "belong together"},
		"no time":            {func(s *attestScene) { s.args = []string{"attest", "--timeout", "0s"} }, nil, 3, "--timeout is 0s"},
		"long time":          {func(s *attestScene) { s.args = []string{"attest", "--timeout", "1h"} }, nil, 3, "--timeout is 1h"},
		"empty checksums":    {nil, []string{"--checksums", ""}, 3, "--checksums is given an empty value"},
		"blank checksums":    {nil, []string{"--checksums", " \n"}, 3, "--checksums is given an empty value"},
		"bad checksums":      {nil, []string{"--checksums", "abc  x"}, 3, "line 1"},
		"no token":           {nil, []string{"--github"}, 3, "GITHUB_TOKEN"},
		"nothing to store":   {nil, []string{"--github", "--kinds", "slsa"}, 3, "add release"},
		"no such services": {func(s *attestScene) {
			s.args = []string{"attest", "--signing-config", "none.json", "--trusted-root", "none.json"}
		}, nil, 3, "none.json"},
		"services without a log": {func(s *attestScene) { s.args = append(s.args, "--kinds", "publish") }, nil, 0, "pass"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newAttestScene(t)
			if tt.change != nil {
				tt.change(s)
			}
			s.run(t, tt.flags...).wants(t, tt.code, tt.says)
			if tt.code != 0 {
				s.untouched(t)
			}
		})
	}
	t.Run("bundles beside the files", func(t *testing.T) {
		s := newAttestScene(t)
		s.run(t, "--bundle-dir", filepath.Join(s.dist, "bundles")).wants(t, 3, "another folder")
		s.untouched(t)
	})
	t.Run("report beside the files", func(t *testing.T) {
		s := newAttestScene(t)
		s.run(t, "--output", filepath.Join(s.dist, "report.json")).wants(t, 3, "another folder")
		s.untouched(t)
	})
	t.Run("no such folder", func(t *testing.T) {
		s := newAttestScene(t)
		s.dist = filepath.Join(s.dir, "dost")
		s.run(t).wants(t, 2, "dost")
	})
	t.Run("no files", func(t *testing.T) {
		s := newAttestScene(t)
		s.dist = t.TempDir()
		s.run(t).wants(t, 2, "no wheel or sdist")
	})
	t.Run("only the new log", func(t *testing.T) {
		s := newAttestScene(t)
		put(t, filepath.Join(s.dir, "services.json"), s.services.SigningConfig(sigstoretest.LogV2))
		s.run(t).wants(t, 3, "no Rekor log of version 1")
		s.untouched(t)
		s.run(t, "--kinds", "bundle,release").wants(t, 0, "pass")
	})
}

func digestOf(t *testing.T, path string) string {
	t.Helper()
	return fmt.Sprintf("%x", sha256.Sum256([]byte(get(t, path))))
}
