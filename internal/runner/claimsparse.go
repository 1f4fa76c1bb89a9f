// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// tokenJSON bounds a token's header and its claims.
var tokenJSON = strictjson.Limits{Bytes: maxTokenAnswer, Depth: 8, Members: 256}

const intact = "ask again; a token is never edited"

// ParseClaims reads the claims of a token: a JSON Web Token (RFC 7519) signed
// with RS256, in three parts, at most 32 KiB. The signature is NOT verified:
// whoever made the token may have claimed anything. Fulcio verifies it, with
// the issuer's keys, before it puts the claims into a certificate, and the gate
// verifies the certificate.
//
// A claim that is known must have its form (a [*ClaimError] where it does
// not); one given twice, or spelled in another letter case, is an error.
// Others are ignored. Errors show values of claims, never the token.
func ParseClaims(token string) (Claims, error) {
	var c Claims
	if len(token) > maxTokenAnswer {
		return c, fmt.Errorf("reading the identity token: %d bytes are more than the limit of %d", len(token), maxTokenAnswer)
	}
	parts := strings.Split(token, ".")
	// Go's decoder passes over line breaks.
	if len(parts) != 3 || parts[2] == "" || strings.ContainsAny(token, "\r\n") {
		return c, errors.New("reading the identity token: it has not the three parts of a signed JSON Web Token; " + intact)
	}
	header, err := tokenPart("header", parts[0], "alg")
	if err != nil {
		return c, err
	}
	if alg, err := strictjson.String(header["alg"]); err != nil || alg != "RS256" {
		return c, errors.New("reading the identity token: it is not signed with RS256, as GitHub signs; " + intact)
	}
	names := make([]string, 0, len(claims)+len(moments))
	for _, k := range claims {
		names = append(names, k.name)
	}
	for _, m := range moments {
		names = append(names, m.name)
	}
	body, err := tokenPart("claims", parts[1], names...)
	if err != nil {
		return c, err
	}
	if _, err := base64.RawURLEncoding.DecodeString(parts[2]); err != nil {
		return c, errors.New("reading the identity token: its signature is not base64url; " + intact)
	}
	for _, k := range claims {
		value, err := k.read(body[k.name])
		if err != nil {
			return Claims{}, err
		}
		*k.at(&c) = value
	}
	for _, m := range moments {
		t, err := moment(m.name, body[m.name])
		if err != nil {
			return Claims{}, err
		}
		*m.at(&c) = t
	}
	return c, nil
}

// tokenPart decodes one JSON object of a token.
func tokenPart(what, part string, known ...string) (map[string]json.RawMessage, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return nil, fmt.Errorf("reading the identity token: its %s are not base64url; %s", what, intact)
	}
	if err := strictjson.Check(data, tokenJSON); err != nil {
		return nil, fmt.Errorf("reading the identity token: its %s: %w", what, err)
	}
	m, err := strictjson.Object(data, known...)
	if err != nil {
		return nil, fmt.Errorf("reading the identity token: its %s: %w", what, err)
	}
	return m, nil
}

// read takes a claim; one that is absent or null is empty.
func (k claim) read(raw json.RawMessage) (string, error) {
	if strictjson.IsNull(raw) {
		return "", nil
	}
	value, err := strictjson.String(raw)
	if err != nil {
		// Of what nobody relies on, a number or a boolean is as good.
		if plain := strings.Trim(string(raw), " \t\r\n"); !k.needed && !strings.ContainsAny(plain[:1], `{["`) && len(plain) < 64 {
			return plain, nil
		}
		return "", &ClaimError{Claim: k.name, Problem: "is not a text", Hint: intact}
	}
	return value, k.check(value)
}

// check holds a value against the claim's form; an empty one has none.
func (k claim) check(value string) error {
	if value == "" {
		return nil
	}
	if what, at, bad := control(value, ""); bad {
		return &ClaimError{Claim: k.name, Problem: fmt.Sprintf("has %s at byte %d", what, at), Hint: intact}
	}
	if len(value) > maxFact {
		return &ClaimError{Claim: k.name, Problem: fmt.Sprintf("has %d bytes, more than the limit of %d", len(value), maxFact), Hint: intact}
	}
	if k.ok != nil && !k.ok(value) {
		return &ClaimError{Claim: k.name, Value: value, Problem: "is not " + k.form, Hint: intact}
	}
	return nil
}

// moment reads seconds since 1970, which GitHub writes as an integer.
func moment(name string, raw json.RawMessage) (time.Time, error) {
	if strictjson.IsNull(raw) {
		return time.Time{}, nil
	}
	plain := strings.Trim(string(raw), " \t\r\n")
	n, err := strconv.ParseUint(plain, 10, 64)
	if err != nil || n == 0 || n > 1<<40 {
		return time.Time{}, &ClaimError{Claim: name, Problem: "is not a time in whole seconds", Hint: intact}
	}
	return time.Unix(int64(n), 0).UTC(), nil
}
