// SPDX-License-Identifier: BSD-3-Clause

package docscheck

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
)

// The sample repositories of docs/audit.md, from the project's root.
const (
	goodSample = "testdata/sample/workflows/good"
	badSample  = "testdata/sample/workflows/bad"
)

// sampleCommit stands in the examples where the README says COMMIT.
const sampleCommit = "0123456789abcdef0123456789abcdef01234567"

func sample(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }

// TestAuditRules: docs/audit.md, or docs/gate.md, has each rule of the publish
// gate in one row of its tables of rules, with its severity.
func TestAuditRules(t *testing.T) {
	row := regexp.MustCompile(`(?m)^\| \[([a-z0-9-]+)\]\(rules/[a-z0-9-]+\.md\) \| (error|warning|note) \| [^|]+ \|$`)
	rows := map[string]string{}
	// What only the upload's own job shows is on the page of the gate.
	for _, page := range []string{"docs/audit.md", "docs/gate.md"} {
		for _, m := range row.FindAllStringSubmatch(named(t, page).text(), -1) {
			if rows[m[1]] != "" {
				t.Errorf("%s: rule %q has two rows", page, m[1])
			}
			rows[m[1]] = m[2]
		}
	}
	want := map[string]string{}
	for _, r := range gate.Rules() {
		if r.Gate == finding.Publish {
			want[r.ID] = string(r.Severity)
		}
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("docs/audit.md lists other rules, or other severities (-program +page):\n%s", diff)
	}
	if len(want) < 40 {
		t.Errorf("only %d rules belong to the publish gate", len(want))
	}
}

// TestReleaseWorkflow: what README.md tells others to copy are the files of two
// examples, which are audited without a finding elsewhere (internal/actionyml).
func TestReleaseWorkflow(t *testing.T) {
	var shown []string
	for _, f := range named(t, "README.md").fences {
		if f.lang == "yaml" {
			shown = append(shown, f.body)
		}
	}
	text := func(name string) string {
		data, err := os.ReadFile(filepath.Join(root, "examples", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(data), sampleCommit, "COMMIT")
	}
	one := text("one-step/.github/workflows/release.yml")
	_, publish, _ := strings.Cut(one, "\n\n  publish:\n")
	want := []string{
		"  publish:\n" + publish, text("one-step/.github/sallyport.yml"),
		text("pure-python/.github/workflows/release.yml"), text("pure-python/.github/sallyport.yml"),
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("README.md differs from the examples (-examples +README):\n%s", diff)
	}
}

// TestGoodSample: the audit has nothing to say about the good sample but that
// it lies in a folder.
func TestGoodSample(t *testing.T) {
	out, code := run(t, "audit", "--offline", "--format", "json", sample(goodSample))
	var report struct {
		Findings  []struct{ Rule, Severity, Message string }
		Unchecked []struct {
			Rule     string
			Blocking bool
		}
		Paths []struct{ Credential, Environment string } `json:"publish_paths"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != cli.ExitPass {
		t.Fatalf("exit %d, %v\n%s", code, err, out)
	}
	for _, f := range report.Findings {
		if f.Rule != gate.AuditedWorkTree.ID {
			t.Errorf("the good sample has a finding: %s[%s] %s", f.Severity, f.Rule, f.Message)
		}
	}
	for _, u := range report.Unchecked {
		if online := strings.HasPrefix(u.Rule, "unprotected-") || u.Rule == "pin-is-no-release"; u.Blocking || !online {
			t.Errorf("unchecked in the good sample: %+v", u)
		}
	}
	if len(report.Paths) != 1 || report.Paths[0].Credential != "trusted-publishing" || report.Paths[0].Environment != "pypi" {
		t.Errorf("the ways to the index are %+v", report.Paths)
	}
}

// TestHook: the entry of the hook for pre-commit is a command of the program,
// lets the good sample pass and stops the bad one; docs/audit.md shows its id.
func TestHook(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	value := func(key string) string {
		m := regexp.MustCompile(`(?m)^(?:- |  )`+key+`: (.+)$`).FindAllSubmatch(data, -1)
		if len(m) != 1 {
			t.Fatalf(".pre-commit-hooks.yaml has %d values of %q", len(m), key)
		}
		return string(m[0][1])
	}
	if value("language") != "golang" || value("pass_filenames") != "false" {
		t.Error("the hook is not one of Go that audits the whole repository")
	}
	shown := false
	for _, f := range named(t, "docs/audit.md").fences {
		shown = shown || isPreCommit(f.body) && strings.Contains(f.body, "\n      - id: "+value("id")+"\n")
	}
	if !shown {
		t.Errorf("docs/audit.md does not show the hook %q", value("id"))
	}
	entry, ok := strings.CutPrefix(value("entry"), "sallyport ")
	if !ok {
		t.Fatalf("the entry is %q", value("entry"))
	}
	for dir, want := range map[string]int{goodSample: cli.ExitPass, badSample: cli.ExitFail} {
		if out, code := run(t, append(strings.Fields(entry), sample(dir))...); code != want {
			t.Errorf("%s on %s: exit %d, want %d\n%s", entry, dir, code, want, out)
		}
	}
	if bytes.Contains(data, []byte("\t")) {
		t.Error(".pre-commit-hooks.yaml has tabs")
	}
}
