// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// UnreadableError says that a setting could not be read. It is never an answer
// about the setting itself: who gets it knows nothing and must say so. Every
// error of the readers of settings is one.
type UnreadableError struct {
	// What was asked for, in words with its name quoted: `the environment
	// "pypi" of octo-sci/samplepkg`.
	What string
	// Err is the cause: a [*PermissionError], [*RateLimitError],
	// [*NotFoundError], [*StatusError], [*TransportError], [*AnswerError], one
	// that wraps a context's error, or one about the question itself.
	Err error
}

// Error names the setting and the cause.
func (e *UnreadableError) Error() string { return "reading " + e.What + ": " + e.Err.Error() }

// Unwrap is the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }

// Reason is the cause in few words and without addresses, for a report's list
// of what was not checked.
func (e *UnreadableError) Reason() string {
	var (
		rate      *RateLimitError
		perm      *PermissionError
		missing   *NotFoundError
		status    *StatusError
		transport *TransportError
		answer    *AnswerError
		limit     *LimitError
	)
	switch {
	case errors.As(e.Err, &rate) && rate.Reset.IsZero():
		return "GitHub answers no more for a while; try again later, with a token where there was none"
	case errors.As(e.Err, &rate):
		return "GitHub answers no more until " + rate.Reset.UTC().Format(time.RFC3339) + "; try again then, or give a token where there was none"
	case errors.As(e.Err, &perm) && perm.Status == http.StatusUnauthorized:
		return "GitHub does not accept the token"
	case errors.As(e.Err, &perm):
		return fmt.Sprintf("the token may not read it; add `permissions: %s` to the job", perm.Permission)
	case errors.As(e.Err, &missing):
		return "GitHub shows no such " + missing.What + ": there is none, or the token may not see it"
	case errors.Is(e.Err, context.DeadlineExceeded), errors.Is(e.Err, context.Canceled):
		return "the time for it was over; try again later"
	case errors.As(e.Err, &answer) && errors.As(answer.Err, &limit):
		return "GitHub's answer is too large: " + limit.Error()
	case errors.As(e.Err, &answer):
		return "GitHub's answer is not what its API promises"
	case errors.As(e.Err, &transport):
		return "GitHub did not answer"
	case errors.As(e.Err, &status):
		return fmt.Sprintf("GitHub answered with status %d", status.Status)
	}
	return e.Err.Error()
}

// unreadable wraps what went wrong with reading a setting; permission is what
// a job's token needs for it. Nothing wrong stays nothing.
func unreadable(err error, permission, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if u := new(UnreadableError); errors.As(err, &u) {
		return err
	}
	return &UnreadableError{What: fmt.Sprintf(format, args...), Err: refusal(err, permission)}
}

// missing reports whether GitHub answered that there is nothing.
func missing(err error) bool {
	s, n := new(StatusError), new(NotFoundError)
	return errors.As(err, &s) && s.Status == http.StatusNotFound || errors.As(err, &n)
}

// gone turns a 404 into a [NotFoundError] that says of what.
func gone(err error, what string) error {
	if s := new(StatusError); errors.As(err, &s) && s.Status == http.StatusNotFound {
		return &NotFoundError{URL: s.URL, What: what}
	}
	return err
}
