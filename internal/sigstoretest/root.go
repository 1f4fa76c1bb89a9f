// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"time"

	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	prototrustroot "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const trustedRootMediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"

// Part names parts of a trusted root; they combine with |.
type Part uint8

// The parts. PartLogs are both Rekor logs.
const (
	PartCA Part = 1 << iota
	PartCTLogs
	PartRekorV1
	PartRekorV2
	PartTSA
	PartLogs = PartRekorV1 | PartRekorV2
)

// RootOption changes a trusted root before it is written.
type RootOption func(*prototrustroot.TrustedRoot)

// Without leaves parts out.
func Without(parts Part) RootOption {
	return func(r *prototrustroot.TrustedRoot) {
		if parts&PartCA != 0 {
			r.CertificateAuthorities = nil
		}
		if parts&PartCTLogs != 0 {
			r.Ctlogs = nil
		}
		if parts&PartTSA != 0 {
			r.TimestampAuthorities = nil
		}
		var kept []*prototrustroot.TransparencyLogInstance
		for _, log := range r.Tlogs {
			if partOf(log)&parts == 0 {
				kept = append(kept, log)
			}
		}
		r.Tlogs = kept
	}
}

// ValidFor limits when parts are trusted; a zero end means until now and on.
func ValidFor(parts Part, start, end time.Time) RootOption {
	return func(r *prototrustroot.TrustedRoot) {
		window := validFor(start, end)
		set := func(part Part, to **protocommon.TimeRange) {
			if parts&part != 0 {
				*to = proto.Clone(window).(*protocommon.TimeRange)
			}
		}
		for _, ca := range r.CertificateAuthorities {
			set(PartCA, &ca.ValidFor)
		}
		for _, ca := range r.TimestampAuthorities {
			set(PartTSA, &ca.ValidFor)
		}
		for _, log := range r.Ctlogs {
			set(PartCTLogs, &log.PublicKey.ValidFor)
		}
		for _, log := range r.Tlogs {
			set(partOf(log), &log.PublicKey.ValidFor)
		}
	}
}

// And adds all parts of other instances, for a root that trusts several.
func And(others ...*Instance) RootOption {
	return func(r *prototrustroot.TrustedRoot) {
		for _, o := range others {
			add := proto.Clone(o.root).(*prototrustroot.TrustedRoot)
			r.CertificateAuthorities = append(r.CertificateAuthorities, add.CertificateAuthorities...)
			r.Ctlogs = append(r.Ctlogs, add.Ctlogs...)
			r.Tlogs = append(r.Tlogs, add.Tlogs...)
			r.TimestampAuthorities = append(r.TimestampAuthorities, add.TimestampAuthorities...)
		}
	}
}

// TrustedRoot returns the trusted root that the instance's signatures verify
// under, as indented JSON of media type version 0.1.
func (i *Instance) TrustedRoot(opts ...RootOption) []byte {
	r := proto.Clone(i.root).(*prototrustroot.TrustedRoot)
	for _, o := range opts {
		o(r)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, protoJSON(r), "", "  "); err != nil {
		panic(fmt.Sprintf("sigstoretest: indenting a trusted root: %v", err))
	}
	out.WriteByte('\n')
	return out.Bytes()
}

func (i *Instance) trustedRoot() (*prototrustroot.TrustedRoot, error) {
	r := &prototrustroot.TrustedRoot{
		MediaType:              trustedRootMediaType,
		CertificateAuthorities: []*prototrustroot.CertificateAuthority{caProto(i.ca.uri, i.ca.chain)},
		TimestampAuthorities:   []*prototrustroot.CertificateAuthority{caProto(i.tsa.uri, i.tsa.chain)},
	}
	if i.kind != PublicGood {
		return r, nil
	}
	ctKey, err := x509.MarshalPKIXPublicKey(i.ctlog.key.Public())
	if err != nil {
		return nil, fmt.Errorf("encoding the CT log's key: %w", err)
	}
	const p256 = protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256
	r.Ctlogs = []*prototrustroot.TransparencyLogInstance{logProto(ctURL, ctKey, p256, i.ctlog.id[:])}
	r.Tlogs = []*prototrustroot.TransparencyLogInstance{
		logProto(rekorV1URL, i.log1.pub, p256, i.log1.id[:]),
		logProto(rekorV2URL, i.log2.pub, i.log2.details, i.log2.id),
	}
	return r, nil
}

func caProto(uri string, chain []*x509.Certificate) *prototrustroot.CertificateAuthority {
	top := chain[len(chain)-1]
	var certs []*protocommon.X509Certificate
	for _, c := range chain {
		certs = append(certs, &protocommon.X509Certificate{RawBytes: c.Raw})
	}
	return &prototrustroot.CertificateAuthority{
		Uri: uri,
		Subject: &protocommon.DistinguishedName{
			Organization: top.Subject.Organization[0], CommonName: top.Subject.CommonName,
		},
		CertChain: &protocommon.X509CertificateChain{Certificates: certs},
		ValidFor:  validFor(notBefore, time.Time{}),
	}
}

func logProto(url string, key []byte, details protocommon.PublicKeyDetails, id []byte) *prototrustroot.TransparencyLogInstance {
	return &prototrustroot.TransparencyLogInstance{
		BaseUrl:       url,
		HashAlgorithm: protocommon.HashAlgorithm_SHA2_256,
		PublicKey: &protocommon.PublicKey{
			RawBytes: key, KeyDetails: details, ValidFor: validFor(notBefore, time.Time{}),
		},
		LogId: &protocommon.LogId{KeyId: id},
	}
}

func partOf(log *prototrustroot.TransparencyLogInstance) Part {
	if log.BaseUrl == rekorV2URL {
		return PartRekorV2
	}
	return PartRekorV1
}

func validFor(start, end time.Time) *protocommon.TimeRange {
	window := &protocommon.TimeRange{Start: timestamppb.New(start)}
	if !end.IsZero() {
		window.End = timestamppb.New(end)
	}
	return window
}
