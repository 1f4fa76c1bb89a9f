// SPDX-License-Identifier: BSD-3-Clause

// Package services asks Sigstore's services for what a signature needs: Fulcio
// for a certificate, Rekor of either version for a log entry, a timestamp
// authority for the time. Each client makes one kind of call.
//
// It trusts TLS to name the host, and no answer beyond its form: an answer is
// held against what was asked for (this key, this signature, this nonce), but
// no signature of a service is verified here. That is for package evidence,
// before anything made of the answers is used. Answers are limited in size,
// redirects are not followed, and no error holds the identity token, a query
// string or more than 200 characters that a service sent.
package services

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// DefaultTimeout is the budget of one call, all its tries and the pauses
// between them included. The first try may take two thirds of it, the 20 s
// that Rekor v2 asks its clients to wait for a checkpoint; what is left is for
// further tries.
const DefaultTimeout = 30 * time.Second

// firstPause is the pause before the second try; it doubles from try to try,
// up to maxPause, and is shortened at random by up to half, so that the
// statements of a release do not come back all at once.
const (
	firstPause = 500 * time.Millisecond
	maxPause   = 8 * time.Second
)

// Options configure a client. Only URL is required.
type Options struct {
	// URL is the service's base address, of a timestamp authority the whole
	// address: https, or http on a loopback address.
	URL string
	// Timeout is the budget of one call; zero means [DefaultTimeout].
	Timeout time.Duration
	// Client gives the transport; nil means Go's own. Its other fields are not
	// used: redirects are refused and time is kept here.
	Client *http.Client
	// UserAgent names the program; empty means "sallyport".
	UserAgent string
	// Now and Sleep are the clock for certificates and for pauses; nil means
	// the real one. Sleep returns early, with the context's error, when that
	// ends.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// client is what the services' clients have in common.
type client struct {
	service   string
	base      *url.URL
	timeout   time.Duration
	transport http.RoundTripper
	agent     string
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
}

func newClient(service string, o Options) (*client, error) {
	if o.URL == "" {
		return nil, fmt.Errorf("reading the address of %s: there is none; name one in the signing configuration", named(service))
	}
	base, err := httpx.ParseBase(o.URL)
	if err != nil {
		return nil, fmt.Errorf("reading the address of %s: %w", named(service), err)
	}
	if o.Timeout < 0 {
		return nil, errors.New("reading the services' timeout: it is negative")
	}
	c := &client{
		service: service, base: base, timeout: o.Timeout, transport: http.DefaultTransport,
		agent: o.UserAgent, now: o.Now, sleep: o.Sleep,
	}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	if o.Client != nil && o.Client.Transport != nil {
		c.transport = o.Client.Transport
	}
	if c.agent == "" {
		c.agent = "sallyport"
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = httpx.Sleep
	}
	return c, nil
}

// URL is the service's address.
func (c *client) URL() string { return plain(c.base) }
