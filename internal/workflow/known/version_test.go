// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"
	"testing"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

func TestVersionOf(t *testing.T) {
	for _, c := range []struct {
		ref, version string
		want         version
	}{
		{"v4", "", version{4, newest, newest, true}},
		{"v4.2", "", version{4, 2, newest, true}},
		{"v4.2.1", "", version{4, 2, 1, true}},
		{"0.6.4", "", version{0, 6, 4, true}},
		{"release/v1", "", version{1, newest, newest, true}},
		{"refs/tags/v1.2.3", "", version{1, 2, 3, true}},
		{"main", "", version{newest, newest, newest, true}},
		{commit, "v7.0.1", version{7, 0, 1, true}},
		{commit, "", version{}},
		{commit, "stable", version{}},
		{strings.Repeat("1", 40), "", version{}},
		{"v4", "v3", version{3, newest, newest, true}},
		{"stable", "", version{}},
		{"v", "", version{}},
		{"v1.", "", version{}},
		{"v1.2.3.4", "", version{}},
		{"v1.2.3-rc1", "", version{}},
		{"v12345678", "", version{}},
		{"", "", version{}},
	} {
		if got := versionOf(Action{Ref: c.ref, Version: c.version}); got != c.want {
			t.Errorf("versionOf(%q, %q) = %v, want %v", c.ref, c.version, got, c.want)
		}
	}
}

func TestSince(t *testing.T) {
	for _, c := range []struct {
		version string
		want    string
	}{
		{"v10.0.1", "true"}, {"v10", "true"}, {"v11.0.0", "true"}, {"v10.1.0", "true"}, {"main", "true"},
		{"v10.0.0", "false"}, {"v9", "false"}, {"v2.5", "false"}, {"", "unknown"}, {"stable", "unknown"},
	} {
		if got := parseVersion(c.version).since(10, 0, 1).String(); got != c.want {
			t.Errorf("%q since 10.0.1: %s, want %s", c.version, got, c.want)
		}
	}
}

func TestVersionIn(t *testing.T) {
	for _, c := range []struct{ ref, comment, want string }{
		{"v4", "v3", "v4"},
		{"main", "", "main"},
		{"stable", "v3", ""},
		{commit, "v7.0.1", "v7.0.1"},
		{commit, "0.6.4", "0.6.4"},
		{commit, "tag=v4.1.1", "v4.1.1"},
		{commit, "ratchet:actions/checkout@v4", "v4"},
		{commit, "pin (v2.18.0), 2 jobs need it", "v2.18.0"},
		{commit, "2 jobs need it", ""},
		{commit, "main", ""},
		{commit, "", ""},
		{commit, strings.Repeat("x", 2000) + " v1", ""},
	} {
		if got := VersionIn(c.ref, c.comment); got != c.want {
			t.Errorf("VersionIn(%q, %q) = %q, want %q", c.ref, c.comment, got, c.want)
		}
	}
}
