// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// Bounds of an issuer's key set. GitHub's has below ten keys in 16 KiB.
const (
	maxKeys    = 256 << 10
	minKeyBits = 2048
	maxKeyBits = 8192
)

var keysJSON = strictjson.Limits{Bytes: maxKeys, Depth: 8, Members: 256}

// keySet holds an issuer's keys by their ids.
type keySet map[string]issuerKey

// issuerKey is a key that may sign tokens, or the reason why it may not.
type issuerKey struct {
	rsa     *rsa.PublicKey
	problem string
}

// parseKeys reads a JSON Web Key Set (RFC 7517). Keys of another kind than
// RSA, for another use or algorithm, or without an id are passed over. One
// that is malformed or weak stays in the set with what is wrong with it: the
// tokens of other keys do not suffer. Two keys of one id, or no key at all,
// are an error.
func parseKeys(data []byte) (keySet, error) {
	list, err := keyList(data)
	if err != nil {
		return nil, fmt.Errorf("reading the key set: %w", err)
	}
	set := keySet{}
	for i, raw := range list {
		id, key, ours, err := parseKey(raw)
		if err != nil {
			return nil, fmt.Errorf("reading the key set: keys[%d]: %w", i, err)
		}
		if !ours {
			continue
		}
		if _, twice := set[id]; twice {
			return nil, fmt.Errorf("reading the key set: two keys have the id %.100q", id)
		}
		set[id] = key
	}
	if len(set) == 0 {
		return nil, errors.New("reading the key set: it holds no RSA key that signs with RS256")
	}
	return set, nil
}

func keyList(data []byte) ([]json.RawMessage, error) {
	if err := strictjson.Check(data, keysJSON); err != nil {
		return nil, err
	}
	top, err := strictjson.Object(data, "keys")
	if err != nil {
		return nil, err
	}
	return strictjson.Array(top["keys"])
}

// parseKey reads one key; ours is false for one that signs no tokens of ours.
func parseKey(raw []byte) (id string, key issuerKey, ours bool, err error) {
	m, err := strictjson.Object(raw, "kty", "use", "alg", "kid", "n", "e")
	if err != nil {
		return "", key, false, err
	}
	text := map[string]string{}
	for _, name := range []string{"kty", "use", "alg", "kid", "n", "e"} {
		if strictjson.IsNull(m[name]) {
			continue
		}
		if text[name], err = strictjson.String(m[name]); err != nil {
			return "", key, false, fmt.Errorf("%s: %w", name, err)
		}
	}
	id = text["kid"]
	if text["kty"] != "RSA" || id == "" ||
		text["use"] != "" && text["use"] != "sig" || text["alg"] != "" && text["alg"] != "RS256" {
		return "", key, false, nil
	}
	if key.rsa, err = rsaKey(text["n"], text["e"]); err != nil {
		key.problem = err.Error()
	}
	return id, key, true, nil
}

// rsaKey reads a modulus and an exponent: base64url of big-endian numbers.
func rsaKey(modulus, exponent string) (*rsa.PublicKey, error) {
	n, err := number(modulus)
	if err != nil {
		return nil, fmt.Errorf("its modulus %w", err)
	}
	e, err := number(exponent)
	switch {
	case err != nil:
		return nil, fmt.Errorf("its exponent %w", err)
	case n.BitLen() < minKeyBits:
		return nil, fmt.Errorf("it has %d bits, fewer than %d", n.BitLen(), minKeyBits)
	case n.BitLen() > maxKeyBits:
		return nil, fmt.Errorf("it has %d bits, more than %d", n.BitLen(), maxKeyBits)
	case n.Bit(0) == 0:
		return nil, errors.New("its modulus is even")
	case e.BitLen() > 31 || e.Bit(0) == 0 || e.Int64() < 65537:
		return nil, errors.New("its exponent is not an odd number from 65537 to 2147483647")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func number(s string) (*big.Int, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(data) == 0 || len(data) > maxKeyBits/4 || strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("is not a number in base64url")
	}
	return new(big.Int).SetBytes(data), nil
}

// verify reports as a [*SignatureError] what keeps a token from being signed
// by one of the keys.
func (s keySet) verify(token string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return &SignatureError{Problem: "it has not the three parts of a signed token"}
	}
	header, err := tokenPart("header", parts[0], "alg", "kid", "typ", "crit", "b64")
	if err != nil {
		return &SignatureError{Problem: "its header cannot be read"}
	}
	alg, _ := strictjson.String(header["alg"])
	id, _ := strictjson.String(header["kid"])
	sig, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	key, known := s[id]
	switch {
	case alg != "RS256":
		return &SignatureError{Key: id, Problem: "it is not signed with RS256"}
	case header["crit"] != nil || header["b64"] != nil:
		return &SignatureError{Key: id, Problem: "its header asks for extensions that are not known here"}
	case id == "":
		return &SignatureError{Problem: "it names no key"}
	case !known:
		return &SignatureError{Key: id, Problem: "it names a key that the issuer does not publish"}
	case key.problem != "":
		return &SignatureError{Key: id, Problem: "the issuer's key is refused: " + key.problem}
	case err != nil:
		return &SignatureError{Key: id, Problem: "the signature is not base64url"}
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(key.rsa, crypto.SHA256, sum[:], sig) != nil {
		return &SignatureError{Key: id, Problem: "the signature does not verify"}
	}
	return nil
}
