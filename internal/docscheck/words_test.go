// SPDX-License-Identifier: BSD-3-Clause

package docscheck

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gate/seal"
	"github.com/scientific-python/sallyport/internal/policy"
)

func rules() map[string]bool {
	ids := map[string]bool{}
	for _, r := range gate.Rules() {
		ids[r.ID] = true
	}
	return ids
}

// notRules are words in code type that look like a rule's name and are not:
// values of the policy and report.
var notRules = words("github-hosted self-hosted public-good hand-off trusted-publishing not-run no-attestation release-build sallyport-gate sallyport-attestations sallyport-out continue-on-error bundle-dir bundle-path attestation-id attestation-url verdict-artifact-id other-indexes repository-id owner-id")

var (
	codeWord = regexp.MustCompile("`([a-z0-9]+(?:-[a-z0-9]+)+)`")
	ruleLink = regexp.MustCompile(`\[([a-z0-9-]+)\]\((?:[^)]*/)?rules/([a-z0-9-]+)\.md\)`)
	reported = regexp.MustCompile(`(?:error|warning|note|undecided|unchecked|waived)\[([^\]]*)\]`)
	explain  = regexp.MustCompile(`sallyport explain ([a-z0-9-]+)`)
)

// TestRuleNames: every rule that a page names exists, and a link's text is the
// rule that it leads to.
func TestRuleNames(t *testing.T) {
	ids, n := rules(), 0
	for _, p := range ours(pages(t)) {
		check := func(id, where string) {
			n++
			if !ids[id] {
				t.Errorf("%s names %q (%s), which is no rule", p.path, id, where)
			}
		}
		text := p.text()
		for _, m := range ruleLink.FindAllStringSubmatch(text, -1) {
			if m[1] != m[2] && !notRules[m[1]] {
				t.Errorf("%s: the link %q leads to the page of %q", p.path, m[1], m[2])
			}
			check(m[2], "link")
		}
		for _, m := range codeWord.FindAllStringSubmatch(text, -1) {
			if !notRules[m[1]] {
				check(m[1], "code")
			}
		}
		for _, f := range p.fences {
			for _, m := range reported.FindAllStringSubmatch(f.body, -1) {
				check(m[1], "output")
			}
			for _, m := range explain.FindAllStringSubmatch(f.body, -1) {
				check(m[1], "output")
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d names of rules were found: the patterns do not fit the pages", n)
	}
}

// TestWaivableRules: the policy's page lists exactly the rules that may be
// waived: of the publish gate those that may not, of the other gates those
// that may.
func TestWaivableRules(t *testing.T) {
	listed := func(beginning string) map[string]bool {
		ids := map[string]bool{}
		for _, l := range named(t, "docs/policy.md").prose {
			if strings.HasPrefix(l, beginning) {
				for _, m := range ruleLink.FindAllStringSubmatch(l, -1) {
					ids[m[2]] = true
				}
			}
		}
		if len(ids) == 0 {
			t.Errorf("docs/policy.md has no line of rules that begins %q", beginning)
		}
		return ids
	}
	never, may := listed("Of the rules of `sallyport audit`, all can be waived but"), listed("Of the rules of `sallyport verify`, only these can be waived")
	upload := listed("Of the rules of `sallyport gate --seal`, only this can be waived")
	ofSeal := map[string]bool{}
	for _, r := range seal.Rules() {
		ofSeal[r.ID] = true
	}
	for _, r := range gate.Rules() {
		says := may[r.ID]
		switch {
		case ofSeal[r.ID]:
			says = upload[r.ID]
		case r.Gate == finding.Publish:
			says = !never[r.ID]
		}
		if r.Waivable != says {
			t.Errorf("docs/policy.md: rule %q is listed as waivable: %v, the rule says %v", r.ID, says, r.Waivable)
		}
	}
}

// TestPolicyKeys: docs/policy.md has every key of the schema in code type, and
// a row for each key that the program knows by name.
func TestPolicyKeys(t *testing.T) {
	text := named(t, "docs/policy.md").text()
	for _, key := range policy.Keys() {
		if !strings.Contains(text, "\n| `"+key+"` |") {
			t.Errorf("docs/policy.md has no row for %q", key)
		}
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z]+(?:\\.[a-z-]+)?)` \\| .* \\|.*\\|$")
	known := words(strings.Join(policy.Keys(), " ") + " source.generated other-indexes")
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[1], ".") && !known[m[1]] {
			t.Errorf("docs/policy.md has a row for %q, which is no key", m[1])
		}
	}
	names := properties(t, "policy.schema.json")
	for name := range names {
		if !regexp.MustCompile("`(?:[a-z]+\\.)?" + regexp.QuoteMeta(name) + "`").MatchString(text) {
			t.Errorf("docs/policy.md does not name the key %q", name)
		}
	}
	if len(names) < 25 {
		t.Errorf("only %d keys were found in the schema", len(names))
	}
}

// TestReportFields: docs/json.md names every field of the report's schema.
func TestReportFields(t *testing.T) {
	text := named(t, "docs/json.md").text()
	names := properties(t, "report.schema.json")
	for name := range names {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/json.md does not name the field %q", name)
		}
	}
	if len(names) < 40 {
		t.Errorf("only %d fields were found in the schema", len(names))
	}
}

// properties returns the names of all properties of a schema.
func properties(t *testing.T, name string) map[string]bool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "docs", "schemas", name))
	if err != nil {
		t.Fatal(err)
	}
	var schema any
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, sub := range v {
				if props, ok := sub.(map[string]any); ok && key == "properties" {
					for name := range props {
						out[name] = true
					}
				}
				walk(sub)
			}
		case []any:
			for _, sub := range v {
				walk(sub)
			}
		}
	}
	walk(schema)
	return out
}

func words(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}
