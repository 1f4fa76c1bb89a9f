// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"

	"github.com/scientific-python/sallyport/internal/attest/services"
	"github.com/scientific-python/sallyport/internal/trust"
)

// DefaultParallel is how many statements are signed at the same time. A log of
// version 2 makes each wait for its next checkpoint, and asks for entries to be
// sent in parallel.
const DefaultParallel = 32

// SignerOptions say with which services to sign, and as whom. Config and Token
// are required.
type SignerOptions struct {
	// Config names the services.
	Config *trust.SigningConfig
	// Token returns an identity token for Fulcio, a new one each time it is
	// called: once a certificate. Its errors are returned as they are.
	Token func(ctx context.Context) (string, error)
	// Check, where not nil, looks at each certificate before anything is signed
	// under it: whether it says of the build what the token said.
	Check func(leaf *x509.Certificate) error
	// Parallel is how many statements are signed at the same time, each with
	// one request of one service at a time; zero means [DefaultParallel].
	Parallel int
	// Timeout is the budget of one call of a service, tries and pauses
	// included; zero means [services.DefaultTimeout].
	Timeout time.Duration
	// Client gives the transport; nil means one of the Signer's own.
	Client *http.Client
	// Now is the clock; nil means the real one.
	Now func() time.Time
	// UserAgent names the program to the services.
	UserAgent string
}

// Signer signs with certificates of Fulcio. What it makes is not verified: that
// is for package evidence. It is safe for concurrent use.
type Signer struct {
	token    func(context.Context) (string, error)
	check    func(*x509.Certificate) error
	fulcio   *services.Fulcio
	rekor1   *services.Rekor1
	rekor2   *services.Rekor2
	tsas     []*services.TSA
	parallel int
	timeout  time.Duration
	now      func() time.Time
	// own is the transport where it is the Signer's.
	own *http.Transport
}

// NewSigner checks the options. It asks nobody.
func NewSigner(o SignerOptions) (*Signer, error) {
	if o.Config == nil || o.Token == nil {
		return nil, errors.New("preparing to sign: the options name no services or no token")
	}
	if o.Parallel < 0 || o.Timeout < 0 {
		return nil, errors.New("preparing to sign: a number in the options is negative")
	}
	s := &Signer{token: o.Token, check: o.Check, parallel: o.Parallel, timeout: o.Timeout, now: o.Now}
	if s.parallel == 0 {
		s.parallel = DefaultParallel
	}
	if s.timeout == 0 {
		s.timeout = services.DefaultTimeout
	}
	if s.now == nil {
		s.now = time.Now
	}
	client := o.Client
	if client == nil || client.Transport == nil {
		client = s.ownClient()
	}
	at := func(e trust.Endpoint) services.Options {
		return services.Options{URL: e.URL, Timeout: s.timeout, Client: client, UserAgent: o.UserAgent, Now: s.now}
	}
	var err error
	if s.fulcio, err = services.NewFulcio(at(o.Config.Fulcio)); err != nil {
		return nil, err
	}
	if e := o.Config.Rekor1; e != nil {
		if s.rekor1, err = services.NewRekor1(at(*e)); err != nil {
			return nil, err
		}
	}
	if e := o.Config.Rekor2; e != nil {
		if s.rekor2, err = services.NewRekor2(at(*e)); err != nil {
			return nil, err
		}
	}
	for _, e := range o.Config.TSAs {
		t, err := services.NewTSA(at(e))
		if err != nil {
			return nil, err
		}
		s.tsas = append(s.tsas, t)
	}
	return s, nil
}

// ownClient keeps as many connections to a host as are in use: Go's own
// transport keeps two, and would shake hands anew for most requests.
func (s *Signer) ownClient() *http.Client {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil
	}
	s.own = t.Clone()
	s.own.MaxIdleConnsPerHost = s.parallel
	return &http.Client{Transport: s.own}
}

// Sign signs everything, in the order of the tasks, under one certificate,
// which is renewed when it would not last. The bundles are of version 0.3.
//
// It signs all or nothing: the first error ends the rest, and is the one that
// is returned: a [*services.ServiceError], one of [SignerOptions.Token] or
// Check, one that wraps the context's, or a plain one for a task that these
// services cannot do, which is found before anybody is asked. When Sign
// returns, nothing of it runs any more, and the keys are forgotten.
func (s *Signer) Sign(ctx context.Context, tasks []Task) ([]*protobundle.Bundle, error) {
	for i, t := range tasks {
		if err := s.possible(t); err != nil {
			return nil, fmt.Errorf("%w (task %d of %d)", err, i+1, len(tasks))
		}
	}
	if s.own != nil {
		defer s.own.CloseIdleConnections()
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		h     = &holder{Signer: s}
		out   = make([]*protobundle.Bundle, len(tasks))
		next  atomic.Int64
		done  atomic.Int64
		group sync.WaitGroup
		once  sync.Once
		first error
	)
	for range min(s.parallel, len(tasks)) {
		group.Go(func() {
			for within.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(tasks) {
					return
				}
				b, err := h.sign(within, tasks[i])
				if err != nil {
					// Before the others are told to stop, so that this is the first.
					once.Do(func() { first = err })
					cancel()
					return
				}
				out[i] = b
				done.Add(1)
			}
		})
	}
	group.Wait()
	switch {
	case first != nil:
		return nil, first
	case int(done.Load()) < len(tasks):
		return nil, stopped(ctx.Err())
	}
	return out, nil
}

func stopped(err error) error { return fmt.Errorf("signing: %w", err) }
