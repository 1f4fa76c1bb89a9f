// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"context"
	"errors"
	"testing"
)

// Who waited for a certificate that could not be had does not ask for one
// again, even where it has not heard yet that the run is over.
func TestHolderFails(t *testing.T) {
	asked := 0
	no := errors.New("no token")
	h := &holder{Signer: &Signer{token: func(context.Context) (string, error) {
		asked++
		return "", no
	}}}
	for range 3 {
		if _, err := h.get(t.Context(), nil); !errors.Is(err, no) {
			t.Error(err)
		}
	}
	if asked != 1 {
		t.Errorf("%d tokens were asked for", asked)
	}
}
