// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	selected := func(policies ...DeploymentPolicy) Environment {
		return Environment{Restriction: Selected, Policies: policies}
	}
	for _, tt := range []struct {
		name          string
		e             Environment
		branches, tag Known
		why           string // of the tag's answer
	}{
		{"zero", Environment{}, Yes, Yes, "no rule"},
		{"missing", Environment{Missing: true}, Yes, Yes, "does not exist"},
		{"protected", Environment{Restriction: ProtectedOnly, AnyProtected: Yes}, No, No, "protected branches only"},
		{"protected, none seen", Environment{Restriction: ProtectedOnly}, Unknown, No, "protected branches only"},
		{"by pattern", selected(DeploymentPolicy{"main", false}, DeploymentPolicy{"v*", true}), No, No, "must match"},
		{"any tag", selected(DeploymentPolicy{"main", false}, DeploymentPolicy{"*", true}), No, Yes, `"*" lets a tag of any name in`},
		{"any branch", selected(DeploymentPolicy{"**/*", false}), Yes, No, "must match"},
		{"no pattern", selected(), No, No, "must match"},
		{"not understood", selected(DeploymentPolicy{`v\*`, true}), No, Unknown, "not understood"},
		{"not understood, and any", selected(DeploymentPolicy{`v\*`, true}, DeploymentPolicy{"*", true}), No, Yes, "any name"},
		{"unread", Environment{Restriction: Selected, PoliciesErr: errors.New("x")}, Unknown, Unknown, "could not be read"},
	} {
		if got, _ := tt.e.Open(false); got != tt.branches {
			t.Errorf("%s: branches %s, want %s", tt.name, got, tt.branches)
		}
		if got, why := tt.e.Open(true); got != tt.tag || !strings.Contains(why, tt.why) {
			t.Errorf("%s: tags %s (%s), want %s (%s)", tt.name, got, why, tt.tag, tt.why)
		}
	}
}

func TestAccepts(t *testing.T) {
	e := Environment{Restriction: Selected, Policies: []DeploymentPolicy{{"main", false}, {"release/*", false}, {"refs/pull/*/merge", false}, {"v*", true}}}
	odd := Environment{Restriction: Selected, Policies: []DeploymentPolicy{{`v\*`, true}}}
	for _, tt := range []struct {
		e    Environment
		ref  string
		want Known
	}{
		{e, "refs/heads/main", Yes},
		{e, "refs/heads/release/1", Yes},
		{e, "refs/heads/release/1/2", No},
		{e, "refs/heads/v1", No},
		{e, "refs/tags/v1", Yes},
		{e, "refs/tags/main", No},
		{e, "refs/pull/7/merge", Yes},
		{odd, "refs/tags/v1", Unknown},
		{odd, "refs/heads/v1", No},
		{Environment{}, "refs/heads/x", Yes},
		{Environment{Missing: true}, "refs/tags/x", Yes},
		{Environment{Restriction: ProtectedOnly}, "refs/tags/v1", No},
		{Environment{Restriction: ProtectedOnly}, "refs/heads/main", Unknown},
		{Environment{Restriction: Selected, PoliciesErr: errors.New("x")}, "refs/heads/main", Unknown},
	} {
		if got := tt.e.Accepts(tt.ref); got != tt.want {
			t.Errorf("%+v: %s: %s, want %s", tt.e, tt.ref, got, tt.want)
		}
	}
}

func TestGated(t *testing.T) {
	for _, tt := range []struct {
		e    Environment
		want Known
	}{
		{Environment{}, No},
		{Environment{WaitMinutes: 30}, No},
		{Environment{Missing: true}, No},
		{Environment{RequiresReview: true, AppsErr: errors.New("x")}, Yes},
		{Environment{Apps: []string{"a"}}, Yes},
		{Environment{OtherRules: []string{"a"}}, Yes},
		{Environment{AppsErr: errors.New("x")}, Unknown},
	} {
		if got := tt.e.Gated(); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.e, got, tt.want)
		}
	}
}
