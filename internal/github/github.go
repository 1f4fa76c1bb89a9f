// SPDX-License-Identifier: BSD-3-Clause

// Package github reads GitHub's REST API: the attestations stored for a
// repository, files at a commit, and what its settings say of environments,
// branches, tags and pinned commits; and it stores new attestations, which is
// all that it writes. It gives facts and judges nothing: an
// attestation from here is bytes until its signature is verified, and a
// setting that could not be read is an [*UnreadableError], never a good one.
//
// It trusts nothing in an answer. Every body, list and bundle has a limit, and
// meeting one is an error that names it. The token goes to the API's own
// origin only; a bundle's address is signed, so that its query is a secret and
// stays out of errors and reports.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// DefaultBaseURL is the API of github.com.
const DefaultBaseURL = "https://api.github.com"

// Limits of what is read.
const (
	maxAnswer  = 32 << 20 // bytes of one answer
	maxPages   = 50       // pages of one list
	maxItems   = 200      // attestations of one digest
	maxFile    = 1 << 20  // bytes of a file of the repository
	perPage    = 100      // the API's own maximum
	bulkChunk  = 100      // digests in one bulk call
	few        = 4        // digests up to which the bulk call does not pay
	parallel   = 4        // requests under way at once
	secondsMax = 253402300799
)

// Defaults of [Options].
const (
	DefaultMaxBundle = 8 << 20
	DefaultMaxTotal  = 64 << 20
)

// Options configure a [Client]. The zero value asks github.com without a token.
type Options struct {
	// BaseURL is the API's address; empty means DefaultBaseURL. It must be
	// https, or http on a loopback address.
	BaseURL string
	// ServerURL is where pages for people are, as in GITHUB_SERVER_URL; empty
	// means DefaultServerURL. Addresses in results begin with it; it is never
	// asked.
	ServerURL string
	// Token is sent as a bearer token. Public repositories need none.
	Token string
	// HTTPClient gives the transport; see [httpx.Options].
	HTTPClient *http.Client
	// UserAgent names the program; GitHub refuses requests without one.
	UserAgent string
	// Sleep replaces waiting between tries, for tests.
	Sleep func(ctx context.Context, d time.Duration) error
	// MaxBundle bounds one bundle in bytes, decompressed; 0 means
	// DefaultMaxBundle.
	MaxBundle int64
	// MaxTotal bounds the different bundles of one call of Attestations
	// together, in bytes; 0 means DefaultMaxTotal.
	MaxTotal int64
}

// Client asks the API. It is safe for concurrent use.
type Client struct {
	http      *httpx.Client
	server    string // without a slash at the end
	maxBundle int64
	maxTotal  int64
}

// New checks the options. GitHub Enterprise Server (a path of /api/v3) is
// refused by name.
func New(o Options) (*Client, error) {
	base := o.BaseURL
	if base == "" {
		base = DefaultBaseURL
	}
	u, err := httpx.ParseBase(base)
	if err != nil {
		return nil, fmt.Errorf("setting up GitHub's API: %w", err)
	}
	if p := u.Path + "/"; strings.HasPrefix(p, "/api/v3/") || strings.HasPrefix(p, "/api/") {
		return nil, fmt.Errorf("setting up GitHub's API: %q is an address of GitHub Enterprise Server, which is not supported; use %s", base, DefaultBaseURL)
	}
	h, err := httpx.New(httpx.Options{
		Base: base, Token: o.Token, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, Sleep: o.Sleep,
	})
	if err != nil {
		return nil, fmt.Errorf("setting up GitHub's API: %w", err)
	}
	if o.MaxBundle < 0 || o.MaxTotal < 0 || o.MaxBundle > 1<<30 {
		return nil, errors.New("setting up GitHub's API: a limit is negative or over 1 GiB a bundle")
	}
	server := o.ServerURL
	if server == "" {
		server = DefaultServerURL
	}
	pages, err := httpx.ParseBase(server)
	if err != nil {
		return nil, fmt.Errorf("setting up GitHub's pages: %w", err)
	}
	c := &Client{http: h, server: pages.String(), maxBundle: o.MaxBundle, maxTotal: o.MaxTotal}
	if c.maxBundle == 0 {
		c.maxBundle = DefaultMaxBundle
	}
	if c.maxTotal == 0 {
		c.maxTotal = DefaultMaxTotal
	}
	return c, nil
}

// checkRepository refuses names that GitHub does not give. Owners of
// enterprise-managed accounts have an underscore.
func checkRepository(owner, repo string) error {
	if !plain(owner, 39+40, "-_") {
		return fmt.Errorf("asking GitHub: %q is not the name of an owner", owner)
	}
	if !plain(repo, 100, "-_.") || repo == "." || repo == ".." {
		return fmt.Errorf("asking GitHub: %q is not the name of a repository", repo)
	}
	return nil
}

func plain(s string, most int, also string) bool {
	return s != "" && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune(also, r))
	})
}

func lowerHex(s string, lengths ...int) bool {
	for _, n := range lengths {
		if len(s) == n {
			return strings.Trim(s, "0123456789abcdef") == ""
		}
	}
	return false
}
