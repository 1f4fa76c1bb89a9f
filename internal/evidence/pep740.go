// SPDX-License-Identifier: BSD-3-Clause

package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

const mediaTypeV03 = "application/vnd.dev.sigstore.bundle.v0.3+json"

// maxEntries bounds log entries and timestamps, as sigstore-go does.
const maxEntries = 32

// BundleFromPEP740 converts a PEP 740 attestation object (version 1) to a
// Sigstore bundle v0.3. Base64 may hold line breaks, as older writers made
// it; keys that PEP 740 does not know are ignored. The DSSE payload type is
// implied by the format. Nothing is verified.
func BundleFromPEP740(data []byte) (*protobundle.Bundle, error) { return fromPEP740(data, false) }

// fromPEP740 leaves out the walk over the whole document where it was done.
func fromPEP740(data []byte, checked bool) (*protobundle.Bundle, error) {
	if !checked {
		if err := strictjson.Check(data, strictjson.Default); err != nil {
			return nil, err
		}
	}
	top, err := strictjson.Object(data, "version", "verification_material", "envelope")
	if err != nil {
		return nil, err
	}
	if v := string(bytes.TrimSpace(top["version"])); v != "1" {
		if v == "" {
			return nil, errors.New(`reading "version": it is missing, expecting 1`)
		}
		return nil, fmt.Errorf(`reading "version": found %s, expecting 1`, clip(v))
	}
	material, err := member(top, "verification_material", "certificate", "transparency_entries", "timestamps")
	if err != nil {
		return nil, err
	}
	envelope, err := member(top, "envelope", "statement", "signature")
	if err != nil {
		return nil, err
	}
	vm := &protobundle.VerificationMaterial{}
	certificate, err := decode(material, "certificate")
	if err != nil {
		return nil, err
	}
	vm.Content = &protobundle.VerificationMaterial_Certificate{Certificate: &protocommon.X509Certificate{RawBytes: certificate}}
	if vm.TlogEntries, err = entries(material["transparency_entries"]); err != nil {
		return nil, fmt.Errorf("reading %q: %w", "transparency_entries", err)
	}
	if vm.TimestampVerificationData, err = timestamps(material["timestamps"]); err != nil {
		return nil, fmt.Errorf("reading %q: %w", "timestamps", err)
	}
	statement, err := decode(envelope, "statement")
	if err != nil {
		return nil, err
	}
	signature, err := decode(envelope, "signature")
	if err != nil {
		return nil, err
	}
	return &protobundle.Bundle{
		MediaType:            mediaTypeV03,
		VerificationMaterial: vm,
		Content: &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
			Payload: statement, PayloadType: PayloadInToto,
			Signatures: []*protodsse.Signature{{Sig: signature}},
		}},
	}, nil
}

func member(top map[string]json.RawMessage, key string, known ...string) (map[string]json.RawMessage, error) {
	m, err := strictjson.Object(top[key], known...)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", key, err)
	}
	return m, nil
}

func decode(m map[string]json.RawMessage, key string) ([]byte, error) {
	b, err := decodeBase64(m[key])
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", key, err)
	}
	return b, nil
}

// decodeBase64 takes standard base64 with padding; line breaks and spaces may
// stand anywhere in it.
func decodeBase64(raw []byte) ([]byte, error) {
	s, err := strictjson.String(raw)
	if err != nil {
		return nil, err
	}
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, s)
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("the value is not base64: %w", err)
	}
	if len(b) == 0 {
		return nil, errors.New("the value is empty")
	}
	return b, nil
}

func entries(raw []byte) ([]*protorekor.TransparencyLogEntry, error) {
	list, err := strictjson.Array(raw)
	if err != nil {
		return nil, err
	}
	if len(list) > maxEntries {
		return nil, fmt.Errorf("%d entries are more than the limit of %d", len(list), maxEntries)
	}
	var out []*protorekor.TransparencyLogEntry
	for i, item := range list {
		e := &protorekor.TransparencyLogEntry{}
		if err := protojson.Unmarshal(item, e); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, plainProto(err))
		}
		out = append(out, e)
	}
	return out, nil
}

func timestamps(raw []byte) (*protobundle.TimestampVerificationData, error) {
	if strictjson.IsNull(raw) {
		return nil, nil
	}
	list, err := strictjson.Array(raw)
	if err != nil {
		return nil, err
	}
	if len(list) > maxEntries {
		return nil, fmt.Errorf("%d timestamps are more than the limit of %d", len(list), maxEntries)
	}
	if len(list) == 0 {
		return nil, nil
	}
	data := &protobundle.TimestampVerificationData{}
	for i, item := range list {
		b, err := decodeBase64(item)
		if err != nil {
			return nil, fmt.Errorf("timestamp %d: %w", i+1, err)
		}
		data.Rfc3161Timestamps = append(data.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: b})
	}
	return data, nil
}

// plainProto removes the prefix that protojson varies between builds (it
// holds a no-break space at random, so that nobody compares its errors).
func plainProto(err error) error {
	msg := strings.ReplaceAll(err.Error(), "\u00a0", " ")
	return errors.New(strings.TrimPrefix(msg, "proto: "))
}
