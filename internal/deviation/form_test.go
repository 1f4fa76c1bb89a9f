// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"bytes"
	"encoding/json"
	"strings"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

const unsupported = "unsupported-attestation"

// written changes the bytes of the wheel's bundle.
func written(name, rule string, change func([]byte) []byte, says ...string) row {
	return row{name: name, rule: rule, says: append(says, wheelBundle), also: []string{"missing-provenance"}, about: []string{wheelName, wheelBundle},
		do: func(s *scene) { s.change(func(a *attestation) { a.raw = change }, wheelBuild) }}
}

// written740 is the same for a PEP 740 file beside the wheel.
func written740(name, rule string, change func([]byte) []byte, says ...string) row {
	r := written(name+", PEP 740", rule, change, says...)
	r.base, r.says, r.about = "attested", append(says, wheelName+".slsa.attestation"), nil
	return r
}

func put(pointer string, value any) func([]byte) []byte {
	return func(b []byte) []byte { return must(sigstoretest.Edit(b, pointer, value)) }
}

func drop(pointer string) func([]byte) []byte {
	return func(b []byte) []byte { return must(sigstoretest.Remove(b, pointer)) }
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func fixed(text string) func([]byte) []byte { return func([]byte) []byte { return []byte(text) } }

func half(b []byte) []byte { return b[:len(b)/2] }

func keyTwice(key string) func([]byte) []byte {
	return func(b []byte) []byte {
		return append([]byte(`{"`+key+`":"x",`), bytes.TrimPrefix(b, []byte("{"))...)
	}
}

// bareEnvelope is the bundle's DSSE envelope alone.
func bareEnvelope(b []byte) []byte {
	pb := &protobundle.Bundle{}
	if err := protojson.Unmarshal(b, pb); err != nil {
		panic(err)
	}
	return sigstoretest.Wrap(pb).Envelope()
}

// inChain has the certificate in a chain, as bundles had it before 0.3.
func inChain(pb, _ *pbundle) {
	m := pb.VerificationMaterial
	m.Content = &protobundle.VerificationMaterial_X509CertificateChain{X509CertificateChain: &protocommon.X509CertificateChain{
		Certificates: []*protocommon.X509Certificate{m.GetCertificate()}}}
}

func byKey(pb, _ *pbundle) {
	pb.VerificationMaterial.Content = &protobundle.VerificationMaterial_PublicKey{PublicKey: &protocommon.PublicKeyIdentifier{Hint: "mine"}}
}

func tampered(name, rule string, change func(pb, other *pbundle), says ...string) row {
	r := written(name, rule, nil, says...)
	r.do = func(s *scene) { s.change(func(a *attestation) { a.tamper = change }, wheelBuild) }
	return r
}

var _ = table("form", []row{
	written("bare envelope", unsupported, bareEnvelope, "bare DSSE envelope"),
	written("cosign's old bundle", unsupported, fixed(`{"base64Signature":"x","cert":"y","rekorBundle":{}}`), "cosign"),
	tampered("signed with a key", unsupported, byKey, "key"),
	written("unknown version", unsupported, put("/mediaType", "application/vnd.dev.sigstore.bundle.v0.4+json"), "v0.4"),
	written("unknown media type", unsupported, put("/mediaType", "application/json"), "application/json"),
	written("no media type", unsupported, drop("/mediaType"), "media type"),
	tampered("chain in 0.3", malformed, inChain, "certificate chain"),
	written("empty file", malformed, fixed(""), "empty"),
	written("truncated", malformed, half),
	written("not JSON", malformed, fixed("-----BEGIN CERTIFICATE-----\n"), "not an attestation"),
	written("other JSON", malformed, fixed(`{"hello": "world"}`), "not an attestation"),
	written("a list", malformed, func(b []byte) []byte { return []byte("[" + string(b) + "]") }, "not an attestation"),
	written("key twice", malformed, keyTwice("mediaType"), "mediaType"),
	written("key twice, by escape", malformed, keyTwice(`mediaTyp\u0065`), "mediaType"),
	written("unknown key", malformed, put("/evil", true), "evil"),
	written("nested without end", malformed, fixed(strings.Repeat(`{"a":`, 10_000)+"1"+strings.Repeat("}", 10_000))),
	written("too large", malformed, func([]byte) []byte { return bytes.Repeat([]byte(`{"a":1}`), 3<<20) }, "16 MiB"),
	written("base64 broken", malformed, put("/dsseEnvelope/payload", "***")),
	written("provenance object of nothing", malformed, fixed(`{"version":1,"attestation_bundles":[]}`), "attestation_bundles"),

	written740("truncated", malformed, half),
	written740("version 2", malformed, put("/version", 2), "version", "2"),
	written740("no version", malformed, drop("/version"), "version"),
	written740("version as text", malformed, put("/version", "1"), "version"),
	written740("key twice", malformed, keyTwice("version"), "version"),
	written740("wrong-case key", malformed, put("/Version", 1), "Version"),
	written740("no certificate", malformed, drop("/verification_material/certificate"), "certificate"),
	written740("certificate empty", malformed, put("/verification_material/certificate", ""), "certificate", "empty"),
	written740("no signature", malformed, drop("/envelope/signature"), "signature"),
	written740("no statement", malformed, drop("/envelope/statement"), "statement"),
	written740("no entries", malformed, drop("/verification_material/transparency_entries"), "transparency_entries"),
	written740("entry is text", malformed, put("/verification_material/transparency_entries/0", "x"), "transparency_entries"),
	written740("too many entries", malformed, put("/verification_material/transparency_entries", make([]json.RawMessage, 33)), "33", "32"),
	written740("timestamp is not base64", malformed, put("/verification_material/timestamps", []string{"***"}), "timestamps"),
})
