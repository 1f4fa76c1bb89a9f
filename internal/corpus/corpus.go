// SPDX-License-Identifier: BSD-3-Clause

// Package corpus finds the folder of real attestations, conformance cases and
// workflows that some tests run on. The folder is named by the environment
// variable SALLYPORT_CORPUS; a clone has none, and those tests then skip and
// say so. For tests only.
package corpus

import (
	"os"
	"path/filepath"
	"testing"
)

// Variable is the environment variable that names the folder.
const Variable = "SALLYPORT_CORPUS"

// Path returns a path below the corpus folder, or skips the test.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv(Variable)
	if dir == "" {
		t.Skipf("skipping: %s does not name the corpus folder", Variable)
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is set, but: %v", Variable, err)
	}
	return path
}
