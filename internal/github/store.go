// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// DefaultServerURL is where github.com shows its pages.
const DefaultServerURL = "https://github.com"

// writeAttestations is the permission that storing needs.
const writeAttestations = "attestations: write"

// maxStored bounds the answer to a bundle in bytes: it is one number.
const maxStored = 1 << 20

// Stored is an attestation that GitHub keeps for a repository.
type Stored struct {
	// ID is GitHub's number of it, above 0.
	ID int64
	// URL is the page that shows it.
	URL string
}

// StoreAttestation stores a Sigstore bundle, one JSON object of at most
// [Options].MaxBundle bytes, with the repository's attestations. From then on
// the list of each of its subjects' digests has it.
//
// A try whose answer is lost is made again, so that GitHub may come to hold
// two copies; they are one attestation to whoever verifies. The error is a
// [*StoreError], [*RateLimitError], [*TransportError] or [*AnswerError], wraps
// the context's error, or is about what was given.
func (c *Client) StoreAttestation(ctx context.Context, owner, repo string, bundle []byte) (Stored, error) {
	if err := checkRepository(owner, repo); err != nil {
		return Stored{}, err
	}
	if int64(len(bundle)) > c.maxBundle {
		return Stored{}, fmt.Errorf("storing the attestation with GitHub: %w; attest fewer files at once",
			&LimitError{What: "bundle", Limit: c.maxBundle, Unit: "bytes"})
	}
	if !isObject(bundle) {
		return Stored{}, errors.New("storing the attestation with GitHub: the bundle is not a JSON object")
	}
	path := "/repos/" + owner + "/" + repo + "/attestations"
	body := append(append([]byte(`{"bundle":`), bundle...), '}')
	resp, err := c.http.Do(ctx, httpx.Request{
		Method: http.MethodPost, URL: c.http.URL(path, nil), Accept: mediaJSON, Body: body,
		Status: http.StatusCreated, Limit: maxStored,
	})
	if err != nil {
		return Stored{}, storeRefusal(err, len(bundle))
	}
	id, err := decodeStored(resp.Body)
	if err != nil {
		return Stored{}, fmt.Errorf("storing the attestation with GitHub: %w", &AnswerError{URL: c.http.URL(path, nil), Err: err})
	}
	return Stored{ID: id, URL: c.server + "/" + owner + "/" + repo + "/attestations/" + strconv.FormatInt(id, 10)}, nil
}

// decodeStored reads the number of a stored attestation.
func decodeStored(body []byte) (int64, error) {
	var id int64
	d := httpx.NewDecoder(bytes.NewReader(body))
	err := d.Object(func(key string) error {
		if key != "id" {
			return d.Skip()
		}
		raw, err := d.Raw()
		if err == nil {
			if id, err = strconv.ParseInt(string(raw), 10, 64); err != nil || id <= 0 {
				err = errors.New("its id is not a number above 0")
			}
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	if err == nil && id == 0 {
		err = errors.New("it has no id of the attestation")
	}
	if err != nil {
		// Decoders repeat what they met.
		return 0, errors.New(httpx.Clean(err.Error()))
	}
	return id, nil
}

// StoreError is GitHub's refusal of a bundle.
type StoreError struct {
	// Refusal is the answer.
	Refusal *StatusError
	// Hint says what to do about it; it may be empty.
	Hint string
}

// Error says what GitHub answered and what to do.
func (e *StoreError) Error() string {
	s := "storing the attestation with GitHub: " + e.Refusal.Error()
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap returns the answer.
func (e *StoreError) Unwrap() error { return e.Refusal }

// storeRefusal turns a failed request into what it means for storing a bundle
// of size bytes.
func storeRefusal(err error, size int) error {
	s := new(StatusError)
	if !errors.As(err, &s) {
		return fmt.Errorf("storing the attestation with GitHub: %w", err)
	}
	e := &StoreError{Refusal: s}
	if s.Status == http.StatusForbidden || s.Status == http.StatusTooManyRequests {
		if limited, ok := rateLimit(s, time.Now()); ok {
			return fmt.Errorf("storing the attestation with GitHub: %w", limited)
		}
	}
	const plan = "GitHub stores attestations of private repositories only for organisations on GitHub Enterprise Cloud: sign without --github where yours has no such plan"
	switch {
	case s.Status < 500 && strings.Contains(strings.ToLower(s.Message), "feature not available"):
		e.Hint = plan
	case s.Status == http.StatusUnauthorized:
		e.Hint = fmt.Sprintf("give the job's token, and `permissions: %s` to the job", writeAttestations)
	case s.Status == http.StatusForbidden, s.Status == http.StatusNotFound:
		e.Hint = fmt.Sprintf("add `permissions: %s` to the job; if it has it: %s", writeAttestations, plan)
	case s.Status == http.StatusRequestEntityTooLarge:
		e.Hint = fmt.Sprintf("the bundle has %d bytes: attest fewer files at once", size)
	case s.Status == http.StatusUnprocessableEntity && s.Message == "":
		e.Hint = "GitHub does not accept the bundle and does not say why"
	case s.Status == http.StatusUnprocessableEntity:
		e.Hint = "GitHub does not accept the bundle, for the reason it gives"
	case s.Status < 400:
		e.Hint = fmt.Sprintf("expected status %d", http.StatusCreated)
	}
	return e
}
