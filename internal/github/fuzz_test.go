// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/golang/snappy"
	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// encode writes items as the API would list them.
func encode(items []item) []any {
	out := []any{}
	for _, it := range items {
		m := map[string]any{}
		if it.bundle != nil {
			m["bundle"] = it.bundle
		}
		if it.address != "" {
			m["bundle_url"] = it.address
		}
		if it.initiator != "" {
			m["initiator"] = it.initiator
		}
		if it.repository != 0 {
			m["repository_id"] = it.repository
		}
		out = append(out, m)
	}
	return out
}

func show(items []item) (out []string) {
	for _, it := range items {
		var b bytes.Buffer
		if it.bundle != nil {
			_ = json.Compact(&b, it.bundle)
		}
		out = append(out, fmt.Sprintf("%s|%q|%s|%d", b.Bytes(), it.address, it.initiator, it.repository))
	}
	return out
}

// sound fails where an item breaks what decodeItem promises.
func sound(t *testing.T, items []item, most int) (good []item) {
	if len(items) > most {
		t.Fatalf("%d items, more than %d", len(items), most)
	}
	for _, it := range items {
		n := 0
		for _, is := range []bool{it.bundle != nil, it.address != "", it.err != nil} {
			if is {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("an item is not exactly one of bundle, address and error: %+v", it)
		}
		if it.bundle != nil && (len(it.bundle) > 1000 || it.bundle[0] != '{' || !json.Valid(it.bundle)) {
			t.Fatalf("a bundle is not a JSON object within the limit: %q", it.bundle)
		}
		if it.repository < 0 || len(it.initiator) > 32 {
			t.Fatalf("%+v", it)
		}
		if it.err == nil {
			good = append(good, it)
		}
	}
	return good
}

func marshal(t *testing.T, v any) *bytes.Buffer {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return &b
}

func FuzzList(f *testing.F) {
	for _, s := range []string{
		`{"attestations":[{"bundle":{"a":1},"initiator":"user","repository_id":1},{"bundle":null,"bundle_url":"https://x/y?z","initiator":"github"}]}`,
		`{"attestations":[{}],"x":[[[{}]]]}`, `{"attestations":[{"bundle":[],"repository_id":1e9}]}`, `{"attestations":null}`, `[]`, `{`,
		`{"attestations":[{"bundle_url":"\u0000","repository_id":9223372036854775808}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const most = 5
		items, err := decodeList(httpx.NewDecoder(bytes.NewReader(data)), newStore(1000, 10000), most)
		if err != nil {
			if items != nil {
				t.Fatal("items beside an error")
			}
			return
		}
		good := sound(t, items, most)
		again, err := decodeList(httpx.NewDecoder(marshal(t, map[string]any{"attestations": encode(good)})), newStore(2000, 20000), most)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(show(good), show(again)); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzBulk(f *testing.F) {
	key := "sha256:" + digest(1)
	for _, s := range []string{
		`{"attestations_subject_digests":{"` + key + `":[{"bundle":{"a":1},"repository_id":7}],"sha256:00":[{}]},"page_info":{"has_next":true,"next":"abc"}}`,
		`{"attestations_subject_digests":[{"` + key + `":null}],"page_info":{"has_next":false,"next":null}}`,
		`{"attestations_subject_digests":{"` + key + `":[{"bundle":{},"repository_id":8},{}]}}`, `{"page_info":{}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decodeBulk(httpx.NewDecoder(bytes.NewReader(data)), newStore(1000, 10000), map[string]bool{digest(1): true}, 7)
		if err != nil {
			return
		}
		for d, items := range p.items {
			if d != digest(1) || len(items) > maxItems {
				t.Fatalf("%d items of %s", len(items), d)
			}
			kept, sure := own(items, 7)
			for _, it := range items {
				if it.bundle != nil && it.repository != 7 {
					t.Fatalf("kept a bundle of repository %d", it.repository)
				}
				if sure && it.repository == 0 {
					t.Fatal("sure of an item that does not say whose it is")
				}
			}
			if sure {
				sound(t, kept, maxItems)
			}
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add(snappy.Encode(nil, bundle(1)))
	f.Add(bundle(1))
	f.Add([]byte("\xff\xff\xff\xff\x0f"))
	f.Add([]byte(`{"a":`))
	f.Add([]byte(`{"000":0}`)) // its block is JSON as well, with white space before
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := unpack(data, 1000)
		if err != nil {
			return
		}
		if len(out) > 1000 || !json.Valid(out) {
			t.Fatalf("%q", out)
		}
		// The same JSON, packed, is the same bundle.
		again, err := unpack(snappy.Encode(nil, out), 1000)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("%q, %v", again, err)
		}
	})
}
