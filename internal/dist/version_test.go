// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"strings"
	"testing"
)

func TestCanonicalVersion(t *testing.T) {
	for in, want := range map[string]string{
		"1": "1", "1.0": "1.0", "1.0.0": "1.0.0", "v1.0": "1.0", "V1": "1", "01.02": "1.2", "0": "0", "00.0": "0.0",
		"2026.11.21": "2026.11.21", "1!2.3": "1!2.3", "0!1": "1",
		"1.0a": "1.0a0", "1.0alpha1": "1.0a1", "1.0-Beta.2": "1.0b2", "1.0_c_3": "1.0rc3", "1.0preview4": "1.0rc4", "1.0RC01": "1.0rc1", "1.0pre": "1.0rc0",
		"1.0-1": "1.0.post1", "1.0-0": "1.0.post0", "1.0post": "1.0.post0", "1.0.rev2": "1.0.post2", "1.0r3": "1.0.post3", "1.0.POST04": "1.0.post4",
		"1.0dev": "1.0.dev0", "1.0-dev1": "1.0.dev1", "1.0a1.post2.dev3": "1.0a1.post2.dev3",
		"1.0+abc": "1.0+abc", "1.0+ABC.007-x_0": "1.0+abc.7.x.0", "1.0+99999999999999999999999": "1.0+99999999999999999999999", "1.0+007a": "1.0+007a",
	} {
		got, err := CanonicalVersion(in)
		if err != nil || got != want {
			t.Errorf("CanonicalVersion(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", " 1.0", "1.0 ", "1.0\n", "x", "1.x", "1..0", ".1", "1.", "1.0+", "1.0+a+b", "1.0+a..b", "1.0+-", "1.0+a b",
		"1.0.junk", "1.0a1a2", "1.0.dev1.post1", "!1", "1!", "vv1", "1.0-", "1.0_1", "１.0", "1.0+ä", strings.Repeat("1", 300),
	} {
		if got, err := CanonicalVersion(in); err == nil {
			t.Errorf("CanonicalVersion(%q) = %q", in, got)
		}
	}
}

func TestEqualVersions(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"1.0", "1.0.0", true}, {"1", "1.0.0.0", true}, {"0", "0.0", true}, {"1.0rc1", "1.0.0-c.1", true},
		{"1.0.post1", "1-1", true}, {"1.0.dev0", "1.dev", true}, {"v1.0", "1.0", true}, {"1!1.0", "1!1", true},
		{"1.0+x.0", "1+X-00", true}, {"0!1", "1", true},
		{"1.0", "1.1", false}, {"1.0", "10", false}, {"1.0.1", "1.1", false}, {"10.0", "1.0", false}, {"1.0", "1.0.post0", false},
		{"1.0", "1.0a0", false}, {"1.0a0", "1.0a0.post0", false}, {"1.0", "1.0.dev0", false}, {"1.0", "1!1.0", false}, {"1.0", "1.0+x", false},
		{"1+x", "1+x.0", false}, {"1.0.10", "1.10", false}, {"1.0b0", "1.0b00", true}, {"1.0b1", "1.0b10", false},
		{"x", "x", false}, {"", "", false}, {"1.0", "", false}, {"", "1.0", false},
	} {
		if got := EqualVersions(tt.a, tt.b); got != tt.want {
			t.Errorf("EqualVersions(%q, %q) = %v", tt.a, tt.b, got)
		}
		if got := EqualVersions(tt.b, tt.a); got != tt.want {
			t.Errorf("EqualVersions(%q, %q) = %v", tt.b, tt.a, got)
		}
	}
}

func FuzzVersion(f *testing.F) {
	for _, s := range []string{"1.0", "1!0.0.rc1-1.dev+a.01", "v0.0.0", "1-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := CanonicalVersion(s)
		if err != nil {
			if EqualVersions(s, s) {
				t.Errorf("%q is no version and equals itself", s)
			}
			return
		}
		if again, err := CanonicalVersion(c); err != nil || again != c {
			t.Errorf("%q: the normal form %q has the normal form %q, %v", s, c, again, err)
		}
		if !EqualVersions(s, c) || !EqualVersions("v"+c, c) {
			t.Errorf("%q does not equal its normal form %q", s, c)
		}
	})
}
