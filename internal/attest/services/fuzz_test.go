// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net/http"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/digitorus/timestamp"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// seed adds the real answer of a log, and returns what it is about.
func seed(f *testing.F, kind string) (made, *protorekor.TransparencyLogEntry) {
	m := sign(f, "{}")
	answer := capture(f, m, kind)
	e, err := ways[kind].add(f, answer.made)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(answer.body())
	return m, e
}

func FuzzEntry(f *testing.F) {
	for _, kind := range []string{"dsse", "file"} {
		seed(f, kind)
	}
	m, _ := seed(f, "dsse")
	envelope := must[[]byte](f)(json.Marshal(envelopeJSON{[]byte("{}"), sigstoretest.PayloadType, []signatureJSON{{m.signature}}}))
	wants := []expected{
		{kind: "dsse", envelope: envelope, payload: []byte("{}"), signature: m.signature, verifier: certPEM(m.certificate)},
		{kind: "hashedrekord", digest: m.digest, signature: m.signature, verifier: certPEM(m.certificate)},
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, want := range wants {
			e, err := entryIn(data, want)
			if (e == nil) == (err == nil) {
				t.Error("neither an entry nor an error")
			}
			if e != nil && (whole(e) != nil || want.matches(e.GetCanonicalizedBody()) != nil || e.GetIntegratedTime() <= 0) {
				t.Errorf("%v", e)
			}
		}
	})
}

func FuzzEntryV2(f *testing.F) {
	_, right := seed(f, "v2")
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := entryV2In(data, right.GetCanonicalizedBody())
		if (e == nil) == (err == nil) {
			t.Error("neither an entry nor an error")
		}
		if e != nil && (whole(e) != nil || !bytes.Equal(e.GetCanonicalizedBody(), right.GetCanonicalizedBody())) {
			t.Errorf("%v", e)
		}
	})
}

func FuzzCertificate(f *testing.F) {
	m := sign(f, "{}")
	leaf := must[[]byte](f)(json.Marshal(string(certPEM(m.certificate))))
	for _, form := range []string{embeddedSCT, detachedSCT} {
		f.Add([]byte(`{"` + form + `":{"chain":{"certificates":[` + string(leaf) + `]}}}`))
	}
	key := newKey(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if leaf, err := certificateIn(data, key.Public(), time.Now()); leaf != nil || err == nil {
			t.Error("a certificate for another key")
		}
	})
}

func FuzzTimestamp(f *testing.F) {
	s := started(f, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	der, _, err := must[*TSA](f)(NewTSA(quick(s.TSAURL))).Timestamp(f.Context(), []byte("signature"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	nonce := must[*timestamp.Timestamp](f)(timestamp.ParseResponse(der)).Nonce
	digest := sha256.Sum256([]byte("signature"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if at, err := timeIn(data, digest, nonce); at.IsZero() == (err == nil) {
			t.Errorf("%s, %v", at, err)
		}
		if at, err := timeIn(data, digest, new(big.Int).Add(nonce, big.NewInt(1))); err == nil {
			t.Errorf("%s for another nonce", at)
		}
	})
}

func FuzzRefusal(f *testing.F) {
	f.Add([]byte(`{"code":3,"message":"no","details":[]}`))
	f.Add([]byte("<html>" + secret))
	f.Fuzz(func(t *testing.T, data []byte) {
		text := message(data, secret)
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 300 || repeats(text, secret) {
			t.Errorf("%q", text)
		}
	})
}

// FuzzTexts reads what comes in headers and tokens.
func FuzzTexts(f *testing.F) {
	f.Add("120")
	f.Add("Sun, 22 Nov 2026 04:00:00 GMT")
	f.Add("/api/v1/log/entries/24296fb24b8ad77a68abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567")
	f.Add("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwiZXhwIjoxfQ.")
	f.Fuzz(func(t *testing.T, s string) {
		if d := retryAfter(http.Header{"Retry-After": {s}}, time.Unix(0, 0)); d < -1 {
			t.Errorf("%s", d)
		}
		if id := entryID(s); id != "" {
			if _, err := hex.DecodeString(id); err != nil {
				t.Error(id)
			}
		}
		if sub, at, err := subject(s); err == nil && (sub == "" || !at.IsZero() && at.Unix() < 0) || err != nil && sub != "" {
			t.Errorf("%q, %s, %v", sub, at, err)
		}
	})
}
