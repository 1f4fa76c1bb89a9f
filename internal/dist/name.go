// SPDX-License-Identifier: BSD-3-Clause

// Package dist reads release files: their names, sizes and digests, and the
// folders they lie in. It reads no archive and judges nothing.
//
// Everything here is hostile input: a file's name is bytes that somebody chose,
// a path may be a device or vanish while it is read, and a folder may hold
// anything. Nothing is trusted but the operating system.
package dist

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
	"github.com/scientific-python/sallyport/internal/policy"
)

// Kind is what a release file is.
type Kind string

// The kinds, by the words of the report.
const (
	Wheel Kind = "wheel"
	Sdist Kind = "sdist"
)

// maxName is the longest file name that is read, in bytes; file systems allow
// no more.
const maxName = 255

// Name is a release file's name, parsed. The zero Name is no name.
type Name struct {
	Filename string // as given
	Kind     Kind
	Format   string // ".whl", ".tar.gz" or ".zip"
	// Project is as written, Normalized by PEP 503.
	Project, Normalized string
	// Version is as written, Canonical by PEP 440.
	Version, Canonical string
	// Build is a wheel's build tag as written, "" where it has none.
	Build string
	// Python, ABI and Platform are a wheel's compatibility tags, each set in
	// lower case, sorted, without repetition.
	Python, ABI, Platform []string
}

var (
	projectName = lazyregexp.New(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	buildTag    = lazyregexp.New(`^[0-9]+[A-Za-z0-9_.]*$`)
	tagPart     = lazyregexp.New(`^[a-z0-9_]+$`)
)

// formats are the endings of release files.
var formats = []string{".whl", ".tar.gz", ".zip"}

// ParseName reads the file name (without a folder) of a wheel by the binary
// distribution format (PEP 427 and 425), or of a source distribution by PEP
// 625, and of older ones that the index still serves: any letter case and any
// run of "-", "_" and "." in a source distribution's name, and .zip.
//
// It accepts what Python's packaging library accepts, without names, tags and
// versions that are not ASCII or hold white space.
func ParseName(filename string) (Name, error) {
	n, err := parseName(filename)
	if err != nil {
		return Name{}, fmt.Errorf("reading the file name %q: %w", clip(filename), err)
	}
	return n, nil
}

func parseName(filename string) (Name, error) {
	switch {
	case len(filename) > maxName:
		return Name{}, fmt.Errorf("it has %d bytes, more than the %d of a file name", len(filename), maxName)
	case !isASCII(filename):
		return Name{}, errors.New("it has characters outside ASCII")
	}
	for _, format := range formats {
		stem, ok := strings.CutSuffix(filename, format)
		if !ok {
			continue
		}
		n := Name{Filename: filename, Format: format, Kind: Sdist}
		if format == ".whl" {
			n.Kind = Wheel
			return n, n.wheel(stem)
		}
		return n, n.sdist(stem)
	}
	if format := formatOf(filename); format != "" {
		return Name{}, fmt.Errorf("the ending must be %q in lower case", format)
	}
	return Name{}, errors.New("it ends in none of .whl, .tar.gz and .zip")
}

// formatOf returns the release format that filename ends in, letter case
// apart, or "".
func formatOf(filename string) string {
	lower := strings.ToLower(filename)
	for _, format := range formats {
		if strings.HasSuffix(lower, format) {
			return format
		}
	}
	return ""
}

func (n *Name) sdist(stem string) error {
	cut := strings.LastIndex(stem, "-")
	if cut < 0 {
		return errors.New("a source distribution is named NAME-VERSION; there is no \"-\"")
	}
	return n.head(stem[:cut], stem[cut+1:])
}

func (n *Name) wheel(stem string) error {
	parts := strings.Split(stem, "-")
	if len(parts) != 5 && len(parts) != 6 {
		return fmt.Errorf("a wheel is named NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM, five or six parts; there are %d", len(parts))
	}
	if strings.Contains(parts[0], "__") {
		return errors.New("a wheel's project name has no \"__\"")
	}
	if err := n.head(parts[0], parts[1]); err != nil {
		return err
	}
	if len(parts) == 6 {
		if n.Build = parts[2]; !buildTag.MatchString(n.Build) {
			return fmt.Errorf("the build tag %q does not begin with a digit, or has characters that a build tag may not have", n.Build)
		}
	}
	for i, set := range []*[]string{&n.Python, &n.ABI, &n.Platform} {
		written := parts[len(parts)-3+i]
		tags := strings.Split(strings.ToLower(written), ".")
		for _, tag := range tags {
			if !tagPart.MatchString(tag) {
				return fmt.Errorf("the compatibility tag %q has an empty part or characters that a tag may not have", written)
			}
		}
		slices.Sort(tags)
		*set = slices.Compact(tags)
	}
	return nil
}

// head takes the project's name and the version.
func (n *Name) head(project, version string) error {
	if !projectName.MatchString(project) {
		return fmt.Errorf("%q is not a project name", project)
	}
	canonical, err := CanonicalVersion(version)
	if err != nil {
		return err
	}
	n.Project, n.Normalized = project, policy.NormalizeProject(project)
	n.Version, n.Canonical = version, canonical
	return nil
}

// Tags returns all combinations of a wheel's compatibility tags
// ("py3-none-any"), sorted; nil for a source distribution.
func (n Name) Tags() []string {
	var tags []string
	for _, python := range n.Python {
		for _, abi := range n.ABI {
			for _, platform := range n.Platform {
				tags = append(tags, python+"-"+abi+"-"+platform)
			}
		}
	}
	slices.Sort(tags)
	return tags
}

// Equal reports whether the index takes n and o for one name: both wheels or
// both source distributions, whose parsed parts are equal. Spelling, trailing
// zeros of the version, the order of tags, and .tar.gz or .zip do not count, so
// an equal name says little; the digest decides. The zero Name equals nothing.
func (n Name) Equal(o Name) bool {
	return n.Kind != "" && n.Kind == o.Kind && n.Normalized == o.Normalized &&
		EqualVersions(n.Canonical, o.Canonical) && equalBuild(n.Build, o.Build) &&
		slices.Equal(n.Python, o.Python) && slices.Equal(n.ABI, o.ABI) && slices.Equal(n.Platform, o.Platform)
}

// String is the name in normal form: what Equal names have in common, except
// for trailing zeros of the version and the format.
func (n Name) String() string {
	head := strings.ReplaceAll(n.Normalized, "-", "_") + "-" + n.Canonical
	if n.Kind != Wheel {
		return head + n.Format
	}
	if n.Build != "" {
		number, suffix := splitBuild(n.Build)
		head += "-" + number + suffix
	}
	return head + "-" + strings.Join(n.Python, ".") + "-" + strings.Join(n.ABI, ".") + "-" + strings.Join(n.Platform, ".") + n.Format
}

// splitBuild returns a build tag's leading number, without leading zeros, and
// the rest.
func splitBuild(tag string) (number, suffix string) {
	suffix = strings.TrimLeft(tag, "0123456789")
	return trimZeros(strings.TrimSuffix(tag, suffix)), suffix
}

// equalBuild compares the leading numbers as numbers and the rest byte for
// byte; no build tag is not build 0.
func equalBuild(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	aNumber, aSuffix := splitBuild(a)
	bNumber, bSuffix := splitBuild(b)
	return aNumber == bNumber && aSuffix == bSuffix
}

func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
