// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/e2e/lab"
	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

const policyText = `project: samplepkg
publisher:
  repository: octo-sci/samplepkg
  repository-id: 100200300
  owner-id: 400500
  workflow: release.yml
  environment: pypi
`

// program builds the program once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sallyport-e2e-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "sallyport")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/scientific-python/sallyport").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil && os.Getenv(lab.Variable) != "" {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// scene is a job that attests, on the real servers.
type scene struct {
	lab       *lab.Lab
	issuer    *runnertest.Issuer
	dir, dist string
	env       []string
	// config is the signing configuration in use.
	config string
}

func connect(t testing.TB) *lab.Lab {
	t.Helper()
	l, err := lab.Connect()
	if errors.Is(err, lab.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// newScene has n release files: an sdist and wheels.
func newScene(t testing.TB, n int) *scene {
	t.Helper()
	s := &scene{lab: connect(t), dir: t.TempDir()}
	s.dist, s.config = filepath.Join(s.dir, "dist"), s.lab.SigningConfig
	var err error
	if s.issuer, err = s.lab.Issuer(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.issuer)
	t.Cleanup(server.Close)
	name, data := disttest.Sdist(disttest.Options{Version: "1.0.0"})
	put(t, filepath.Join(s.dist, name), data)
	for i := range n - 1 {
		name, data := disttest.Wheel(disttest.Options{Version: "1.0.0", Tags: fmt.Sprintf("cp3%02d-cp3%02d-manylinux_2_28_x86_64", i+10, i+10)})
		put(t, filepath.Join(s.dist, name), data)
	}
	put(t, filepath.Join(s.dir, "sallyport.yml"), []byte(policyText))
	if err := os.Mkdir(filepath.Join(s.dir, "temp"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "GITHUB_ACTIONS=true", "RUNNER_TEMP=" + filepath.Join(s.dir, "temp"),
		"GITHUB_OUTPUT=" + filepath.Join(s.dir, "output"), "GITHUB_ARTIFACTS=" + filepath.Join(s.dir, "artifacts"), "GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "summary")}
	put(t, filepath.Join(s.dir, "summary"), nil)
	put(t, filepath.Join(s.dir, "output"), nil)
	put(t, filepath.Join(s.dir, "artifacts"), nil)
	for k, v := range s.issuer.Env(server.URL) {
		s.env = append(s.env, k+"="+v)
	}
	return s
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// without writes a signing configuration without the logs of a Rekor version.
func (s *scene) without(t testing.TB, version int) {
	t.Helper()
	s.edit(t, func(c map[string]any) {
		var kept []any
		for _, u := range c["rekorTlogUrls"].([]any) {
			if u.(map[string]any)["majorApiVersion"] != float64(version) {
				kept = append(kept, u)
			}
		}
		c["rekorTlogUrls"] = kept
	})
}

// edit changes the signing configuration.
func (s *scene) edit(t testing.TB, change func(map[string]any)) {
	t.Helper()
	var c map[string]any
	if err := json.Unmarshal(get(t, s.config), &c); err != nil {
		t.Fatal(err)
	}
	change(c)
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	s.config = filepath.Join(s.dir, "signing_config.json")
	put(t, s.config, data)
}

// result is what one run of the program left.
type result struct {
	code           int
	stdout, stderr string
	took           time.Duration
}

func (s *scene) attestArgs(more ...string) []string {
	args := []string{"attest", "--policy", filepath.Join(s.dir, "sallyport.yml"), "--signing-config", s.config, "--trusted-root", s.lab.TrustedRoot}
	return append(append(args, more...), s.dist)
}

// attest runs the program.
func (s *scene) attest(t testing.TB, more ...string) result {
	t.Helper()
	cmd := s.command(t, s.attestArgs(more...))
	return finish(t, cmd)
}

func (s *scene) command(t testing.TB, args []string) *exec.Cmd {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = s.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

func finish(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	started := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r := result{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), took: time.Since(started)}
	for line := range strings.SplitAfterSeq(stderr.String(), "\n") {
		if !strings.HasPrefix(line, "::add-mask::") {
			r.stderr += line
		}
	}
	return r
}

// verify runs "sallyport verify" with the same policy over what was written.
func (s *scene) verify(t testing.TB, more ...string) result {
	t.Helper()
	args := []string{"verify", "--offline", "--policy", filepath.Join(s.dir, "sallyport.yml"), "--trusted-root", s.lab.TrustedRoot}
	cmd := s.command(t, append(append(args, more...), s.dist))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir}
	return finish(t, cmd)
}

func (s *scene) bundles() string { return filepath.Join(s.dir, "temp", "sallyport-attestations") }

// reported runs with --format json.
func (s *scene) reported(t testing.TB, more ...string) (report.Report, result) {
	t.Helper()
	r := s.attest(t, append([]string{"--format", "json"}, more...)...)
	var rep report.Report
	if err := json.Unmarshal([]byte(r.stdout), &rep); err != nil {
		t.Fatalf("reading the report: %v\n%s%s", err, r.stdout, r.stderr)
	}
	return rep, r
}

func (r result) wants(t testing.TB, code int, texts ...string) {
	t.Helper()
	bad := r.code != code
	for _, want := range texts {
		if !strings.Contains(r.stdout+r.stderr, want) {
			t.Errorf("the text %q is missing", want)
			bad = true
		}
	}
	if bad {
		t.Fatalf("exit code %d, want %d\nstandard output:\n%s\nstandard error:\n%s", r.code, code, r.stdout, r.stderr)
	}
}

// files are all files of the two folders that attest writes to, with digests.
func (s *scene) files(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, dir := range []string{s.dist, filepath.Join(s.dir, "temp")} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				out[path] = fmt.Sprintf("%x", sha256.Sum256(get(t, path)))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// unchanged fails the test where files differ from before.
func (s *scene) unchanged(t testing.TB, before map[string]string) {
	t.Helper()
	if diff := cmp.Diff(before, s.files(t)); diff != "" {
		t.Errorf("files were written (-before +after):\n%s", diff)
	}
}
