// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// real reads a file of the corpus of real attestations, or skips the test.
func real(t *testing.T, path ...string) any {
	t.Helper()
	dir := os.Getenv("SALLYPORT_CORPUS")
	if dir == "" {
		t.Skip("SALLYPORT_CORPUS names no folder of real attestations")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir) // given from the project's root
	}
	raw, err := os.ReadFile(filepath.Join(append([]string{dir, "attestations"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, raw)
}

func decode(t *testing.T, raw []byte) any {
	t.Helper()
	var out any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// dig follows keys, and takes an array's first element at "0".
func dig(t *testing.T, at any, keys ...string) any {
	t.Helper()
	for _, k := range keys {
		switch v := at.(type) {
		case map[string]any:
			at = v[k]
		case []any:
			n, err := strconv.Atoi(k)
			if err != nil || n >= len(v) {
				t.Fatalf("no element %q", k)
			}
			at = v[n]
		default:
			t.Fatalf("nothing at %q", k)
		}
	}
	return at
}

func unbase64(t *testing.T, at any) []byte {
	t.Helper()
	s, ok := at.(string)
	if !ok {
		t.Fatalf("%v is no string", at)
	}
	out, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// shape lists the paths of a document with the JSON types at their ends.
func shape(v any) []string {
	var out []string
	var walk func(string, any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, child := range v {
				walk(path+"/"+k, child)
			}
		case []any:
			for _, child := range v {
				walk(path+"/*", child)
			}
		case string:
			out = append(out, path+" string")
		case nil:
			out = append(out, path+" null")
		default:
			out = append(out, path+" other")
		}
	}
	walk("", v)
	slices.Sort(out)
	return slices.Compact(out)
}

func TestShapeOfRealMaterial(t *testing.T) {
	i := Use(t, PublicGood)
	c := GitHubClaims()
	statement := func(s []byte) any { return decode(t, s) }
	const pypi = "pypi_attestations-0.0.19.tar.gz"
	slsa := real(t, "pypi", pypi+".slsa.attestation")
	publish := real(t, "pypi", pypi+".publish.attestation")
	reusable := real(t, "github", "reusable-workflow-attestation.sigstore.json")
	gh := real(t, "github", "github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl")
	provenance := real(t, "pypi", pypi+".provenance")

	signed := i.MustSign(t, Provenance(c, subject()), c, SignOptions{})
	private := Use(t, GitHub).MustSign(t, Provenance2024(c, subject()), c, SignOptions{})
	bundle := reusable.(map[string]any)
	delete(bundle["verificationMaterial"].(map[string]any), "timestampVerificationData") // empty there

	for name, s := range map[string]struct{ real, ours any }{
		"statement":      {decode(t, unbase64(t, dig(t, slsa, "envelope", "statement"))), statement(signed.Payload())},
		"publish":        {decode(t, unbase64(t, dig(t, publish, "envelope", "statement"))), statement(Publish(subject()))},
		"statement 2024": {decode(t, unbase64(t, dig(t, reusable, "dsseEnvelope", "payload"))), statement(Provenance2024(c, subject()))},
		"attestation":    {slsa, decode(t, signed.PEP740())},
		"bundle":         {reusable, decode(t, signed.JSON())},
		"github bundle":  {gh, decode(t, private.JSON())},
		"entry body": {
			decode(t, unbase64(t, dig(t, reusable, "verificationMaterial", "tlogEntries", "0", "canonicalizedBody"))),
			decode(t, firstEntry(signed.Proto()).CanonicalizedBody),
		},
		"provenance": {provenance, decode(t, ProvenanceObject(GitHubPublisher("o/r", "w", ""), signed.PEP740()))},
	} {
		if diff := cmp.Diff(shape(s.real), shape(s.ours)); diff != "" {
			t.Errorf("%s (-real +ours):\n%s", name, diff)
		}
	}

	// The statement's order of keys, byte by byte but for the values.
	if diff := cmp.Diff(keys(unbase64(t, dig(t, slsa, "envelope", "statement"))), keys(signed.Payload())); diff != "" {
		t.Errorf("order of keys (-real +ours):\n%s", diff)
	}
	if diff := cmp.Diff(extensionList(t, unbase64(t, dig(t, slsa, "verification_material", "certificate"))), extensionList(t, signed.Leaf())); diff != "" {
		t.Errorf("certificate extensions (-real +ours):\n%s", diff)
	}
}

// keys returns the object keys of a document in their order.
func keys(doc []byte) []string {
	var out []string
	for _, part := range strings.Split(string(doc), `":`) {
		if at := strings.LastIndex(part, `"`); at >= 0 {
			out = append(out, part[at+1:])
		}
	}
	return out[:len(out)-1]
}

func extensionList(t *testing.T, der []byte) []string {
	t.Helper()
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range cert.Extensions {
		// The real ones are from before .23 and .24.
		if !e.Id.Equal(OID(23)) && !e.Id.Equal(OID(24)) {
			out = append(out, e.Id.String()+" "+strconv.FormatBool(e.Critical))
		}
	}
	return out
}
