// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"crypto/sha256"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

func TestTimestamp(t *testing.T) {
	lie := func(l sigstoretest.Lie) []sigstoretest.Fault { return []sigstoretest.Fault{{Lie: l}, {Lie: l}} }
	for name, tt := range map[string]struct {
		faults []sigstoretest.Fault
		err    string
	}{
		"fine":          {nil, ""},
		"busy":          {[]sigstoretest.Fault{{Status: 503}, {Drop: true}, {Cut: true}}, ""},
		"a page":        {[]sigstoretest.Fault{sigstoretest.HTMLPage}, ""},
		"pages":         {[]sigstoretest.Fault{sigstoretest.HTMLPage, sigstoretest.HTMLPage}, "reading the timestamp"},
		"garbage":       {[]sigstoretest.Fault{sigstoretest.Garbage, sigstoretest.Garbage}, "reading the timestamp"},
		"empty":         {[]sigstoretest.Fault{sigstoretest.EmptyAnswer, sigstoretest.EmptyAnswer}, "reading the timestamp"},
		"another hash":  {lie(sigstoretest.LieHash), "something else"},
		"another nonce": {lie(sigstoretest.LieNonce), "another question"},
		"rejected":      {lie(sigstoretest.LieRefused), "rejected"},
	} {
		for _, kind := range []sigstoretest.Kind{sigstoretest.PublicGood, sigstoretest.GitHub} {
			t.Run(name+" "+kind.String(), func(t *testing.T) {
				t.Parallel()
				s := started(t, kind, sigstoretest.ServeOptions{})
				s.Fail(sigstoretest.TSA, tt.faults...)
				der, at, err := must[*TSA](t)(NewTSA(quick(s.TSAURL))).Timestamp(t.Context(), []byte("signature"))
				if tt.err != "" {
					se := new(ServiceError)
					if !errors.As(err, &se) || se.Service != "timestamp authority" || !strings.Contains(err.Error(), tt.err) || der != nil || !at.IsZero() {
						t.Errorf("%v, want %q", err, tt.err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				ts := must[*timestamp.Timestamp](t)(timestamp.ParseResponse(der))
				if age := time.Since(at); age < -time.Minute || age > time.Minute || !ts.Time.Equal(at) {
					t.Errorf("at %s", at)
				}
			})
		}
	}
}

// TestQuery holds what is asked for: a certificate, a nonce, and a new one
// each time.
func TestQuery(t *testing.T) {
	var queries []*timestamp.Request
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var body [1024]byte
		n, _ := r.Body.Read(body[:])
		queries = append(queries, must[*timestamp.Request](t)(timestamp.ParseRequest(body[:n])))
		if got := r.Header.Get("Content-Type"); got != "application/timestamp-query" || r.URL.Path != "/api/v1/timestamp" {
			t.Errorf("%s, %s", got, r.URL.Path)
		}
		w.WriteHeader(400)
	})
	for range 2 {
		if _, _, err := must[*TSA](t)(NewTSA(quick(url+"/api/v1/timestamp"))).Timestamp(t.Context(), []byte("signature")); err == nil {
			t.Error("no error")
		}
	}
	sum := sha256.Sum256([]byte("signature"))
	for _, q := range queries {
		if !q.Certificates || q.Nonce == nil || string(q.HashedMessage) != string(sum[:]) {
			t.Errorf("%+v", q)
		}
	}
	if len(queries) != 2 || queries[0].Nonce.Cmp(queries[1].Nonce) == 0 {
		t.Error("the nonce comes again")
	}
	if _, err := timeIn(nil, sum, big.NewInt(1)); err == nil {
		t.Error("nothing is a timestamp")
	}
}
