// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"testing"

	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// Two independent locks: this package's and the report's must agree.
func TestCleanIsSanitize(t *testing.T) {
	for _, s := range append(hostile, "", "plain", "e\u0301", "\u0301x", " \u0301", "é::\u0301", "a:::b####[") {
		if got, want := clean(s), report.Sanitize(s); got != want {
			t.Errorf("%q: clean gives %q, Sanitize %q", s, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if want := report.Sanitize(s); got != want {
			t.Fatalf("%q: clean gives %q, Sanitize %q", s, got, want)
		}
		if clean(got) != got {
			t.Fatalf("%q: not idempotent: %q, then %q", s, got, clean(got))
		}
		if cmds := runnertest.ParseLog(got + "\n" + got); len(cmds) > 0 {
			t.Fatalf("%q: the runner executes %+v", s, cmds)
		}
	})
}
