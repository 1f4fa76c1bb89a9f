// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// TestFaults has the service fail in every way, and says what is worth another
// try.
func TestFaults(t *testing.T) {
	times := func(n int, f runnertest.Fault) (out []runnertest.Fault) {
		for range n {
			out = append(out, f)
		}
		return out
	}
	const ms, s = time.Millisecond, time.Second
	for _, tt := range []struct {
		name   string
		faults []runnertest.Fault
		says   string // "" where a token comes in the end
		pauses []time.Duration
	}{
		{"none", nil, "", nil},
		{"busy once", times(1, runnertest.Fault{Status: 503}), "", []time.Duration{500 * ms}},
		{"busy thrice", times(3, runnertest.Fault{Status: 500}), "", []time.Duration{500 * ms, s, 2 * s}},
		{"too many requests", times(1, runnertest.Fault{Status: 429}), "", []time.Duration{500 * ms}},
		{"too many requests, seconds", times(1, runnertest.Fault{Status: 429, RetryAfter: "7"}), "", []time.Duration{7 * s}},
		{"wait less than a pause", times(1, runnertest.Fault{Status: 503, RetryAfter: "0"}), "", []time.Duration{500 * ms}},
		{"wait junk", times(1, runnertest.Fault{Status: 503, RetryAfter: "soon"}), "", []time.Duration{500 * ms}},
		{"wait too long", times(1, runnertest.Fault{Status: 503, RetryAfter: "21"}), "status 503", nil},
		{"wait for ever", times(1, runnertest.Fault{Status: 429, RetryAfter: "2147483647"}), "status 429", nil},
		{"dropped", times(2, runnertest.Fault{Drop: true}), "", []time.Duration{500 * ms, s}},
		{"cut", times(1, runnertest.Fault{Cut: true}), "", []time.Duration{500 * ms}},
		{"all kinds", []runnertest.Fault{{Drop: true}, {Status: 502}, {Cut: true}}, "", []time.Duration{500 * ms, s, 2 * s}},

		{"bad request", times(1, runnertest.Fault{Status: 400, Body: `{"message":"no such audience"}`}), `status 400 Bad Request, "no such audience"`, nil},
		{"unauthorized", times(1, runnertest.Fault{Status: 401}), "status 401", nil},
		{"forbidden", times(1, runnertest.Fault{Status: 403, RetryAfter: "1"}), "status 403", nil},
		{"not found", times(1, runnertest.Fault{Status: 404}), "status 404", nil},
		{"not implemented", times(1, runnertest.Fault{Status: 501}), "status 501", nil},
		{"created", times(1, runnertest.Fault{Status: 201, Body: "{}"}), "status 201", nil},

		{"busy for good", times(99, runnertest.Fault{Status: 503, Body: "come back later"}), `after 11 tries: asking GET`,
			[]time.Duration{500 * ms, s, 2 * s, 4 * s, 8 * s, 8 * s, 8 * s, 8 * s, 8 * s, 8 * s}},
		{"away for good", times(99, runnertest.Fault{Drop: true}), "the connection closed",
			[]time.Duration{500 * ms, s, 2 * s, 4 * s, 8 * s, 8 * s, 8 * s, 8 * s, 8 * s, 8 * s}},
		{"late for good", times(99, runnertest.Fault{Hang: true}), "after 11 tries: asking GET http://127.0.0.1",
			[]time.Duration{500 * ms, s, 2 * s, 4 * s, 8 * s, 8 * s, 8 * s, 8 * s, 8 * s, 8 * s}},
		{"waits over the budget", times(99, runnertest.Fault{Status: 503, RetryAfter: "20"}), "after 3 tries",
			[]time.Duration{20 * s, 20 * s}},

		{"nothing", times(1, runnertest.Fault{Status: 200}), "not one JSON document", nil},
		{"HTML", times(1, runnertest.Fault{Status: 200, Body: "<html>sign in</html>"}), "not one JSON document", nil},
		{"list", times(1, runnertest.Fault{Status: 200, Body: `[]`}), "not a JSON object", nil},
		{"no value", times(1, runnertest.Fault{Status: 200, Body: `{"count":0}`}), "no token", nil},
		{"empty value", times(1, runnertest.Fault{Status: 200, Body: `{"value":""}`}), "no token", nil},
		{"null value", times(1, runnertest.Fault{Status: 200, Body: `{"value":null}`}), "no token", nil},
		{"number value", times(1, runnertest.Fault{Status: 200, Body: `{"value":12345678}`}), "no token", nil},
		{"value of other case", times(1, runnertest.Fault{Status: 200, Body: `{"Value":"abcdefghijkl"}`}), "with a value", nil},
		{"value twice", times(1, runnertest.Fault{Status: 200, Body: `{"value":"abcdefghijkl","value":"mnopqrstuvw"}`}), "not one JSON document", nil},
		{"two documents", times(1, runnertest.Fault{Status: 200, Body: `{"value":"abcdefghijkl"}{}`}), "not one JSON document", nil},
		{"too long", times(1, runnertest.Fault{Status: 200, Body: `{"value":"` + strings.Repeat("a", maxTokenAnswer) + `"}`}), "over the limit of 32768 bytes", nil},
		{"no mask for it", times(1, runnertest.Fault{Status: 200, Body: `{"value":"a\n::notice::b"}`}), "control character", nil},
		{"too short to mask", times(1, runnertest.Fault{Status: 200, Body: `{"value":"a.b.c"}`}), "too few to mask", nil},
		{"no JWT", times(1, runnertest.Fault{Status: 200, Body: `{"value":"abcdefghijkl"}`}), "three parts", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newTokenJob(t)
			j.issuer.Fail(tt.faults...)
			if strings.HasPrefix(tt.name, "late") {
				j.opts.Try = 20 * ms // of real time
			}
			token, err := j.IDToken(t.Context(), "sigstore", j.opts)
			if diff := cmp.Diff(tt.pauses, j.pauses); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
			// A late answer may be given up before the request has arrived.
			if want := len(tt.pauses) + 1; len(j.issuer.Requests()) != want && j.opts.Try == 0 {
				t.Errorf("%d requests, want %d", len(j.issuer.Requests()), want)
			}
			if tt.says == "" {
				if err != nil || token == nil {
					t.Errorf("no token: %v", err)
				}
				return
			}
			if err == nil || token != nil {
				t.Fatalf("token %v, error %v", token, err)
			}
			if !strings.Contains(err.Error(), tt.says) || len(err.Error()) > 600 {
				t.Errorf("%q does not say %q, or says too much", err, tt.says)
			}
			j.unmasked(t, "the error", err.Error())
			if failed := new(TokenError); !errors.As(err, &failed) && tt.name != "no JWT" {
				t.Errorf("%T is no *TokenError", err)
			} else if failed.Err != nil && (failed.Tries != len(tt.pauses)+1 || !strings.HasPrefix(failed.Host, "127.0.0.1:")) {
				t.Errorf("%d tries of %q", failed.Tries, failed.Host)
			}
		})
	}
}
