// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// full has every key once.
const full = `# the whole of it
project: samplepkg
publisher:
  repository: octo-sci/samplepkg
  repository-id: 100200300
  owner-id: 400500
  workflow: release.yml
  environment: pypi
  index: https://upload.pypi.org/legacy/
builder:
  refs: ["refs/tags/v{version}"]
  commit: 0123456789abcdef0123456789abcdef01234567
  events: [push, release]
  environment: release-build
  runners: github-hosted
  instance: public-good
  run: same
  signers:
    - ./.github/workflows/build.yml
    - octo-sci/tools/.github/workflows/b.yml@refs/tags/v1.2.3
source:
  repository: octo-sci/samplepkg
  path: .
  generated:
    - {files: [samplepkg/_version.py], by: setuptools-scm, reason: from the tag}
require: [provenance]
other-indexes:
  - {url: https://anaconda.org/octo-sci, credential: token, reason: nightly wheels}
ignore:
  - {rule: unpinned-action, files: [".github/workflows/docs.yml"], reason: "builds no release file", until: 2027-01-31}
`

func TestParseFull(t *testing.T) {
	f, err := Parse([]byte(full), "p.yml")
	if err != nil {
		t.Fatal(err)
	}
	want := &Policy{
		Origin:  Origin{Source: "file", Path: "p.yml", SHA256: f.SHA256},
		Project: "samplepkg",
		Publisher: Publisher{
			Repository: "octo-sci/samplepkg", RepositoryID: "100200300", OwnerID: "400500",
			Workflow: "release.yml", Environment: "pypi", Index: DefaultIndex,
		},
		Builder: Builder{
			Refs: []string{"refs/tags/v{version}"}, Commit: "0123456789abcdef0123456789abcdef01234567",
			Events: []string{"push", "release"}, Environment: "release-build",
			Runners: RunnersHosted, Instance: InstancePublicGood, Run: RunSame,
			Signers: []Signer{
				{Raw: "./.github/workflows/build.yml", Local: true, Path: ".github/workflows/build.yml"},
				{Raw: "octo-sci/tools/.github/workflows/b.yml@refs/tags/v1.2.3", Repository: "octo-sci/tools", Path: ".github/workflows/b.yml", Ref: "refs/tags/v1.2.3"},
			},
		},
		Source: SourceTree{
			Repository: "octo-sci/samplepkg", Path: ".",
			Generated: []Generated{{Files: []string{"samplepkg/_version.py"}, By: "setuptools-scm", Reason: "from the tag", Line: 25}},
		},
		Require:      []string{"provenance"},
		OtherIndexes: []OtherIndex{{URL: "https://anaconda.org/octo-sci", Credential: "token", Reason: "nightly wheels", Line: 28}},
		Ignore: []Ignore{{
			Rule: "unpinned-action", Files: []string{".github/workflows/docs.yml"}, Reason: "builds no release file",
			Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Line: 30,
		}},
	}
	got := *f.Policies[0]
	lines := got.Lines
	got.Lines = nil
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, key := range append(Keys(), "publisher", "builder", "source", "source.generated", "other-indexes", "ignore") {
		if lines[key] == 0 {
			t.Errorf("no line for %q", key)
		}
	}
	if lines["builder.instance"] != 16 {
		t.Errorf("builder.instance on line %d, want 16", lines["builder.instance"])
	}
}

func TestParseText(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"CRLF", "project: a\r\npublisher:\r\n  workflow: r.yml\r\n", ""},
		{"byte order mark", "\ufeffproject: a\n", ""},
		{"no final newline", "project: a", ""},
		{"tab on an empty line", "project: a\n\t\n", "line 2: there is a tab"},
		{"carriage return hides a key", "project: a # \rbuilder:\r  runners: any\n", "line 1: there is an invisible character (U+000D)"},
		{"line separator", "project: a # \u2028x: y\n", "(U+2028)"},
		{"next line", "project: a # \u0085x: y\n", "(U+0085)"},
		{"right-to-left override", "project: a\n# \u202e\n", "line 2: there is an invisible character (U+202E)"},
		{"zero width", "project: a\u200b\n", "(U+200B)"},
		{"NUL", "project: a\x00\n", "(U+0000)"},
		{"not UTF-8", "project: \xff\n", "line 1: the text is not UTF-8"},
		{"UTF-16", "\xff\xfep\x00:\x00 \x00a\x00", "not UTF-8"},
		{"tab after a hash inside quotes", "ignore:\n- {rule: a, files: [b], reason: \"#1\tx\", until: 2027-01-01}\n", ""},
		{"escaped control in a value", `publisher: {environment: "a\u0007"}`, "not the name of a GitHub environment"},
		{"escaped newline in a workflow", `publisher: {workflow: "a\n::set-output::.yml"}`, "not a file name"},
		{"huge value", "project: " + strings.Repeat("a", 1025), "project\" has 1025 bytes"},
		{"too big", "#" + strings.Repeat("x", MaxSize), "more than the 262144"},
		{"nesting in flow", strings.Repeat("[", 100000), "exceeded max depth"},
		{"nesting in blocks", "x:\n" + strings.Repeat("- ", 5000) + "a", "deeper than 16 levels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text), "p.yml")
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "reading p.yml: ") {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestProblemsAreBounded(t *testing.T) {
	_, err := Parse([]byte("builder:\n  events:\n"+strings.Repeat("  - x\n", 1000)), "p.yml")
	var pe *Error
	if !errors.As(err, &pe) {
		t.Fatalf("error is %T", err)
	}
	if len(pe.Problems) != maxProblems+1 || !strings.Contains(pe.Problems[maxProblems].Text, "950 more problems") {
		t.Errorf("%d problems, the last: %v", len(pe.Problems), pe.Problems[len(pe.Problems)-1])
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.yml")
	if err := os.WriteFile(good, []byte("project: a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := ReadFile(good)
	if err != nil || f.Path != good || f.Policies[0].Project != "a" {
		t.Fatalf("%+v, %v", f, err)
	}
	// printf 'project: a\n' | sha256sum
	if want := "a24e57f691b229ef52f16937f7608a9b34068aeb5a3627ac6ac90725728b94ff"; f.SHA256 != want {
		t.Errorf("SHA256 %s, want %s", f.SHA256, want)
	}
	big := filepath.Join(dir, "big.yml")
	if err := os.WriteFile(big, make([]byte, MaxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yml"): "no such file or directory",
		dir:                            "not a regular file",
		big:                            "more than the 262144 bytes",
	} {
		_, err := ReadFile(path)
		var pe *Error
		if !errors.As(err, &pe) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "reading "+path+": ") {
			t.Errorf("ReadFile(%q): %v, want %q", path, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("publishers:\n- {project: a, workflow: a.yml}\n- {project: b}\n"))
	f.Add([]byte("a: &x [*x]\n"))
	f.Add([]byte("project: a\n---\nproject: b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data, "p.yml")
		if err != nil {
			var pe *Error
			if !errors.As(err, &pe) || len(pe.Problems) == 0 || len(pe.Problems) > maxProblems+1 {
				t.Fatalf("error %T %v", err, err)
			}
			if file != nil {
				t.Fatal("a policy beside an error")
			}
			return
		}
		for _, p := range file.Policies {
			// What was accepted holds as flags too, and says something
			// wherever a line is recorded.
			for _, field := range fields {
				if p.Written(field.key) && !field.mayBeEmpty && !field.said(p) {
					t.Errorf("%q is written and empty", field.key)
				}
			}
			if p.Project != "" {
				q, err := New().With(Overlay{Flags: []Setting{{"project", []string{p.Project}, "--project"}}})
				if err != nil || q.Project != p.Project {
					t.Errorf("project %q as a flag: %v", p.Project, err)
				}
			}
			for _, g := range p.Ignore {
				if g.Rule == "" || len(g.Files) == 0 || g.Reason == "" || g.Until.IsZero() {
					t.Errorf("incomplete ignore entry %+v", g)
				}
			}
		}
	})
}
