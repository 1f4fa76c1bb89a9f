// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/scientific-python/sallyport/internal/attest/services"
)

// minMargin is how long a certificate must be valid for when a statement is
// signed under it, so that its timestamp and log entry fall into that time.
const minMargin = time.Minute

// credential is a certificate and the key that it is for. Each certificate has
// a key of its own: a signature then belongs to one certificate, and cannot be
// put beside another that is valid at another time.
type credential struct {
	key  *ephemeralKey
	leaf *x509.Certificate
}

// holder holds the certificate under which the statements of one release are
// signed, and renews it.
type holder struct {
	*Signer
	mu      sync.Mutex
	current *credential
	// failed is why there is no certificate. Whoever waited for it is not to
	// ask again: the run is over, if not everybody knows it yet.
	failed error
}

// get returns a certificate that is valid for long enough, and is not the one
// called stale (which may be nil). Where several ask at once, one renews it and
// the others wait for that, and for its error.
func (h *holder) get(ctx context.Context, stale *credential) (*credential, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, stopped(err)
	}
	if h.failed != nil {
		return nil, h.failed
	}
	if h.current != nil && h.current != stale && h.lasts(h.current.leaf) {
		return h.current, nil
	}
	c, err := h.obtain(ctx)
	if err != nil {
		h.failed = err
		return nil, err
	}
	h.current = c
	return c, nil
}

// lasts reports whether there is time to sign something under the certificate:
// a minute, or what a timestamp and a log entry may take, but half of its life
// where that is shorter, since renewing it would not give more.
func (h *holder) lasts(leaf *x509.Certificate) bool {
	margin := min(max(minMargin, 2*h.timeout), leaf.NotAfter.Sub(leaf.NotBefore)/2)
	return h.now().Add(margin).Before(leaf.NotAfter)
}

// obtain asks for a new certificate with a new token and a new key. A token
// that expired before Fulcio saw it is replaced once.
func (h *holder) obtain(ctx context.Context) (*credential, error) {
	for again := false; ; again = true {
		token, err := h.token(ctx)
		if err != nil {
			return nil, err
		}
		key, err := newKey()
		if err != nil {
			return nil, err
		}
		leaf, err := h.fulcio.Certificate(ctx, token, key)
		if errors.Is(err, services.ErrTokenExpired) && !again {
			continue
		}
		if err != nil {
			return nil, err
		}
		if h.check != nil {
			if err := h.check(leaf); err != nil {
				return nil, fmt.Errorf("checking the certificate that Fulcio issued: %w", err)
			}
		}
		return &credential{key, leaf}, nil
	}
}
