// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"testing"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// FuzzCleanLines holds that no text becomes a command for the runner, line by
// line or joined, and that cleaning it again changes nothing.
func FuzzCleanLines(f *testing.F) {
	for _, s := range append(hostile, "", "plain", "e\u0301", "\u0301x", " \u0301", "é::\u0301", "a:::b####[") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := cleanLines(s)
		if again := cleanLines(got); again != got {
			t.Fatalf("%q: not idempotent: %q, then %q", s, got, again)
		}
		if cmds := runnertest.ParseLog(got + "\n" + got + got); len(cmds) > 0 {
			t.Fatalf("%q: the runner executes %+v", s, cmds)
		}
	})
}
