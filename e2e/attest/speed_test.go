// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"testing"
	"time"
)

// Sixty files against one, with 200 ms added to every answer of a service. No
// figure is judged: they are for reading.
func TestSpeed(t *testing.T) {
	const runs, added = 3, 200 * time.Millisecond
	fastest := func(files int, without int) time.Duration {
		best := time.Duration(0)
		for range runs {
			s := newScene(t, files)
			if without > 0 {
				s.without(t, without)
			}
			for _, p := range s.through(t) {
				p.delay = added
			}
			r := s.attest(t)
			r.wants(t, 0)
			if best == 0 || r.took < best {
				best = r.took
			}
		}
		return best
	}
	for name, without := range map[string]int{"Rekor v1": 2, "Rekor v1 and v2": 0} {
		one, sixty := fastest(1, without), fastest(60, without)
		t.Logf("%s, %v added to every answer: 1 file %.2f s, 60 files %.2f s, %.1f times as long", name, added, one.Seconds(), sixty.Seconds(), sixty.Seconds()/one.Seconds())
	}
}
