// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/pypitest"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
	"github.com/scientific-python/sallyport/internal/tuftest"
)

const policyText = `project: samplepkg
publisher:
  repository: octo-sci/samplepkg
  workflow: release.yml
  environment: pypi
`

// release is a release's workflow run: its services, on loopback, and the
// artifact that its jobs hand on.
type release struct {
	t        *testing.T
	issuer   *runnertest.Issuer
	github   *githubtest.Server
	index    *pypitest.Server
	root     []byte // trusted root
	services []byte // signing configuration
	tuf      map[trust.Instance]trust.Repository
	artifact string // folder
	commit   string // of the run, "" for that of the claims
	earlier  string // commit of the release before, "" for none
	sums     string // of the built files, as the build job says them
	gate     *emulator.Job
}

func newRelease(t *testing.T) *release {
	t.Helper()
	in, err := sigstoretest.Shared(sigstoretest.PublicGood)
	if err != nil {
		t.Fatal(err)
	}
	r := &release{t: t, tuf: map[trust.Instance]trust.Repository{}, issuer: runnertest.StartIssuer(t), github: githubtest.New(), index: pypitest.New(), artifact: t.TempDir(),
		root: in.TrustedRoot(), services: sigstoretest.Serve(t, in, sigstoretest.ServeOptions{}).SigningConfig()}
	t.Cleanup(r.github.Close)
	t.Cleanup(r.index.Close)
	r.github.Token = emulator.Token
	for instance, kind := range map[trust.Instance]sigstoretest.Kind{trust.PublicGood: sigstoretest.PublicGood, trust.GitHub: sigstoretest.GitHub} {
		in, err := sigstoretest.Shared(kind)
		if err != nil {
			t.Fatal(err)
		}
		repository := tuftest.New(t, map[string][]byte{"trusted_root.json": in.TrustedRoot()})
		r.tuf[instance] = trust.Repository{URL: repository.URL(), Anchor: repository.RootJSON()}
	}
	for name, text := range map[string]string{".github/sallyport.yml": policyText, ".github/workflows/release.yml": "on: push"} {
		r.github.AddFile("octo-sci", "samplepkg", runnertest.ReleaseCommit, name, []byte(text))
	}
	for _, build := range []func(disttest.Options) (string, []byte){disttest.Wheel, disttest.Sdist} {
		name, data := build(disttest.Options{Version: "1.0.0"})
		if err := os.WriteFile(r.artifact+"/"+name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// job starts a job that has downloaded the artifact into dist. Only a job with
// a token service may ask for tokens.
func (r *release) job(issuer *runnertest.Issuer) *emulator.Job {
	r.t.Helper()
	return r.jobWith(issuer, emulator.Options{})
}

func (r *release) jobWith(issuer *runnertest.Issuer, o emulator.Options) *emulator.Job {
	r.t.Helper()
	o.Action, o.Titles, o.TokenIssuer, o.Artifacts, o.Program = "../../../action.yml", "sallyport: ", issuer, true, r.program
	github := map[string]string{"api_url": r.github.URL()}
	if r.commit != "" {
		github["sha"], github["workflow_sha"] = r.commit, r.commit
	}
	maps.Copy(github, o.GitHub)
	o.GitHub = github
	j := emulator.New(r.t, o)
	if err := os.CopyFS(j.Path("dist"), os.DirFS(r.artifact)); err != nil {
		r.t.Fatal(err)
	}
	j.Put("/github/runner_temp/root.json", r.root)
	j.Put("/github/runner_temp/services.json", r.services)
	return j
}

// upload makes a job's dist the artifact.
func (r *release) upload(j *emulator.Job) {
	r.t.Helper()
	r.artifact = j.Path("dist")
}

// program is the program within this process, whose network ends on loopback.
// A process of its own takes the command post from its name.
func (r *release) program(p emulator.Process) int {
	args := p.Args
	if p.Entrypoint == "/post" {
		args = []string{"post"}
	}
	return cli.Main(cli.Env{
		Args: args, Lookup: p.Lookup, Names: slices.Sorted(maps.Keys(p.Env)), Stdin: strings.NewReader(""), Stdout: p.Stdout, Stderr: p.Stderr,
		Now: time.Now, Client: &http.Client{Transport: loopback{r.t}}, Index: r.index.URL(), Issuer: r.issuer.Base(), TUF: r.tuf,
	})
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

var (
	attestStep = emulator.Step{ID: "attest", With: map[string]string{
		"command": "attest", "signing-config": "${{ runner.temp }}/services.json", "trusted-root": "${{ runner.temp }}/root.json",
	}}
	verifyStep = emulator.Step{ID: "verify", With: map[string]string{"command": "verify", "trusted-root": emulator.HostTemp + "/root.json"}}
)

// attested is a release whose files were built and attested.
func attested(t *testing.T) *release {
	t.Helper()
	r := newRelease(t)
	j := r.job(r.issuer)
	got := j.Run(attestStep)
	if got.Failed || got.Outputs["verdict"] != "pass" || len(got.Artifacts) != 2 || !strings.Contains(got.Summary, "Attestations written") {
		t.Fatalf("attest: exit code %d, outputs %v\n%s", got.Code, got.Outputs, got.Log)
	}
	r.upload(j)
	return r
}

// A whole release: what one job attests, another one without any token
// verifies.
func TestRelease(t *testing.T) {
	r := attested(t)
	j := r.job(nil)
	got := j.Run(verifyStep)
	if got.Failed || got.Outputs["verdict"] != "pass" || len(got.Annotations) > 0 {
		t.Errorf("verify: exit code %d, outputs %v\n%s", got.Code, got.Outputs, got.Log)
	}
	if out := j.Outputs(map[string]string{"verdict": "${{ steps.verify.outputs.verdict }}"}); out["verdict"] != "pass" {
		t.Errorf("outputs of the job: %q", out)
	}
}

// The same release after an accident, or an attack.
func TestReleaseRed(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(j *emulator.Job)
		title  string
	}{
		"file swapped": {func(j *emulator.Job) {
			file, data := disttest.Wheel(disttest.Options{Version: "1.0.0", Files: []disttest.File{{Path: "samplepkg/evil.py", Data: "x"}}})
			j.Put("dist/"+file, data)
		}, "sallyport: digest-mismatch"},
		"another project's wheel": {func(j *emulator.Job) {
			file, data := disttest.Wheel(disttest.Options{Name: "other", Version: "1.0.0"})
			j.Put("dist/"+file, data)
		}, "sallyport: foreign-project"},
	} {
		t.Run(name, func(t *testing.T) {
			j := attested(t).job(nil)
			tt.change(j)
			got := j.Run(verifyStep)
			if !slices.ContainsFunc(got.Annotations, func(a emulator.Annotation) bool {
				return a.Level == "error" && strings.HasPrefix(a.Title, tt.title)
			}) || got.Outputs["verdict"] != "fail" || got.Code != 1 || !j.Failed() {
				t.Errorf("exit code %d, outputs %v\n%s\n%+v", got.Code, got.Outputs, got.Log, got.Annotations)
			}
		})
	}
}
