// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"io"
	"os"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
)

// checksumsUsage is the help of --checksums.
const checksumsUsage = "what sha256sum said of the files in the build job: `FILE`, - for standard input, or the text itself, also in base64"

// readChecksums takes checksums from a file, standard input, or the flag
// itself. A value that was given and is empty is an error: an output that was
// misspelt in the workflow must not switch the check off.
func readChecksums(value string, given bool, stdin io.Reader) (handoff.Checksums, error) {
	if !given {
		return nil, nil
	}
	var data []byte
	var err error
	switch {
	case strings.TrimSpace(value) == "":
		return nil, usagef("reading the arguments: --checksums is given an empty value; see that the build job has the output, and that it is spelt the same")
	case value == "-":
		data, err = io.ReadAll(io.LimitReader(stdin, handoff.MaxChecksums+1))
	case !strings.ContainsAny(value, " \n") && isFile(value):
		data, err = dist.ReadFileLimited(value, handoff.MaxChecksums)
	default:
		data = []byte(value)
	}
	if err != nil {
		return nil, err
	}
	sums, err := handoff.ParseChecksums(data)
	if err != nil {
		return nil, usageError{err}
	}
	return sums, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
