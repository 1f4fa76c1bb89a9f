// SPDX-License-Identifier: BSD-3-Clause

package runnertest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// get asks for a URL, with the bearer token where it is not empty.
func get(t *testing.T, url, bearer string) (status int, body []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

func decode(t *testing.T, s string, into any) {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	if b, ok := into.(*[]byte); ok {
		*b = data
	} else if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// verify checks a token as Fulcio would, with what the issuer publishes at
// base, and returns the claims.
func verify(t *testing.T, base, token string) (claims map[string]any, ok bool) {
	t.Helper()
	_, data := get(t, base+"/.well-known/jwks", "")
	var set struct {
		Keys []struct{ Kty, Alg, Use, Kid, N, E string }
	}
	if err := json.Unmarshal(data, &set); err != nil || len(set.Keys) != 1 {
		t.Fatalf("%d keys, %v", len(set.Keys), err)
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	var header struct{ Typ, Alg, Kid string }
	decode(t, parts[0], &header)
	key := set.Keys[0]
	if header.Typ != "JWT" || header.Alg != "RS256" || key.Alg != "RS256" || key.Kty != "RSA" || key.Use != "sig" {
		t.Errorf("header %+v, key %+v", header, key)
	}
	var n, e, sig []byte
	decode(t, key.N, &n)
	decode(t, key.E, &e)
	decode(t, parts[2], &sig)
	decode(t, parts[1], &claims)
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	pub := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	return claims, header.Kid == key.Kid && rsa.VerifyPKCS1v15(pub, crypto.SHA256, sum[:], sig) == nil
}

func TestIssuer(t *testing.T) {
	i := StartIssuer(t)
	i.Set(map[string]any{"environment": "pypi", "actor": nil})
	env := i.Env("")
	status, body := get(t, env["ACTIONS_ID_TOKEN_REQUEST_URL"]+"&audience=sigstore", env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
	var got struct {
		Count int
		Value string
	}
	if err := json.Unmarshal(body, &got); err != nil || status != 200 || got.Count != len(got.Value) {
		t.Fatalf("status %d, %v: %s", status, err, body)
	}
	claims, ok := verify(t, i.Base(), got.Value)
	if !ok {
		t.Error("the signature is not the published key's")
	}
	now := float64(time.Now().Unix())
	if claims["aud"] != "sigstore" || claims["iss"] != GitHubIssuer || claims["environment"] != "pypi" ||
		claims["exp"].(float64) < now || claims["nbf"].(float64) > now || claims["jti"] == "" {
		t.Errorf("claims %v", claims)
	}
	if _, there := claims["actor"]; there {
		t.Error("a removed claim is there")
	}
	other, err := NewIssuer("https://example.org/")
	if err != nil {
		t.Fatal(err)
	}
	if claims, ok := verify(t, i.Base(), other.Token("x", nil)); ok || claims["iss"] != "https://example.org/" {
		t.Errorf("another issuer's token: verified %v, claims %v", ok, claims)
	}
	var config struct {
		Issuer  string
		JWKSURI string `json:"jwks_uri"`
	}
	_, body = get(t, i.Base()+"/.well-known/openid-configuration", "")
	if err := json.Unmarshal(body, &config); err != nil || config.Issuer != GitHubIssuer || config.JWKSURI != GitHubIssuer+"/.well-known/jwks" {
		t.Errorf("configuration %s, %v", body, err)
	}
}

func TestIssuerRefuses(t *testing.T) {
	i := StartIssuer(t)
	url := i.Env("")["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=sigstore"
	bearer := i.Env("")["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
	for _, tt := range []struct {
		url, bearer string
		want        int
	}{
		{url, "", 401}, {url, bearer + "x", 401}, {i.Base() + "/", bearer, 404}, {url, bearer, 200},
	} {
		if status, body := get(t, tt.url, tt.bearer); status != tt.want {
			t.Errorf("%s: status %d: %s", tt.url, status, body)
		}
	}
	i.Fail(Fault{Status: 503, RetryAfter: "2", Body: "busy"}, Fault{})
	for _, want := range []int{503, 200, 200} {
		if status, _ := get(t, url, bearer); status != want {
			t.Errorf("status %d, want %d", status, want)
		}
	}
	if n := len(i.Requests()); n != 6 {
		t.Errorf("%d requests", n)
	}
	// Without an audience, GitHub takes the owner's address.
	_, body := get(t, i.Env("")["ACTIONS_ID_TOKEN_REQUEST_URL"], bearer)
	var got struct{ Value string }
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if claims, _ := verify(t, i.Base(), got.Value); claims["aud"] != "https://github.com/octo-sci" {
		t.Errorf("audience %v", claims["aud"])
	}
}
