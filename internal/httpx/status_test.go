// SPDX-License-Identifier: BSD-3-Clause

package httpx

import (
	"errors"
	"net/http"
	"testing"
)

// Only the status that was asked for is success.
func TestStatus(t *testing.T) {
	for _, tt := range []struct {
		wanted, answered int
		ok               bool
	}{
		{0, 200, true}, {0, 201, false}, {201, 201, true}, {201, 200, false}, {201, 204, false}, {200, 200, true},
	} {
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.answered) })
		c := client(t, base, &waits{})
		resp, err := c.Do(t.Context(), Request{Method: http.MethodPost, URL: c.URL("/x", nil), Body: []byte("{}"), Status: tt.wanted, Limit: 10})
		s := new(StatusError)
		if tt.ok != (err == nil && resp != nil) || !tt.ok && (!errors.As(err, &s) || s.Status != tt.answered) {
			t.Errorf("%d wanted, %d answered: %v, %v", tt.wanted, tt.answered, resp, err)
		}
	}
}
