// SPDX-License-Identifier: BSD-3-Clause

package rulepage_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/rulepage"
)

var update = flag.Bool("update", false, "write docs/rules anew")

// TestRulePages holds docs/rules to the rules: a page for each, and no other.
func TestRulePages(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "rules")
	want := map[string]string{"README.md": rulepage.Index(gate.Rules())}
	for _, r := range gate.Rules() {
		want[r.ID+".md"] = rulepage.Markdown(r)
	}
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(f)] = string(data)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/rules differs from the rules; write it anew with: go test ./internal/rulepage -update\n%s", diff)
	}
}

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)

// credentials are the rules of the publish gate that may not be waived.
var credentials = []string{"upload-with-token", "token-beside-trusted-publishing"}

// TestRules holds every rule to the form that its page and SARIF need.
func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range gate.Rules() {
		bad := func(what string) { t.Errorf("rule %q: %s", r.ID, what) }
		switch {
		case !idForm.MatchString(r.ID):
			bad("the id is not in kebab-case")
		case seen[r.ID]:
			bad("the id is there twice")
		}
		seen[r.ID] = true
		if r.Severity.Rank() > 2 || r.Severity != finding.Error && r.Severity != finding.Warning && r.Severity != finding.Note {
			bad("no severity")
		}
		if r.OnUnchecked != finding.Block && r.OnUnchecked != finding.List {
			bad("it does not say what an undecided answer means")
		}
		if r.Title == "" || strings.HasSuffix(r.Title, ".") {
			bad("the title is one line without a full stop")
		}
		if len(r.Why) < 80 || r.Bad == "" || r.Good == "" || len(r.References) == 0 {
			bad("the page is not complete")
		}
		if r.Waivable && r.Severity == finding.Error && r.Gate != finding.Publish {
			bad("what verify decides with an error concerns signatures, digests, identities or the file set, none of which may be waived")
		}
		if r.Waivable && slices.Contains(credentials, r.ID) {
			bad("a credential beside trusted publishing may not be waived")
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d rules", len(seen))
	}
}
