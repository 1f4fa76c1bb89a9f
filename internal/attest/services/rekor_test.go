// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/rekor/pkg/generated/models"
	"github.com/sigstore/rekor/pkg/tle"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"

	_ "github.com/sigstore/rekor/pkg/types/dsse/v0.0.1"
	_ "github.com/sigstore/rekor/pkg/types/hashedrekord/v0.0.1"
)

// made is something signed, to be entered in a log.
type made struct {
	server      *sigstoretest.Server
	log1, log2  string // the addresses of the logs
	envelope    *protodsse.Envelope
	digest      [32]byte // of the pre-authentication encoding
	signature   []byte
	certificate []byte
}

func sign(t testing.TB, payload string) made {
	t.Helper()
	s := started(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	key := newKey(t)
	leaf, err := must[*Fulcio](t)(NewFulcio(quick(s.FulcioURL))).Certificate(t.Context(), runnertest.StartIssuer(t).Token("sigstore", nil), key)
	if err != nil {
		t.Fatal(err)
	}
	m := made{server: s, log1: s.Rekor1URL, log2: s.Rekor2URL, certificate: leaf.Raw, digest: sha256.Sum256(dsse.PAE(sigstoretest.PayloadType, []byte(payload)))}
	m.signature = must[[]byte](t)(ecdsa.SignASN1(rand.Reader, key, m.digest[:]))
	m.envelope = &protodsse.Envelope{
		Payload: []byte(payload), PayloadType: sigstoretest.PayloadType, Signatures: []*protodsse.Signature{{Sig: m.signature}},
	}
	return m
}

// ways are the three kinds of entries.
var ways = map[string]struct {
	service sigstoretest.Service
	add     func(testing.TB, made) (*protorekor.TransparencyLogEntry, error)
}{
	"dsse": {sigstoretest.Rekor1, func(t testing.TB, m made) (*protorekor.TransparencyLogEntry, error) {
		return must[*Rekor1](t)(NewRekor1(quick(m.log1))).Add(t.Context(), m.envelope, m.certificate)
	}},
	"file": {sigstoretest.Rekor1, func(t testing.TB, m made) (*protorekor.TransparencyLogEntry, error) {
		return must[*Rekor1](t)(NewRekor1(quick(m.log1))).AddDigest(t.Context(), m.digest, m.signature, m.certificate)
	}},
	"v2": {sigstoretest.Rekor2, func(t testing.TB, m made) (*protorekor.TransparencyLogEntry, error) {
		return must[*Rekor2](t)(NewRekor2(quick(m.log2))).Add(t.Context(), m.digest, m.signature, m.certificate)
	}},
}

func TestAdd(t *testing.T) {
	kinds := map[string]string{"dsse": "dsse 0.0.1", "file": "hashedrekord 0.0.1", "v2": "hashedrekord 0.0.2"}
	for name, way := range ways {
		m := sign(t, "{}")
		e, err := way.add(t, m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if kind := e.GetKindVersion().GetKind() + " " + e.GetKindVersion().GetVersion(); kind != kinds[name] {
			t.Errorf("%s: %s", name, kind)
		}
		if (e.GetIntegratedTime() > 0) != (name != "v2") || (e.GetInclusionPromise() != nil) != (name != "v2") {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestAddFaults(t *testing.T) {
	lie := func(l sigstoretest.Lie) sigstoretest.Fault { return sigstoretest.Fault{Lie: l} }
	for name, tt := range map[string]struct {
		faults []sigstoretest.Fault
		err    string // "" where it goes well
		v2     string // of Rekor v2, where it differs
	}{
		"busy":             {[]sigstoretest.Fault{{Status: 503}, {Status: 429, RetryAfter: "1"}}, "", ""},
		"page":             {[]sigstoretest.Fault{sigstoretest.HTMLPage}, "", ""},
		"garbage":          {[]sigstoretest.Fault{sigstoretest.Garbage, sigstoretest.Garbage}, "cannot be used", ""},
		"empty":            {[]sigstoretest.Fault{sigstoretest.EmptyAnswer, sigstoretest.EmptyAnswer}, "empty", ""},
		"refused":          {[]sigstoretest.Fault{{Status: 400, Body: `{"code":400,"message":"bad signature"}`}}, `"bad signature"`, ""},
		"not taken":        {[]sigstoretest.Fault{{Drop: true}}, "", ""},
		"taken, not said":  {[]sigstoretest.Fault{{Done: true, Drop: true}}, "", "has this entry already"},
		"taken, cut short": {[]sigstoretest.Fault{{Cut: true}}, "", "has this entry already"},
		"another entry":    {[]sigstoretest.Fault{lie(sigstoretest.LieEnvelope), lie(sigstoretest.LieEnvelope)}, "", "has this entry already"},
	} {
		for kind, way := range ways {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				m := sign(t, "{}")
				m.server.Fail(way.service, tt.faults...)
				e, err := way.add(t, m)
				want := tt.err
				if kind == "v2" && tt.v2 != "" {
					want = tt.v2
				}
				if want == "" {
					if err != nil || !strings.Contains(string(e.GetCanonicalizedBody()), base64.StdEncoding.EncodeToString(m.signature)) {
						t.Errorf("%s, %v", e.GetCanonicalizedBody(), err)
					}
					return
				}
				se := new(ServiceError)
				if e != nil || !errors.As(err, &se) || se.Service != "Rekor" {
					t.Fatalf("%v, %v", e, err)
				}
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q", err, want)
				}
				if strings.Contains(want, "already") != errors.Is(err, ErrExists) {
					t.Errorf("ErrExists: %v", err)
				}
			})
		}
	}
}

// TestConflict shows that only the identifier is taken out of the address of
// an entry that exists, and that the entry may take a while to be there.
func TestConflict(t *testing.T) {
	m := sign(t, "{}")
	id := strings.Repeat("ab", 40)
	for name, tt := range map[string]struct {
		location string
		exists   bool
		get      []sigstoretest.Fault
	}{
		"none":         {"", true, nil},
		"no entry":     {"/api/v1/log/entries/", true, nil},
		"no hex":       {"/api/v1/log/entries/" + strings.Repeat("zz", 40), true, nil},
		"a short one":  {"/api/v1/log/entries/abcd", true, nil},
		"no address":   {"http://[::1/" + id, true, nil},
		"another host": {"https://evil.example/api/v1/log/entries/" + id, false, nil},
	} {
		var asked []string
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Method+" "+r.URL.Path)
			if r.Method == http.MethodPost {
				says(409, "", "Location", tt.location)(w, r)
				return
			}
			says(403, "")(w, r)
		})
		_, err := must[*Rekor1](t)(NewRekor1(quick(url))).Add(t.Context(), m.envelope, m.certificate)
		if err == nil || errors.Is(err, ErrExists) != tt.exists {
			t.Errorf("%s: %v", name, err)
		}
		want := []string{"POST /api/v1/log/entries"}
		if !tt.exists {
			want = append(want, "GET /api/v1/log/entries/"+id)
		}
		if d := cmp.Diff(want, asked); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	// The entry of a lost answer, which the log does not find at first.
	rekor := must[*Rekor1](t)(NewRekor1(quick(m.log1)))
	m.server.Fail(sigstoretest.Rekor1, sigstoretest.Fault{Done: true, Drop: true}, sigstoretest.Fault{}, sigstoretest.Fault{Status: 404})
	if e, err := rekor.Add(t.Context(), m.envelope, m.certificate); err != nil || e.GetIntegratedTime() == 0 {
		t.Error(err)
	}
	if n := m.server.Requests(sigstoretest.Rekor1); n != 4 {
		t.Errorf("%d requests", n)
	}
}

// TestAsRekorDoes compares the conversion with Rekor's own.
func TestAsRekorDoes(t *testing.T) {
	for _, kind := range []string{"dsse", "file"} {
		m := sign(t, "{}")
		answer := capture(t, m, kind)
		got, err := ways[kind].add(t, answer.made)
		if err != nil {
			t.Fatal(err)
		}
		var entries models.LogEntry
		if err := json.Unmarshal(answer.body(), &entries); err != nil || len(entries) != 1 {
			t.Fatal(err)
		}
		for _, e := range entries {
			if d := cmp.Diff(must[*protorekor.TransparencyLogEntry](t)(tle.GenerateTransparencyLogEntry(e)), got, protocmp.Transform()); d != "" {
				t.Errorf("%s: %s", kind, d)
			}
		}
	}
}

// TestEntryFields breaks each part of an answer.
func TestEntryFields(t *testing.T) {
	m := sign(t, "{}")
	answer := capture(t, m, "dsse")
	if _, err := ways["dsse"].add(t, answer.made); err != nil {
		t.Fatal(err)
	}
	text := string(answer.body())
	for old, new := range map[string]string{
		`"logIndex":`: `"logindex":1,"logIndex":`, `"integratedTime":`: `"integratedTime":0,"x":`, `"logID":"`: `"logID":"zz`,
		`"rootHash":"`: `"rootHash":"ab`, `"treeSize":`: `"treeSize":0,"x":`, `"checkpoint":"`: `"checkpoint":"","x":"`,
		`"hashes":[`: `"hashes":["aa",`, `"signedEntryTimestamp":"`: `"signedEntryTimestamp":"","x":"`, `"body":"`: `"body":"e30=","x":"`,
		`"inclusionProof":{`: `"inclusionProof":null,"x":{`, `"verification":{`: `"verification":[],"x":{`,
	} {
		if !strings.Contains(text, old) {
			t.Fatalf("no %s in %s", old, text)
		}
		if e, err := entryIn([]byte(strings.Replace(text, old, new, 1)), expected{kind: "dsse"}); err == nil || e != nil || strings.Contains(err.Error(), "something else") {
			t.Errorf("%s: %v", new, err)
		}
	}
	early := strings.Replace(text, `"integratedTime":`, `"integratedTime":-`, 1)
	for _, bad := range []string{early, "{}", `{"a":{},"b":{}}`, `{"a":null}`, `[]`, "", `{"a":{"body":"e30="}}`} {
		if _, err := entryIn([]byte(bad), expected{kind: "dsse"}); err == nil || strings.Contains(err.Error(), "something else") {
			t.Errorf("%.80s: %v", bad, err)
		}
	}
}

// TestEntryAbout shows that each part of what was sent is looked for in the
// entry.
func TestEntryAbout(t *testing.T) {
	other := sign(t, "{}")
	for _, kind := range []string{"dsse", "file"} {
		m := sign(t, "{}")
		answer := capture(t, m, kind)
		if _, err := ways[kind].add(t, answer.made); err != nil {
			t.Fatal(err)
		}
		envelope := must[[]byte](t)(json.Marshal(envelopeJSON{[]byte("{}"), sigstoretest.PayloadType, []signatureJSON{{m.signature}}}))
		right := expected{kind: "dsse", envelope: envelope, payload: []byte("{}"), signature: m.signature, verifier: certPEM(m.certificate)}
		if kind == "file" {
			right = expected{kind: "hashedrekord", digest: m.digest, signature: m.signature, verifier: certPEM(m.certificate)}
		}
		if e, err := entryIn(answer.body(), right); err != nil || e == nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(*expected){
			"signature":   func(x *expected) { x.signature = other.signature },
			"certificate": func(x *expected) { x.verifier = certPEM(other.certificate) },
			"content":     func(x *expected) { x.payload, x.digest = []byte("{ }"), [32]byte{1} },
			"envelope":    func(x *expected) { x.envelope, x.digest = []byte("{}"), [32]byte{1} },
			"kind":        func(x *expected) { x.kind = map[string]string{"dsse": "hashedrekord", "file": "dsse"}[kind] },
		} {
			wrong := right
			change(&wrong)
			if e, err := entryIn(answer.body(), wrong); err == nil || e != nil {
				t.Errorf("%s: another %s: %v", kind, name, err)
			}
		}
	}
}

// TestEntryV2Fields breaks each part of an answer of Rekor v2.
func TestEntryV2Fields(t *testing.T) {
	m := sign(t, "{}")
	answer := capture(t, m, "v2")
	e, err := ways["v2"].add(t, answer.made)
	if err != nil {
		t.Fatal(err)
	}
	body := e.GetCanonicalizedBody()
	if _, err := entryV2In(answer.body(), body[1:]); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Error(err)
	}
	for name, change := range map[string]func(map[string]any){
		"a log without a name": func(m map[string]any) { delete(m, "logId") },
		"no proof":             func(m map[string]any) { delete(m, "inclusionProof") },
		"no checkpoint":        func(m map[string]any) { delete(m["inclusionProof"].(map[string]any), "checkpoint") },
		"a short root hash":    func(m map[string]any) { m["inclusionProof"].(map[string]any)["rootHash"] = "AAAA" },
		"an empty tree":        func(m map[string]any) { m["inclusionProof"].(map[string]any)["treeSize"] = "0" },
		"an index outside":     func(m map[string]any) { m["inclusionProof"].(map[string]any)["logIndex"] = "99999999" },
		"a negative index":     func(m map[string]any) { m["logIndex"] = "-1" },
		"another kind":         func(m map[string]any) { m["kindVersion"].(map[string]any)["kind"] = "dsse" },
		"another version":      func(m map[string]any) { m["kindVersion"].(map[string]any)["version"] = "0.0.3" },
		"a wrong type":         func(m map[string]any) { m["logIndex"] = []any{} },
	} {
		var doc map[string]any
		if err := json.Unmarshal(answer.body(), &doc); err != nil {
			t.Fatal(err)
		}
		change(doc)
		if e, err := entryV2In(must[[]byte](t)(json.Marshal(doc)), body); err == nil || e != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var doc map[string]any
	if err := json.Unmarshal(answer.body(), &doc); err != nil {
		t.Fatal(err)
	}
	doc["witnesses"] = "of a later version"
	if _, err := entryV2In(must[[]byte](t)(json.Marshal(doc)), body); err != nil {
		t.Error(err)
	}
}
