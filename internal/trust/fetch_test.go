// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// steps answers each request with the next step, by the deadline that the
// request has.
type steps []func(deadline time.Time) (*http.Response, error)

func (s *steps) RoundTrip(req *http.Request) (*http.Response, error) {
	if len(*s) == 0 {
		return nil, errors.New("asked too often")
	}
	step := (*s)[0]
	*s = (*s)[1:]
	deadline, _ := req.Context().Deadline()
	return step(deadline)
}

func answer(status int, body string) func(time.Time) (*http.Response, error) {
	return func(time.Time) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}}, nil
	}
}

// brokenOff is a body that ends before its time.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestFetcher(t *testing.T) {
	lost := func(time.Time) (*http.Response, error) { return nil, errors.New("connection reset") }
	short := func(time.Time) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(brokenOff{}), Header: http.Header{}}, nil
	}
	ok := answer(200, "12345")
	for name, tt := range map[string]struct {
		steps steps
		max   int64
		want  any    // the type of the error, nil for success
		text  string // in the error
		left  int
	}{
		"at once":           {steps{ok, lost}, 5, nil, "", 1},
		"after a reset":     {steps{lost, ok}, 5, nil, "", 0},
		"after a 503":       {steps{answer(503, ""), ok}, 5, nil, "", 0},
		"after a 429":       {steps{answer(429, ""), ok}, 5, nil, "", 0},
		"after a short one": {steps{short, ok}, 5, nil, "", 0},
		"lost twice":        {steps{lost, lost, ok}, 5, &url.Error{}, "connection reset", 1},
		"404 at once":       {steps{answer(404, ""), ok}, 5, &metadata.ErrDownloadHTTP{}, "404", 1},
		"403 at once":       {steps{answer(403, ""), ok}, 5, &metadata.ErrDownloadHTTP{}, "403", 1},
		"too long":          {steps{answer(200, "12345"), ok}, 4, &metadata.ErrDownloadLengthMismatch{}, "longer than the 4 bytes", 1},
		"beyond any limit":  {steps{answer(200, strings.Repeat("x", maxFetchBytes+1)), ok}, 1 << 40, &metadata.ErrDownloadLengthMismatch{}, "5000000", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			left := tt.steps
			f := &fetcher{ctx: ctx, client: &http.Client{Transport: &left}}
			data, err := f.DownloadFile("https://tuf.test/x", tt.max, 0)
			if len(left) != tt.left {
				t.Errorf("%d steps are left, want %d", len(left), tt.left)
			}
			if tt.want == nil {
				if err != nil || string(data) != "12345" {
					t.Errorf("got %q, %v", data, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("got %q, %v; want %q", data, err, tt.text)
			}
			if got, want := fmt.Sprintf("%T", err), fmt.Sprintf("%T", tt.want); got != want {
				t.Errorf("got a %s, want a %s", got, want)
			}
		})
	}
}

// The first try may use half of the time, the second all that is left, so a
// silent server does not take away the second.
func TestFetcherSharesTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	end, _ := ctx.Deadline()
	var first, second time.Time
	s := steps{
		func(d time.Time) (*http.Response, error) { first = d; return nil, context.DeadlineExceeded },
		func(d time.Time) (*http.Response, error) { second = d; return nil, context.DeadlineExceeded },
	}
	f := &fetcher{ctx: ctx, client: &http.Client{Transport: &s}}
	if _, err := f.DownloadFile("https://tuf.test/x", 1, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	if first.IsZero() || first.After(end.Add(-25*time.Minute)) || !second.Equal(end) {
		t.Errorf("the tries may last until %v and %v, want half the time and %v", first, second, end)
	}
}

// Nothing is tried again once the time is over.
func TestFetcherEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := steps{func(time.Time) (*http.Response, error) { cancel(); return nil, context.Canceled }}
	f := &fetcher{ctx: ctx, client: &http.Client{Transport: &s}}
	if _, err := f.DownloadFile("https://tuf.test/x", 1, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cancellation", err)
	}
}
