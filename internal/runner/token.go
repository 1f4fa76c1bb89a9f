// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
	"github.com/scientific-python/sallyport/internal/strictjson"
)

// The variables by which the runner offers identity tokens to a job.
const (
	tokenURL    = "ACTIONS_ID_TOKEN_REQUEST_URL"
	tokenBearer = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
)

// maxTokenAnswer is the size in bytes up to which an answer of the token
// service, and so a token, is read. Real ones are below 4 KiB.
const maxTokenAnswer = 32 << 10

// TokenOptions say how to ask for an identity token. The zero value is what a
// job wants.
type TokenOptions struct {
	// HTTPClient gives the transport; nil means Go's own.
	HTTPClient *http.Client
	// Budget is how long all tries and the pauses between them may take
	// together; zero means [TokenBudget].
	Budget time.Duration
	// Try is how long one try may take; zero means [TokenTry].
	Try time.Duration
	// Now and Sleep are the clock; nil means the real one. Sleep returns early,
	// with the context's error, when that ends.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// IDToken is an identity token of the running job, with its claims. The token
// itself is a secret and is not shown by any formatting verb.
type IDToken struct {
	Claims Claims
	// secret is a function so that no printer that walks a value finds it.
	secret func() string
}

// Secret returns the token, for the one service that it was made for.
func (t *IDToken) Secret() string { return t.secret() }

// Format writes a placeholder, whatever the verb.
func (t *IDToken) Format(f fmt.State, _ rune) { io.WriteString(f, "(identity token)") }

// IDToken asks the runner for an identity token for audience, and holds its
// claims against what was asked for ([Claims.Check]). The token is masked in
// the log before it is returned; the runner's own request token is masked
// before it is used.
//
// The signature is not verified here: Fulcio verifies it when it issues a
// certificate, and whoever reads that certificate verifies Fulcio's.
//
// Tries are repeated after a broken connection, a late answer, status 429 and
// status 500 or more (501 excepted), within [TokenOptions.Budget].
//
// Errors: [ErrOutsideActions], [*PermissionError], [*TokenError],
// [*ClaimError], one that wraps the context's error, and plain ones for
// arguments, variables or a token that are malformed. None holds either token.
func (r *Runner) IDToken(ctx context.Context, audience string, o TokenOptions) (*IDToken, error) {
	if r == nil {
		return nil, ErrOutsideActions
	}
	if _, _, bad := control(audience, ""); bad || strings.TrimSpace(audience) != audience || audience == "" {
		return nil, fmt.Errorf("asking for an identity token: the audience %.200q is not a name of one line; name the service that the token is for", audience)
	}
	address, bearer, err := r.tokenRequest(audience)
	if err != nil {
		return nil, err
	}
	if err := r.Mask(bearer); err != nil {
		return nil, fmt.Errorf("reading %s: %w", tokenBearer, err)
	}
	a, err := newAsker(address, bearer, o)
	if err != nil {
		return nil, err
	}
	body, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	token, err := tokenIn(body)
	if err == nil {
		// Before anything looks at it: no error may show what is not masked.
		err = r.Mask(token)
	}
	if err != nil {
		return nil, a.failed(1, &httpx.AnswerError{URL: a.name(), Err: err})
	}
	claims, err := ParseClaims(token)
	if err != nil {
		return nil, err
	}
	if err := claims.Check(audience, a.now()); err != nil {
		return nil, err
	}
	return &IDToken{Claims: claims, secret: func() string { return token }}, nil
}

// tokenRequest returns the address to ask, and the token to ask with.
func (r *Runner) tokenRequest(audience string) (address *url.URL, bearer string, err error) {
	raw, _ := r.lookup(tokenURL)
	bearer, _ = r.lookup(tokenBearer)
	missing := &PermissionError{}
	for _, v := range []struct{ name, value string }{{tokenURL, raw}, {tokenBearer, bearer}} {
		if v.value == "" {
			missing.Missing = append(missing.Missing, v.name)
		}
	}
	if len(missing.Missing) > 0 {
		return nil, "", missing
	}
	// The address is not repeated: what else stands in the variable may be secret.
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, "", fmt.Errorf("reading %s: it is not an address; leave the runner's variables alone", tokenURL)
	case u.User != nil || u.Fragment != "":
		return nil, "", fmt.Errorf("reading %s: it holds a user name or a fragment; leave the runner's variables alone", tokenURL)
	case u.Query().Has("audience"):
		return nil, "", fmt.Errorf("reading %s: it names an audience already; leave the runner's variables alone", tokenURL)
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "audience=" + strings.ReplaceAll(url.QueryEscape(audience), "+", "%20")
	return u, bearer, nil
}

// tokenIn takes the token out of an answer. Errors hold nothing of it.
func tokenIn(body []byte) (string, error) {
	if err := strictjson.Check(body, strictjson.Limits{Bytes: maxTokenAnswer, Depth: 8, Members: 64}); err != nil {
		return "", errors.New("it is not one JSON document")
	}
	m, err := strictjson.Object(body, "value")
	if err != nil {
		return "", errors.New("it is not a JSON object with a value")
	}
	token, err := strictjson.String(m["value"])
	if err != nil || token == "" {
		return "", errors.New("it holds no token")
	}
	return token, nil
}

// newAsker checks where the address leads: https, or http on this machine.
func newAsker(address *url.URL, bearer string, o TokenOptions) (*asker, error) {
	a := &asker{address: address, budget: o.Budget, try: o.Try, now: o.Now, sleep: o.Sleep}
	if a.budget <= 0 {
		a.budget = TokenBudget
	}
	if a.try <= 0 {
		a.try = TokenTry
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.sleep == nil {
		a.sleep = httpx.Sleep
	}
	var err error
	a.client, err = httpx.New(httpx.Options{
		Base: address.Scheme + "://" + address.Host, Token: bearer, HTTPClient: o.HTTPClient,
		// Tries, pauses and time are kept here: another status is worth another
		// try than for httpx, which asks for less patience than a release needs.
		Timeout: a.budget + a.try,
		Sleep: func(context.Context, time.Duration) error {
			a.helps = true
			return errPause
		},
	})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", tokenURL, err)
	}
	return a, nil
}
