// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"encoding/base64"
	"encoding/json"
)

// PEP740 returns the bundle as a PEP 740 attestation object, version 1, on one
// line: base64 without line breaks, log entries in protobuf-JSON, timestamps
// only where there are some. What PEP 740 has no place for (payload type, key
// id, further certificates) is dropped. It panics for a bundle without a
// signed DSSE envelope.
func (b *Bundle) PEP740() []byte {
	env := b.pb.GetDsseEnvelope()
	if len(env.GetSignatures()) == 0 {
		panic("sigstoretest: only a bundle with a signed DSSE envelope has a PEP 740 form")
	}
	var out struct {
		Version  int `json:"version"`
		Material struct {
			Certificate string            `json:"certificate"`
			Entries     []json.RawMessage `json:"transparency_entries"`
			Timestamps  []string          `json:"timestamps,omitempty"`
		} `json:"verification_material"`
		Envelope struct {
			Statement string `json:"statement"`
			Signature string `json:"signature"`
		} `json:"envelope"`
	}
	b64 := base64.StdEncoding.EncodeToString
	out.Version = 1
	out.Material.Certificate = b64(b.Leaf())
	out.Material.Entries = []json.RawMessage{}
	for _, entry := range b.pb.GetVerificationMaterial().GetTlogEntries() {
		out.Material.Entries = append(out.Material.Entries, protoJSON(entry))
	}
	for _, ts := range b.pb.GetVerificationMaterial().GetTimestampVerificationData().GetRfc3161Timestamps() {
		out.Material.Timestamps = append(out.Material.Timestamps, b64(ts.GetSignedTimestamp()))
	}
	out.Envelope.Statement = b64(env.GetPayload())
	out.Envelope.Signature = b64(env.GetSignatures()[0].GetSig())
	return mustMarshal(out)
}

// GitHubPublisher returns the publisher of a provenance object as the index
// writes it now: repository as OWNER/NAME, workflow as a file name; an empty
// environment is null.
func GitHubPublisher(repository, workflow, environment string) map[string]any {
	p := map[string]any{"kind": "GitHub", "repository": repository, "workflow": workflow, "environment": nil}
	if environment != "" {
		p["environment"] = environment
	}
	return p
}

// OldGitHubPublisher is the shape of the first provenance objects: a null
// claims member, and an empty string where there is no environment.
func OldGitHubPublisher(repository, workflow, environment string) map[string]any {
	return map[string]any{
		"kind": "GitHub", "repository": repository, "workflow": workflow,
		"environment": environment, "claims": nil,
	}
}

// PublisherBundle is what one publisher has attested: PEP 740 attestation
// objects.
type PublisherBundle struct {
	Publisher    any
	Attestations [][]byte
}

// ProvenanceObject returns the PEP 740 provenance object of one publisher,
// given as anything that encodes to a JSON object. It panics when an
// attestation is not JSON.
func ProvenanceObject(publisher any, attestations ...[]byte) []byte {
	return ProvenanceObjects(PublisherBundle{publisher, attestations})
}

// ProvenanceObjects is [ProvenanceObject] for several publishers, or none.
func ProvenanceObjects(bundles ...PublisherBundle) []byte {
	type bundle struct {
		Publisher    any               `json:"publisher"`
		Attestations []json.RawMessage `json:"attestations"`
	}
	out := struct {
		Version int      `json:"version"`
		Bundles []bundle `json:"attestation_bundles"`
	}{1, []bundle{}}
	for _, b := range bundles {
		list := []json.RawMessage{}
		for _, a := range b.Attestations {
			list = append(list, a)
		}
		out.Bundles = append(out.Bundles, bundle{b.Publisher, list})
	}
	return mustMarshal(out)
}
