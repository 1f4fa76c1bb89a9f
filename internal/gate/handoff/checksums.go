// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/packed"
)

// Checksums are the digests of a release's files as the build took them, by
// file name: what the job that built them hands on beside the artifact.
type Checksums map[string]dist.Digest

// MaxChecksums is the size in bytes up to which checksums are read, as they
// stand or in base64. A line has some 130.
const MaxChecksums = 1 << 20

// ParseChecksums reads what sha256sum prints: a line a file, 64 hexadecimal
// digits, a space, a space or an asterisk, and the file's name, of which folders
// are dropped. The whole may be in base64, which makes one line of it, also of
// what gzip made of it. Every line must be of that form and about a wheel or an sdist, each once; no lines
// at all are an error.
func ParseChecksums(data []byte) (Checksums, error) {
	if len(data) > MaxChecksums {
		return nil, fmt.Errorf("reading the checksums: %d bytes are more than the limit of %d", len(data), MaxChecksums)
	}
	text := strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n"))
	if packed.Is(text) {
		unpacked, err := packed.Open(text, MaxChecksums)
		if err != nil {
			return nil, fmt.Errorf("reading the checksums: %w", err)
		}
		text = strings.TrimSpace(strings.ReplaceAll(string(unpacked), "\r\n", "\n"))
	} else if !strings.ContainsAny(text, " \n") {
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("reading the checksums: it is neither the output of sha256sum nor that in base64; pass an output of the build job, such as that of sha256sum dist/* | base64 -w0")
		}
		text = strings.TrimSpace(strings.ReplaceAll(string(decoded), "\r\n", "\n"))
	}
	if text == "" {
		return nil, errors.New("reading the checksums: there are none; see that the build job has them as an output")
	}
	sums := Checksums{}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		name, digest, err := checksum(line)
		if err == nil {
			if _, again := sums[name]; again {
				err = fmt.Errorf("the name %q is given twice", name)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("reading the checksums: line %d: %w; pass the output of sha256sum for the release files and no others", n, err)
		}
		sums[name] = digest
	}
	return sums, nil
}

func checksum(line string) (name string, d dist.Digest, err error) {
	hex, rest, ok := strings.Cut(line, " ")
	if !ok || len(rest) < 2 || rest[0] != ' ' && rest[0] != '*' {
		return "", d, fmt.Errorf("%.80q is not a digest and a file name", line)
	}
	if d, err = dist.ParseDigest(hex); err != nil {
		return "", d, err
	}
	name = path.Base(rest[1:])
	if _, err := dist.ParseName(name); err != nil {
		return "", d, err
	}
	return name, d, nil
}
