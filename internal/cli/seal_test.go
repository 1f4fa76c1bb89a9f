// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/pypitest"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// sealScene is the job that uploads, directly before it does.
type sealScene struct {
	issuer    *runnertest.Issuer
	github    *githubtest.Server
	dir, dist string
	env       map[string]string
	ledger    string
	args      []string
	index     string
}

func newSealScene(t *testing.T) *sealScene {
	t.Helper()
	s := &sealScene{issuer: runnertest.StartIssuer(t), dir: t.TempDir()}
	sample := writeSample(t, s.dir)
	s.dist = sample.dist
	gh := githubtest.New()
	t.Cleanup(gh.Close)
	gh.Token, s.github = token, gh
	gh.AddFile("octo-sci", "samplepkg", runnertest.ReleaseCommit, ".github/sallyport.yml", []byte(goodPolicy))
	s.issuer.Set(map[string]any{"environment": "pypi", "sub": "repo:octo-sci/samplepkg:environment:pypi"})
	home := filepath.Join(s.dir, "home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		t.Fatal(err)
	}
	s.env = map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_TOKEN": token, "GITHUB_API_URL": gh.URL(), "HOME": home, "RUNNER_TEMP": filepath.Join(s.dir, "temp"),
		"GITHUB_WORKSPACE": s.dir, "GITHUB_RUN_ID": "11122233344", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_REPOSITORY_ID": "100200300",
	}
	maps.Copy(s.env, s.issuer.Env(""))
	s.ledger = s.ledgerOf(t)
	s.args = []string{"--trusted-root", sample.root}
	index := pypitest.New()
	t.Cleanup(index.Close)
	s.index = index.URL()
	return s
}

// ledgerOf is the ledger of what lies in the folder now.
func (s *sealScene) ledgerOf(t *testing.T) string {
	t.Helper()
	files, err := dist.Collect([]string{s.dist})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range dist.Hash(t.Context(), files.Dists, 0, nil) {
		if err != nil {
			t.Fatal(err)
		}
	}
	l, err := handoff.NewLedger("samplepkg", "1.0", runnertest.ReleaseCommit, "11122233344", files.Dists)
	if err != nil {
		t.Fatal(err)
	}
	data, err := l.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (s *sealScene) run(t *testing.T, more ...string) (*report.Report, result) {
	t.Helper()
	args := append([]string{"gate", "--seal", "--format", "json"}, s.args...)
	if s.ledger != "" {
		args = append(args, "--ledger", s.ledger)
	}
	return s.command(t, append(args, more...))
}

// command runs a command on the folder. The report is empty where there is none.
func (s *sealScene) command(t *testing.T, args []string) (*report.Report, result) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	r := result{code: cli.Main(cli.Env{
		Args: append(args, s.dist), Lookup: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		Names: slices.Sorted(maps.Keys(s.env)), Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
		Client: &http.Client{Transport: loopbackOnly{t, nil}}, Issuer: s.issuer.Base(), Index: s.index,
	})}
	r.stdout, r.stderr = stdout.String(), stderr.String()
	var rep report.Report
	if stdout.Len() == 0 {
		return &rep, r
	}
	if err := json.Unmarshal(stdout.Bytes(), &rep); err != nil {
		t.Fatalf("reading the report: %v (exit code %d)\n%s%s", err, r.code, r.stdout, r.stderr)
	}
	reporttest.ValidateJSON(t, stdout.Bytes())
	return &rep, r
}

func TestSeal(t *testing.T) {
	s := newSealScene(t)
	rep, r := s.run(t)
	if r.code != 0 {
		t.Fatalf("exit code %d, %v\n%s", r.code, rules(rep), r.stdout)
	}
	for _, g := range rep.Gates {
		if want := map[string]report.Verdict{"hand-off": report.Pass, "publish": report.Pass}[string(g.Gate)]; want != "" && g.Status != want || want == "" && g.Status != report.NotRun {
			t.Errorf("%s is %s", g.Gate, g.Status)
		}
	}
	for _, asked := range s.issuer.Requests() {
		if asked.Audience != "sallyport-gate" {
			t.Errorf("a token for %q was asked for", asked.Audience)
		}
	}
}

// Each deviation in the publish job, and its rule.
func TestSealRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(t *testing.T, s *sealScene)
		code   int
		rule   string
	}{
		"no ledger": {func(_ *testing.T, s *sealScene) { s.ledger = "" }, 2, "differs-from-ledger"},
		"swapped":   {func(t *testing.T, s *sealScene) { put(t, filepath.Join(s.dist, wheel), []byte("x")) }, 1, "differs-from-ledger"},
		"added": {func(t *testing.T, s *sealScene) {
			put(t, filepath.Join(s.dist, "samplepkg-1.0-cp313-cp313-win_amd64.whl"), []byte("x"))
		}, 1, "differs-from-ledger"},
		"removed":        {func(t *testing.T, s *sealScene) { os.Remove(filepath.Join(s.dist, wheel)) }, 1, "differs-from-ledger"},
		"stray file":     {func(t *testing.T, s *sealScene) { put(t, filepath.Join(s.dist, "notes.txt"), []byte("x")) }, 1, "unexpected-file"},
		"no token":       {func(_ *testing.T, s *sealScene) { delete(s.env, "ACTIONS_ID_TOKEN_REQUEST_TOKEN") }, 2, "claims-unverified"},
		"no environment": {func(_ *testing.T, s *sealScene) { s.issuer.Set(map[string]any{"environment": nil}) }, 1, "job-is-not-the-publisher"},
		"another event":  {func(_ *testing.T, s *sealScene) { s.issuer.Set(map[string]any{"event_name": "pull_request_target"}) }, 1, "index-would-refuse-token"},
		"self-hosted":    {func(_ *testing.T, s *sealScene) { s.issuer.Set(map[string]any{"runner_environment": "self-hosted"}) }, 1, "self-hosted-upload"},
		"API token":      {func(_ *testing.T, s *sealScene) { s.env["TWINE_PASSWORD"] = "pypi-AgEIcHlwaS5vcmcCJGFh" }, 1, "credential-in-sight"},
		"uv token":       {func(_ *testing.T, s *sealScene) { s.env["UV_PUBLISH_TOKEN"] = "x" }, 1, "credential-in-sight"},
		"pypirc": {func(t *testing.T, s *sealScene) {
			put(t, filepath.Join(s.env["HOME"], ".pypirc"), []byte("[pypi]\nusername = __token__\npassword = pypi-AgEIcHlwaS5vcmcCJGFh\n"))
		}, 1, "credential-in-sight"},
		"another commit":  {func(_ *testing.T, s *sealScene) { s.issuer.Set(map[string]any{"sha": strings.Repeat("a", 40)}) }, 1, "ledger-of-another-commit"},
		"another project": {func(_ *testing.T, s *sealScene) { s.ledger = strings.Replace(s.ledger, `"samplepkg"`, `"otherpkg"`, 1) }, 1, "differs-from-ledger"},
		"foreign keys":    {func(t *testing.T, s *sealScene) { s.issuer.Set(map[string]any{"run_id": "5"}) }, 2, "claims-unverified"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSealScene(t)
			tt.change(t, s)
			rep, r := s.run(t)
			if r.code != tt.code || rules(rep)[tt.rule] == 0 {
				t.Errorf("exit code %d, %v", r.code, rules(rep))
			}
			if strings.Contains(r.stdout, "AgEIcHlwaS5vcmcCJGFh") {
				t.Error("a credential is shown")
			}
		})
	}
}

// Offline no token is asked for, which leaves the verdict open.
func TestSealOffline(t *testing.T) {
	s := newSealScene(t)
	rep, r := s.run(t, "--offline")
	if r.code != 2 || rules(rep)["claims-unverified"] == 0 {
		t.Errorf("exit code %d, %v", r.code, rules(rep))
	}
	if asked := s.issuer.Requests(); len(asked) != 0 {
		t.Errorf("asked for %v", asked)
	}
}

// A ledger that is no ledger is wrong usage, and never one less to compare.
func TestSealLedger(t *testing.T) {
	s := newSealScene(t)
	for _, ledger := range []string{"{}", "[]", `{"schema_version":1}`, " ", "nowhere.json"} {
		c := call{args: []string{"gate", "--seal", "--offline", "--ledger", ledger, s.dist}, now: sigstoretest.DefaultTime}
		c.run(t).wants(t, 3, "ledger")
	}
	c := call{args: []string{"gate", "--ledger", s.ledger, s.dist}, now: sigstoretest.DefaultTime}
	c.run(t).wants(t, 3, "--ledger goes with --seal")
}
