// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Bundle is a Sigstore bundle, as signed or as changed since.
type Bundle struct {
	pb *protobundle.Bundle
}

// Wrap takes a bundle of one's own making, usually one changed after
// [Bundle.Proto], so that it can be written out.
func Wrap(pb *protobundle.Bundle) *Bundle { return &Bundle{pb: pb} }

// Proto returns a copy that may be changed freely.
func (b *Bundle) Proto() *protobundle.Bundle {
	return proto.Clone(b.pb).(*protobundle.Bundle)
}

// With returns a changed copy.
func (b *Bundle) With(change func(*protobundle.Bundle)) *Bundle {
	pb := b.Proto()
	change(pb)
	return Wrap(pb)
}

// JSON returns the bundle in protobuf-JSON on one line without a line break.
// It panics when a changed bundle has strings that are not UTF-8.
func (b *Bundle) JSON() []byte { return protoJSON(b.pb) }

// Leaf returns the DER of the first certificate, nil if there is none.
func (b *Bundle) Leaf() []byte {
	material := b.pb.GetVerificationMaterial()
	if c := material.GetCertificate(); c != nil {
		return slices.Clone(c.GetRawBytes())
	}
	if chain := material.GetX509CertificateChain().GetCertificates(); len(chain) > 0 {
		return slices.Clone(chain[0].GetRawBytes())
	}
	return nil
}

// Payload returns the signed bytes of the DSSE envelope, nil if there is none.
func (b *Bundle) Payload() []byte { return slices.Clone(b.pb.GetDsseEnvelope().GetPayload()) }

// Lines returns bundles as JSON Lines, each line ended.
func Lines(bundles ...*Bundle) []byte {
	var out bytes.Buffer
	for _, b := range bundles {
		out.Write(b.JSON())
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// protoJSON is protobuf-JSON without the spaces that protojson strews in at
// random.
func protoJSON(m proto.Message) []byte {
	raw, err := protojson.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("sigstoretest: encoding %T: %v", m, err))
	}
	var out bytes.Buffer
	if err := json.Compact(&out, raw); err != nil {
		panic(fmt.Sprintf("sigstoretest: compacting %T: %v", m, err))
	}
	return out.Bytes()
}

// marshal is compact JSON without HTML escapes, as JavaScript and Python
// write it.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// mustMarshal is marshal for values that a caller built of plain data.
func mustMarshal(v any) []byte {
	out, err := marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sigstoretest: encoding %T: %v", v, err))
	}
	return out
}

// envelopeJSON is a bare DSSE envelope, the form in which Rekor v1 gets it.
func envelopeJSON(payloadType string, payload, signature []byte) ([]byte, error) {
	type sig struct {
		Sig string `json:"sig"`
	}
	out, err := marshal(struct {
		PayloadType string `json:"payloadType"`
		Payload     string `json:"payload"`
		Signatures  []sig  `json:"signatures"`
	}{payloadType, base64.StdEncoding.EncodeToString(payload), []sig{{base64.StdEncoding.EncodeToString(signature)}}})
	if err != nil {
		return nil, fmt.Errorf("encoding an envelope: %w", err)
	}
	return out, nil
}

// Envelope returns the bare DSSE envelope in JSON, without certificate or log
// entry. It panics for a bundle without an envelope.
func (b *Bundle) Envelope() []byte {
	env := b.pb.GetDsseEnvelope()
	if len(env.GetSignatures()) == 0 {
		panic("sigstoretest: the bundle holds no signed DSSE envelope")
	}
	out, err := envelopeJSON(env.PayloadType, env.Payload, env.Signatures[0].Sig)
	if err != nil {
		panic("sigstoretest: " + err.Error())
	}
	return out
}
