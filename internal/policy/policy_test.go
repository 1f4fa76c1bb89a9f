// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse([]byte(text), "p.yml")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const several = `
builder: {refs: ["refs/tags/{version}"], events: [push]}
require: [publish]
ignore: [{rule: r, files: [a], reason: b, until: 2027-01-01}]
publishers:
  - {project: core, workflow: core.yml, environment: pypi}
  - {project: core, workflow: core.yml, environment: testpypi, index: https://test.pypi.org/legacy/}
  - project: Extra.Pkg
    publisher: {environment: pypi}
    builder: {runners: any}
    require: [provenance, publish]
`

func TestChoose(t *testing.T) {
	f := parse(t, several)
	for _, tt := range []struct {
		project, index, workflow string
		want                     string // environment and line, or part of the error
	}{
		{"core", DefaultIndex, "core.yml", "line 6"},
		{"CORE", "https://test.pypi.org/legacy/", "", "line 7"},
		{"core", "https://test.pypi.org/legacy", "", "line 7"},
		{"extra-pkg", "", "any.yml", "line 8"},
		{"core", "", "", "line 6"}, // the real index before the test index
		{"core", "https://test.pypi.org/legacy/", "", "line 7"},
		{"", "", "core.yml", `3 entries of "publishers" fit this release (project not known, index not known, workflow "core.yml"): line 6: core to https://upload.pypi.org/legacy/ (workflow core.yml); line 7: core to https://test.pypi.org/legacy/ (workflow core.yml); line 8: Extra.Pkg`},
		{"", "", "", "3 entries"},
		{"core", DefaultIndex, "other.yml", `no entry of "publishers" fits this release (project "core", index "https://upload.pypi.org/legacy/", workflow "other.yml"); there are line 6: core`},
		{"core", DefaultIndex, "Core.yml", "no entry"},
		{"foreign", "", "", "no entry"},
	} {
		p, err := f.Choose(tt.project, tt.index, tt.workflow)
		got := ""
		if err == nil {
			got = "line " + string(rune('0'+p.Lines["project"]))
		} else {
			var pe *Error
			if !errors.As(err, &pe) {
				t.Errorf("error is %T", err)
			}
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("Choose(%q, %q, %q): %s, want %s", tt.project, tt.index, tt.workflow, got, tt.want)
		}
	}
}

func TestChooseSingle(t *testing.T) {
	f := parse(t, "project: core\npublisher: {workflow: a.yml}\n")
	p, err := f.Choose("foreign", "https://index.example.org/", "b.yml")
	if err != nil || p.Project != "core" {
		t.Fatalf("a file of one publisher gave %v, %v", p, err)
	}
	p.Lines["project"] = 99
	if f.Policies[0].Lines["project"] != 1 {
		t.Error("the chosen policy shares memory with the file")
	}
}

func TestSharedKeys(t *testing.T) {
	f := parse(t, several)
	core, extra := f.Policies[0], f.Policies[2]
	if diff := cmp.Diff([]string{"refs/tags/{version}"}, core.Builder.Refs); diff != "" {
		t.Error(diff)
	}
	if !core.Written("builder.refs") || !core.Written("require") || core.Require[0] != "publish" {
		t.Errorf("core does not share: %+v", core)
	}
	// A block of the entry replaces the shared block as a whole.
	if extra.Builder.Refs != nil || extra.Builder.Events != nil || extra.Builder.Runners != RunnersAny || extra.Written("builder.refs") {
		t.Errorf("extra.Builder = %+v", extra.Builder)
	}
	if len(extra.Require) != 2 || len(extra.Ignore) != 1 || extra.Origin.SHA256 != f.SHA256 {
		t.Errorf("extra = %+v", extra)
	}
}

func TestWithDefaults(t *testing.T) {
	p := New()
	p.Publisher.Repository = "octo-sci/samplepkg"
	d := p.WithDefaults()
	want := &Policy{
		Origin:    Origin{Source: SourceDefaults},
		Lines:     map[string]int{},
		Publisher: Publisher{Repository: "octo-sci/samplepkg", Index: DefaultIndex},
		Builder:   Builder{Runners: "github-hosted", Run: "same", Events: []string{"push", "release", "workflow_dispatch"}},
		Source:    SourceTree{Repository: "octo-sci/samplepkg", Path: "."},
		Require:   []string{"provenance"},
		OtherIndexes: []OtherIndex{{URL: "https://anaconda.org/scientific-python-nightly-wheels", Credential: "token",
			Reason: "the Scientific Python nightly channel offers no trusted publishing"}},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if p.Publisher.Index != "" {
		t.Error("WithDefaults changed its receiver")
	}
	if got := parse(t, full).Policies[0]; cmp.Diff(got, got.WithDefaults()) != "" {
		t.Errorf("defaults replaced what is written: %s", cmp.Diff(got, got.WithDefaults()))
	}
	if o := parse(t, "other-indexes: []").Policies[0].WithDefaults().OtherIndexes; len(o) != 0 {
		t.Errorf("an empty list that is written out gave %v", o)
	}
}

func TestCheckIgnores(t *testing.T) {
	now := time.Date(2026, 11, 21, 23, 59, 0, 0, time.UTC)
	rules := func(id string) (bool, bool) {
		return slices.Contains([]string{"unpinned-action", "digest-mismatch"}, id), id == "unpinned-action"
	}
	for _, tt := range []struct{ rule, until, want string }{
		{"unpinned-action", "2026-11-21", ""},
		{"unpinned-action", "2027-11-21", ""},
		{"unpinned-action", "2027-11-22", `reading p.yml: line 1: entry 1 of "ignore" (unpinned-action) holds until 2027-11-22; the latest day allowed is 2027-11-21, twelve months from today`},
		{"unpinned-action", "2026-11-20", `reading p.yml: line 1: entry 1 of "ignore" (unpinned-action) ran out on 2026-11-20; remove it, or look at its reason again and write a new "until"`},
		{"digest-mismatch", "2027-01-01", `reading p.yml: line 1: entry 1 of "ignore" names the rule "digest-mismatch", which cannot be waived; remove the entry and correct what the rule finds ("sallyport explain digest-mismatch" says how)`},
		{"no-such-rule", "2027-01-01", `reading p.yml: line 1: entry 1 of "ignore" names the rule "no-such-rule", which does not exist; "sallyport explain" lists the rules`},
	} {
		p := parse(t, "ignore: [{rule: "+tt.rule+", files: [a], reason: b, until: "+tt.until+"}]").Policies[0]
		got := ""
		if err := p.CheckIgnores(now, rules); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s until %s:\n got %s\nwant %s", tt.rule, tt.until, got, tt.want)
		}
	}
	both := parse(t, "ignore:\n- {rule: x, files: [a], reason: b, until: 2020-01-01}\n- {rule: y, files: [a], reason: b, until: 2027-01-01}\n").Policies[0]
	var pe *Error
	if err := both.CheckIgnores(now, rules); !errors.As(err, &pe) || len(pe.Problems) != 3 {
		t.Errorf("three problems expected: %v", err)
	}
}
