// SPDX-License-Identifier: BSD-3-Clause

// Package pypi reads a package index: which files a project has (Simple API,
// JSON form, PEP 691), the provenance objects of files (Integrity API, PEP
// 740), and from them the publisher that the index has on record.
//
// It gives facts and judges nothing. Everything in an answer is the index's
// word and unverified; in particular no one signs the publisher that a
// provenance object names. Answers are read within limits, and meeting one is
// an error that names it.
package pypi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/scientific-python/sallyport/internal/httpx"
	"github.com/scientific-python/sallyport/internal/lazyregexp"
	"github.com/scientific-python/sallyport/internal/policy"
)

// DefaultBaseURL is PyPI.
const DefaultBaseURL = "https://pypi.org"

// Limits of what is read.
const (
	maxSimple     = 64 << 20 // bytes of a project's page
	maxProvenance = 8 << 20  // bytes of a provenance object
	maxFiles      = 100_000  // files of one project
	maxLooked     = 20       // files whose provenance RegisteredPublisher reads
)

// What the index may answer instead of what was asked, for errors.Is.
var (
	// ErrNotFound: the index has no such project.
	ErrNotFound = errors.New("the index has no such project")
	// ErrQuarantined: the index has taken the project's files off the shelf.
	ErrQuarantined = errors.New("the index has the project in quarantine")
	// ErrNoProvenance: no attestation was uploaded with the file (or the index
	// has no such file), or with any file of the project.
	ErrNoProvenance = errors.New("the index has no provenance")
	// ErrDisabled: the index gives no provenance at the moment.
	ErrDisabled = errors.New("the index refuses to give provenance")
	// ErrNotAcceptable: the index does not speak the format asked for.
	ErrNotAcceptable = errors.New("the index does not offer the format asked for")
)

// The errors of the transport, by the names under which callers look for them.
type (
	// StatusError is an answer with an unexpected status.
	StatusError = httpx.StatusError
	// TransportError is a request without a whole answer.
	TransportError = httpx.TransportError
	// AnswerError is an answer that is not what the specifications promise.
	AnswerError = httpx.AnswerError
	// LimitError is an answer or list over its limit.
	LimitError = httpx.LimitError
)

// Options configure a [Client]. The zero value asks PyPI.
type Options struct {
	// BaseURL is the index's address, below which are simple/ and integrity/;
	// empty means DefaultBaseURL. It must be https, or http on a loopback
	// address.
	BaseURL string
	// HTTPClient gives the transport; see [httpx.Options].
	HTTPClient *http.Client
	// UserAgent names the program.
	UserAgent string
	// Sleep replaces waiting between tries, for tests.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Client reads one index, without credentials. It is safe for concurrent use.
type Client struct {
	http *httpx.Client
}

// New checks the options.
func New(o Options) (*Client, error) {
	base := o.BaseURL
	if base == "" {
		base = DefaultBaseURL
	}
	h, err := httpx.New(httpx.Options{Base: base, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, Sleep: o.Sleep})
	if err != nil {
		return nil, fmt.Errorf("setting up the package index: %w", err)
	}
	return &Client{http: h}, nil
}

var (
	projectName = lazyregexp.New(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,198}[A-Za-z0-9])?$`)
	versionText = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9.!+_-]{0,199}$`)
)

// normalise is a project's name in the form of the index's addresses (the
// packaging specification's "name normalization").
func normalise(name string) (string, error) {
	if !projectName.MatchString(name) {
		return "", fmt.Errorf("asking the index: %q is not the name of a project", name)
	}
	return policy.NormalizeProject(name), nil
}

// fileName reports whether s can be the name of one file in an index.
func fileName(s string) bool {
	return s != "" && s != "." && s != ".." && len(s) <= 1024 && !strings.ContainsAny(s, `/\`) &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar })
}
