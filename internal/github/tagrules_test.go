// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProtectionOf(t *testing.T) {
	set := func(name string, include, exclude []string, rules ...string) Ruleset {
		return Ruleset{Name: name, Active: true, Refs: true, Include: include, Exclude: exclude, Rules: rules}
	}
	all := []string{"~ALL"}
	v := []string{"refs/tags/v*"}
	off := set("off", all, nil, "creation", "update", "deletion")
	off.Active = false
	unread := Ruleset{Name: "unread", Active: true, Err: errors.New("x")}
	noRefs := Ruleset{Name: "no refs", Active: true, Rules: []string{"update", "deletion"}}
	for _, tt := range []struct {
		name                       string
		sets                       []Ruleset
		tags                       []string
		creation, update, deletion Known
		fixed                      Known
		by                         []string
	}{
		{"none", nil, []string{"v1"}, No, No, No, No, nil},
		{"whole", []Ruleset{set("b", v, nil, "update", "deletion"), set("a", all, nil, "creation")}, []string{"v1"}, Yes, Yes, Yes, Yes, []string{"a", "b"}},
		{"update and deletion", []Ruleset{set("b", v, nil, "update", "deletion")}, []string{"v1", "v2"}, No, Yes, Yes, Yes, []string{"b"}},
		{"may be removed, not made", []Ruleset{set("b", v, nil, "update", "creation")}, []string{"v1"}, Yes, Yes, No, Yes, []string{"b"}},
		{"may be removed and made", []Ruleset{set("b", v, nil, "update")}, []string{"v1"}, No, Yes, No, No, []string{"b"}},
		{"no force push alone", []Ruleset{set("b", v, nil, "non_fast_forward", "deletion")}, []string{"v1"}, No, No, Yes, No, []string{"b"}},
		{"other tags", []Ruleset{set("b", v, nil, "update", "deletion")}, []string{"1.0"}, No, No, No, No, nil},
		{"some of the tags", []Ruleset{set("b", v, nil, "update", "deletion")}, []string{"v1", "1.0"}, No, No, No, No, nil},
		{"excluded", []Ruleset{set("b", all, v, "update", "deletion")}, []string{"v1"}, No, No, No, No, nil},
		{"a branch's", []Ruleset{set("b", []string{"~DEFAULT_BRANCH"}, nil, "update", "deletion")}, []string{"v1"}, No, No, No, No, nil},
		{"off", []Ruleset{off}, []string{"v1"}, No, No, No, No, nil},
		{"unread", []Ruleset{unread}, []string{"v1"}, Unknown, Unknown, Unknown, Unknown, nil},
		{"unread beside one that suffices", []Ruleset{unread, set("b", v, nil, "update", "deletion")}, []string{"v1"}, Unknown, Yes, Yes, Yes, []string{"b"}},
		{"refs are not said", []Ruleset{noRefs}, []string{"v1"}, No, Unknown, Unknown, Unknown, nil},
		{"pattern is not understood", []Ruleset{set("b", []string{`refs/tags/v\*`}, nil, "update", "deletion")}, []string{"v1"}, No, Unknown, Unknown, Unknown, nil},
		{"pattern without refs/", []Ruleset{set("b", []string{"v*"}, nil, "update", "deletion")}, []string{"v1"}, No, Unknown, Unknown, Unknown, nil},
		{"exclusion is not understood", []Ruleset{set("b", all, []string{`refs/tags/v\*`}, "update", "deletion")}, []string{"v1"}, No, Unknown, Unknown, Unknown, nil},
		{"no tag named", []Ruleset{set("b", all, nil, "update", "deletion")}, nil, No, Unknown, Unknown, Unknown, nil},
	} {
		got := ProtectionOf(tt.sets, tt.tags...)
		want := TagProtection{Creation: tt.creation, Update: tt.update, Deletion: tt.deletion, By: tt.by}
		if d := cmp.Diff(want, got); d != "" || got.Fixed() != tt.fixed {
			t.Errorf("%s: fixed %s, want %s\n%s", tt.name, got.Fixed(), tt.fixed, d)
		}
	}
}

func TestSampleTags(t *testing.T) {
	for _, tt := range []struct {
		filters, want []string
	}{
		{[]string{"v*"}, []string{"v1.2.3", "v2026.1rc1", "vzqx"}},
		{[]string{"v**", "!v**rc*", "!vz?"}, []string{"v1.2.3", "vzqx"}},
		{[]string{"[0-9]+.[0-9]+.*"}, []string{"0.0.1.2.3", "0.0.2026.1rc1", "0.0.zqx"}},
		{[]string{"v1.0", "v1.0"}, []string{"v1.0"}},
		{[]string{"vv?x"}, []string{"vvx"}},
		{[]string{`\*`, "[", "a b"}, nil},
		{nil, []string{"1.2.3", "2026.1rc1", "zqx", "v1.2.3", "v2026.1rc1", "vzqx"}},
		{[]string{"!x"}, []string{"1.2.3", "2026.1rc1", "zqx", "v1.2.3", "v2026.1rc1", "vzqx"}},
	} {
		if d := cmp.Diff(tt.want, SampleTags(tt.filters)); d != "" {
			t.Errorf("%q: %s", tt.filters, d)
		}
	}
}
