// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// GateAudience is the audience of tokens by which the gate learns what the
// issuer says of the running job. No service accepts it: a token that leaks
// opens nothing.
const GateAudience = "sallyport-gate"

// ownAudience is what an audience must look like to be nobody's but ours.
var ownAudience = lazyregexp.New(`^sallyport-[a-z0-9][a-z0-9-]{0,40}$`)

// keysPath is where an issuer publishes its keys.
const keysPath = "/.well-known/jwks"

// VerifyOptions say how to ask for a token and how to verify it. The zero
// value is what a job wants.
type VerifyOptions struct {
	TokenOptions
	// Issuer is the address whose keys are asked for; empty means
	// [TokenIssuer]. Any other must be on this machine, and is for tests: the
	// tokens name [TokenIssuer] all the same.
	Issuer string
}

// VerifiedToken asks for a token as [Runner.IDToken] does and verifies it: its
// signature is by one of the issuer's published keys (RS256, RSA of 2048 bits
// or more, chosen by the key's id), it was issued since it was asked for, and
// it is of this run ([Facts.RunID], RunAttempt and RepositoryID, as far as they
// are offered), so that a token that another job has kept or lent does not
// count. What cannot be verified is an error, and never claims.
//
// The audience must be one of ours, [GateAudience]: a token for an index or a
// signing service could be used there by whoever gets hold of it.
//
// Errors: those of IDToken, [*AudienceError], [*KeysError], [*SignatureError],
// and one for facts of the runner that are malformed.
func (r *Runner) VerifiedToken(ctx context.Context, audience string, o VerifyOptions) (*IDToken, error) {
	if !ownAudience.MatchString(audience) {
		return nil, &AudienceError{Audience: audience}
	}
	keys, err := newKeysClient(o)
	if err != nil {
		return nil, err
	}
	facts, err := r.Facts()
	if err != nil {
		return nil, err
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	asked := now()
	token, err := r.IDToken(ctx, audience, o.TokenOptions)
	if err != nil {
		return nil, err
	}
	set, err := keys.fetch(ctx)
	if err != nil {
		return nil, err
	}
	if err := set.verify(token.Secret()); err != nil {
		return nil, err
	}
	if err := token.Claims.ofThisRun(facts, asked, now()); err != nil {
		return nil, err
	}
	return token, nil
}

// ofThisRun reports as a [*ClaimError] what shows that a genuine token was
// made for another run, or before it was asked for.
func (c Claims) ofThisRun(f Facts, asked, now time.Time) error {
	const other = "find out which step sets the runner's variables: the token is genuine, and another job's"
	switch {
	case c.IssuedAt.IsZero():
		return &ClaimError{"iat", "", "is missing", intact}
	case c.IssuedAt.Before(asked.Add(-ClockSkew)):
		return &ClaimError{"iat", c.IssuedAt.Format(time.RFC3339), "is before the token was asked for, at " + asked.UTC().Format(time.RFC3339) + " here",
			"set the machine's clock; if it is right, find out which step sets the runner's variables"}
	case c.IssuedAt.After(now.Add(ClockSkew)):
		return &ClaimError{"iat", c.IssuedAt.Format(time.RFC3339), "is to come: it is " + now.UTC().Format(time.RFC3339) + " here", "set the machine's clock"}
	}
	for _, k := range []struct {
		claim, value, variable string
		fact                   Fact
	}{
		{"repository_id", c.RepositoryID, "GITHUB_REPOSITORY_ID", f.RepositoryID},
		{"run_id", c.RunID, "GITHUB_RUN_ID", f.RunID},
		{"run_attempt", c.RunAttempt, "GITHUB_RUN_ATTEMPT", f.RunAttempt},
	} {
		if k.fact.Offered() && !k.fact.Is(k.value) {
			return &ClaimError{k.claim, k.value, fmt.Sprintf("is not this job's %q (%s)", k.fact.String(), k.variable), other}
		}
	}
	return nil
}

// keysClient asks one issuer for its keys.
type keysClient struct {
	client *httpx.Client
	host   string
}

// newKeysClient checks the issuer's address before anything is asked for.
func newKeysClient(o VerifyOptions) (*keysClient, error) {
	address := o.Issuer
	if address == "" {
		address = TokenIssuer
	}
	u, err := url.Parse(address)
	if address != TokenIssuer && (err != nil || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("asking for the issuer's keys: the address %.200q is neither %q nor on this machine; leave it out", address, TokenIssuer)
	}
	client, err := httpx.New(httpx.Options{Base: address, HTTPClient: o.HTTPClient, Sleep: o.Sleep})
	if err != nil {
		return nil, fmt.Errorf("asking for the issuer's keys: %w", err)
	}
	return &keysClient{client: client, host: u.Host}, nil
}

// fetch reads the issuer's keys.
func (k *keysClient) fetch(ctx context.Context) (keySet, error) {
	resp, err := k.client.Do(ctx, httpx.Request{
		Method: http.MethodGet, URL: k.client.URL(keysPath, nil), Accept: "application/json", Limit: maxKeys,
	})
	if err != nil {
		return nil, &KeysError{Host: k.host, Err: err}
	}
	set, err := parseKeys(resp.Body)
	if err != nil {
		return nil, &KeysError{Host: k.host, Err: err}
	}
	return set, nil
}
