// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/golang/snappy"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

func TestUnpack(t *testing.T) {
	big := []byte(`{"a":"` + strings.Repeat("x", 5000) + `"}`)
	framed := new(bytes.Buffer)
	w := snappy.NewBufferedWriter(framed)
	_, _ = w.Write(big)
	_ = w.Close()
	for _, tt := range []struct {
		name string
		in   []byte
		want []byte // or
		err  string
	}{
		{"compressed", snappy.Encode(nil, big), big, ""},
		{"literals", githubtest.Snappy(big), big, ""},
		{"plain", big, big, ""},
		{"plain with space before", append([]byte("\n "), bundle(1)...), append([]byte("\n "), bundle(1)...), ""},
		// The length of this block is written as the byte of an opening brace.
		{"123 bytes", snappy.Encode(nil, []byte(`{"a":"`+strings.Repeat("y", 115)+`"}`)), []byte(`{"a":"` + strings.Repeat("y", 115) + `"}`), ""},
		{"empty", nil, nil, "neither JSON nor"},
		{"snappy stream", framed.Bytes(), nil, "over the limit|neither JSON nor"},
		{"cut", snappy.Encode(nil, big)[:20], nil, "neither JSON nor"},
		{"HTML", []byte("<html>"), nil, "neither JSON nor"},
		{"cut JSON", big[:50], nil, "neither JSON nor"},
		{"a list", snappy.Encode(nil, []byte(`[{}]`)), nil, "does not hold a JSON object"},
		{"two documents", snappy.Encode(nil, []byte(`{}{}`)), nil, "does not hold a JSON object"},
		{"promises gigabytes", binary.AppendUvarint(nil, 4<<30-1), nil, "limit of 8000 bytes"},
		{"promises more than there is", binary.AppendUvarint(nil, 1<<40), nil, "neither JSON nor"},
		{"bomb", snappy.Encode(nil, bytes.Repeat([]byte("{"), 8001)), nil, "limit of 8000 bytes"},
		{"large plain", []byte(`{"a":"` + strings.Repeat("x", 8000) + `"}`), nil, "limit of 8000 bytes"},
		{"deep", snappy.Encode(nil, []byte(`{"a":`+strings.Repeat("[", 4000))), nil, "does not hold"},
	} {
		got, err := unpack(tt.in, 8000)
		if tt.err == "" {
			if err != nil || !bytes.Equal(got, tt.want) {
				t.Errorf("%s: %v, %d bytes", tt.name, err, len(got))
			}
			continue
		}
		ok := false
		for _, e := range strings.Split(tt.err, "|") {
			ok = ok || err != nil && strings.Contains(err.Error(), e)
		}
		if !ok {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.err)
		}
	}
}

// What is wrong with one item leaves the others alone.
func TestItems(t *testing.T) {
	for _, tt := range []struct{ name, item, err string }{
		{"nothing", `{}`, "neither a bundle nor a bundle_url"},
		{"null and nothing", `{"bundle":null,"bundle_url":null,"initiator":"user","repository_id":5}`, "neither a bundle nor"},
		{"null and empty", `{"bundle":null,"bundle_url":""}`, "neither a bundle nor"},
		{"bundle is a string", `{"bundle":"{}"}`, "not a JSON object"},
		{"bundle is a list", `{"bundle":[]}`, "not a JSON object"},
		{"address is a number", `{"bundle":null,"bundle_url":7}`, "not a string"},
		{"address is a file", `{"bundle":null,"bundle_url":"file:///etc/passwd"}`, "https is expected"},
		{"address without TLS", `{"bundle":null,"bundle_url":"http://store.example/x?sig=abc"}`, "https is expected"},
		{"address with a user", `{"bundle":null,"bundle_url":"https://u:p@store.example/x?sig=abc"}`, "user name"},
		{"address is garbage", `{"bundle":null,"bundle_url":"https://%zz?sig=abc"}`, "not a URL"},
		{"long address", `{"bundle":null,"bundle_url":"https://x/` + strings.Repeat("a", 9000) + `"}`, "limit of 8192 bytes"},
		{"id in quotes", `{"bundle":{},"repository_id":"5"}`, "repository_id"},
		{"id is a fraction", `{"bundle":{},"repository_id":5.0}`, "repository_id"},
		{"id is below 0", `{"bundle":{},"repository_id":-5}`, "repository_id"},
		{"gigantic id", `{"bundle":{},"repository_id":` + strings.Repeat("9", 400) + `}`, "repository_id"},
		{"initiator is a list", `{"bundle":{},"initiator":[]}`, "initiator"},
		{"initiator is a sentence", `{"bundle":{},"initiator":"user\n::error::"}`, "initiator"},
		{"long initiator", `{"bundle":{},"initiator":"` + strings.Repeat("a", 33) + `"}`, "initiator"},
		{"bundle over the limit", `{"bundle":{"a":"` + strings.Repeat("x", 3000) + `"}}`, "limit of 2000 bytes"},
		{"other case counts as nothing", `{"Bundle":{},"BUNDLE_URL":"x"}`, "neither a bundle nor"},
		{"good", `{"bundle":{"x":1},"bundle_url":"http://ignored/","initiator":"user","repository_id":5}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := server(t)
			s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
				fmt.Fprintf(w, `{"attestations":[{"bundle":%s,"initiator":"user","repository_id":1},%s]}`, bundle(1), tt.item)
				return true
			}
			d := ask(t, client(t, s, func(o *Options) { o.MaxBundle = 2000 }), digest(1)).Digests[0]
			if d.Err != nil || len(d.Attestations) != 2 || d.Attestations[0].Err != nil || len(d.Attestations[0].Bundle) == 0 {
				t.Fatalf("%+v", d)
			}
			a := d.Attestations[1]
			if (a.Err == nil) != (tt.err == "") || a.Err != nil && !strings.Contains(a.Err.Error(), tt.err) {
				t.Errorf("%v, want %q", a.Err, tt.err)
			}
			if (a.Err == nil) == (a.Bundle == nil) {
				t.Errorf("error %v beside bundle %s", a.Err, a.Bundle)
			}
			noSecret(t, d)
		})
	}
}

func TestLists(t *testing.T) {
	for name, body := range map[string]string{
		"no list":        `{}`,
		"null":           `{"attestations":null}`,
		"a string":       `{"attestations":"x"}`,
		"items of other": `{"attestations":[1]}`,
		"item null":      `{"attestations":[null]}`,
		"twice":          `{"attestations":[],"attestations":[]}`,
		"bundle twice":   `{"attestations":[{"bundle":{},"bundle":{}}]}`,
		"cut":            `{"attestations":[{"bundle":{`,
		"trailing":       `{"attestations":[]}{}`,
		"deep":           `{"x":` + strings.Repeat("[", 1<<20),
		"deep bundle":    `{"attestations":[{"bundle":` + strings.Repeat("[", 1<<20),
		"other case":     `{"Attestations":[]}`,
		"empty":          ``,
	} {
		s := server(t)
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool { fmt.Fprint(w, body); return true }
		d := ask(t, client(t, s), digest(1)).Digests[0]
		if e := new(AnswerError); !errors.As(d.Err, &e) || len(d.Err.Error()) > 500 {
			t.Errorf("%s: %T %v", name, d.Err, d.Err)
		}
		if n := len(s.Requests()); n != 1 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

func TestAnswerOverTheLimit(t *testing.T) {
	s := server(t)
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		fmt.Fprint(w, `{"attestations":[],"x":"`)
		chunk := strings.Repeat("x", 1<<20)
		for range 33 {
			if _, err := fmt.Fprint(w, chunk); err != nil {
				break
			}
		}
		return true
	}
	d := ask(t, client(t, s), digest(1)).Digests[0]
	if e := new(LimitError); !errors.As(d.Err, &e) || e.Limit != maxAnswer {
		t.Errorf("%v", d.Err)
	}
}

// Each failure of the store is that item's, without its address.
func TestStoreFails(t *testing.T) {
	s := server(t)
	add := func(a githubtest.Attestation) { s.AddAttestation("octo-sci", "samplepkg", digest(1), a) }
	add(githubtest.Attestation{Stored: []byte("garbage")})
	add(githubtest.Attestation{Stored: []byte{}})
	add(githubtest.Attestation{Stored: binary.AppendUvarint(nil, 1<<31)})
	add(githubtest.Attestation{Stored: bytes.Repeat([]byte{0}, 5000)})
	add(githubtest.Attestation{Bundle: bundle(1), ByURL: true})
	d := ask(t, client(t, s, func(o *Options) { o.MaxBundle = 3000 }), digest(1)).Digests[0]
	if d.Err != nil || len(d.Attestations) != 5 {
		t.Fatalf("%+v", d)
	}
	for i, want := range []string{"", "limit of", "limit of 3000 bytes", "neither JSON nor", "neither JSON nor"} {
		err := d.Attestations[i].Err
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, want %q", i, err, want)
		}
		noSecret(t, err)
	}
	onlyToAPI(t, s)
}

func TestStoreRefuses(t *testing.T) {
	for name, location := range map[string]string{"not found": "", "redirects to http": "http://store.example/x?sig=" + githubtest.Secret} {
		s := server(t)
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, ".sn") {
				if location == "" {
					http.Error(w, "no "+r.URL.String(), 404)
				} else {
					http.Redirect(w, r, location, http.StatusFound)
				}
				return true
			}
			// The API's own host as the store: still without the token.
			fmt.Fprintf(w, `{"attestations":[{"bundle":null,"bundle_url":"%s/x/y.json.sn?sig=%s"}]}`, s.URL(), githubtest.Secret)
			return true
		}
		d := ask(t, client(t, s), digest(1)).Digests[0]
		if d.Err != nil || len(d.Attestations) != 1 || d.Attestations[0].Err == nil {
			t.Fatalf("%s: %+v", name, d)
		}
		noSecret(t, d)
		for _, r := range s.Requests() {
			if strings.HasSuffix(r.Path, ".sn") && r.Authorization != "" {
				t.Errorf("%s: the token went to a bundle's address", name)
			}
		}
	}
}

// One bundle with many subjects is listed under each; it is held once.
func TestEqualBundlesAreShared(t *testing.T) {
	for _, byURL := range []bool{true, false} {
		s := server(t)
		for i := range 4 {
			s.AddAttestation("octo-sci", "samplepkg", digest(i), githubtest.Attestation{Bundle: bundle(1), ByURL: byURL})
		}
		r := ask(t, client(t, s, func(o *Options) { o.MaxTotal = int64(len(bundle(1))) }), digest(0), digest(1), digest(2), digest(3))
		for _, d := range r.Digests {
			if d.Attestations[0].Err != nil || &d.Attestations[0].Bundle[0] != &r.Digests[0].Attestations[0].Bundle[0] {
				t.Errorf("%s: not shared (%v)", d.SHA256, d.Attestations[0].Err)
			}
		}
		s.AddAttestation("octo-sci", "samplepkg", digest(0), githubtest.Attestation{Bundle: bundle(2), ByURL: byURL})
		r = ask(t, client(t, s, func(o *Options) { o.MaxTotal = int64(len(bundle(1))) }), digest(0))
		n := 0
		for _, a := range r.Digests[0].Attestations {
			if e := new(LimitError); errors.As(a.Err, &e) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d of 2 items over the common limit, want 1: %+v", n, r)
		}
	}
}
