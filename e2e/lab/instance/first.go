// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// firstEntries has every log record something: number 0 is left out of JSON,
// as zeros are, and no real log gives it any more. It is also the proof that
// the servers work together. It speaks to them in plain HTTP, since a client
// library would bring all its dependencies into this module.
func firstEntries(ctx context.Context, issuer *runnertest.Issuer) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := publicDER(key)
	if err != nil {
		return err
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	digest := sha256.Sum256([]byte("the first entry"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		return err
	}

	// Fulcio wants to see the key used, on the token's subject; the CT log
	// gets its first certificate.
	subject := runnertest.ReleaseClaims()["sub"].(string)
	sum := sha256.Sum256([]byte(subject))
	possession, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		return err
	}
	type object = map[string]any
	if err := post(ctx, "http://"+fulcioAddr+"/api/v2/signingCert", object{
		"credentials": object{"oidcIdentityToken": issuer.Token("sigstore", nil)},
		"publicKeyRequest": object{
			"publicKey":         object{"algorithm": "ECDSA", "content": string(public)},
			"proofOfPossession": b64(possession),
		},
	}); err != nil {
		return fmt.Errorf("asking Fulcio for the first certificate: %w", err)
	}
	if err := post(ctx, "http://"+rekor1Addr+"/api/v1/log/entries", object{
		"kind": "hashedrekord", "apiVersion": "0.0.1",
		"spec": object{
			"data":      object{"hash": object{"algorithm": "sha256", "value": hex.EncodeToString(digest[:])}},
			"signature": object{"content": b64(signature), "publicKey": object{"content": b64(public)}},
		},
	}); err != nil {
		return fmt.Errorf("writing the first entry to Rekor v1: %w", err)
	}
	if err := post(ctx, "http://"+rekor2Addr+"/api/v2/log/entries", object{
		"hashedRekordRequestV002": object{
			"digest": b64(digest[:]),
			"signature": object{"content": b64(signature), "verifier": object{
				"keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": object{"rawBytes": b64(der)},
			}},
		},
	}); err != nil {
		return fmt.Errorf("writing the first entry to Rekor v2: %w", err)
	}
	return nil
}

func post(ctx context.Context, url string, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = ask(ctx, http.MethodPost, url, "application/json", data)
	return err
}

func b64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
