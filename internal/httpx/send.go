// SPDX-License-Identifier: BSD-3-Clause

package httpx

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
	"strings"
	"time"
)

// refusedBody is how much of a refused answer is read for its message.
const refusedBody = 16 << 10

// follow sends one try and follows its redirects: of an API within its origin
// only, of an external address to any address that may itself be asked. Only
// GET follows; the transport is called directly because http.Client would
// carry credentials to sub-domains and name whole addresses in its errors.
func (c *Client) follow(ctx context.Context, r Request, u *url.URL) (*Response, error) {
	for range MaxRedirects + 1 {
		resp, err := c.send(ctx, r, u)
		if err != nil {
			return nil, err
		}
		location := resp.Header.Get("Location")
		if !redirects(resp.StatusCode) || location == "" || r.Method != http.MethodGet {
			return c.finish(r, u, resp)
		}
		resp.Body.Close()
		next, err := u.Parse(location)
		if err != nil {
			return nil, c.broken(r, u, "it redirects to something that is not a URL", false)
		}
		if err := c.allowed(r, next); err != nil {
			return nil, c.broken(r, u, "it redirects to an address that is not followed: "+err.Error(), false)
		}
		u = next
	}
	return nil, c.broken(r, u, fmt.Sprintf("it redirects more than %d times", MaxRedirects), false)
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// send makes one round trip.
func (c *Client) send(ctx context.Context, r Request, u *url.URL) (*http.Response, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	plain := *u
	plain.Fragment, plain.RawFragment = "", ""
	req, err := http.NewRequestWithContext(ctx, r.Method, plain.String(), body)
	if err != nil {
		return nil, c.broken(r, u, "the request cannot be made", false)
	}
	req.Header.Set("User-Agent", c.agent)
	if r.Accept != "" {
		req.Header.Set("Accept", r.Accept)
	}
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" && !r.External && sameOrigin(c.base, u) {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		if resp != nil && resp.Body != nil {
			resp.Body.Close()
		}
		var cert *tls.CertificateVerificationError
		return nil, c.broken(r, u, c.reason(r, err), !errors.As(err, &cert))
	}
	return resp, nil
}

// reason is a transport's error in words. The transport may quote what the
// other side sent, so of an external address only known kinds are repeated.
func (c *Client) reason(r Request, err error) string {
	var (
		cert *tls.CertificateVerificationError
		op   *net.OpError
		dns  *net.DNSError
	)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection closed before the answer was whole"
	case errors.As(err, &cert):
		return c.clean(cert.Error())
	case errors.As(err, &dns):
		return c.clean(dns.Error())
	case errors.As(err, &op):
		return c.clean(op.Error())
	case r.External:
		return "the connection broke"
	}
	return c.clean(err.Error())
}

func (c *Client) broken(r Request, u *url.URL, reason string, again bool) *TransportError {
	return &TransportError{Method: r.Method, URL: c.name(r, u), Reason: reason, retry: again}
}

// finish reads an answer that is not followed any further.
func (c *Client) finish(r Request, u *url.URL, resp *http.Response) (*Response, error) {
	defer resp.Body.Close()
	if resp.StatusCode != r.Status {
		return nil, c.refused(r, u, resp)
	}
	body := &bodyReader{r: resp.Body, left: r.Limit}
	out := &Response{Header: resp.Header}
	var err error
	if r.Read != nil {
		err = r.Read(body, resp.Header)
	} else {
		out.Body, err = io.ReadAll(body)
	}
	switch {
	case body.err != nil:
		return nil, c.broken(r, u, c.reason(r, body.err), true)
	case body.over:
		return nil, &AnswerError{URL: c.name(r, u), Err: &LimitError{What: "answer", Limit: r.Limit, Unit: "bytes"}}
	case err != nil:
		if c.token != "" && strings.Contains(err.Error(), c.token) {
			err = errors.New(c.clean(err.Error()))
		}
		return nil, &AnswerError{URL: c.name(r, u), Err: err}
	}
	return out, nil
}

func (c *Client) refused(r Request, u *url.URL, resp *http.Response) *StatusError {
	e := &StatusError{Method: r.Method, URL: c.name(r, u), Status: resp.StatusCode,
		Header: http.Header{}, RetryAfter: retryAfter(resp.Header, time.Now())}
	for _, k := range []string{"Retry-After", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		if v := resp.Header.Get(k); v != "" {
			e.Header.Set(k, v)
		}
	}
	if !r.External {
		// A store of signed addresses may repeat the signature in its refusal.
		body, _ := io.ReadAll(io.LimitReader(resp.Body, refusedBody))
		e.Message = c.snippet(body)
	}
	return e
}

// bodyReader hands out at most left bytes and remembers whether there were
// more, or whether the connection broke.
type bodyReader struct {
	r    io.Reader
	left int64
	over bool
	err  error
}

var errOver = errors.New("the answer is over its limit")

func (b *bodyReader) Read(p []byte) (int, error) {
	if b.over {
		return 0, errOver
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if int64(n) > b.left {
		n = int(b.left)
		b.over = true
		err = errOver
	}
	b.left -= int64(n)
	if err != nil && err != io.EOF && !b.over {
		b.err = err
	}
	return n, err
}
