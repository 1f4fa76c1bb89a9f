// SPDX-License-Identifier: BSD-3-Clause

package runnertest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// GitHubIssuer is the issuer of GitHub's workflow tokens.
const GitHubIssuer = "https://token.actions.githubusercontent.com"

// TokenPath is where an [Issuer] answers as the runner's token service. The
// two slashes are GitHub's.
const TokenPath = "/134//idtoken/7d6a3b1e/0c55ad90"

// Issuer is GitHub's issuer of identity tokens and the service by which a
// runner offers them to jobs, in one. It is an [http.Handler] for
//
//   - GET of [TokenPath] with audience=…, which wants the request token;
//   - /.well-known/openid-configuration and /.well-known/jwks.
//
// It signs whatever claims it is told to, with a key of its own. It is safe for
// concurrent use.
type Issuer struct {
	name   string
	bearer string
	key    *rsa.PrivateKey
	kid    string

	mu       sync.Mutex
	claims   map[string]any
	faults   []Fault
	requests []Request
	tokens   []string
	base     string
}

// Request is one request for a token.
type Request struct {
	Method, Audience string
	Authorized       bool // with the request token
}

// NewIssuer makes an issuer with a fresh key. Its tokens name the issuer as
// name, which is [GitHubIssuer] where empty, wherever it listens. Its claims
// are [ReleaseClaims].
func NewIssuer(name string) (*Issuer, error) {
	if name == "" {
		name = GitHubIssuer
	}
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	return issuerOf(name, key), nil
}

func newKey() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making the issuer's key: %w", err)
	}
	return key, nil
}

// sharedKey is the one key of all issuers that tests start, since making one
// takes as long as many a test.
var sharedKey = sync.OnceValues(newKey)

func issuerOf(name string, key *rsa.PrivateKey) *Issuer {
	sum := sha256.Sum256(key.N.Bytes())
	return &Issuer{
		name: name, key: key, kid: hex.EncodeToString(sum[:20]),
		bearer: "request-token." + rand.Text(), claims: ReleaseClaims(),
	}
}

// StartIssuer makes an issuer by GitHub's name and serves it on loopback until
// the test ends. All such issuers of a process sign with one key.
func StartIssuer(tb testing.TB) *Issuer {
	tb.Helper()
	key, err := sharedKey()
	if err != nil {
		tb.Fatal(err)
	}
	i := issuerOf(GitHubIssuer, key)
	server := httptest.NewServer(i)
	tb.Cleanup(server.Close)
	i.base = server.URL
	return i
}

// Base returns the address that [StartIssuer] serves at, or "".
func (i *Issuer) Base() string { return i.base }

// Env returns the variables that a runner sets in a job that may ask for
// tokens, for an issuer that is served at base; empty is [Issuer.Base].
func (i *Issuer) Env(base string) map[string]string {
	if base == "" {
		base = i.base
	}
	return map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL":   base + TokenPath + "?api-version=2.0",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN": i.bearer,
	}
}

// Set changes the claims of further tokens, those that each token has for
// itself included; a nil value removes one.
func (i *Issuer) Set(changes map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	maps.Copy(i.claims, changes)
}

// Claims returns the claims of further tokens, but for those that each token
// has for itself.
func (i *Issuer) Claims() map[string]any {
	i.mu.Lock()
	defer i.mu.Unlock()
	return maps.Clone(i.claims)
}

// Tokens returns the tokens that were handed out so far. Each is a secret of
// the job that asked.
func (i *Issuer) Tokens() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.tokens)
}

// Fail has the next requests for tokens meet faults, one each, in this order.
func (i *Issuer) Fail(faults ...Fault) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.faults = append(i.faults, faults...)
}

// Requests returns the requests for tokens so far.
func (i *Issuer) Requests() []Request {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]Request(nil), i.requests...)
}

// Token returns a token for audience as the service would give it now, with
// changes to its claims; a nil value removes one.
func (i *Issuer) Token(audience string, changes map[string]any) string {
	now := time.Now().Unix()
	all := map[string]any{
		"iss": i.name, "aud": audience, "jti": rand.Text(),
		"iat": now, "nbf": now - 600, "exp": now + 300,
	}
	i.mu.Lock()
	maps.Copy(all, i.claims)
	i.mu.Unlock()
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	return i.sign(mustJSON(all))
}

// Sign returns a token with these bytes for claims, whatever they are.
func (i *Issuer) Sign(claims []byte) string { return i.sign(claims) }

func (i *Issuer) sign(claims []byte) string {
	header := mustJSON(map[string]any{"typ": "JWT", "alg": "RS256", "kid": i.kid, "x5t": i.kid})
	signed := b64(header) + "." + b64(claims)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		panic("runnertest: " + err.Error()) // a key of 2048 bits signs any digest
	}
	return signed + "." + b64(sig)
}

// ServeHTTP answers as GitHub does. Paths are taken as they stand: a
// [http.ServeMux] would clean the token's.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case TokenPath:
		i.serveToken(w, r)
	case "/.well-known/openid-configuration":
		i.mu.Lock()
		supported := append(slices.Sorted(maps.Keys(i.claims)), "aud", "exp", "iat", "iss", "jti", "nbf")
		i.mu.Unlock()
		answer(w, map[string]any{
			"issuer": i.name, "jwks_uri": strings.TrimSuffix(i.name, "/") + "/.well-known/jwks",
			"subject_types_supported": []string{"public", "pairwise"}, "response_types_supported": []string{"id_token"},
			"claims_supported": supported, "id_token_signing_alg_values_supported": []string{"RS256"},
			"scopes_supported": []string{"openid"},
		})
	case "/.well-known/jwks":
		answer(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": i.kid,
			"n": b64(i.key.N.Bytes()), "e": b64(big.NewInt(int64(i.key.E)).Bytes()),
		}}})
	default:
		http.NotFound(w, r)
	}
}

func (i *Issuer) serveToken(w http.ResponseWriter, r *http.Request) {
	audience := r.URL.Query().Get("audience")
	authorized := strings.EqualFold(r.Header.Get("Authorization"), "bearer "+i.bearer)
	i.mu.Lock()
	i.requests = append(i.requests, Request{r.Method, audience, authorized})
	var fault *Fault
	if len(i.faults) > 0 {
		fault, i.faults = &i.faults[0], i.faults[1:]
	}
	owner, _ := i.claims["repository_owner"].(string)
	i.mu.Unlock()
	if fault != nil && fault.meet(w, r) {
		return
	}
	if !authorized {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if audience == "" {
		audience = "https://github.com/" + owner
	}
	token := i.Token(audience, nil)
	i.mu.Lock()
	i.tokens = append(i.tokens, token)
	i.mu.Unlock()
	answer(w, map[string]any{"count": len(token), "value": token})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8; api-version=2.0")
	w.Write(mustJSON(v))
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("runnertest: " + err.Error())
	}
	return data
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
