// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"fmt"
	"strings"

	pep440 "github.com/aquasecurity/go-pep440-version"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// localLabel is the local version identifier of PEP 440, in any spelling.
var localLabel = lazyregexp.New(`^[a-z0-9]+(?:[-_.][a-z0-9]+)*$`)

// maxVersion bounds a version's length in bytes; a file name is no longer.
const maxVersion = 255

// CanonicalVersion returns the normal form of a PEP 440 version ("v1.0-Beta.1"
// is "1.0b1", "1.0+Ubuntu_01" is "1.0+ubuntu.1"). Trailing zeros of the release
// stay: use [EqualVersions] to compare. Numbers above 64 bits are refused,
// which PEP 440 would allow.
func CanonicalVersion(s string) (string, error) {
	if s == "" || len(s) > maxVersion || !isASCII(s) || strings.ContainsAny(s, " \t\r\n\v\f") {
		return "", badVersion(s)
	}
	public, local, hasLocal := strings.Cut(s, "+")
	v, err := pep440.Parse(public)
	if err != nil {
		return "", badVersion(s)
	}
	if !hasLocal {
		return v.String(), nil
	}
	// The library leaves a local label as it is written.
	local = strings.ToLower(local)
	if !localLabel.MatchString(local) {
		return "", badVersion(s)
	}
	segments := strings.FieldsFunc(local, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	for i, seg := range segments {
		if strings.Trim(seg, "0123456789") == "" {
			segments[i] = trimZeros(seg)
		}
	}
	return v.String() + "+" + strings.Join(segments, "."), nil
}

func badVersion(s string) error {
	return fmt.Errorf("the version %q does not follow PEP 440", s)
}

// EqualVersions reports whether a and b are the same version by PEP 440: their
// normal forms are the same, trailing zeros of the release apart. What is not a
// version equals nothing, not even itself.
func EqualVersions(a, b string) bool {
	x, err := versionKey(a)
	if err != nil {
		return false
	}
	y, err := versionKey(b)
	return err == nil && x == y
}

var releaseZeros = lazyregexp.New(`^((?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*?)(?:\.0)+($|[^0-9.]|\.[^0-9])`)

// versionKey is the same text for equal versions, and only for these.
func versionKey(s string) (string, error) {
	c, err := CanonicalVersion(s)
	if err != nil {
		return "", err
	}
	return releaseZeros.ReplaceAllString(c, "$1$2"), nil
}

func trimZeros(digits string) string {
	if t := strings.TrimLeft(digits, "0"); t != "" {
		return t
	}
	return "0"
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// CompareVersions orders two versions by PEP 440, as [strings.Compare] does
// texts; ok is false where one of them is no version. Local labels are not
// compared.
func CompareVersions(a, b string) (order int, ok bool) {
	x, errA := CanonicalVersion(a)
	y, errB := CanonicalVersion(b)
	if errA != nil || errB != nil {
		return 0, false
	}
	x, _, _ = strings.Cut(x, "+")
	y, _, _ = strings.Cut(y, "+")
	v, errA := pep440.Parse(x)
	w, errB := pep440.Parse(y)
	if errA != nil || errB != nil {
		return 0, false
	}
	return v.Compare(w), true
}

// TagVersion is the version that a tag's name (without refs/tags/) ends in, by
// the usual forms: v1.0, NAME-1.0, NAME/v1.0. Of the endings that begin after a
// separator, the longest that is a version decides, so that v1.0.0-1 is never
// taken for version 1.
func TagVersion(tag string) (version string, ok bool) {
	for i := range len(tag) {
		if i > 0 && !strings.ContainsRune("-_/@", rune(tag[i-1])) {
			continue
		}
		ending := tag[i:]
		if !startsWithDigit(ending) {
			ending = strings.TrimPrefix(strings.TrimPrefix(ending, "v"), "V")
		}
		if startsWithDigit(ending) && EqualVersions(ending, ending) {
			return ending, true
		}
	}
	return "", false
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
