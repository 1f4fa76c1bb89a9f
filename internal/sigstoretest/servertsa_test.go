// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

func sha(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}

func TestTimestampAuthority(t *testing.T) {
	for _, kind := range []sigstoretest.Kind{sigstoretest.PublicGood, sigstoretest.GitHub} {
		_, s := serve(t, kind, sigstoretest.ServeOptions{})
		for _, q := range []timestamp.Request{
			{}, {Certificates: true}, {Nonce: big.NewInt(1 << 60)}, {Certificates: true, Nonce: big.NewInt(7)},
		} {
			c := newClient(t, s)
			c.signature = []byte("a signature")
			der, err := c.stamp(q)
			if err != nil {
				t.Fatal(err)
			}
			ts, err := timestamp.ParseResponse(der)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(ts.HashedMessage, sha(c.signature)) || ts.HashAlgorithm != crypto.SHA256 {
				t.Errorf("%s: over %x", kind, ts.HashedMessage)
			}
			if (ts.Nonce == nil) != (q.Nonce == nil) || q.Nonce != nil && ts.Nonce.Cmp(q.Nonce) != 0 {
				t.Errorf("%s: nonce %v, want %v", kind, ts.Nonce, q.Nonce)
			}
			if (len(ts.Certificates) > 0) != q.Certificates {
				t.Errorf("%s: %d certificates", kind, len(ts.Certificates))
			}
			if age := time.Since(ts.Time); age < -time.Minute || age > time.Hour {
				t.Errorf("%s: stamped at %v", kind, ts.Time)
			}
		}
		if status, body := get(t, s.TSAURL+"/certchain"); status != http.StatusOK || strings.Count(string(body), "BEGIN CERTIFICATE") < 2 {
			t.Errorf("%s: status %d: %s", kind, status, body)
		}
	}
}

func TestTimestampLies(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	s.Fail(sigstoretest.TSA, sigstoretest.Fault{Lie: sigstoretest.LieNonce}, sigstoretest.Fault{Lie: sigstoretest.LieRefused})
	c := newClient(t, s)
	der, err := c.stamp(timestamp.Request{Nonce: big.NewInt(7)})
	if err != nil {
		t.Fatal(err)
	}
	if ts, err := timestamp.ParseResponse(der); err != nil || ts.Nonce == nil || ts.Nonce.Int64() == 7 {
		t.Errorf("%v: %+v", err, ts)
	}
	if der, err = c.stamp(timestamp.Request{}); err != nil {
		t.Fatal(err)
	}
	if _, err := timestamp.ParseResponse(der); err == nil || !strings.Contains(err.Error(), "rejected") {
		t.Errorf("refused with %v", err)
	}
}

func TestTimestampAuthorityRefuses(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	query := func(q timestamp.Request) []byte {
		der, err := q.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	for _, tt := range []struct {
		url, mime string
		body      []byte
		status    int
		want      string
	}{
		{"", "text/plain", nil, 415, `{"code":415,"message":"unsupported media type`},
		{"", "application/timestamp-query", []byte("x"), 400, `{"code":400,"message":"Error generating timestamp response"}`},
		{"", "application/timestamp-query", query(timestamp.Request{HashAlgorithm: crypto.SHA1, HashedMessage: make([]byte, 20)}), 400, "Weak hash"},
		{"", "application/timestamp-query", query(timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: []byte("x")}), 400, "incorrect length"},
		{"", "application/timestamp-query", query(timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: make([]byte, 32), TSAPolicyOID: asn1.ObjectIdentifier{1, 2, 3}}), 400, "unaccepted policy"},
		{"/x", "application/timestamp-query", nil, 404, "was not found"},
	} {
		body, _, err := post(s.TSAURL+tt.url, tt.mime, "", tt.body, tt.status)
		if err != nil || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s, %s: %v: %s", tt.url, tt.mime, err, body)
		}
	}
	if status, _ := get(t, s.TSAURL); status != http.StatusMethodNotAllowed {
		t.Errorf("status %d", status)
	}
}
