// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/rekor/pkg/generated/models"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// signed is a client that has signed the statement.
func signed(t testing.TB, s *sigstoretest.Server) *client {
	t.Helper()
	c := newClient(t, s)
	if _, err := c.certify(token(t, nil)); err != nil {
		t.Fatal(err)
	}
	c.signature = c.sign(dsse.PAE(sigstoretest.PayloadType, statement()))
	return c
}

func get(t testing.TB, url string) (int, []byte) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

// with puts a log entry into a bundle of the client's signature.
func (c *client) with(t testing.TB, entry *protorekor.TransparencyLogEntry) *protobundle.Bundle {
	t.Helper()
	block, _ := pem.Decode(c.cert)
	b := sigstoretest.Use(t, sigstoretest.PublicGood).MustSign(t, statement(), sigstoretest.GitHubClaims(), sigstoretest.SignOptions{}).Proto()
	b.GetDsseEnvelope().Signatures[0].Sig = c.signature
	b.VerificationMaterial = &protobundle.VerificationMaterial{
		Content:     &protobundle.VerificationMaterial_Certificate{Certificate: &protocommon.X509Certificate{RawBytes: block.Bytes}},
		TlogEntries: []*protorekor.TransparencyLogEntry{entry},
	}
	return b
}

func TestRekor1Answers(t *testing.T) {
	in, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	c, url := signed(t, s), s.Rekor1URL+"/api/v1/log/entries"
	data, header, err := post(url, "application/json", "", c.entry1(), http.StatusCreated)
	if err != nil {
		t.Fatal(err)
	}
	uuid := header.Get("ETag")
	if len(uuid) != 80 || header.Get("Location") != "/api/v1/log/entries/"+uuid || header.Get("Content-Type") != "application/json" {
		t.Errorf("header %q", header)
	}
	// Rekor's own types write the very bytes that were answered.
	var entries models.LogEntry
	if err := json.Unmarshal(data, &entries); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	enc := json.NewEncoder(&again)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(entries); err != nil || again.String() != string(data) {
		t.Errorf("%v; answered\n%s\nRekor writes\n%s", err, data, &again)
	}

	body, header, err := post(url, "application/json", "", c.entry1(), http.StatusConflict)
	want := fmt.Sprintf(`{"code":409,"message":"an equivalent entry already exists in the transparency log with UUID %s"}`+"\n", uuid)
	if err != nil || string(body) != want || header.Get("Location") != "/api/v1/log/entries/"+uuid {
		t.Errorf("%v: header %q, body %s", err, header, body)
	}

	for _, id := range []string{uuid, uuid[16:]} {
		status, data := get(t, url+"/"+id)
		if status != http.StatusOK {
			t.Fatalf("status %d: %s", status, data)
		}
		entry, err := readEntry1(data, uuid)
		if err != nil {
			t.Fatal(err)
		}
		if a := verify(t, verifier(t, in), c.with(t, entry)); !a.OK() {
			t.Errorf("does not verify: %v", a.Problem)
		}
	}
	// By now the proof is one against a later tree.
	if _, err := signed(t, s).log1(); err != nil {
		t.Fatal(err)
	}
	_, data = get(t, url+"/"+uuid)
	later, err := readEntry1(data, uuid)
	if err != nil || later.InclusionProof.TreeSize <= *entries[uuid].Verification.InclusionProof.TreeSize {
		t.Errorf("%v, tree size %d", err, later.GetInclusionProof().GetTreeSize())
	}
	if a := verify(t, verifier(t, in), c.with(t, later)); !a.OK() {
		t.Errorf("does not verify against a later tree: %v", a.Problem)
	}
	for _, id := range []string{"", "x", strings.Repeat("0", 64), strings.Repeat("0", 80)} {
		if status, body := get(t, url+"/"+id); status != http.StatusNotFound || len(body) > 0 {
			t.Errorf("%q: status %d: %s", id, status, body)
		}
	}
	s.Fail(sigstoretest.Rekor1, sigstoretest.Fault{Lie: sigstoretest.LieEnvelope})
	if status, data := get(t, url+"/"+uuid); status != http.StatusOK || strings.Contains(string(data), uuid) {
		t.Errorf("status %d: the lie is %s", status, data)
	}
}

func TestRekor1Refuses(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	url := s.Rekor1URL + "/api/v1/log/entries"
	other := signed(t, s)
	other.signature = other.sign([]byte("something else"))
	for body, want := range map[string]string{
		"{":                                    `{"code":400,"message":"parsing proposedEntry body`,
		`{"kind":"toy"}`:                       `{"code":400,`,
		`{"kind":"dsse","apiVersion":"9"}`:     `{"code":400,"message":"error processing entry: `,
		string(other.entry1()):                 `{"code":400,"message":"error processing entry: `,
		`{"kind":"intoto","apiVersion":"1"}`:   `{"code":400,"message":"error processing entry: `,
		`{"kind":"dsse","apiVersion":"0.0.1"}`: `{"code":400,"message":"error processing entry: `,
	} {
		if got, _, err := post(url, "application/json", "", []byte(body), http.StatusBadRequest); err != nil || !strings.HasPrefix(string(got), want) {
			t.Errorf("%.60s: %v: %s", body, err, got)
		}
	}
	if _, _, err := post(url+"s", "application/json", "", nil, http.StatusNotFound); err != nil {
		t.Error(err)
	}
	if status, body := get(t, url); status != http.StatusMethodNotAllowed {
		t.Errorf("status %d: %s", status, body)
	}
}

// A message's signature goes into the log as a hashedrekord.
func TestRekor1HashedRekord(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	c := signed(t, s)
	message := []byte("the bytes of a wheel\n")
	sum := sha(message)
	data, header, err := post(s.Rekor1URL+"/api/v1/log/entries", "application/json", "", mustJSON(map[string]any{
		"kind": "hashedrekord", "apiVersion": "0.0.1", "spec": map[string]any{
			"data":      map[string]any{"hash": map[string]any{"algorithm": "sha256", "value": hex.EncodeToString(sum)}},
			"signature": map[string]any{"content": c.sign(message), "publicKey": map[string]any{"content": c.cert}},
		}}), http.StatusCreated)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := readEntry1(data, header.Get("ETag"))
	if err != nil || entry.KindVersion.Kind != "hashedrekord" || entry.KindVersion.Version != "0.0.1" {
		t.Errorf("%v, %v", entry.GetKindVersion(), err)
	}
}

func TestRekor2Answers(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	c, url := signed(t, s), s.Rekor2URL+"/api/v2/log/entries"
	data, header, err := post(url, "application/json", "", c.entry2(), http.StatusCreated)
	if err != nil || header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v, header %q", err, header)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	// The real log writes what it does not have, too.
	if len(got) != 7 || string(got["integratedTime"]) != `"0"` || string(got["inclusionPromise"]) != "null" {
		t.Errorf("answered %s", data)
	}
	index := strings.Trim(string(got["logIndex"]), `"`)
	want := `{"code":6, "message":"an equivalent entry already exists in the transparency log with index ` + index + `", "details":[]}`
	data, header, err = post(url, "application/json", "", c.entry2(), http.StatusConflict)
	if err != nil || string(data) != want || header.Get("X-Log-Index") != index {
		t.Errorf("%v: header %q, body %s", err, header, data)
	}

	other := signed(t, s)
	other.signature = other.sign([]byte("something else"))
	for body, want := range map[string]string{
		"{":                              `{"code":3,`,
		"{}":                             `{"code":3, "message":"invalid type, must be hashedrekord", "details":[]}`,
		`{"nonsense":{}}`:                `unknown field`,
		`{"hashedRekordRequestV002":{}}`: `{"code":3, "message":"invalid hashedrekord request", "details":[]}`,
		string(other.entry2()):           `{"code":3, "message":"invalid hashedrekord request", "details":[]}`,
	} {
		if got, _, err := post(url, "application/json", "", []byte(body), http.StatusBadRequest); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%.60s: %v: %s", body, err, got)
		}
	}
	if _, _, err := post(url+"/1", "application/json", "", nil, http.StatusNotFound); err != nil {
		t.Error(err)
	}
	if status, _ := get(t, url); status != http.StatusNotImplemented {
		t.Errorf("status %d", status)
	}
}

// An answer that is lost leaves the entry in the log: a second try conflicts.
func TestLostAnswers(t *testing.T) {
	for name, fault := range map[string]sigstoretest.Fault{
		"cut": {Cut: true}, "dropped": {Drop: true, Done: true}, "gateway": {Status: 502, Done: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
			s.Fail(sigstoretest.Rekor1, fault)
			s.Fail(sigstoretest.Rekor2, fault)
			c := signed(t, s)
			for _, log := range []func() (*protorekor.TransparencyLogEntry, error){c.log1, c.log2} {
				if _, err := log(); err == nil {
					t.Error("the first try was answered")
				}
				if _, err := log(); err == nil || !strings.Contains(err.Error(), "status 409: ") {
					t.Errorf("the second try: %v", err)
				}
			}
		})
	}
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	s.Fail(sigstoretest.Rekor1, sigstoretest.Fault{Drop: true})
	c := signed(t, s)
	if _, err := c.log1(); err == nil {
		t.Error("a dropped request was answered")
	}
	if _, err := c.log1(); err != nil {
		t.Errorf("a dropped request left its entry: %v", err)
	}
}
