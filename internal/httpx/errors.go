// SPDX-License-Identifier: BSD-3-Clause

package httpx

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// StatusError is an answer with a status other than the one that means success.
type StatusError struct {
	Method string
	// URL is the address without its query; of an external address only the
	// scheme and host.
	URL    string
	Status int
	// Message is what the service said, at most 200 characters without control
	// characters, or empty. It is the service's text: quote it.
	Message string
	// Header holds Retry-After and the X-Ratelimit fields, as sent.
	Header http.Header
	// RetryAfter is the Retry-After field; negative where there was none.
	RetryAfter time.Duration
}

// Error names the address and the status.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("asking %s %s: status %d", e.Method, e.URL, e.Status)
	if t := http.StatusText(e.Status); t != "" {
		s += " " + t
	}
	if e.Message != "" {
		s += fmt.Sprintf(", %q", e.Message)
	}
	if e.Status >= 500 {
		s += "; try again later"
	}
	return s
}

// TransportError is a request without a whole answer: no connection, a broken
// one, no answer in time, or a redirect that is not followed.
type TransportError struct {
	Method string
	URL    string // as in StatusError
	Reason string
	retry  bool
}

// Error names the address and the reason.
func (e *TransportError) Error() string {
	return fmt.Sprintf("asking %s %s: %s", e.Method, e.URL, e.Reason)
}

// LimitError is an answer, or a part of one, that is larger than allowed.
type LimitError struct {
	What  string // "answer", "bundle", …
	Limit int64
	Unit  string // "bytes", "pages", …
}

// Error names the limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the %s is over the limit of %d %s", e.What, e.Limit, e.Unit)
}

// AnswerError is an answer that is not what the service promises. Err says how;
// it may be a [LimitError].
type AnswerError struct {
	URL string // as in StatusError
	Err error
}

// Error names the address and the reason.
func (e *AnswerError) Error() string {
	return fmt.Sprintf("reading the answer of %s: %v", e.URL, e.Err)
}

// Unwrap is the cause.
func (e *AnswerError) Unwrap() error { return e.Err }

const snippetLen = 200

// snippet is what a refused answer says: the "message" of a JSON object, else
// the first characters. The token is removed, should the service echo it.
func (c *Client) snippet(body []byte) string {
	text := c.uncut(body, len(body) == refusedBody)
	var msg struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &msg) == nil && msg.Message != "" {
		text = msg.Message
	}
	return c.clean(text)
}

// uncut is text, less what may be the beginning of the token at its end where
// more followed.
func (c *Client) uncut(text []byte, more bool) string {
	if more {
		text = text[:max(0, len(text)-len(c.token))]
	}
	return string(text)
}

// clean makes foreign text fit for an error: valid UTF-8 on one line, at most
// snippetLen characters, without the token and without the sequence that
// starts a command anywhere in a line of a workflow's log.
func (c *Client) clean(text string) string {
	if c.token != "" {
		text = strings.ReplaceAll(text, c.token, "***")
	}
	return Clean(text)
}

// Clean makes foreign text fit for an error message: valid UTF-8, white space
// and control characters folded to single spaces, at most 200 characters, and
// no "##[", which GitHub's runner takes for a command.
func Clean(text string) string {
	var b strings.Builder
	n, gap := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			gap = b.Len() > 0
			continue
		}
		if n++; gap {
			n++
		}
		if n > snippetLen {
			b.WriteString("…")
			break
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r)
	}
	return strings.ReplaceAll(b.String(), "##[", "## [")
}
