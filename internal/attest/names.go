// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
)

// Files are the names, without a folder, of the files that carry one release
// file's attestations.
type Files struct {
	// SLSA and Publish are PEP 740 objects of one subject, and lie beside the
	// release file, where uploaders look for them.
	SLSA, Publish string
	// Bundle is a Sigstore bundle. It must not lie there: uploaders take it for
	// a release file and stop.
	Bundle string
	// Verdict is a Sigstore bundle with the signed verdict of the gate. Like
	// Bundle it must not lie beside the release file.
	Verdict string
}

// maxFilename is how long a file's name may be, in bytes.
const maxFilename = 255

// Names returns the names of the files that carry a release file's
// attestations. A name that is too long for a file system is an error.
func Names(d *dist.Dist) (Files, error) {
	name := d.Name.Filename
	if name == "" {
		return Files{}, errors.New("naming the attestations: the release file has no name")
	}
	f := Files{SLSA: name + ".slsa.attestation", Publish: name + ".publish.attestation", Bundle: name + ".sigstore.json", Verdict: name + ".vsa.sigstore.json"}
	if len(f.Publish) > maxFilename {
		return Files{}, fmt.Errorf("naming the attestations of %q: %q would have %d bytes, more than the %d of a file name; shorten the release file's name",
			name, f.Publish, len(f.Publish), maxFilename)
	}
	return f, nil
}

// ReleaseBundle returns the name, without a folder, of the file that carries
// the attestation of a whole release, a bundle a line: NAME-VERSION.intoto.jsonl
// in the spelling of normalised file names. Like [Files.Bundle] it must not lie
// beside the release files. Files of two projects or two versions are an error.
func ReleaseBundle(dists []*dist.Dist) (string, error) {
	if len(dists) == 0 {
		return "", errors.New("naming the release's attestation: there is no release file")
	}
	first := dists[0].Name
	for _, d := range dists[1:] {
		if d.Name.Normalized != first.Normalized || !dist.EqualVersions(d.Name.Canonical, first.Canonical) {
			return "", fmt.Errorf("naming the release's attestation: %q and %q are not of one project and version; attest each release by itself",
				first.Filename, d.Name.Filename)
		}
	}
	// 1.0 and 1.0.0 are one version: the shortest spelling is the name, whatever
	// the order of the files.
	version := first.Canonical
	for _, d := range dists[1:] {
		if v := d.Name.Canonical; len(v) < len(version) {
			version = v
		}
	}
	return strings.ReplaceAll(first.Normalized, "-", "_") + "-" + version + ".intoto.jsonl", nil
}
