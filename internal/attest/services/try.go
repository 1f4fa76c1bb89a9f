// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// refusedBody is how much of a refused answer is read for its message, bytes.
const refusedBody = 16 << 10

// try makes one round trip within its part of the call's budget.
func (c *client) try(ctx context.Context, r request, u *url.URL, part time.Duration) *failure {
	limited, cancel := context.WithTimeout(ctx, part)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, r.method, u.String(), bytes.NewReader(r.body))
	if err != nil {
		return &failure{err: errors.New("the request cannot be made"), hint: "check its address in the signing configuration"}
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", r.accept)
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	began := time.Now()
	// The transport is called directly: http.Client would follow redirects.
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		if resp != nil && resp.Body != nil {
			resp.Body.Close()
		}
		return lost(limited, r, err, began)
	}
	defer resp.Body.Close()
	if !slices.Contains(r.takes, resp.StatusCode) {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, refusedBody))
		return r.judge(&StatusError{
			Status: resp.StatusCode, Message: message(body, r.token), RetryAfter: retryAfter(resp.Header, c.now()),
		})
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, r.limit+1))
	switch {
	case err != nil:
		return lost(limited, r, err, began)
	case int64(len(body)) > r.limit:
		return r.unusable(fmt.Errorf("it is over the limit of %d bytes", r.limit))
	case repeats(string(body), r.token):
		// Nothing of it may be quoted.
		return r.unusable(errRepeats)
	}
	if err := r.read(resp.StatusCode, resp.Header, body); err != nil {
		return r.unusable(err)
	}
	return nil
}

// lost is a try without a whole answer.
func lost(ctx context.Context, r request, err error, began time.Time) *failure {
	f := &failure{hint: hintLater, again: true}
	var (
		cert *tls.CertificateVerificationError
		op   *net.OpError
		dns  *net.DNSError
	)
	switch {
	case ctx.Err() != nil:
		f.err = fmt.Errorf("no whole answer within %s", time.Since(began).Round(100*time.Millisecond))
	case errors.As(err, &cert):
		f.err = errors.New(httpx.Clean(cert.Error()))
		f.again, f.hint = false, "check its address, this machine's clock and the certificate authorities that it trusts"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f.err = errors.New("the connection closed before the answer was whole")
	case errors.As(err, &dns):
		f.err = errors.New(httpx.Clean(dns.Error()))
	case errors.As(err, &op):
		f.err = errors.New(httpx.Clean(op.Error()))
	case shows(err.Error(), r.token):
		f.err = errors.New("the connection broke")
	default:
		// The transport may quote what the other side sent.
		f.err = fmt.Errorf("the connection broke: %q", httpx.Clean(err.Error()))
	}
	return f
}

// message is what a refused answer says, fit for an error.
func message(body []byte, token string) string {
	if len(body) == refusedBody {
		// The end may be the beginning of the token.
		body = body[:refusedBody-min(refusedBody, len(token))]
	}
	text := string(body)
	if repeats(text, token) {
		return notShown
	}
	if m, err := object(body, limits(refusedBody), "message"); err == nil {
		if s := m.text("message"); m.err == nil && s != "" {
			text = s
		}
	}
	if text = httpx.Clean(text); shows(text, token) {
		return notShown
	}
	return text
}

// errRepeats is an answer of which nothing may be quoted.
var errRepeats = errors.New("it repeats the identity token")

const notShown = "(it repeats the identity token, and is not shown)"

// repeats reports whether a body holds the token or one of its longer parts.
func repeats(text, token string) bool {
	for part := range strings.SplitSeq(token, ".") {
		if len(part) >= 16 && strings.Contains(text, part) {
			return true
		}
	}
	return token != "" && strings.Contains(text, token)
}

// shows reports whether a short text, decoded and cut, holds enough of the token
// to be of use.
func shows(text, token string) bool {
	const enough = 16
	for i := 0; i+enough <= len(token); i++ {
		if strings.Contains(text, token[i:i+enough]) {
			return true
		}
	}
	return false
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
