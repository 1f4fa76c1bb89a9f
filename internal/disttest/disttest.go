// SPDX-License-Identifier: BSD-3-Clause

// Package disttest builds small, valid wheels and source distributions for
// tests. The same options give the same bytes (with one version of Go, whose
// compressor may change): times are fixed, owners are root, and the order of
// members is the builder's.
//
// It trusts its caller: names and versions are written as they are given, so
// that a test can build files that no build back-end would.
package disttest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Options say what to build. The zero value is samplepkg 1.0.
type Options struct {
	// Name is the project's, as in its metadata; default "samplepkg". The file
	// name and the folders inside have it by PEP 503 with "_" for "-".
	Name string
	// Version is written everywhere as it is; default "1.0".
	Version string
	// Build is a wheel's build tag; default none.
	Build string
	// Tags are a wheel's, PYTHON-ABI-PLATFORM, compressed or not; default
	// "py3-none-any".
	Tags string
	// Zip makes a source distribution of the old .zip format.
	Zip bool
	// MetadataVersion of METADATA and PKG-INFO; default "2.1".
	MetadataVersion string
	// Metadata are further lines of METADATA and PKG-INFO, "Key: value" each.
	Metadata []string
	// Files are further members, or replace the builder's of the same path.
	// Paths are those inside the wheel, or below a source distribution's
	// top folder.
	Files []File
}

// File is a member of an archive.
type File struct {
	Path string // slash-separated
	Data string
	Mode os.FileMode // permission bits; default 0644
}

// stamp is every member's time: the earliest that ZIP can say.
var stamp = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (o Options) filled() Options {
	for _, f := range []struct {
		at    *string
		value string
	}{{&o.Name, "samplepkg"}, {&o.Version, "1.0"}, {&o.Tags, "py3-none-any"}, {&o.MetadataVersion, "2.1"}} {
		if *f.at == "" {
			*f.at = f.value
		}
	}
	return o
}

var nameRuns = regexp.MustCompile(`[-_.]+`)

// escaped is the name as file names have it.
func (o Options) escaped() string {
	return strings.ToLower(nameRuns.ReplaceAllLiteralString(o.Name, "_"))
}

// metadata is the text of METADATA and PKG-INFO.
func (o Options) metadata() string {
	lines := append([]string{
		"Metadata-Version: " + o.MetadataVersion,
		"Name: " + o.Name,
		"Version: " + o.Version,
		"Summary: a sample for tests",
	}, o.Metadata...)
	return strings.Join(lines, "\n") + "\n\nThis package does nothing.\n"
}

// module is the one module of the sample.
func (o Options) module() File {
	return File{Path: o.escaped() + "/__init__.py", Data: fmt.Sprintf("__version__ = %q\n", o.Version)}
}

// with adds files to members; one of the same path takes the other's place.
func with(members, files []File) []File {
	for _, f := range files {
		if i := slices.IndexFunc(members, func(m File) bool { return m.Path == f.Path }); i >= 0 {
			members[i] = f
		} else {
			members = append(members, f)
		}
	}
	for i := range members {
		if members[i].Mode == 0 {
			members[i].Mode = 0o644
		}
	}
	return members
}

// Write writes a file into dir, which must exist, and returns its path and the
// SHA-256 of its bytes as 64 lower-case hexadecimal digits. It is made for the
// results of [Wheel] and [Sdist]:
//
//	name, data := disttest.Wheel(disttest.Options{})
//	path, digest := disttest.Write(t, dir, name, data)
func Write(tb testing.TB, dir, filename string, data []byte) (path, digest string) {
	tb.Helper()
	path = filepath.Join(dir, filename)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		tb.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return path, hex.EncodeToString(sum[:])
}
