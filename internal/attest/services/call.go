// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// request is one call of a service.
type request struct {
	method string
	// path is appended to the base address.
	path                string
	contentType, accept string
	body                []byte
	// token, where not empty, is sent as a bearer token.
	token string
	// budget replaces the client's where it is the second half of a call.
	budget time.Duration
	// limit bounds the answer's body in bytes.
	limit int64
	// takes are the statuses whose answers read reads.
	takes []int
	// again are statuses worth another try beside those that always are.
	again []int
	// read reads an answer. What it objects to may pass, as a proxy's page
	// does, and is asked for once more, unless the error is a [final].
	read func(status int, header http.Header, body []byte) error
	// refused says what to do about a status, "" for the usual.
	refused func(e *StatusError) string
}

// final is an objection that another try would not change.
type final struct {
	error
	hint string
}

func (f final) Unwrap() error { return f.error }

// failure is one try that gave nothing.
type failure struct {
	err  error
	hint string
	// again says whether another try may help; once, whether one such failure
	// is enough to know.
	again, once bool
	// wait is how long the service asks to be left alone.
	wait time.Duration
}

const hintLater = "try again later"

// do asks until there is an answer, a failure that another try would not
// change, or no budget left.
//
// Errors: [*ServiceError], or one that wraps the context's.
func (c *client) do(ctx context.Context, r request) error {
	u := c.below(r.path)
	start, budget := time.Now(), c.timeout
	if r.budget > 0 {
		budget = r.budget
	}
	limited, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	failed := func(tries int, f *failure, hint string) error {
		return &ServiceError{
			Service: c.service, URL: plain(u), Tries: tries, Elapsed: time.Since(start), Last: f.err, Hint: hint,
		}
	}
	pause := min(firstPause, budget/20)
	unread := false
	var last *failure
	for try := 1; ; try++ {
		f := c.try(limited, r, u, budget*2/3)
		if f == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("asking %s at %q: %w", named(c.service), plain(u), ctx.Err())
		}
		if limited.Err() != nil && last != nil {
			f = last // says more than that the time is over
		}
		last = f
		if !f.again || f.once && unread {
			return failed(try, f, f.hint)
		}
		unread = unread || f.once
		left := budget - time.Since(start)
		if f.wait > 0 && f.wait >= left {
			return failed(try, f, fmt.Sprintf("it asks to be left alone for %s, which is more than is left of the %s that it is given; try again after that",
				f.wait.Round(time.Second), budget.Round(time.Second/10)))
		}
		wait := max(f.wait, pause-rand.N(pause/2+1))
		if wait >= left && f.wait == 0 && left > budget/10 {
			wait = left * 2 / 3 // a last look, rather than giving up early
		}
		if wait >= left || c.sleep(limited, wait) != nil || limited.Err() != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("asking %s at %q: %w", named(c.service), plain(u), ctx.Err())
			}
			return failed(try, f, f.hint)
		}
		pause = min(2*pause, maxPause)
	}
}

// below is the base address with a path appended, which needs no escapes.
func (c *client) below(path string) *url.URL {
	u := *c.base
	u.Path += path
	if u.RawPath != "" {
		u.RawPath += path
	}
	return &u
}

// plain is an address without anything that may be secret.
func plain(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

// judge says what an answer with a status that is not taken means.
func (r request) judge(e *StatusError) *failure {
	f := &failure{err: e, hint: hintLater, wait: max(0, e.RetryAfter)}
	switch {
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout, e.Status == statusCanceled,
		e.Status >= 500 && e.Status != http.StatusNotImplemented,
		slices.Contains(r.again, e.Status):
		f.again = true
	case e.Status >= 300 && e.Status < 400:
		f.hint = "redirects are not followed: put the address where it leads into the signing configuration, if you trust it"
	case e.Status < 300:
		f.hint = "check its address in the signing configuration"
	default:
		f.hint = "check its address in the signing configuration, and that it may be used from here"
	}
	if r.refused != nil && !f.again {
		if hint := r.refused(e); hint != "" {
			f.hint = hint
		}
	}
	return f
}

// statusCanceled is what gRPC's gateways write for a call that was cancelled. We
// were still there: a log that takes entries in batches lets all entries of a
// batch fail with one whose client has left (seen with rekor-tiles 2.3.0).
const statusCanceled = 499

// unusable is the failure of an answer that read objects to.
func (r request) unusable(err error) *failure {
	const check = "check its address in the signing configuration, and the proxies on the way"
	if shows(err.Error(), r.token) {
		err = errRepeats
	}
	if errors.Is(err, ErrExists) {
		return &failure{err: err, hint: "sign again"}
	}
	if f := (final{}); errors.As(err, &f) {
		return &failure{err: &AnswerError{f.error}, hint: f.hint}
	}
	return &failure{err: &AnswerError{err}, hint: check, again: true, once: true}
}
