// SPDX-License-Identifier: BSD-3-Clause

package evidence_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/evidence"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

// TestPEP740Reading changes a good attestation object and says which changes
// must not matter, and what the others must be refused with.
func TestPEP740Reading(t *testing.T) {
	claims := st.GitHubClaims()
	sigstore := st.Use(t, st.PublicGood)
	good := sigstore.MustSign(t, st.Provenance(claims, fuzzSubject), claims, st.SignOptions{Timestamp: true}).PEP740()
	v := verifierFor(t, sigstore)
	var parts struct {
		Envelope struct{ Statement, Signature string }
	}
	if err := json.Unmarshal(good, &parts); err != nil {
		t.Fatal(err)
	}
	broken := func(s string) string { // as older writers broke lines
		var lines []string
		for ; len(s) > 76; s = s[76:] {
			lines = append(lines, s[:76])
		}
		return strings.Join(append(lines, s), "\n")
	}
	for _, c := range []struct {
		name string
		doc  []byte
		want string // "" where it must be accepted
	}{
		{"as written", good, ""},
		{"line breaks in base64", st.MustEdit(t, good, "/envelope/statement", broken(parts.Envelope.Statement)), ""},
		{"unknown key", st.MustEdit(t, good, "/note", "x"), ""},
		{"unknown key in the material", st.MustEdit(t, good, "/verification_material/note", "x"), ""},
		{"unknown key in the envelope", st.MustEdit(t, good, "/envelope/note", "x"), ""},
		{"no timestamps", st.MustRemove(t, good, "/verification_material/timestamps"), ""},
		{"null timestamps", st.MustEdit(t, good, "/verification_material/timestamps", nil), ""},
		{"version 2", st.MustEdit(t, good, "/version", 2), `"version"`},
		{"version as text", st.MustEdit(t, good, "/version", "1"), `"version"`},
		{"version true", st.MustEdit(t, good, "/version", true), `"version"`},
		{"no version", st.MustRemove(t, good, "/version"), `missing, expecting 1`},
		{"key of other case", st.MustEdit(t, good, "/Envelope", "x"), `"Envelope" is spelled "envelope"`},
		{"no certificate", st.MustRemove(t, good, "/verification_material/certificate"), `"certificate"`},
		{"empty certificate", st.MustEdit(t, good, "/verification_material/certificate", ""), "empty"},
		{"certificate of junk", st.MustEdit(t, good, "/verification_material/certificate", base64.StdEncoding.EncodeToString([]byte("junk"))), "certificate"},
		{"URL base64", st.MustEdit(t, good, "/envelope/signature", strings.NewReplacer("+", "-", "/", "_").Replace(parts.Envelope.Signature)+"_"), "not base64"},
		{"no padding", st.MustEdit(t, good, "/envelope/signature", parts.Envelope.Signature[:len(parts.Envelope.Signature)-4]+"A"), "base64"},
		{"no entries", st.MustEdit(t, good, "/verification_material/transparency_entries", []any{}), "no transparency log entry"},
		{"entries null", st.MustEdit(t, good, "/verification_material/transparency_entries", nil), "transparency_entries"},
		{"unknown key in an entry", st.MustEdit(t, good, "/verification_material/transparency_entries/0/extra", "x"), "extra"},
		{"timestamps not a list", st.MustEdit(t, good, "/verification_material/timestamps", "x"), "timestamps"},
		{"timestamp of junk", st.MustEdit(t, good, "/verification_material/timestamps/-", "anVuaw=="), "timestamp"},
		{"key twice", []byte(strings.Replace(string(good), `"version"`, `"version":1,"version"`, 1)), "given twice"},
		{"truncated", good[:len(good)/2], "truncated"},
		{"trailing", append(append([]byte{}, good...), "{}"...), "after the document's end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs, err := evidence.Split(c.doc, "x.attestation", evidence.Folder)
			if err != nil || len(docs) != 1 {
				t.Fatalf("%d documents, %v", len(docs), err)
			}
			a := v.Verify(docs[0])
			switch {
			case c.want == "" && !a.OK():
				t.Errorf("refused: %v", a.Problem)
			case c.want != "" && a.OK():
				t.Error("accepted")
			case c.want != "" && !strings.Contains(a.Problem.Message, c.want):
				t.Errorf("refused with %q, which does not say %q", a.Problem.Message, c.want)
			}
		})
	}
}

// TestRealConversion holds that the real attestation converts into the real
// bundle of the same signature.
func TestRealConversion(t *testing.T) {
	file := corpus.Path(t, "attestations", "pypi", "pypi_attestation_models-0.0.4a2.tar.gz")
	attestation, err := os.ReadFile(file + ".attestation")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file + ".sigstore")
	if err != nil {
		t.Fatal(err)
	}
	want := &protobundle.Bundle{}
	if err := protojson.Unmarshal(text, want); err != nil {
		t.Fatal(err)
	}
	got, err := evidence.BundleFromPEP740(attestation)
	if err != nil {
		t.Fatal(err)
	}
	want.MediaType = got.MediaType // the real one is of an earlier spelling
	if want.GetVerificationMaterial().GetTimestampVerificationData() != nil && got.GetVerificationMaterial().GetTimestampVerificationData() == nil {
		want.VerificationMaterial.TimestampVerificationData = nil // present and empty
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("bundle against converted attestation:\n%s", diff)
	}
}

// TestLines holds JSON Lines to its rule: no line is ever skipped.
func TestLines(t *testing.T) {
	b := fuzzBundle(t)
	v := verifierFor(t, st.Use(t, st.PublicGood))
	line := string(b.JSON())
	for _, c := range []struct {
		name, text string
		good, bad  int
	}{
		{"two with a final newline", line + "\n" + line + "\n", 2, 0},
		{"two without", line + "\n" + line, 2, 0},
		{"carriage returns", line + "\r\n" + line + "\r\n", 2, 0},
		{"one bad line", line + "\n{\"mediaType\":\n" + line + "\n", 2, 1},
		{"other JSON", line + "\n{\"a\":1}\n", 1, 1},
		{"text", line + "\nhello\n", 1, 1},
		{"an empty line", line + "\n\n" + line, 2, 1},
		{"a bare envelope", line + "\n" + string(b.Envelope()) + "\n", 1, 1},
		{"truncated last line", line + "\n" + line[:100], 1, 1},
		{"PEP 740 lines", string(b.PEP740()) + "\n" + string(b.PEP740()), 2, 0},
	} {
		docs, err := evidence.Split([]byte(c.text), "x.jsonl", evidence.Given)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		good, bad := 0, 0
		for _, d := range docs {
			if a := v.Verify(d); a.OK() {
				good++
			} else {
				bad++
			}
		}
		if good != c.good || bad != c.bad {
			t.Errorf("%s: %d good and %d bad, want %d and %d", c.name, good, bad, c.good, c.bad)
		}
	}
}
