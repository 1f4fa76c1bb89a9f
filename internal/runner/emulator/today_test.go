// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
)

// TestMain makes this test binary the program as well.
func TestMain(m *testing.M) {
	if os.Getenv("EMULATED") != "" {
		os.Exit(cli.Main(cli.System()))
	}
	os.Exit(m.Run())
}

// The commands on the release and the workflows that the repository carries,
// each as a process of its own, without a network.
func TestSample(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	sample := filepath.Join("..", "..", "..", "testdata", "sample")
	const offline = " --offline --policy sallyport.yml --trusted-root trusted_root.json "
	for name, tt := range map[string]struct {
		folder, args string
		code         int
		verdict      string
		annotated    string
	}{
		"good release":     {"", "verify" + offline + "--repository-id 100200300 dist", 0, "pass", "sallyport: policy-from-work-tree"},
		"tampered release": {"", "verify" + offline + "tampered", 1, "fail", "sallyport: digest-mismatch"},
		"bad workflows":    {"workflows/bad", "audit --offline --work-tree .", 1, "fail", "sallyport: "},
		"good workflows":   {"workflows/good", "audit --offline --work-tree .", 0, "pass", "sallyport: audited-work-tree"},
		"nothing to read":  {"", "verify --offline --policy sallyport.yml empty", 2, "undecided", "sallyport: no-dists"},
		"bad usage":        {"", "verify --no-such-flag dist", 3, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			j := emulator.New(t, emulator.Options{
				Action: "testdata/action.yml", Program: emulator.Exec(self), Titles: "sallyport: ", Workspace: filepath.Join(sample, tt.folder),
				Env: map[string]string{"EMULATED": "yes"},
			})
			if err := os.Mkdir(j.Path("empty"), 0o755); err != nil {
				t.Fatal(err)
			}
			r := j.Run(emulator.Step{With: map[string]string{"args": tt.args}})
			titles := ""
			for _, a := range r.Annotations {
				titles += a.Title + "\n"
				if a.File != "" && strings.HasPrefix(name, "bad") {
					if _, err := os.Stat(j.Path(a.File)); err != nil {
						t.Errorf("annotated: %v", err)
					}
				}
			}
			if r.Code != tt.code || r.Outputs["verdict"] != tt.verdict || !strings.Contains(titles, tt.annotated) || (r.Summary == "") != (tt.code == 3) {
				t.Errorf("exit code %d, outputs %q, annotations:\n%slog:\n%s", r.Code, r.Outputs, titles, r.Log)
			}
		})
	}
}

// Names of files are hostile, too.
func TestHostileFiles(t *testing.T) {
	for _, evil := range hostile {
		evil = strings.NewReplacer("/", "_", "\x00", "_").Replace(evil)
		j := emulator.New(t, emulator.Options{
			Action: "testdata/action.yml", Titles: "sallyport: ", Workspace: filepath.Join("..", "..", "..", "testdata", "sample"),
			Program: func(p emulator.Process) int {
				return cli.Main(cli.Env{Args: p.Args, Lookup: p.Lookup, Stdin: strings.NewReader(""), Stdout: p.Stdout, Stderr: p.Stderr, Now: time.Now})
			},
		})
		j.Put("dist/x"+evil[:min(len(evil), 200)], []byte("x"))
		r := j.Run(emulator.Step{With: map[string]string{"args": "verify --offline --policy sallyport.yml --trusted-root trusted_root.json dist"}})
		if r.Code != 1 || r.Outputs["verdict"] != "fail" || len(r.Annotations) == 0 {
			t.Errorf("%.60q: exit code %d, outputs %q\n%s", evil, r.Code, r.Outputs, r.Log)
		}
	}
}
