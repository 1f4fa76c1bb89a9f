// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/corpus"
)

// What attest writes for the index has the form of what lies there: the same
// keys in the same order, numbers and bytes written in the same way.
func TestLikeTheIndex(t *testing.T) {
	connect(t)
	dir := corpus.Path(t, "attestations", "pypi")
	real, err := filepath.Glob(filepath.Join(dir, "*.publish.attestation"))
	if err != nil || len(real) == 0 {
		t.Fatalf("%d real attestations, %v", len(real), err)
	}
	s := newScene(t, 2)
	s.attest(t, "--kinds", "slsa,publish").wants(t, 0)
	sdist := filepath.Join(s.dist, "samplepkg-1.0.0.tar.gz")
	for _, kind := range []string{"publish", "slsa"} {
		written := get(t, sdist+"."+kind+".attestation")
		if bytes.ContainsAny(written, "\n\r") {
			t.Errorf("%s: there is a line break", kind)
		}
		ours := shape(t, written)
		var forms []string
		for _, path := range real {
			theirs := strings.TrimSuffix(path, ".publish.attestation") + "." + kind + ".attestation"
			data, err := os.ReadFile(theirs)
			if os.IsNotExist(err) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			form := shape(t, data)
			if slices.Equal(ours, form) {
				forms = append(forms, filepath.Base(theirs))
			} else if testing.Verbose() {
				t.Logf("%s has another form (-theirs +ours):\n%s", filepath.Base(theirs), cmp.Diff(form, ours))
			}
		}
		t.Logf("%s: of the form of %q", kind, forms)
		if len(forms) == 0 {
			t.Errorf("%s: no real attestation has the form of ours", kind)
		}
	}
}

// shape describes a JSON document: each key in order, and for each value how it
// is written. Statement and log entry, which are JSON in base64, are described
// as well.
func shape(t *testing.T, data []byte) []string {
	t.Helper()
	var out []string
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	describe(t, d, "", &out)
	return out
}

func describe(t *testing.T, d *json.Decoder, at string, out *[]string) {
	t.Helper()
	tok, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	switch v := tok.(type) {
	case json.Delim:
		if v == '{' {
			for d.More() {
				key, err := d.Token()
				if err != nil {
					t.Fatal(err)
				}
				*out = append(*out, fmt.Sprintf("%s.%s", at, key))
				describe(t, d, at+"."+key.(string), out)
			}
		} else {
			// How many hashes a proof has depends on the log.
			var first []string
			for i := 0; d.More(); i++ {
				var one []string
				describe(t, d, at+"[]", &one)
				if i == 0 {
					first = one
				}
			}
			*out = append(*out, first...)
		}
		if _, err := d.Token(); err != nil {
			t.Fatal(err)
		}
	case string:
		*out = append(*out, at+": "+writing(t, at, v, out))
	default:
		*out = append(*out, fmt.Sprintf("%s: %T", at, v))
	}
}

// writing is how a text is written.
func writing(t *testing.T, at, v string, out *[]string) string {
	if _, err := strconv.ParseInt(v, 10, 64); err == nil {
		return "a number as a text"
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(v)
	switch {
	case err == nil && bytes.HasPrefix(raw, []byte("{")) && json.Valid(raw):
		*out = append(*out, shape(t, raw)...)
		return "JSON in base64"
	case err == nil && len(raw) >= 32:
		return "base64"
	case strings.HasPrefix(v, "https://in-toto.io/"), strings.HasPrefix(v, "https://docs.pypi.org/"), strings.HasPrefix(v, "https://slsa.dev/"), strings.HasPrefix(v, "https://actions.github.io/"):
		return v
	}
	return "text"
}
