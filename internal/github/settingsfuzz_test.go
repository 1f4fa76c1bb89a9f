// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// plainly reads a document with the standard library, as a second opinion.
func plainly(t *testing.T, data []byte) map[string]any {
	m := map[string]any{}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&m); err != nil {
		t.Fatalf("the standard library does not read it: %v", err)
	}
	return m
}

// each entry of a list of objects under key.
func entries(m map[string]any, key string) (all []map[string]any) {
	list, _ := m[key].([]any)
	for _, v := range list {
		if e, ok := v.(map[string]any); ok {
			all = append(all, e)
		}
	}
	return all
}

// FuzzEnvironment holds that no answer is read as more protection than it
// promises.
func FuzzEnvironment(f *testing.F) {
	for _, s := range []string{
		`{"name":"pypi","can_admins_bypass":false,"protection_rules":[{"type":"required_reviewers","prevent_self_review":true,"reviewers":[{"type":"User","reviewer":{"login":"octocat"}}]},{"type":"wait_timer","wait_timer":30},{"type":"branch_policy"}],"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}`,
		`{"name":"pypi","protection_rules":[],"deployment_branch_policy":null,"can_admins_bypass":true}`,
		`{"name":"pypi","protection_rules":null}`, `{"name":"","x":[[{}]]}`, `{"Name":"x"}`, `[]`, `{"name":"a","deployment_branch_policy":{"protected_branches":true,"custom_branch_policies":false,"x":1}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decodeEnvironment(httpx.NewDecoder(bytes.NewReader(data)))
		if err != nil {
			return
		}
		m := plainly(t, data)
		review, wait, other, alone := false, false, 0, false
		for _, r := range entries(m, "protection_rules") {
			switch r["type"] {
			case "required_reviewers":
				review = true
				alone = alone || r["prevent_self_review"] == true
			case "wait_timer":
				n, _ := r["wait_timer"].(float64)
				wait = wait || n > 0
			case "branch_policy":
			default:
				other++
			}
		}
		policy, _ := m["deployment_branch_policy"].(map[string]any)
		restriction := Unrestricted
		switch {
		case policy["protected_branches"] == true:
			restriction = ProtectedOnly
		case policy["custom_branch_policies"] == true:
			restriction = Selected
		}
		if e.Name == "" || len(e.Name) > maxName || e.RequiresReview != review || e.PreventSelfReview != alone || e.WaitMinutes > 0 != wait ||
			len(e.OtherRules) != other || e.Restriction != restriction || e.AdminsBypass != (m["can_admins_bypass"] != false) {
			t.Fatalf("%+v", e)
		}
	})
}

// FuzzRuleset holds the same for a ruleset.
func FuzzRuleset(f *testing.F) {
	for _, s := range []string{
		`{"id":42,"name":"releases","target":"tag","source":"o/r","enforcement":"active","bypass_actors":[{"actor_id":5}],"conditions":{"ref_name":{"include":["refs/tags/v*"],"exclude":["~ALL"]},"repository_name":{"include":["x"]}},"rules":[{"type":"update"},{"type":"deletion","parameters":null}]}`,
		`{"id":1,"enforcement":"disabled"}`, `{"id":1,"enforcement":"active","conditions":null,"rules":null}`, `{"id":0,"enforcement":"active"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeRuleset(httpx.NewDecoder(bytes.NewReader(data)))
		if err != nil {
			return
		}
		m := plainly(t, data)
		var rules []string
		for _, e := range entries(m, "rules") {
			s, _ := e["type"].(string)
			rules = append(rules, s)
		}
		slices.Sort(rules)
		_, has := m["rules"]
		if r.ID <= 0 || r.Active != (m["enforcement"] == "active") || !cmp.Equal(slices.Compact(rules), r.Rules) || r.rules != has || r.target == "tag" != (m["target"] == "tag") {
			t.Fatalf("%+v", r)
		}
		if _, has := m["bypass_actors"]; !has && r.Bypass != -1 {
			t.Fatalf("%d may bypass it, as nobody said", r.Bypass)
		}
		// Deciding on any pattern ends, and says yes only where refs are said.
		if p := ProtectionOf([]Ruleset{r.Ruleset}, "v1", "a/b"); !r.Active && p.Fixed() != No || !r.Refs && p.Fixed() == Yes {
			t.Fatalf("%+v", p)
		}
	})
}

// FuzzRefs holds that an id that was read is one.
func FuzzRefs(f *testing.F) {
	for _, s := range []string{
		`[{"name":"main","commit":{"sha":"0123456789abcdef0123456789abcdef01234567"},"protected":true}]`,
		`{"ref":"refs/tags/v1","object":{"type":"tag","sha":"0123456789abcdef0123456789abcdef01234567"}}`,
		`{"sha":"0123456789abcdef0123456789abcdef01234567","commit":{"verification":{"verified":true,"reason":"valid"}}}`,
		`{"branch_policies":[{"name":"v*","type":"tag"},{"name":"main"}]}`, `{"status":"behind"}`, `{"default_branch":"main","private":null}`,
		`{"custom_deployment_protection_rules":[{"enabled":true,"app":{"slug":"x"}},{"enabled":false}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := func() *httpx.Decoder { return httpx.NewDecoder(bytes.NewReader(data)) }
		if list, err := decodePage(d(), "", decodeBranch); err == nil {
			for _, b := range list {
				if b.Name == "" || !lowerHex(b.Head, 40, 64) {
					t.Fatalf("%+v", b)
				}
			}
		}
		if o, err := decodeObject(d()); err == nil && (!lowerHex(o.sha, 40, 64) || o.kind == "") {
			t.Fatalf("%+v", o)
		}
		if c, err := decodeCommit(d()); err == nil {
			commit, _ := plainly(t, data)["commit"].(map[string]any)
			v, _ := commit["verification"].(map[string]any)
			if !lowerHex(c.SHA, 40, 64) || c.Verified != (v["verified"] == true) {
				t.Fatalf("%+v", c)
			}
		}
		if list, err := decodePage(d(), "branch_policies", decodePolicy); err == nil {
			for _, p := range list {
				if p.Pattern == "" {
					t.Fatal("a policy without a pattern")
				}
				everything(p.Pattern)
			}
		}
		if list, err := decodePage(d(), "custom_deployment_protection_rules", decodeApp); err == nil && len(list) > maxEntries {
			t.Fatal("more entries than the limit")
		}
		if a, err := decodeAbout(d()); err == nil && (a.DefaultBranch == "" || a.Private != (plainly(t, data)["private"] == true)) {
			t.Fatalf("%+v", a)
		}
		if s, err := decodeStatus(d()); err == nil && s != "" && plainly(t, data)["status"] != s {
			t.Fatal(s)
		}
	})
}

// FuzzSampleTags holds that samples are names, and bounded.
func FuzzSampleTags(f *testing.F) {
	f.Add("v*", "!v*rc*")
	f.Add(`[0-9]+\*`, "!**")
	f.Fuzz(func(t *testing.T, a, b string) {
		all := SampleTags([]string{a, b})
		if len(all) > 6 {
			t.Fatalf("%d names", len(all))
		}
		for _, s := range all {
			if err := checkRef(s); err != nil {
				t.Fatal(err)
			}
		}
	})
}
