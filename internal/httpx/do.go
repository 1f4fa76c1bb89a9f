// SPDX-License-Identifier: BSD-3-Clause

package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Request is one thing to ask.
type Request struct {
	// Method is GET where empty.
	Method string
	// URL is absolute and has the base's origin, unless External is set.
	URL string
	// Accept is the media type wanted.
	Accept string
	// Body is JSON to send, or nil.
	Body []byte
	// Limit bounds the answer's body in bytes, after decompression.
	Limit int64
	// External says that URL came out of an answer and may be of any host over
	// https (over loopback http where the base is one). It is asked without
	// the token, and errors name its host only.
	External bool
	// Status is the one that means success, 200 where 0.
	Status int
	// Read takes the body of an answer with that status. It may be called again
	// from the start where the connection broke. Where nil, the body is in
	// Response.Body.
	Read func(body io.Reader, header http.Header) error
}

// Response is an answer with the status that means success.
type Response struct {
	Header http.Header
	Body   []byte
}

// Do asks, and asks again after a broken connection, a status of 500 or more
// (501 excepted), or any refusal that says Retry-After within
// [MaxRetryAfter]: up to [Tries] times and within the client's timeout.
//
// Errors: [*StatusError], [*TransportError], [*AnswerError] (which may wrap a
// [*LimitError] or Read's own error), or one that wraps the context's error.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	u, err := c.check(r)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	backoff := FirstBackoff
	for try := 1; ; try++ {
		resp, err := c.follow(limited, r, u)
		if err == nil {
			return resp, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("asking %s %s: %w", r.Method, c.name(r, u), ctx.Err())
		}
		pause, again := retry(err, backoff)
		if limited.Err() != nil {
			return nil, c.slow(r, u, err)
		}
		if !again || try == Tries {
			return nil, err
		}
		if c.sleep(limited, pause) != nil {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("asking %s %s: %w", r.Method, c.name(r, u), ctx.Err())
			}
			return nil, err
		}
		backoff *= 2
	}
}

// check refuses an address that must not be asked.
func (c *Client) check(r Request) (*url.URL, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, errors.New("reading an address in an answer: it is not a URL")
	}
	if err := c.allowed(r, u); err != nil {
		return nil, fmt.Errorf("reading an address in an answer: %w", err)
	}
	return u, nil
}

func (c *Client) allowed(r Request, u *url.URL) error {
	switch {
	case u.User != nil:
		return errors.New("it holds a user name")
	case !r.External && !sameOrigin(c.base, u):
		return fmt.Errorf("its host %q is not %q", u.Host, c.base.Host)
	case !secure(u, isLoopback(c.base)):
		return fmt.Errorf("the scheme %q on host %q is refused; https is expected", u.Scheme, u.Host)
	}
	return nil
}

// name is how errors call the address.
func (c *Client) name(r Request, u *url.URL) string {
	if r.External {
		return u.Scheme + "://" + u.Host
	}
	return redact(u)
}

// slow is the error of a call that ran out of time: what the service said
// last, where it said something.
func (c *Client) slow(r Request, u *url.URL, last error) error {
	if s := new(StatusError); errors.As(last, &s) {
		return last
	}
	return &TransportError{Method: r.Method, URL: c.name(r, u),
		Reason: fmt.Sprintf("no whole answer within %s; try again later", c.timeout)}
}

// retry says whether to ask again after err, and after what pause.
func retry(err error, backoff time.Duration) (time.Duration, bool) {
	if t := new(TransportError); errors.As(err, &t) {
		return backoff, t.retry
	}
	s := new(StatusError)
	if !errors.As(err, &s) {
		return 0, false
	}
	if s.RetryAfter > MaxRetryAfter {
		return 0, false
	}
	switch {
	case s.Status >= 500 && s.Status != http.StatusNotImplemented:
	case s.RetryAfter >= 0 && (s.Status == http.StatusForbidden || s.Status == http.StatusTooManyRequests):
		// Without Retry-After these are for the hour or for good.
	default:
		return 0, false
	}
	return max(backoff, s.RetryAfter), true
}

// retryAfter reads the field's two forms, seconds and a date; -1 means none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, t.Sub(now))
	}
	return -1
}
