// SPDX-License-Identifier: BSD-3-Clause

// Package httpx asks a web service for something and reads the answer within
// limits. It is what the readers of GitHub's API and of the package index have
// in common: retries, redirects, body limits, errors without secrets, and a
// JSON decoder that does not let an answer grow without bound.
//
// It trusts TLS to name the host and nothing that the host says. The token
// goes to the base address's own origin only. No error of this package holds
// the token, a query string, or the path of an address that came out of an
// answer.
package httpx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Defaults and fixed bounds of a [Client].
const (
	// DefaultTimeout bounds one call of [Client.Do], retries included.
	DefaultTimeout = 30 * time.Second
	// Tries is how often a request is sent at most.
	Tries = 3
	// FirstBackoff is the pause before the second try; it doubles after that.
	FirstBackoff = 200 * time.Millisecond
	// MaxRetryAfter is the longest Retry-After that is waited for. With a
	// longer one the answer is returned at once.
	MaxRetryAfter = 10 * time.Second
	// MaxRedirects is how many redirects one try follows.
	MaxRedirects = 5
)

// Options configure a [Client]. Only Base is required.
type Options struct {
	// Base is the service's address: https, or http on a loopback address.
	Base string
	// Token, where not empty, is sent as a bearer token to Base's origin only.
	Token string
	// HTTPClient gives the transport. Its other fields are not used: this
	// package follows redirects and keeps time itself.
	HTTPClient *http.Client
	// UserAgent names the program; empty means "sallyport".
	UserAgent string
	// Sleep waits between tries; nil means a timer. It returns early with the
	// context's error when that ends.
	Sleep func(ctx context.Context, d time.Duration) error
	// Timeout replaces DefaultTimeout where positive.
	Timeout time.Duration
}

// Client asks one service. It is safe for concurrent use.
type Client struct {
	base      *url.URL
	token     string
	transport http.RoundTripper
	agent     string
	sleep     func(context.Context, time.Duration) error
	timeout   time.Duration
}

// New checks the options. No error names the token.
func New(o Options) (*Client, error) {
	base, err := ParseBase(o.Base)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, errors.New("reading the token: it has a space, a line break or another character that no token has")
	}
	c := &Client{
		base: base, token: o.Token, transport: http.DefaultTransport,
		agent: o.UserAgent, sleep: o.Sleep, timeout: o.Timeout,
	}
	if o.HTTPClient != nil && o.HTTPClient.Transport != nil {
		c.transport = o.HTTPClient.Transport
	}
	if c.agent == "" {
		c.agent = "sallyport"
	}
	if c.sleep == nil {
		c.sleep = Sleep
	}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	return c, nil
}

// URL is the address of path below the base. The path begins with a slash and
// is already escaped.
func (c *Client) URL(path string, query url.Values) string {
	s := c.base.String() + path
	if len(query) > 0 {
		s += "?" + query.Encode()
	}
	return s
}

// Same reports whether address has the base's origin, so that it may be asked
// with the token.
func (c *Client) Same(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.User == nil && sameOrigin(c.base, u)
}

// Resolve reads an address found in an answer, which may be relative to the
// base, and refuses one of another origin.
func (c *Client) Resolve(address string) (string, error) {
	u, err := c.base.Parse(address)
	if err != nil {
		return "", errors.New("reading an address in an answer: it is not a URL")
	}
	if u.User != nil || !sameOrigin(c.base, u) {
		return "", fmt.Errorf("reading an address in an answer: its host %q is not %q", u.Host, c.base.Host)
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

// Sleep waits, and returns early with the context's error when that ends.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
