// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// ask gets an identity token as a program does.
func ask(t *testing.T, url, bearer string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var v struct{ Value string }
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil || v.Value == "" {
		t.Fatalf("no token: %v", err)
	}
	return v.Value
}

// env runs one step and returns what the program had.
func env(t *testing.T, o emulator.Options, step emulator.Step) (p emulator.Process, r emulator.Result, j *emulator.Job) {
	t.Helper()
	if o.Action == "" {
		o.Action = "testdata/action.yml"
	}
	o.Program = func(got emulator.Process) int { p = got; return 0 }
	j = emulator.New(t, o)
	return p, j.Run(step), j
}

func TestEnvironment(t *testing.T) {
	i := runnertest.StartIssuer(t)
	i.Set(map[string]any{"ref": "refs/heads/main"})
	p, _, j := env(t, emulator.Options{
		TokenIssuer: i, GitHub: map[string]string{"run_attempt": "2", "workflow_ref": "-"},
		Env:     map[string]string{"WHO": "the job", "GITHUB_SHA": "forged", "INPUT_WHO": "forged", "HOME": "/forged", "GITHUB_TOKEN": "set", "RUNNER_TEMP": "/x"},
		Secrets: map[string]string{"PYPI": secret}, Needs: map[string]map[string]string{"build": {"digest": "abc"}},
	}, emulator.Step{
		With: map[string]string{"who": "a ${{ needs.build.outputs.digest }}", "Two-Words": "${{ github.workspace_not_there }}x"},
		Env: map[string]string{"TWINE_PASSWORD": "${{ secrets.PYPI }}", "DIST": emulator.HostWork + "/samplepkg/samplepkg/dist",
			"LIST": "x:" + emulator.HostTemp, "INSIDE": "a:/github/workspace/b:/github/workspaces"},
	})
	root := strings.TrimSuffix(j.Path("/github/workspace"), "/github/workspace")
	for name, want := range map[string]string{
		"INPUT_WHO": "a abc", "INPUT_TWO-WORDS": "x", "INPUT_GITHUB-TOKEN": emulator.Token, "INPUT_ARGS": "",
		"GREETING": "hello a abc", "WHO": "the job",
		"GITHUB_SHA": runnertest.ReleaseCommit, "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_RUN_ATTEMPT": "2",
		"GITHUB_REPOSITORY": "octo-sci/samplepkg", "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_TOKEN": "set",
		"GITHUB_WORKSPACE": root + "/github/workspace", "GITHUB_EVENT_PATH": root + "/github/workflow/event.json",
		"HOME": root + "/github/home", "RUNNER_TEMP": root + "/github/runner_temp", "RUNNER_WORKSPACE": emulator.HostWork + "/samplepkg",
		"RUNNER_ENVIRONMENT": "github-hosted", "TWINE_PASSWORD": secret,
		"DIST": root + "/github/workspace/dist", "LIST": "x:" + emulator.HostTemp, // only a value that begins with it
		"INSIDE":                         "a:" + root + "/github/workspace/b:/github/workspaces",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN": i.Env("")["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
	} {
		if got, set := p.Lookup(name); got != want || !set {
			t.Errorf("%s is %q (%v), want %q", name, got, set, want)
		}
	}
	if _, set := p.Lookup("GITHUB_WORKFLOW_REF"); set {
		t.Error("a variable that was left out is set")
	}
	if p.Dir != j.Path(".") || !strings.HasPrefix(p.Env["GITHUB_OUTPUT"], root+"/github/file_commands/set_output_") {
		t.Errorf("folder %q, outputs in %q", p.Dir, p.Env["GITHUB_OUTPUT"])
	}
	if p, _, _ := env(t, emulator.Options{}, emulator.Step{}); p.Env["ACTIONS_ID_TOKEN_REQUEST_URL"] != "" || p.Env["INPUT_WHO"] != "world" {
		t.Errorf("without an issuer and inputs: %q, %q", p.Env["ACTIONS_ID_TOKEN_REQUEST_URL"], p.Env["INPUT_WHO"])
	}
}

func TestArguments(t *testing.T) {
	for who, want := range map[string][]string{
		`a b`:  {"--who", "a b", "--end", ""},
		`a"b`:  {"--who", `a"b`, "--end", ""},
		`C:\x`: {"--who", `C:\x`, "--end", ""},
		"":     {"--who", "", "--end", ""},
		// The runner does not escape this one.
		`x\`: {"--who", `x" --end "`},
	} {
		p, _, _ := env(t, emulator.Options{Action: "testdata/args.yml"}, emulator.Step{With: map[string]string{"who": who}})
		if diff := cmp.Diff(want, p.Args); diff != "" || p.Entrypoint != "/program" {
			t.Errorf("%q: entrypoint %q, arguments (-want +got):\n%s", who, p.Entrypoint, diff)
		}
	}
	p, _, j := env(t, emulator.Options{}, emulator.Step{With: map[string]string{"args": `verify  "/github/workspace/a b"`}})
	if diff := cmp.Diff([]string{"verify", j.Path("a b")}, p.Args); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}

// The runner's reading of what a program wrote.
func TestResult(t *testing.T) {
	j := emulator.New(t, emulator.Options{Action: "testdata/action.yml", Allow: []string{"NAME=VALUE"}, Secrets: map[string]string{"S": secret}, Artifacts: true, Program: func(p emulator.Process) int {
		fmt.Fprintf(p.Stdout, "::add-mask::%s\n", emulator.Token)
		fmt.Fprintf(p.Stdout, "plain\n::warning file=%s/a.yml,line=3,col=4,title=t%%3A::one%%0Atwo\n", p.Env["GITHUB_WORKSPACE"])
		io.WriteString(p.Stderr, "::error line=2,endLine=1,col=3::x\n::group::g\n::endgroup::\nlast")
		writes("GITHUB_OUTPUT", "report="+p.Env["RUNNER_TEMP"]+"/r.json\nledger<<X\n{\n}\nX\nverdict=fail\nverdict=fail\n")(p)
		writes("GITHUB_STEP_SUMMARY", "# text\n")(p)
		writes("GITHUB_ARTIFACTS", "dist/x.whl\n")(p)
		return 1
	}})
	j.Put("dist/x.whl", []byte("x"))
	r := j.Run(emulator.Step{ID: "one"})
	raw := r.Raw
	r.Raw = ""
	want := emulator.Result{
		Code: 1, Failed: true, Log: "plain\n##[warning]one\ntwo\n##[error]x\n##[group]g\n##[endgroup]\nlast\n", Summary: "# text\n",
		Annotations: []emulator.Annotation{
			{Level: "warning", File: "a.yml", Line: 3, Col: 4, Title: "t:", Message: "one\ntwo"},
			{Level: "error", Line: 2, Col: 3, Message: "x"},
		},
		Outputs: map[string]string{"report": "/github/runner_temp/r.json", "ledger": "{\n}", "verdict": "fail"},
		State:   map[string]string{}, Artifacts: []string{"dist/x.whl"}, OnlyInside: []string{"report"},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if !strings.Contains(raw, "::add-mask::") || !j.Failed() {
		t.Errorf("raw %q, failed %v", raw, j.Failed())
	}
	var list string
	j.Run(emulator.Step{ContinueOnError: true, Program: func(p emulator.Process) int {
		data, _ := os.ReadFile(p.Env["GITHUB_ARTIFACTS_LIST"])
		list = string(data)
		return 0
	}})
	if want := `{"subjects":[{"digest":"sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","kind":"file","name":"x.whl"}],"version":1}`; list != want {
		t.Errorf("artifacts %s", list)
	}
}

// Steps share the workspace and the outputs; post steps come last and in
// reverse, with what their own step saved.
func TestJob(t *testing.T) {
	var order []string
	program := func(p emulator.Process) int {
		who := p.Env["INPUT_WHO"]
		order = append(order, p.Entrypoint+who+p.Env["STATE_kept"]+p.Env["STATE_other"])
		if p.Entrypoint != "" {
			return 3
		}
		if err := os.WriteFile(who, nil, 0o600); err != nil {
			t.Error(err)
		}
		writes("GITHUB_OUTPUT", "ledger="+who+"\n")(p)
		return writes("GITHUB_STATE", "kept="+who+"\n")(p)
	}
	workspace := t.TempDir()
	if err := os.WriteFile(filepath.Join(workspace, "file"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	j := emulator.New(t, emulator.Options{Action: "testdata/action.yml", Workspace: workspace, Program: program, Secrets: map[string]string{"S": "second"},
		Allow: []string{"NAME=VALUE"}})
	j.Run(emulator.Step{ID: "one", With: map[string]string{"who": "first"}})
	j.SetEnv("STATE_kept", "forged") // by any step, through GITHUB_ENV
	j.SetEnv("STATE_other", "-forged")
	j.Run(emulator.Step{ID: "two", With: map[string]string{"who": "${{ steps.one.outputs.ledger }}er"}})
	for _, name := range []string{"file", "first", "firster"} {
		if _, err := os.Stat(j.Path(name)); err != nil {
			t.Error(err)
		}
	}
	results := j.End()
	want := []string{"first", "firsterforged-forged", "/againfirsterfirster-forged", "/againfirstfirst-forged"}
	if diff := cmp.Diff(want, order); diff != "" || len(results) != 2 || results[0].Code != 3 || !j.Failed() {
		t.Errorf("%d results; order (-want +got):\n%s", len(results), diff)
	}
	out := j.Outputs(map[string]string{"ledger": "${{ steps.one.outputs.ledger }}", "none": "${{ steps.one.outputs.report }}", "hidden": "the second"})
	if diff := cmp.Diff(map[string]string{"ledger": "first"}, out); diff != "" {
		t.Errorf("outputs of the job (-want +got):\n%s", diff)
	}
}

// A variable that Linux takes no process with keeps the container from
// starting at all.
func TestTooLong(t *testing.T) {
	ran := false
	j := emulator.New(t, emulator.Options{Action: "testdata/action.yml", Program: func(emulator.Process) int { ran = true; return 0 }})
	if r := j.Run(emulator.Step{With: map[string]string{"who": strings.Repeat("x", 128<<10)}}); ran || !r.Failed || len(r.Annotations) != 1 {
		t.Errorf("ran %v, result %+v", ran, r)
	}
}

func TestUnexpectedInput(t *testing.T) {
	p, r, _ := env(t, emulator.Options{}, emulator.Step{With: map[string]string{"dist": "x"}})
	if p.Env["INPUT_DIST"] != "x" || len(r.Annotations) != 1 || r.Annotations[0].Level != "warning" || r.Failed {
		t.Errorf("INPUT_DIST %q, %+v", p.Env["INPUT_DIST"], r)
	}
}
