// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// In Actions the form is annotations, summary and outputs, unless told
// otherwise.
func TestActionsForm(t *testing.T) {
	o := newOnline(t)
	o.attest(o.bundle, githubtest.Attestation{})
	r := o.run(t)
	r.wants(t, 0, "pass: 2 files")
	if len(r.outputs) != 1 || r.outputs[0].Value != "pass" || !strings.Contains(r.summary, "sallyport verify: pass") {
		t.Errorf("outputs %q, summary %q", r.outputs, r.summary)
	}
	for _, format := range []string{"text", "json", "sarif"} {
		c := o.call
		c.args = append(slices.Clone(c.args), "--format", format)
		if r := c.run(t); r.code != 0 || len(r.outputs) != 1 || r.outputs[0].Value != "pass" || r.summary != "" {
			t.Errorf("%s: exit code %d, outputs %q, summary %q", format, r.code, r.outputs, r.summary)
		}
	}
	c := o.call
	c.args = append(slices.Clone(c.args), "--output", filepath.Join(t.TempDir(), "report.txt"))
	if r := c.run(t); len(r.outputs) != 1 || r.summary == "" {
		t.Errorf("with --output: outputs %q, summary %q", r.outputs, r.summary)
	}
}

// The policy is the workflow commit's. What lies in the work tree, where any
// step before may have written, is not looked at.
func TestActionsPolicy(t *testing.T) {
	const looser = goodPolicy + "builder:\n  refs: [refs/heads/main]\n"
	for name, tt := range map[string]struct {
		change func(t *testing.T, o *online)
		flags  []string
		code   int
		rule   string
		says   string
	}{
		"at the commit": {func(*testing.T, *online) {}, nil, 1, "wrong-ref", "refs/heads/main"},
		"refused": {func(_ *testing.T, o *online) { o.github.NoPermission = true },
			[]string{"--no-from-github"}, 2, "policy-unread", "permissions: contents: read"},
		"broken": {func(_ *testing.T, o *online) {
			o.github.Hook = func(w http.ResponseWriter, r *http.Request) bool {
				return strings.Contains(r.URL.Path, "/contents/") && refusal(w, 500, "\\n::error::x")
			}
		}, nil, 2, "policy-unread", "status 500"},
		"hidden": {func(_ *testing.T, o *online) { o.env["GITHUB_WORKFLOW_SHA"] = strings.Repeat("c", 40) },
			nil, 2, "policy-unread", "permissions: contents: read"},
		"no commit": {func(_ *testing.T, o *online) { delete(o.env, "GITHUB_WORKFLOW_SHA") },
			nil, 2, "policy-unread", "GITHUB_WORKFLOW_SHA"},
		"offline": {func(*testing.T, *online) {}, []string{"--offline"}, 2, "policy-unread", "--offline forbids asking GitHub for the policy"},
		"named": {func(*testing.T, *online) {}, []string{"--policy", ".github/sallyport.yml"}, 0, "policy-from-work-tree",
			"warning: the policy was read from \".github/sallyport.yml\""},
		"named, strict": {func(*testing.T, *online) {}, []string{"--strict", "--policy", ".github/sallyport.yml"}, 1, "policy-from-work-tree", "error: "},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOnline(t)
			t.Chdir(o.dir)
			o.env["GITHUB_WORKSPACE"] = o.dir
			put(t, filepath.Join(o.dir, ".github", "sallyport.yml"), []byte(looser))
			bundles := "branch"
			if tt.code == 2 {
				bundles = "bundles" // nothing else is wrong
			}
			o.args = append(o.args, "--bundle", filepath.Join(o.dir, bundles))
			o.args = append(o.args, tt.flags...)
			tt.change(t, o)
			rep, r := o.report(t)
			found := said(rep, tt.rule)
			if r.code != tt.code || len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), tt.says) {
				t.Errorf("exit code %d, want %d; rule %s says %q, want %q; all: %v", r.code, tt.code, tt.rule, found, tt.says, rules(rep))
			}
			o.run(t).wants(t, tt.code)
		})
	}
}

// A policy at the commit that is none is told with its lines, as any other.
func TestActionsBadPolicy(t *testing.T) {
	o := newOnline(t)
	o.github.AddFile("octo-sci", "samplepkg", workflowSHA, ".github/sallyport.yml", []byte("publisher:\n  repositry: octo-sci/samplepkg\n  repositry: \"##[error]\\n::error::x\"\n"))
	r := o.run(t)
	r.wants(t, 3, "reading .github/sallyport.yml: line 2: ", "reading .github/sallyport.yml: line 3: ")
	if len(r.outputs) > 0 || r.summary != "" || r.stdout != "" {
		t.Errorf("outputs %q, summary %q, standard output %q", r.outputs, r.summary, r.stdout)
	}
}

// What the runner says is held to its form: nothing malformed is believed.
func TestActionsFacts(t *testing.T) {
	for name, value := range map[string]string{
		"GITHUB_REPOSITORY": "octo-sci", "GITHUB_REPOSITORY_ID": "one", "GITHUB_WORKFLOW_SHA": "main",
		"GITHUB_API_URL": "ftp://127.0.0.1", "GITHUB_WORKSPACE": "x\n::error::y", "GITHUB_REF": "##[error]x",
	} {
		o := newOnline(t)
		o.env[name] = value
		o.run(t).wants(t, 3, "reading the runner's facts: reading "+name)
	}
	o := newOnline(t)
	o.env["GITHUB_API_URL"] = "https://ghe.example/api/v3"
	o.run(t).wants(t, 3, "GitHub Enterprise Server, which is not supported")
	o = newOnline(t)
	o.env["GITHUB_TOKEN"] = "two\nlines"
	r := o.run(t)
	r.wants(t, 3, "reading the token")
	if strings.Contains(r.stdout+r.stderr, "two") {
		t.Error("the token was printed")
	}
}

// A run of another repository than the policy's: its ids say nothing about
// the publisher.
func TestActionsOfAnotherRepository(t *testing.T) {
	o := newOnline(t)
	for name, value := range map[string]string{"GITHUB_REPOSITORY": "octo-sci/checks", "GITHUB_REPOSITORY_ID": "7", "GITHUB_REPOSITORY_OWNER_ID": "8"} {
		o.env[name] = value
	}
	o.github.AddFile("octo-sci", "checks", workflowSHA, ".github/sallyport.yml", []byte(goodPolicy))
	o.attest(o.bundle, githubtest.Attestation{})
	if rep, _ := o.report(t); rep.Verdict != report.Pass {
		t.Errorf("verdict %s, %v", rep.Verdict, rules(rep))
	}
}

// The ids that the runner knows are held against the certificate.
func TestActionsResurrected(t *testing.T) {
	o := newOnline(t)
	c := sigstoretest.GitHubClaims().WithIDs("999", "888")
	o.attest(o.sign(t, c), githubtest.Attestation{})
	rep, _ := o.report(t)
	if rep.Verdict != report.Fail || rules(rep)["wrong-repository-id"] != 2 || rules(rep)["wrong-owner-id"] != 2 {
		t.Errorf("verdict %s, %v", rep.Verdict, rules(rep))
	}
}

// However much is found, the runner's limits hold, and the rest is named.
func TestActionsLimits(t *testing.T) {
	o := newOnline(t)
	for i := range 60 {
		put(t, filepath.Join(o.dist, fmt.Sprintf("notes-%d.txt", i)), []byte("x"))
		put(t, filepath.Join(o.dist, fmt.Sprintf("samplepkg-1.%d-py3-none-any.whl", i)), fmt.Append(nil, i))
		put(t, filepath.Join(o.dist, fmt.Sprintf("samplepkg-1.%d-%d-py3-none-any.whl.x.attestation", i, i)), []byte("{}"))
		put(t, filepath.Join(o.dist, fmt.Sprintf(".hidden%d", i)), nil)
		makeDir(t, filepath.Join(o.dist, fmt.Sprintf("folder%d", i)))
		put(t, filepath.Join(o.dist, fmt.Sprintf("other%d 1.0.whl", i)), nil)
	}
	r := o.run(t) // which counts the annotations
	r.wants(t, 1)
	n := 0
	for _, c := range runnertest.ParseLog(r.stdout) {
		if c.Name == "error" {
			n++
		}
	}
	if n < 4 || !strings.Contains(r.summary, "notes-59.txt") && !strings.Contains(r.summary, "more file") {
		t.Errorf("%d errors are annotated; the summary:\n%.2000s", n, r.summary)
	}
	if len(r.summary) > 1<<20 {
		t.Errorf("the summary has %d bytes", len(r.summary))
	}
}

// Where the runner's files cannot be written, a pass is none, and a failure
// stays one.
func TestActionsUnwritable(t *testing.T) {
	for _, file := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		o := newOnline(t)
		o.env[file] = o.dir
		c := o.call
		c.output = ""
		o.attest(o.bundle, githubtest.Attestation{})
		var out result
		if out = quiet(t, c); out.code != 2 || !strings.Contains(out.stderr, file) && !strings.Contains(out.stderr, o.dir) {
			t.Errorf("%s: exit code %d, %s", file, out.code, out.stderr)
		}
		if err := os.Truncate(filepath.Join(o.dist, wheel), 0); err != nil {
			t.Fatal(err)
		}
		if out = quiet(t, c); out.code != 1 || out.stderr == "" {
			t.Errorf("%s: exit code %d, %s", file, out.code, out.stderr)
		}
	}
}

// quiet runs a call in Actions whose files are of no interest.
func quiet(t *testing.T, c call) result {
	t.Helper()
	c.output = os.DevNull
	c.summary = os.DevNull
	return c.run(t)
}
