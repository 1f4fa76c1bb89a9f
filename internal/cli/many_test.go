// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/packed"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// manyWheels adds n wheels to a release, and their provenance to its bundles.
func manyWheels(t *testing.T, dist, bundles string, n int) {
	t.Helper()
	for from := 0; from < n; from += 1000 {
		some := sample{digests: map[string]string{}}
		for i := from; i < min(n, from+1000); i++ {
			name := fmt.Sprintf("samplepkg-1.0-%d-cp3%d-cp3%d-manylinux_2_28_x86_64.whl", i+1, i%20, i%20)
			data := fmt.Append(nil, i)
			put(t, filepath.Join(dist, name), data)
			some.digests[name] = sha(data)
		}
		if bundles != "" {
			put(t, filepath.Join(bundles, fmt.Sprintf("more-%d.sigstore.json", from)), some.sign(t, sigstoretest.GitHubClaims()))
		}
	}
}

// asStep runs the program as a step in Actions, with its files, and returns
// what it handed on.
func asStep(t *testing.T, env map[string]string, args []string, change func(*cli.Env)) (code int, outputs, states map[string]string, log string) {
	t.Helper()
	dir := t.TempDir()
	env = maps.Clone(env)
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"} {
		env[name] = filepath.Join(dir, name)
		put(t, env[name], nil)
	}
	var out bytes.Buffer
	e := cli.Env{
		Args: args, Lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Names: slices.Sorted(maps.Keys(env)), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now,
		Client: &http.Client{Transport: loopbackOnly{t, nil}},
	}
	change(&e)
	code = cli.Main(e)
	read := func(name string) map[string]string {
		pairs, err := runnertest.ParseFile(get(t, env[name]))
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]string{}
		for _, p := range pairs {
			// A variable's name is with its value in what Linux limits.
			if len("INPUT_")+len(p.Name)+len(p.Value) > 128<<10-100 {
				t.Errorf("%s has %d bytes, more than a variable can hold", p.Name, len(p.Value))
			}
			values[p.Name] = p.Value
		}
		return values
	}
	return code, read("GITHUB_OUTPUT"), read("GITHUB_STATE"), out.String()
}

// The ledger of many files is handed on in the short form; one that no step can
// take is an error that says what to do instead.
func TestGateHandsOnManyFiles(t *testing.T) {
	for name, tt := range map[string]struct {
		files    int
		out      bool // --ledger-out
		code     int
		isPacked bool
		says     string
	}{
		"some":              {100, false, 0, false, ""},
		"many":              {900, false, 0, true, ""},
		"too many":          {2500, false, 2, false, "write it with --ledger-out FILE"},
		"too many, written": {2500, true, 0, false, "the job that uploads needs the file"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateScene(t)
			manyWheels(t, g.dist, filepath.Join(g.dir, "bundles"), tt.files)
			file := filepath.Join(g.dir, "ledger.out")
			if tt.out {
				g.args = append(g.args, "--ledger-out", file)
			}
			code, outputs, _, log := asStep(t, g.inActions(t).env, g.args, func(e *cli.Env) {
				e.Now = sigstoretest.DefaultTime.Add(24 * time.Hour).UTC
			})
			if code != tt.code || !strings.Contains(log, tt.says) {
				t.Fatalf("exit code %d\n%s", code, log)
			}
			text := outputs["ledger"]
			if tt.files > 1000 {
				if text != "" {
					t.Errorf("an output of %d bytes", len(text))
				}
				if text = ""; tt.out {
					text = get(t, file)
				}
			}
			if code != 0 {
				return
			}
			if packed.Is(text) != tt.isPacked {
				t.Errorf("packed is %v", packed.Is(text))
			}
			l, err := handoff.ParseLedger([]byte(text))
			if err != nil || len(l.Dists) != tt.files+2 {
				t.Fatalf("%v, %+v", err, l)
			}
		})
	}
}

// As the action, the digests of many files are an output that the next command
// takes as checksums; of too many there is none, which is said.
func TestActionHandsOnManyDigests(t *testing.T) {
	for n, form := range map[int]string{10: "base64", 900: "packed", 2500: ""} {
		g := newGateScene(t)
		manyWheels(t, g.dist, filepath.Join(g.dir, "bundles"), n)
		env := g.inActions(t).env
		maps.Copy(env, map[string]string{"INPUT_COMMAND": "verify", "INPUT_DISTS": g.dist, "INPUT_BUNDLES": filepath.Join(g.dir, "bundles"),
			"INPUT_TRUSTED-ROOT": g.root, "INPUT_OFFLINE": "true", "INPUT_POLICY": filepath.Join(g.dir, ".github", "sallyport.yml"), "GITHUB_WORKSPACE": g.dir})
		run := func() (map[string]string, string) {
			code, outputs, _, log := asStep(t, env, nil, func(e *cli.Env) { e.Now = sigstoretest.DefaultTime.Add(24 * time.Hour).UTC })
			if code != 0 {
				t.Fatalf("%d files: exit code %d\n%s", n, code, log)
			}
			return outputs, log
		}
		outputs, log := run()
		sums := outputs["digests"]
		if form == "" {
			if sums != "" || !strings.Contains(log, "The output digests is left empty") {
				t.Errorf("%d files: %d bytes\n%s", n, len(sums), log)
			}
			continue
		}
		if packed.Is(sums) != (form == "packed") {
			t.Errorf("%d files: packed is %v", n, packed.Is(sums))
		}
		if _, err := base64.StdEncoding.DecodeString(sums); err != nil {
			t.Errorf("%d files: %v", n, err)
		}
		env["INPUT_CHECKSUMS"] = sums
		if again, _ := run(); again["digests"] != sums {
			t.Errorf("%d files: other digests", n)
		}
	}
}

// The second look is had at as many files as there are.
func TestPostOfManyFiles(t *testing.T) {
	for name, n := range map[string]int{"few": 2, "many": 900, "very many": 2000} {
		t.Run(name, func(t *testing.T) {
			s := newSealScene(t)
			manyWheels(t, s.dist, "", n)
			ledger := s.ledgerOf(t)
			file := filepath.Join(s.dir, "ledger.out")
			put(t, file, []byte(ledger))
			args := slices.Concat([]string{"gate", "--seal", "--ledger", file}, s.args, []string{s.dist})
			code, _, states, log := asStep(t, s.env, args, func(e *cli.Env) { e.Issuer, e.Index = s.issuer.Base(), s.index })
			if code != 0 || states["sealed"] == "" {
				t.Fatalf("exit code %d, states %q\n%s", code, slices.Sorted(maps.Keys(states)), log)
			}
			if parts := len(states) - 1; (parts > 0) != (n > 500) {
				t.Errorf("%d files are remembered in %d parts", n, parts)
			}
			post := func(change func(env map[string]string)) (int, string) {
				env := maps.Clone(s.env)
				for k, v := range states {
					env["STATE_"+k] = v
				}
				change(env)
				code, _, _, log := asStep(t, env, []string{"post"}, func(*cli.Env) {})
				return code, log
			}
			if code, log := post(func(map[string]string) {}); code != 0 {
				t.Errorf("nothing changed: exit code %d\n%s", code, log)
			}
			// Of states that were not saved, none is asked for.
			if code, log := post(func(env map[string]string) { env["STATE_sealed-99"] = "x"; env["STATE_sealed-0"] = "y" }); code != 0 {
				t.Errorf("other states: exit code %d\n%s", code, log)
			}
			if n > 500 {
				for what, change := range map[string]func(env map[string]string){
					"a part is missing": func(env map[string]string) { delete(env, "STATE_sealed-1") },
					"a part is cut":     func(env map[string]string) { env["STATE_sealed-1"] = env["STATE_sealed-1"][:1000] },
					"another part":      func(env map[string]string) { env["STATE_sealed-1"] = strings.Repeat("A", 1000) },
					"too many parts":    func(env map[string]string) { env["STATE_sealed"] = `{"parts":1000000}` },
					"less than none":    func(env map[string]string) { env["STATE_sealed"] = `{"parts":-1}` },
				} {
					if code, log := post(change); code != 2 || !strings.Contains(log, "the state of this action was changed") {
						t.Errorf("%s: exit code %d\n%s", what, code, log)
					}
				}
			}
			if err := os.WriteFile(filepath.Join(s.dist, sdist), []byte("swapped"), 0o644); err != nil {
				t.Fatal(err)
			}
			if code, log := post(func(map[string]string) {}); code != 1 || !strings.Contains(log, "changed-after-seal") {
				t.Errorf("a file was swapped: exit code %d\n%s", code, log)
			}
		})
	}
}
