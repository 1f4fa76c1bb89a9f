// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// modulus returns an odd number of so many bits.
func modulus(bits uint) string {
	n := new(big.Int).SetBit(big.NewInt(1), int(bits)-1, 1)
	return base64.RawURLEncoding.EncodeToString(n.Bytes())
}

func jwk(kid, n, e, more string) string {
	return fmt.Sprintf(`{"kty":"RSA","kid":%q,"n":%q,"e":%q%s}`, kid, n, e, more)
}

func TestParseKeys(t *testing.T) {
	good := modulus(2048)
	even := base64.RawURLEncoding.EncodeToString(new(big.Int).SetBit(big.NewInt(2), 2047, 1).Bytes())
	for _, tt := range []struct {
		name, keys string
		problem    string // of key "a"
		fails      string
	}{
		{"one", jwk("a", good, "AQAB", ""), "", ""},
		{"all fields", jwk("a", good, "AQAB", `,"alg":"RS256","use":"sig","x5c":["MII="],"x5t":"x","key_ops":["verify"]`), "", ""},
		{"zeros before it", jwk("a", base64.RawURLEncoding.EncodeToString(append([]byte{0}, mustDecode(good)...)), "AQAB", ""), "", ""},
		{"beside others", `{"kty":"EC","kid":"b","crv":"P-256"},` + jwk("c", good, "AQAB", `,"use":"enc"`) + `,` + jwk("d", good, "AQAB", `,"alg":"PS256"`) + `,` + jwk("", good, "AQAB", "") + `,` + jwk("a", good, "AQAB", ""), "", ""},
		{"beside a weak one", jwk("b", modulus(1024), "AQAB", "") + `,` + jwk("a", good, "AQAB", ""), "", ""},
		{"weak", jwk("a", modulus(2047), "AQAB", ""), "2047 bits, fewer than 2048", ""},
		{"huge", jwk("a", modulus(8193), "AQAB", ""), "8193 bits, more than 8192", ""},
		{"even", jwk("a", even, "AQAB", ""), "even", ""},
		{"exponent 3", jwk("a", good, "Aw", ""), "exponent", ""},
		{"exponent even", jwk("a", good, "AQAC", ""), "exponent", ""},
		{"exponent long", jwk("a", good, "AQAAAAAB", ""), "exponent", ""},
		{"no exponent", jwk("a", good, "", ""), "exponent", ""},
		{"no modulus", jwk("a", "", "AQAB", ""), "modulus", ""},
		{"padded", jwk("a", good+"==", "AQAB", ""), "modulus", ""},
		{"line break", jwk("a", "\n"+good, "AQAB", ""), "modulus", ""},
		{"twice", jwk("a", good, "AQAB", "") + `,` + jwk("a", good, "AQAB", ""), "", "two keys"},
		{"none", "", "", "no RSA key"},
		{"of others only", `{"kty":"EC","kid":"a"}`, "", "no RSA key"},
		{"number", `{"kty":"RSA","kid":1}`, "", "keys[0]: kid"},
		{"text", `"a"`, "", "keys[0]"},
		{"double", `{"kty":"RSA","kty":"EC"}`, "", "reading the key set"},
		{"other case", `{"KTY":"RSA"}`, "", "keys[0]"},
	} {
		set, err := parseKeys([]byte(`{"keys":[` + tt.keys + `]}`))
		if tt.fails != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("%s: %v, expecting %q", tt.name, err, tt.fails)
			}
			continue
		}
		key, ok := set["a"]
		if err != nil || !ok {
			t.Errorf("%s: %v, %v", tt.name, set, err)
			continue
		}
		if (tt.problem == "") != (key.problem == "") || !strings.Contains(key.problem, tt.problem) || (key.problem == "") != (key.rsa != nil) {
			t.Errorf("%s: problem %q, expecting %q", tt.name, key.problem, tt.problem)
		}
		for _, other := range []string{"c", "d", ""} {
			if _, there := set[other]; there {
				t.Errorf("%s: key %q may sign", tt.name, other)
			}
		}
	}
	for _, bad := range []string{"", "{}", "[]", `{"keys":{}}`, `{"keys":null}`, `{"Keys":[]}`, `{"keys":[]} x`, "\xff"} {
		if set, err := parseKeys([]byte(bad)); err == nil {
			t.Errorf("%q is read as %v", bad, set)
		}
	}
}

// A weak key verifies nothing, though the issuer publishes it.
func TestWeakKey(t *testing.T) {
	set := keySet{"a": {problem: "it has 1024 bits, fewer than 2048"}}
	token := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"a"}`)) + ".e30.AAAA"
	if err := set.verify(token); err == nil || !strings.Contains(err.Error(), "1024 bits") {
		t.Errorf("%v", err)
	}
}

func mustDecode(s string) []byte {
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return data
}

func FuzzKeys(f *testing.F) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"keys":[`+jwk("a", base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "AQAB", `,"use":"sig"`)+`]}`), "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA")
	f.Add([]byte(`{"keys":[]}`), "a.b.c")
	f.Fuzz(func(t *testing.T, data []byte, token string) {
		set, err := parseKeys(data)
		if (err == nil) != (len(set) > 0) {
			t.Fatalf("%d keys, %v", len(set), err)
		}
		for id, k := range set {
			if id == "" || (k.rsa == nil) == (k.problem == "") {
				t.Fatalf("key %q: %+v", id, k)
			}
			if k.rsa != nil && (k.rsa.N.BitLen() < minKeyBits || k.rsa.E < 65537) {
				t.Fatalf("key %q is weak", id)
			}
		}
		if set.verify(token) == nil {
			t.Fatalf("a token is signed by nobody: %q", token)
		}
	})
}
