// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// The services by the names that a [ServiceError] gives them.
const (
	fulcioName = "Fulcio"
	rekorName  = "Rekor"
	tsaName    = "timestamp authority"
)

// ErrExists is a log that has an equal entry already, and does not give it. A
// new signature of the same statement is a new entry.
var ErrExists = errors.New("the log has this entry already, and does not give it")

// ErrTokenExpired is an identity token that Fulcio refused and that has
// expired by now: a new one may be accepted.
var ErrTokenExpired = errors.New("the identity token has expired")

// ServiceError is a service that gave no usable answer.
type ServiceError struct {
	Service string        // "Fulcio", "Rekor" or "timestamp authority"
	URL     string        // the address, without a query
	Tries   int           // how often it was asked
	Elapsed time.Duration // how long all of that took
	// Last is the last answer, or why there was none: a [*StatusError], an
	// [*AnswerError], [ErrExists] or a plain error.
	Last error
	Hint string // what to do
}

// Error names the service, how long it was asked, the last answer and what to
// do.
func (e *ServiceError) Error() string {
	return fmt.Sprintf("asking %s at %q (%s): %v; %s", named(e.Service), e.URL, e.effort(), e.Last, e.Hint)
}

// Unwrap is the last answer.
func (e *ServiceError) Unwrap() error { return e.Last }

func (e *ServiceError) effort() string {
	took := e.Elapsed.Round(100 * time.Millisecond)
	switch {
	case e.Tries != 1:
		return fmt.Sprintf("%d times in %s", e.Tries, took)
	case took == 0:
		return "once"
	}
	return fmt.Sprintf("once, for %s", took)
}

// named is the service as a sentence names it.
func named(service string) string {
	if service == tsaName {
		return "the " + service
	}
	return service
}

// StatusError is an answer with a status that means no.
type StatusError struct {
	Status int
	// Message is what the service said, at most 200 characters on one line, or
	// empty.
	Message string
	// RetryAfter is the Retry-After field; negative where there was none.
	RetryAfter time.Duration
}

// Error names the status and the message.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("status %d", e.Status)
	if t := http.StatusText(e.Status); t != "" {
		s += " " + t
	}
	if e.Message != "" {
		s += fmt.Sprintf(", %q", e.Message)
	}
	return s
}

// AnswerError is an answer that is not what the service promises.
type AnswerError struct{ Err error }

// Error says what is wrong with it.
func (e *AnswerError) Error() string {
	return "its answer cannot be used: " + httpx.Clean(e.Err.Error())
}

// Unwrap is what is wrong with it.
func (e *AnswerError) Unwrap() error { return e.Err }
