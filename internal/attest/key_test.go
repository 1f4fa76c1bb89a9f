// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

func TestKey(t *testing.T) {
	k, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("a"))
	first, err := k.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	second, err := k.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil || string(first) == string(second) {
		t.Errorf("the same signature twice, %v", err)
	}
	public := k.Public().(*ecdsa.PublicKey)
	if !ecdsa.VerifyASN1(public, digest[:], first) || public.Curve.Params().BitSize != 256 {
		t.Error("the signature does not verify")
	}
	secret, err := k.private().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	c := &credential{key: k}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		for _, v := range []any{k, *k, c, *c} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, fmt.Sprintf("%x", secret)) || strings.Contains(text, fmt.Sprint(secret)) {
				t.Errorf("%s shows the key: %s", verb, text)
			}
		}
	}
}
