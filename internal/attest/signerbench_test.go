// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// BenchmarkSign signs one statement and sixty with services that take 20 ms
// longer for each answer.
func BenchmarkSign(b *testing.B) {
	for _, log := range []attest.Log{attest.RekorV1, attest.RekorV2} {
		for _, n := range []int{1, 60} {
			b.Run(fmt.Sprintf("%v/%d", log, n), func(b *testing.B) {
				s := startSigning(b, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, nil)
				s.Delay(20 * time.Millisecond)
				list := tasks(b, n, log)
				for b.Loop() {
					if _, err := s.signer.Sign(b.Context(), list); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
