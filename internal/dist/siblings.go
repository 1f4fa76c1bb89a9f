// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// attestationEndings follow a release file's whole name in the names of its
// attestations.
var attestationEndings = []string{
	".publish.attestation", ".slsa.attestation", ".attestation",
	".provenance", ".provenance.json", ".sigstore", ".sigstore.json",
}

// mayAttest reports whether a file may hold attestations to go by its name.
// What it holds is decided by its content.
func mayAttest(filename string) bool {
	for _, ending := range append([]string{".json", ".jsonl", ".bundle"}, attestationEndings...) {
		if strings.HasSuffix(filename, ending) {
			return true
		}
	}
	return false
}

// oldFormats are endings of release files that indexes took once. An uploader
// still sends some of them, and the index refuses.
var oldFormats = []string{
	".egg", ".exe", ".msi", ".deb", ".rpm", ".dmg",
	".tar.bz2", ".tar.xz", ".tar.z", ".tar.zst", ".tgz", ".tbz", ".tar",
}

func oldFormat(filename string) string {
	lower := strings.ToLower(filename)
	for _, format := range oldFormats {
		if strings.HasSuffix(lower, format) {
			return format
		}
	}
	return ""
}

// siblings looks for the attestations of a file that was named: by its own
// name, or for any file, in the same folder.
func (c *collector) siblings(path string) {
	if _, err := ParseName(filepath.Base(path)); err != nil {
		return
	}
	for _, ending := range attestationEndings {
		c.besideRegular(path + ending)
	}
	dir, own := filepath.Dir(path), filepath.Base(path)+"."
	names, listed := c.listed[dir]
	if !listed {
		entries, err := list(dir)
		if err != nil {
			c.problem(dir, err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
			if strings.HasSuffix(e.Name(), ".intoto.jsonl") && !strings.HasPrefix(e.Name(), ".") {
				c.besideRegular(filepath.Join(dir, e.Name()))
			}
		}
		sort.Strings(names)
		c.listed[dir] = names
	}
	// Uploaders send NAME.ANYTHING.attestation along with NAME.
	for i := sort.SearchStrings(names, own); i < len(names) && strings.HasPrefix(names[i], own); i++ {
		if strings.HasSuffix(names[i], ".attestation") {
			c.besideRegular(filepath.Join(dir, names[i]))
		}
	}
}

// besideRegular takes a file that nobody named, so that its absence, or its
// being something else, is no problem.
func (c *collector) besideRegular(path string) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		c.once("beside", path, &c.Beside)
	}
}
