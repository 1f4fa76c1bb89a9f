// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// call is one run of the program within the test.
type call struct {
	args   []string
	env    map[string]string
	stdin  string
	now    time.Time
	client *http.Client
	tuf    map[trust.Instance]trust.Repository
	index  string
	// output and summary are the runner's files in Actions.
	output, summary string
}

// result is what a run left.
type result struct {
	code           int
	stdout, stderr string
	outputs        []runnertest.Pair
	summary        string
}

// run runs the program and holds everything that it printed against what a
// terminal and GitHub's runner would make of it.
func (c call) run(t *testing.T) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if c.now.IsZero() {
		c.now = sigstoretest.DefaultTime.Add(24 * time.Hour)
	}
	if c.client == nil {
		c.client = &http.Client{Transport: noNetwork{t}}
	}
	if c.output != "" { // the runner gives each step its own
		put(t, c.output, nil)
		put(t, c.summary, nil)
	}
	r := result{code: cli.Main(cli.Env{
		Args:   c.args,
		Lookup: func(name string) (string, bool) { v, ok := c.env[name]; return v, ok },
		Stdin:  strings.NewReader(c.stdin), Stdout: &stdout, Stderr: &stderr,
		Now: func() time.Time { return c.now }, Client: c.client, TUF: c.tuf, Index: c.index,
	})}
	// In Actions the token is masked once, before anything else, and is nowhere
	// after that.
	r.stdout, r.stderr = stdout.String(), strings.TrimPrefix(stderr.String(), "::add-mask::"+token+"\n")
	if strings.Contains(r.stdout+r.stderr, token) {
		t.Errorf("the token is printed:\n%s%s", r.stdout, r.stderr)
	}
	if c.output != "" {
		var err error
		if r.outputs, err = runnertest.ParseFile(get(t, c.output)); err != nil {
			t.Errorf("the runner cannot read the outputs: %v", err)
		}
		r.summary = get(t, c.summary)
	}
	form := slices.ContainsFunc(c.args, func(a string) bool { return strings.HasPrefix(a, "--format") })
	r.harmless(t, c.output != "" && !form)
	return r
}

// noNetwork fails a test that asks anybody.
type noNetwork struct{ t *testing.T }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("asked %s", r.URL)
	return nil, http.ErrServerClosed
}

// harmless fails the test where the output holds anything but printable text
// and, where they may be, annotations of our own: those have a title.
func (r result) harmless(t *testing.T, annotated bool) {
	t.Helper()
	for name, text := range map[string]string{"standard output": r.stdout, "standard error": r.stderr, "the summary": r.summary} {
		if i := strings.IndexFunc(text, func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) }); i >= 0 || !utf8.ValidString(text) {
			i = max(0, i)
			t.Errorf("%s holds %q", name, text[max(0, i-40):min(len(text), i+40)])
		}
	}
	levels := map[string]int{}
	for _, cmd := range runnertest.ParseLog(r.stdout + "\n" + r.stderr) {
		levels[cmd.Name]++
		if !strings.HasPrefix(cmd.Properties["title"], "sallyport: ") {
			t.Errorf("the runner would execute %q", cmd.Line)
		}
		for key := range cmd.Properties {
			if !slices.Contains([]string{"file", "line", "col", "title"}, key) {
				t.Errorf("the annotation has the property %q: %s", key, cmd.Line)
			}
		}
	}
	for name, n := range levels {
		if !annotated || !slices.Contains([]string{"error", "warning", "notice"}, name) {
			t.Errorf("the runner would execute %d times %q", n, name)
		}
		if n > 10 {
			t.Errorf("%d annotations of level %s", n, name)
		}
	}
	for i, p := range r.outputs {
		if i > 0 || p.Name != "verdict" || !slices.Contains([]string{"pass", "fail", "undecided"}, p.Value) {
			t.Errorf("output %q is %q", p.Name, p.Value)
		}
	}
	if len(r.outputs) > 0 && r.code != map[string]int{"pass": 0, "fail": 1, "undecided": 2}[r.outputs[0].Value] {
		t.Errorf("the output says %q, the exit code %d", r.outputs[0].Value, r.code)
	}
}

// report runs the program with --format json, and holds the report against
// its schema and the exit code.
func (c call) report(t *testing.T) (*report.Report, result) {
	t.Helper()
	c.args = append(slices.Clone(c.args), "--format=json")
	r := c.run(t)
	var rep report.Report
	if err := json.Unmarshal([]byte(r.stdout), &rep); err != nil {
		t.Fatalf("reading the report: %v (exit code %d)\n%s%s", err, r.code, r.stdout, r.stderr)
	}
	reporttest.ValidateJSON(t, []byte(r.stdout))
	if want := map[report.Verdict]int{report.Pass: 0, report.Fail: 1, report.Undecided: 2}[rep.Verdict]; r.code != want {
		t.Errorf("exit code %d for the verdict %s", r.code, rep.Verdict)
	}
	if r.stderr != "" {
		t.Errorf("standard error: %s", r.stderr)
	}
	return &rep, r
}

// wants fails the test unless the exit code and all texts are as wanted.
func (r result) wants(t *testing.T, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d", r.code, code)
	}
	for _, want := range texts {
		if !strings.Contains(r.stdout+r.stderr, want) {
			t.Errorf("the text %q is missing", want)
		}
	}
	if t.Failed() {
		t.Logf("standard output:\n%s\nstandard error:\n%s", r.stdout, r.stderr)
	}
}

// said is what a report says by one rule: messages of findings with their
// severity, and reasons of unchecked items.
func said(rep *report.Report, rule string) []string {
	var out []string
	for _, f := range rep.Findings {
		if f.Rule == rule {
			out = append(out, string(f.Severity)+": "+f.Message)
		}
	}
	for _, u := range rep.Unchecked {
		if u.Rule == rule {
			out = append(out, map[bool]string{true: "undecided: ", false: "unchecked: "}[u.Blocking]+u.Reason)
		}
	}
	return out
}

// rules are all rules that a report names, with how often.
func rules(rep *report.Report) map[string]int {
	out := map[string]int{}
	for _, f := range rep.Findings {
		out[f.Rule]++
	}
	for _, u := range rep.Unchecked {
		out[u.Rule]++
	}
	return out
}

// inActions makes the call one of a job's step: the job of the sample's
// repository that GitHub's claims speak of.
func (c call) inActions(t *testing.T) call {
	t.Helper()
	dir := t.TempDir()
	c.output, c.summary = filepath.Join(dir, "output"), filepath.Join(dir, "summary")
	claims := sigstoretest.GitHubClaims()
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": c.output, "GITHUB_STEP_SUMMARY": c.summary,
		"GITHUB_REPOSITORY": repository, "GITHUB_REPOSITORY_ID": claims.RepositoryID, "GITHUB_REPOSITORY_OWNER_ID": claims.OwnerID,
		"GITHUB_REF": claims.SourceRepositoryRef, "GITHUB_SHA": claims.SourceRepositoryDigest,
		"GITHUB_WORKFLOW_REF": repository + "/.github/workflows/release.yml@" + claims.SourceRepositoryRef,
		"GITHUB_WORKFLOW_SHA": workflowSHA, "GITHUB_EVENT_NAME": "push", "GITHUB_JOB": "gate", "GITHUB_RUN_ID": "11122233344", "GITHUB_RUN_ATTEMPT": "1",
		"GITHUB_SERVER_URL": "https://github.com", "GITHUB_WORKSPACE": dir, "RUNNER_TEMP": dir, "RUNNER_ENVIRONMENT": "github-hosted",
	}
	for k, v := range c.env {
		env[k] = v
	}
	c.env = env
	return c
}

// workflowSHA is the commit of the running workflow, on purpose another than
// the built one.
const workflowSHA = "aaaabbbbccccddddeeeeffff0000111122223333"

func get(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
