// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Of several runs in one folder at a time one writes all its files, the others
// none, and what is there verifies.
func TestAtOnce(t *testing.T) {
	for range 4 {
		s := newScene(t, 5)
		before := len(s.files(t))
		results := make([]result, 3)
		var group sync.WaitGroup
		for i := range results {
			group.Go(func() { results[i] = s.attest(t) })
		}
		group.Wait()
		passed := 0
		for _, r := range results {
			switch {
			case r.code == 0:
				passed++
			case !strings.Contains(r.stderr, "exists already"):
				t.Errorf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
			}
		}
		after := s.files(t)
		if want := before + 5 + 5 + 1; passed != 1 || len(after) != want {
			t.Errorf("%d runs passed, and there are %d files, want %d", passed, len(after), want)
		}
		for path := range after {
			if strings.HasPrefix(filepath.Base(path), ".") {
				t.Errorf("%s is left", path)
			}
		}
		s.verify(t, "--bundle", s.bundles()).wants(t, 0, "pass: 5 files")
	}
}
