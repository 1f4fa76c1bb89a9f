// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"

	"github.com/scientific-python/sallyport/internal/attest/services"
	"github.com/scientific-python/sallyport/internal/httpx"
)

const (
	// maxRemakes is how often a signature is made again.
	maxRemakes = 2
	// maxBehind is how far a clock behind Fulcio's is waited for.
	maxBehind = 10 * time.Second
)

// outsideError is a signature whose proven time is not one at which its
// certificate was valid.
type outsideError struct {
	url  string
	at   time.Time
	leaf *x509.Certificate
}

func (e *outsideError) Error() string {
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	return fmt.Sprintf("signing: the service at %q says that it is %s, when the certificate (%s to %s) is not valid; the clocks of the services differ, or they are slow: try again later",
		e.url, at(e.at), at(e.leaf.NotBefore), at(e.leaf.NotAfter))
}

// early is how long before the certificate's start the time lies, 0 where it
// lies after its end.
func (e *outsideError) early() time.Duration { return max(0, e.leaf.NotBefore.Sub(e.at)) }

// sign signs one thing, and again where the log refuses an equal entry or the
// proven time is not the certificate's.
func (h *holder) sign(ctx context.Context, t Task) (*protobundle.Bundle, error) {
	var stale *credential
	for made := 0; ; made++ {
		c, err := h.get(ctx, stale)
		if err != nil {
			return nil, err
		}
		b, err := h.once(ctx, c, t)
		if err == nil {
			return b, nil
		}
		outside := new(outsideError)
		switch {
		case made == maxRemakes:
			return nil, err
		case errors.Is(err, services.ErrExists):
			// The next signature is another one, as ECDSA has it.
		case errors.As(err, &outside) && outside.early() == 0:
			stale = c
		case errors.As(err, &outside) && outside.early() <= maxBehind:
			// A later certificate would be as early: the clock has to catch up.
			if httpx.Sleep(ctx, outside.early()+time.Second) != nil {
				return nil, stopped(ctx.Err())
			}
		default:
			return nil, err
		}
	}
}

// once makes one signature, and has it stamped and entered. The log comes last,
// so that it gets no entry that is of no use.
func (h *holder) once(ctx context.Context, c *credential, t Task) (*protobundle.Bundle, error) {
	digest := t.Content.digest()
	signature, err := c.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	b := t.Content.bundle(signature, c.leaf.Raw)
	if t.stamped() {
		stamps := new(protobundle.TimestampVerificationData)
		for _, tsa := range h.tsas {
			der, at, err := tsa.Timestamp(ctx, signature)
			if err != nil {
				return nil, err
			}
			if err := within(c.leaf, at, tsa.URL()); err != nil {
				return nil, err
			}
			stamps.Rfc3161Timestamps = append(stamps.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: der})
		}
		b.VerificationMaterial.TimestampVerificationData = stamps
	}
	if t.Log == NoLog {
		return b, nil
	}
	entry, err := h.enter(ctx, t, b, digest, signature, c.leaf)
	if err != nil {
		return nil, err
	}
	b.VerificationMaterial.TlogEntries = []*protorekor.TransparencyLogEntry{entry}
	return b, nil
}

// enter enters the signature in the log of the task.
func (h *holder) enter(ctx context.Context, t Task, b *protobundle.Bundle, digest [32]byte, signature []byte, leaf *x509.Certificate) (*protorekor.TransparencyLogEntry, error) {
	if t.Log == RekorV2 {
		return h.rekor2.Add(ctx, digest, signature, leaf.Raw)
	}
	var (
		entry *protorekor.TransparencyLogEntry
		err   error
	)
	if envelope := b.GetDsseEnvelope(); envelope != nil {
		entry, err = h.rekor1.Add(ctx, envelope, leaf.Raw)
	} else {
		entry, err = h.rekor1.AddDigest(ctx, digest, signature, leaf.Raw)
	}
	if err != nil {
		return nil, err
	}
	return entry, within(leaf, time.Unix(entry.GetIntegratedTime(), 0), h.rekor1.URL())
}

// within holds a proven time against the certificate's, both ends included, as
// verifiers do.
func within(leaf *x509.Certificate, at time.Time, url string) error {
	if at.Before(leaf.NotBefore) || at.After(leaf.NotAfter) {
		return &outsideError{url, at, leaf}
	}
	return nil
}
