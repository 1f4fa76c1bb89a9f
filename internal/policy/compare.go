// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"bytes"
	"encoding/hex"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// The comparisons take what is expected first and what was found second. None
// holds for an empty expected value, whatever was found: a rule that forgets to
// ask whether the policy says anything reports a deviation, and never passes.

// Same compares byte for byte: workflows, refs, commits as text, events, URLs.
func Same(expected, found string) bool {
	return expected != "" && expected == found
}

// SameName compares owners, repositories (OWNER/NAME) and environments, whose
// letter case GitHub ignores. Only A-Z and a-z are one: Unicode's folding would
// make the Kelvin sign a k.
func SameName(expected, found string) bool {
	return expected != "" && lowerASCII(expected) == lowerASCII(found)
}

// SameProject compares project names by PEP 503.
func SameProject(expected, found string) bool {
	return expected != "" && NormalizeProject(expected) == NormalizeProject(found)
}

// SameDigest compares hexadecimal digests by the bytes they stand for. What is
// not hexadecimal equals nothing.
func SameDigest(expected, found string) bool {
	e, err := hex.DecodeString(expected)
	if err != nil || len(e) == 0 {
		return false
	}
	f, err := hex.DecodeString(found)
	return err == nil && bytes.Equal(e, f)
}

var nameRuns = lazyregexp.New(`[-_.]+`)

// NormalizeProject returns the name by PEP 503: lower case, runs of "-", "_"
// and "." as one "-".
func NormalizeProject(name string) string {
	return nameRuns.ReplaceAllLiteralString(lowerASCII(name), "-")
}

func lowerASCII(s string) string {
	// By bytes: strings.Map would make all invalid UTF-8 the same.
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
