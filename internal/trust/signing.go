// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Endpoint is one service to sign with.
type Endpoint struct {
	// URL is the address: https, or http on loopback; printable ASCII without
	// user information, query, fragment and slash at the end. For a timestamp
	// authority it is the whole address that requests are sent to, for the
	// others the base to which the paths of their API are appended.
	URL string
	// Version is the major version of the service's API.
	Version uint32
}

// SigningConfig names the services of one instance that sign and record. It is
// not changed after [LoadSigning] and safe for parallel use; callers must not
// change it either.
type SigningConfig struct {
	Instance Instance
	Source   Source
	// Path is the file, Source being File.
	Path string
	// Date is the day (midnight UTC) as of which the services are known to be
	// the current ones. Zero for a file.
	Date time.Time

	// Fulcio is the certificate authority, which every configuration has.
	Fulcio Endpoint
	// Rekor1 and Rekor2 are the transparency logs of the two API versions, nil
	// where the instance has none of that version.
	Rekor1, Rekor2 *Endpoint
	// TSAs are the timestamp authorities: each is to be asked for a timestamp.
	// There is one at least where Rekor1 is nil or Rekor2 is not, as else the
	// time of a signature could not be proven.
	TSAs []Endpoint

	// Problem says why the current services could not be looked up, so that
	// the built-in ones are named here; nil where nothing went wrong.
	Problem *SigningProblem
}

// SigningOptions say which services [LoadSigning] is to find.
type SigningOptions struct {
	// Instance is PublicGood or GitHub. It is not looked at where File is set.
	Instance Instance
	// File is a Sigstore signing configuration; with one, the instance is
	// Custom and nothing is asked for.
	File string
	// Offline uses the built-in services as they are.
	Offline bool
	// Now is the time at which services must be valid; zero means the clock's.
	// The expiry of TUF metadata is always judged by the clock.
	Now time.Time
	// Client asks the TUF repository; see [Options].
	Client *http.Client
	// Timeout is how long that may take altogether; zero means 10 seconds.
	Timeout time.Duration
	// Repositories replaces the instances' TUF repositories, all of them; nil
	// means the real ones.
	Repositories map[Instance]Repository
}

// SigningProblem is a failed question for the current services. Whether the
// built-in ones still serve is seen when they are asked to sign; what they
// make is verified against the trust roots in any case.
type SigningProblem struct {
	Instance Instance
	// Err is why it failed.
	Err error
	// Date is that of the built-in services.
	Date time.Time
}

// Error says what failed and what is used instead.
func (p *SigningProblem) Error() string {
	return fmt.Sprintf("finding the signing services of %s: %v; using the built-in ones of %s",
		describe(p.Instance), clip(p.Err), p.Date.Format(time.DateOnly))
}

// Unwrap returns why it failed.
func (p *SigningProblem) Unwrap() error { return p.Err }

// signingTarget is the file of a TUF repository that names the services.
// Sigstore publishes another one, signing_config_rekor_v2.v0.2.json, for those
// who want its Rekor v2 log before it is the default.
const signingTarget = "signing_config.v0.2.json"

// LoadSigning finds the services to sign with: those of a file; those that the
// public-good instance publishes through TUF, or where that fails the built-in
// ones, with a [SigningProblem]; the built-in ones of GitHub's instance, which
// publishes none. Errors are a [*ConfigError], a file that could not be read,
// or the end of ctx.
func LoadSigning(ctx context.Context, o SigningOptions) (*SigningConfig, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.File != "" {
		return signingFile(o.File, o.Now)
	}
	c := builtinSigning(o.Instance)
	switch {
	case c == nil:
		return nil, configErrorf("finding the signing services: none are known of the instance %q; name the services with --signing-config FILE", o.Instance)
	case o.Offline, o.Instance != PublicGood:
		return c, nil
	}
	fresh, err := publishedSigning(ctx, o)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("finding the signing services of %s: %w; run again", describe(o.Instance), context.Cause(ctx))
	}
	if err != nil {
		c.Problem = &SigningProblem{Instance: o.Instance, Err: err, Date: c.Date}
		return c, nil
	}
	return fresh, nil
}

// publishedSigning reads the services that an instance publishes now.
func publishedSigning(ctx context.Context, o SigningOptions) (*SigningConfig, error) {
	common := Options{Now: o.Now, Client: o.Client, Timeout: o.Timeout, Repositories: o.Repositories}
	defer common.connect()()
	data, url, err := fetch(ctx, o.Instance, signingTarget, maxSigningBytes, common)
	if err != nil {
		return nil, err
	}
	c, err := parseSigning(data, o.Now)
	if err != nil {
		return nil, fmt.Errorf("reading %s of %s: %w", signingTarget, url, clip(err))
	}
	c.Instance, c.Source, c.Date = o.Instance, TUF, day(o.Now)
	return c, nil
}

// signingFile reads a signing configuration, which may be a pipe.
func signingFile(path string, now time.Time) (*SigningConfig, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading signing configuration %q: %w", path, cause(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSigningBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading signing configuration %q: %w", path, cause(err))
	}
	if len(data) > maxSigningBytes {
		return nil, configErrorf("reading signing configuration %q: it is larger than %d KiB, which no signing configuration is; check the file name", path, maxSigningBytes>>10)
	}
	c, err := parseSigning(data, now)
	if err != nil {
		return nil, configErrorf("reading signing configuration %q: %w; pass an instance's signing_config.v0.2.json that is valid today", path, clip(err))
	}
	c.Instance, c.Source, c.Path = Custom, File, path
	return c, nil
}
