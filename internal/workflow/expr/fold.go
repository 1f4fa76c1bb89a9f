// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"strings"
	"unicode"
)

// The service compares strings by a simple upper-case mapping of its platform.
// For ASCII that is certain. Beyond it, strings that are alike under Unicode's
// case folding but not under ASCII's are Unknown.

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// lowerASCII lowers A-Z and leaves the rest.
func lowerASCII(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// canon maps every character to the smallest of those that differ from it only
// by case.
func canon(s string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToUpper(r)
		least := r
		for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
			least = min(least, o)
		}
		return least
	}, s)
}

func fold(a, b string, test func(a, b string) bool) Truth {
	if test(lowerASCII(a), lowerASCII(b)) {
		return True
	}
	if ascii(a) && ascii(b) || !test(canon(a), canon(b)) {
		return False
	}
	return Unknown
}

func eqFold(a, b string) Truth {
	return fold(a, b, func(a, b string) bool { return a == b })
}
func prefixFold(s, prefix string) Truth   { return fold(s, prefix, strings.HasPrefix) }
func suffixFold(s, suffix string) Truth   { return fold(s, suffix, strings.HasSuffix) }
func containsFold(s, inside string) Truth { return fold(s, inside, strings.Contains) }

// orderFold compares by upper case; sure is false beyond ASCII.
func orderFold(a, b string) (order int, sure bool) {
	if !ascii(a) || !ascii(b) {
		return 0, false
	}
	return strings.Compare(strings.ToUpper(a), strings.ToUpper(b)), true
}
