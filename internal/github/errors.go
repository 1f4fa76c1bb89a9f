// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// The errors of the transport, by the names under which callers look for them.
type (
	// StatusError is an answer with an unexpected status.
	StatusError = httpx.StatusError
	// TransportError is a request without a whole answer.
	TransportError = httpx.TransportError
	// AnswerError is an answer that is not what the API promises.
	AnswerError = httpx.AnswerError
	// LimitError is an answer or list over its limit.
	LimitError = httpx.LimitError
)

// RateLimitError says that GitHub answers no more for a while.
type RateLimitError struct {
	URL string // without its query
	// Reset is when GitHub answers again (UTC), zero where it did not say.
	Reset time.Time
	// Secondary is the limit on bursts, not the hourly one.
	Secondary bool
	// Message is what GitHub said; foreign text, one line.
	Message string
}

// Error names the time from which it is worth trying again.
func (e *RateLimitError) Error() string {
	s := fmt.Sprintf("asking %s: GitHub's rate limit is used up", e.URL)
	if e.Secondary {
		s = fmt.Sprintf("asking %s: GitHub's limit on bursts is met", e.URL)
	}
	if e.Message != "" {
		s += fmt.Sprintf(" (%q)", e.Message)
	}
	if e.Reset.IsZero() {
		return s + "; try again in some minutes, with a token where there was none"
	}
	return s + "; try again after " + e.Reset.UTC().Format(time.RFC3339) + ", or give a token where there was none"
}

// PermissionError says that the token is not accepted (401) or may not read
// this (403).
type PermissionError struct {
	URL    string // without its query
	Status int
	// Permission is what the job's permissions need, "attestations: read".
	Permission string
	// Message is what GitHub said; foreign text, one line.
	Message string
}

// Error names the permission to add.
func (e *PermissionError) Error() string {
	s := fmt.Sprintf("asking %s: status %d", e.URL, e.Status)
	if e.Message != "" {
		s += fmt.Sprintf(", %q", e.Message)
	}
	if e.Status == http.StatusUnauthorized {
		return s + fmt.Sprintf("; the token is not accepted: give a valid one with `permissions: %s`, or none for a public repository", e.Permission)
	}
	return s + fmt.Sprintf("; the token may not read this: add `permissions: %s` to the job", e.Permission)
}

// NotFoundError says that there is nothing at this address, or nothing that
// the token may know of.
type NotFoundError struct {
	URL  string
	What string // "file", "repository"
}

// Error names the address.
func (e *NotFoundError) Error() string {
	return fmt.Sprintf("asking %s: no such %s, or the token may not see it", e.URL, e.What)
}

// refusal turns a refused answer into the kind of refusal it is. Other errors
// are returned as they are.
func refusal(err error, permission string) error {
	s := new(StatusError)
	if !errors.As(err, &s) {
		return err
	}
	switch s.Status {
	case http.StatusUnauthorized:
		return &PermissionError{URL: s.URL, Status: s.Status, Permission: permission, Message: s.Message}
	case http.StatusForbidden, http.StatusTooManyRequests:
		if limited, ok := rateLimit(s, time.Now()); ok {
			return limited
		}
		return &PermissionError{URL: s.URL, Status: s.Status, Permission: permission, Message: s.Message}
	}
	return err
}

// rateLimit tells a limit from a missing permission. The hourly limit says
// that nothing remains and when it is reset; the one on bursts says
// Retry-After, or only its name in the message.
func rateLimit(s *StatusError, now time.Time) (*RateLimitError, bool) {
	e := &RateLimitError{URL: s.URL, Message: s.Message}
	if s.Header.Get("X-Ratelimit-Remaining") == "0" {
		sec, err := strconv.ParseInt(s.Header.Get("X-Ratelimit-Reset"), 10, 64)
		if err == nil && sec > 0 && sec <= secondsMax {
			e.Reset = time.Unix(sec, 0).UTC()
		}
		return e, true
	}
	e.Secondary = true
	if s.RetryAfter >= 0 {
		e.Reset = now.Add(s.RetryAfter).UTC().Truncate(time.Second)
		return e, true
	}
	return e, s.Status == http.StatusTooManyRequests || strings.Contains(strings.ToLower(s.Message), "rate limit")
}
