// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/publish"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// repo is a repository's files by path; a name without a slash is a workflow.
type repo map[string]string

// judge audits a repository. The file .github/sallyport.yml is its policy.
func judge(t *testing.T, r repo) finding.Set {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range r {
		if !strings.Contains(name, "/") && (strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")) {
			name = ".github/workflows/" + name
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	read, err := workflow.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range read.Problems {
		t.Logf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	in := publish.Input{Repository: "octo-sci/samplepkg"}
	in.Graph = graph.Build(fsys, read, graph.Facts{Repository: in.Repository})
	in.Policies = []*policy.Policy{policy.New().WithDefaults()}
	if f, ok := fsys[".github/sallyport.yml"]; ok {
		p, err := policy.Parse(f.Data, ".github/sallyport.yml")
		if err != nil {
			t.Fatal(err)
		}
		in.FromFile, in.Policies = true, nil
		for _, one := range p.Policies {
			in.Policies = append(in.Policies, one.WithDefaults())
		}
	}
	if _, ok := fsys[".github/dependabot.yml"]; ok {
		in.Files.Dependabot = ".github/dependabot.yml"
	}
	if _, ok := fsys["RELEASING.md"]; ok {
		in.Files.ReleaseDoc = "RELEASING.md"
	}
	return publish.Judge(in)
}

// fired are the findings of a rule.
func fired(set finding.Set, rule string) []finding.Finding {
	return slices.DeleteFunc(slices.Clone(set.Findings), func(f finding.Finding) bool { return f.Rule != rule })
}

// ruleCase is a rule with a repository in which it must fire, as said, and one
// in which it must not.
type ruleCase struct {
	rule     string
	name     string
	severity finding.Severity
	line     int    // of the first finding; 0 is not looked at
	message  string // the first message contains it
	fix      string // the first Fix contains it
	bad      repo
	good     repo
}

func (c ruleCase) run(t *testing.T) {
	t.Run(c.rule+" "+c.name, func(t *testing.T) {
		t.Parallel()
		if c.bad != nil {
			found := fired(judge(t, c.bad), c.rule)
			if len(found) == 0 {
				t.Fatalf("it does not fire")
			}
			f := found[0]
			if f.Severity != c.severity || c.line != 0 && f.Location.Line != c.line || !strings.Contains(f.Message, c.message) || !strings.Contains(f.Fix, c.fix) {
				t.Errorf("got %s at line %d: %s\nfix:\n%s\nwant %s at line %d, %q, fix with %q", f.Severity, f.Location.Line, f.Message, f.Fix, c.severity, c.line, c.message, c.fix)
			}
			if f.Hint == "" || f.Location.File == "" && f.Subject != "" {
				t.Errorf("no hint or no place: %+v", f)
			}
		}
		if c.good != nil {
			for _, f := range fired(judge(t, c.good), c.rule) {
				t.Errorf("it fires on the good one: %s:%d %s", f.Location.File, f.Location.Line, f.Message)
			}
		}
	})
}
