// SPDX-License-Identifier: BSD-3-Clause

package evidence_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/trust"
)

// rootSet loads trusted roots through files, as the command line does.
func rootSet(t testing.TB, roots ...[]byte) *trust.Set {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, r := range roots {
		f := filepath.Join(dir, string(rune('a'+i))+".json")
		if err := os.WriteFile(f, r, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	set, err := trust.Load(context.Background(), trust.Options{Files: files, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// one splits and verifies content that must be one document.
func one(t testing.TB, v *evidence.Verifier, data []byte) *evidence.Attestation {
	t.Helper()
	docs, err := evidence.Split(data, "test", evidence.Folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) != 1 {
		t.Fatalf("%d documents, expecting one", len(docs))
	}
	return v.Verify(docs[0])
}
