// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// maxToken is how long an identity token may be, in bytes.
const maxToken = 32 << 10

// subject reads a token's subject, which Fulcio wants signed as proof that the
// key is the asker's, and the time when the token expires (zero where it does
// not say). The token is not verified: that is for Fulcio. No error holds
// anything of it.
func subject(token string) (sub string, expires time.Time, err error) {
	bad := func(text string) (string, time.Time, error) {
		return "", time.Time{}, errors.New("reading the identity token: " + text + "; ask for a new one")
	}
	parts := strings.Split(token, ".")
	if len(token) > maxToken || len(parts) != 3 {
		return bad("it is not a JSON web token")
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return bad("its claims are not in base64")
	}
	f, err := object(claims, strictjson.Limits{Bytes: maxToken, Depth: 8, Members: 256}, "sub", "exp")
	if err != nil {
		return bad("its claims are not a JSON object")
	}
	if sub = f.text("sub"); f.err != nil || sub == "" {
		return bad("it names no subject")
	}
	// RFC 7519 allows a fraction.
	var at float64
	if json.Unmarshal(f.m["exp"], &at) == nil && at > 0 && at < 1<<40 {
		expires = time.Unix(int64(at), 0)
	}
	return sub, expires, nil
}
