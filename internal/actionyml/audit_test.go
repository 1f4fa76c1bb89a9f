// SPDX-License-Identifier: BSD-3-Clause

package actionyml

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
)

type report struct {
	Verdict  string
	Findings []struct{ Rule, Severity, Message, File string }
	// Unchecked has blocking ones too.
	Unchecked []struct {
		Rule, Reason, Subject string
		Blocking              bool
	}
	Paths []struct{ Credential, Environment string } `json:"publish_paths"`
}

// noNetwork refuses every request.
type noNetwork struct{ t *testing.T }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("the audit asks %s", r.URL.Host)
	return nil, http.ErrUseLastResponse
}

func audit(t *testing.T, dir string) report {
	t.Helper()
	var out, problems bytes.Buffer
	code := cli.Main(cli.Env{
		Args: []string{"audit", "--offline", "--work-tree", "--format", "json", dir}, Lookup: func(string) (string, bool) { return "", false },
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems, Now: time.Now, Client: &http.Client{Transport: noNetwork{t}},
	})
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("audit %s: exit %d, %v\n%s%s", dir, code, err, out.String(), problems.String())
	}
	return r
}

// examples are the folders, with the ways to the index that each has.
var examples = map[string]int{"one-step": 1, "pure-python": 1, "compiled": 1, "monorepo": 2, "release-repository": 1, "audit-only": 1}

// TestExamples: the audit has nothing to say about what we tell others to copy,
// but that settings were not read.
func TestExamples(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(root, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && examples[e.Name()] == 0 {
			t.Errorf("examples/%s is not audited", e.Name())
		}
	}
	for name, ways := range examples {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(root, "examples", name)
			clean(t, audit(t, dir), ways)
			if _, err := os.Stat(filepath.Join(dir, ".github/sallyport.yml")); err != nil {
				t.Error(err)
			}
			page := text(t, "examples/"+name+"/README.md")
			if n := strings.Count(page, "\n"); n < 8 || n > 25 {
				t.Errorf("README.md has %d lines; about a dozen are read", n)
			}
		})
	}
}

// clean: nothing but that the files lie in a folder, and what only GitHub's
// settings say.
func clean(t *testing.T, r report, ways int) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Rule != "audited-work-tree" {
			t.Errorf("%s[%s] %s: %s", f.Severity, f.Rule, f.File, f.Message)
		}
	}
	for _, u := range r.Unchecked {
		if u.Blocking || !strings.HasPrefix(u.Rule, "unprotected-") && u.Rule != "pin-is-no-release" {
			t.Errorf("unchecked[%s]: %s", u.Rule, u.Reason)
		}
	}
	if r.Verdict != "pass" || len(r.Paths) != ways {
		t.Errorf("verdict %s, ways to the index: %+v", r.Verdict, r.Paths)
	}
	for _, p := range r.Paths {
		if p.Credential != "trusted-publishing" || p.Environment == "" {
			t.Errorf("a way to the index: %+v", p)
		}
	}
}

// TestCalledWorkflows audits the pure Python example as if the workflows that
// it calls were its own, so that the audit reads them.
func TestCalledWorkflows(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "examples/pure-python"))); err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile(`scientific-python/sallyport/(\.github/workflows/\w+\.yml)@[0-9a-f]{40}`)
	write := func(name, body string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{".github/workflows/release.yml", ".github/sallyport.yml"} {
		body := text(t, "examples/pure-python/"+name)
		if !own.MatchString(body) {
			t.Errorf("%s names no workflow of ours", name)
		}
		write(name, own.ReplaceAllString(body, "./$1"))
	}
	for _, name := range []string{".github/workflows/build.yml", ".github/workflows/gate.yml"} {
		write(name, text(t, name))
	}
	clean(t, audit(t, dir), 1)
}

// TestOwnWorkflows: this repository uploads to no index, and that is all that
// the audit has to say.
func TestOwnWorkflows(t *testing.T) {
	r := audit(t, root)
	for _, f := range r.Findings {
		if f.Rule != "audited-work-tree" {
			t.Errorf("%s[%s] %s: %s", f.Severity, f.Rule, f.File, f.Message)
		}
	}
	for _, u := range r.Unchecked {
		if u.Rule != "no-publish-path" {
			t.Errorf("unchecked[%s]: %s", u.Rule, u.Reason)
		}
	}
	if len(r.Paths) != 0 {
		t.Errorf("ways to the index: %+v", r.Paths)
	}
}

// TestExampleCommits: one commit stands for sallyport's in all examples, also
// where the policy names who may sign.
func TestExampleCommits(t *testing.T) {
	const stand = "0123456789abcdef0123456789abcdef01234567"
	if !strings.Contains(text(t, "examples/README.md"), "`"+stand+"`") {
		t.Error("examples/README.md does not say what to replace")
	}
	ours := regexp.MustCompile(`scientific-python/sallyport[\w./-]*@([0-9A-Za-z]+)`)
	for _, name := range append(workflows(t), "examples/pure-python/.github/sallyport.yml") {
		if !strings.HasPrefix(name, "examples/") {
			continue
		}
		for _, m := range ours.FindAllStringSubmatch(text(t, name), -1) {
			if m[1] != stand {
				t.Errorf("%s: %s", name, m[0])
			}
		}
	}
}
