// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/digitorus/timestamp"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	rekortiles "github.com/sigstore/rekor-tiles/v2/pkg/generated/protobuf"
	"github.com/sigstore/rekor/pkg/generated/models"
	"github.com/sigstore/rekor/pkg/tle"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// client signs as a plain client would: it believes every answer that it can
// read, so that whatever is wrong shows only when the bundle is verified.
type client struct {
	*sigstoretest.Server
	key       *ecdsa.PrivateKey
	cert      []byte // PEM
	signature []byte
}

func newClient(t testing.TB, s *sigstoretest.Server) *client {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &client{Server: s, key: key}
}

// post sends a request, and returns the answer where it has the status.
func post(url, mime, bearer string, body []byte, want int) ([]byte, http.Header, error) {
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", mime)
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != want {
		err = fmt.Errorf("status %d: %s", resp.StatusCode, data)
	}
	return data, resp.Header, err
}

func (c *client) sign(message []byte) []byte {
	digest := sha256.Sum256(message)
	signature, err := ecdsa.SignASN1(rand.Reader, c.key, digest[:])
	if err != nil {
		panic(err)
	}
	return signature
}

// fulcioRequest asks for a certificate for the client's key.
func (c *client) fulcioRequest(subject string) []byte {
	der, err := x509.MarshalPKIXPublicKey(c.key.Public())
	if err != nil {
		panic(err)
	}
	body, err := json.Marshal(map[string]any{"publicKeyRequest": map[string]any{
		"publicKey":         map[string]any{"algorithm": "ECDSA", "content": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))},
		"proofOfPossession": c.sign([]byte(subject)),
	}})
	if err != nil {
		panic(err)
	}
	return body
}

// certify gets the certificate, and returns the whole chain.
func (c *client) certify(token string) ([]string, error) {
	var claims struct{ Sub string }
	if parts := strings.Split(token, "."); len(parts) == 3 {
		payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(payload, &claims)
	}
	data, _, err := post(c.FulcioURL+"/api/v2/signingCert", "application/json", token, c.fulcioRequest(claims.Sub), http.StatusOK)
	if err != nil {
		return nil, err
	}
	type sct struct {
		Chain struct{ Certificates []string }
	}
	var answer struct{ SignedCertificateEmbeddedSct, SignedCertificateDetachedSct sct }
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, err
	}
	chain := append(answer.SignedCertificateEmbeddedSct.Chain.Certificates, answer.SignedCertificateDetachedSct.Chain.Certificates...)
	if len(chain) == 0 {
		return nil, fmt.Errorf("no certificate in %s", data)
	}
	c.cert = []byte(chain[0])
	return chain, nil
}

func (c *client) stamp(q timestamp.Request) ([]byte, error) {
	digest := sha256.Sum256(c.signature)
	q.HashAlgorithm, q.HashedMessage = crypto.SHA256, digest[:]
	body, err := q.Marshal()
	if err != nil {
		return nil, err
	}
	data, _, err := post(c.TSAURL, "application/timestamp-query", "", body, http.StatusCreated)
	return data, err
}

// entry1 is a proposal for Rekor v1.
func (c *client) entry1() []byte {
	envelope, err := json.Marshal(dsse.Envelope{
		PayloadType: sigstoretest.PayloadType, Payload: base64.StdEncoding.EncodeToString(statement()),
		Signatures: []dsse.Signature{{Sig: base64.StdEncoding.EncodeToString(c.signature)}},
	})
	if err != nil {
		panic(err)
	}
	return mustJSON(map[string]any{"kind": "dsse", "apiVersion": "0.0.1", "spec": map[string]any{
		"proposedContent": map[string]any{"envelope": string(envelope), "verifiers": [][]byte{c.cert}},
	}})
}

func (c *client) log1() (*protorekor.TransparencyLogEntry, error) {
	data, header, err := post(c.Rekor1URL+"/api/v1/log/entries", "application/json", "", c.entry1(), http.StatusCreated)
	if err != nil {
		return nil, err
	}
	return readEntry1(data, header.Get("ETag"))
}

func readEntry1(data []byte, uuid string) (*protorekor.TransparencyLogEntry, error) {
	var entries models.LogEntry
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, err
	}
	entry, there := entries[uuid]
	if !there {
		return nil, fmt.Errorf("no entry %q in %s", uuid, data)
	}
	return tle.GenerateTransparencyLogEntry(entry)
}

// entry2 is a proposal for Rekor v2.
func (c *client) entry2() []byte {
	block, _ := pem.Decode(c.cert)
	digest := sha256.Sum256(dsse.PAE(sigstoretest.PayloadType, statement()))
	body, err := protojson.Marshal(&rekortiles.CreateEntryRequest{Spec: &rekortiles.CreateEntryRequest_HashedRekordRequestV002{
		HashedRekordRequestV002: &rekortiles.HashedRekordRequestV002{
			Digest: digest[:],
			Signature: &rekortiles.Signature{Content: c.signature, Verifier: &rekortiles.Verifier{
				KeyDetails: protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256,
				Verifier:   &rekortiles.Verifier_X509Certificate{X509Certificate: &protocommon.X509Certificate{RawBytes: block.Bytes}},
			}},
		},
	}})
	if err != nil {
		panic(err)
	}
	return body
}

func (c *client) log2() (*protorekor.TransparencyLogEntry, error) {
	data, _, err := post(c.Rekor2URL+"/api/v2/log/entries", "application/json", "", c.entry2(), http.StatusCreated)
	if err != nil {
		return nil, err
	}
	entry := &protorekor.TransparencyLogEntry{}
	return entry, protojson.Unmarshal(data, entry)
}

// bundle signs the statement.
func bundle(t testing.TB, s *sigstoretest.Server, token string, logs sigstoretest.Log, stamp bool) (*protobundle.Bundle, error) {
	t.Helper()
	c := newClient(t, s)
	if _, err := c.certify(token); err != nil {
		return nil, err
	}
	c.signature = c.sign(dsse.PAE(sigstoretest.PayloadType, statement()))
	block, _ := pem.Decode(c.cert)
	material := &protobundle.VerificationMaterial{
		Content: &protobundle.VerificationMaterial_Certificate{Certificate: &protocommon.X509Certificate{RawBytes: block.Bytes}},
	}
	if stamp {
		der, err := c.stamp(timestamp.Request{})
		if err != nil {
			return nil, err
		}
		material.TimestampVerificationData = &protobundle.TimestampVerificationData{
			Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{SignedTimestamp: der}},
		}
	}
	for _, log := range []struct {
		which sigstoretest.Log
		enter func() (*protorekor.TransparencyLogEntry, error)
	}{{sigstoretest.LogV1, c.log1}, {sigstoretest.LogV2, c.log2}} {
		if logs&log.which == 0 {
			continue
		}
		entry, err := log.enter()
		if err != nil {
			return nil, err
		}
		material.TlogEntries = append(material.TlogEntries, entry)
	}
	return &protobundle.Bundle{
		MediaType:            "application/vnd.dev.sigstore.bundle.v0.3+json",
		VerificationMaterial: material,
		Content: &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
			Payload: statement(), PayloadType: sigstoretest.PayloadType, Signatures: []*protodsse.Signature{{Sig: c.signature}},
		}},
	}, nil
}

func mustJSON(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return out
}
