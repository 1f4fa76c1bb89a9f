// SPDX-License-Identifier: BSD-3-Clause

package docscheck

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/policy"
)

// TestPolicies parses every YAML block that is no workflow and no configuration
// of pre-commit as a policy, and
// holds its waivers to the rules, as of the day on which they end.
func TestPolicies(t *testing.T) {
	n := 0
	for _, p := range ours(pages(t)) {
		for _, f := range p.fences {
			if f.lang != "yaml" || isWorkflow(f.body) || isJob(f.body) || isPreCommit(f.body) {
				continue
			}
			n++
			file, err := policy.Parse([]byte(strings.ReplaceAll(f.body, "COMMIT", sampleCommit)), fmt.Sprintf("%s:%d", p.path, f.line))
			if err != nil {
				t.Errorf("%v", err)
				continue
			}
			for _, pol := range file.Policies {
				for _, g := range pol.Ignore {
					one := policy.New()
					one.Ignore = []policy.Ignore{g}
					if err := one.CheckIgnores(g.Until.Add(time.Hour), gate.Waivable); err != nil {
						t.Errorf("%s:%d: %v", p.path, f.line, err)
					}
				}
			}
		}
	}
	if n < 5 {
		t.Errorf("only %d policies were found", n)
	}
}

// TestFullPolicy: the example of all keys really has all of them.
func TestFullPolicy(t *testing.T) {
	for _, f := range named(t, "docs/policy.md").fences {
		if f.lang != "yaml" || !strings.Contains(f.body, "\nsource:") {
			continue
		}
		file, err := policy.Parse([]byte(f.body), "docs/policy.md")
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range append(policy.Keys(), "source.generated", "other-indexes", "ignore") {
			if !file.Policies[0].Written(key) {
				t.Errorf("the example of all keys does not have %q", key)
			}
		}
		return
	}
	t.Error("docs/policy.md has no example of all keys")
}

// TestBadPolicy: the errors that docs/policy.md shows are those of the file
// before them.
func TestBadPolicy(t *testing.T) {
	var texts []string
	for _, f := range named(t, "docs/policy.md").fences {
		if f.lang == "text" {
			texts = append(texts, f.body)
		}
	}
	if len(texts) != 2 {
		t.Fatalf("docs/policy.md has %d blocks of text, want a file and its errors", len(texts))
	}
	_, err := policy.Parse([]byte(texts[0]), ".github/sallyport.yml")
	if err == nil {
		t.Fatal("the file is no error")
	}
	want := "sallyport: error: " + strings.ReplaceAll(err.Error(), "\n", "\nsallyport: error: ") + "\n"
	if diff := cmp.Diff(texts[1], want); diff != "" {
		t.Errorf("the errors are others (-shown +now):\n%s", diff)
	}
}

func isWorkflow(body string) bool { return strings.Contains("\n"+body, "\njobs:\n") }

// isJob reports whether a block shows one job, indented as in a workflow.
func isJob(body string) bool {
	return strings.HasPrefix(body, "  ") && strings.Contains(body, "\n    runs-on: ")
}

func isPreCommit(body string) bool { return strings.HasPrefix(body, "repos:\n") }

// releases reports whether a workflow publishes.
func releases(body string) bool { return strings.Contains(body, "gh-action-pypi-publish@") }

var (
	uses = regexp.MustCompile(`(?m)^\s*(?:- )?uses: *(.*)$`)
	// own is this program, which has no release yet.
	own    = regexp.MustCompile(`^scientific-python/sallyport(/\.github/workflows/[a-z]+\.yml)?@COMMIT$`)
	pinned = regexp.MustCompile(`^[A-Za-z0-9._-]+/[A-Za-z0-9._/-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$`)
)

// TestWorkflows: what we tell others to copy keeps to our own advice.
func TestWorkflows(t *testing.T) {
	n := 0
	for _, p := range ours(pages(t)) {
		for _, f := range p.fences {
			if !isWorkflow(f.body) {
				continue
			}
			n++
			for _, m := range uses.FindAllStringSubmatch(f.body, -1) {
				if own.MatchString(m[1]) {
					continue
				}
				if !pinned.MatchString(m[1]) {
					t.Errorf("%s:%d: %q is not pinned by full commit with its version beside it", p.path, f.line, m[1])
				}
			}
			checkouts, closed := strings.Count(f.body, "actions/checkout@"), strings.Count(f.body, "persist-credentials: false")
			if checkouts != closed {
				t.Errorf("%s:%d: %d checkouts, %d of them without credentials", p.path, f.line, checkouts, closed)
			}
			wants := []string{"\npermissions: {}\n", "contents: read"}
			if releases(f.body) {
				wants = append(wants, "attestations: ", "artifact-ids: ", "command: seal")
			}
			for _, want := range wants {
				if !strings.Contains(f.body, want) {
					t.Errorf("%s:%d: the workflow does not have %q", p.path, f.line, strings.TrimSpace(want))
				}
			}
			for _, bad := range []string{"password:", "secrets.", "write-all", "pull_request_target", "cache:"} {
				if strings.Contains(f.body, bad) {
					t.Errorf("%s:%d: the workflow has %q", p.path, f.line, bad)
				}
			}
		}
	}
	if n < 2 {
		t.Error("the pages show a release workflow and one that audits")
	}
}
