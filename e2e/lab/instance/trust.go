// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"time"

	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	prototrustroot "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/sigstore/rekor-tiles/v2/pkg/note"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// trustedRoot is what the lab's signatures verify under (media type version
// 0.1).
func trustedRoot(k *keys) ([]byte, error) {
	p256 := protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256
	ct, err := plainLog(k, "http://"+ctAddr+"/"+ctPrefix, k.ct, p256)
	if err != nil {
		return nil, err
	}
	rekor1, err := plainLog(k, "https://"+rekor1Origin, k.rekor1, p256)
	if err != nil {
		return nil, err
	}
	// Its base address is where verifiers take the origin of checkpoints from.
	rekor2, err := plainLog(k, "https://"+rekor2Origin, k.rekor2, protocommon.PublicKeyDetails_PKIX_ED25519)
	if err != nil {
		return nil, err
	}
	// The id of a log of tiles is the whole of its checkpoints' key id.
	_, id, err := note.KeyHash(rekor2Origin, k.rekor2.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	rekor2.LogId.KeyId = id
	return indented(&prototrustroot.TrustedRoot{
		MediaType:              "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		CertificateAuthorities: []*prototrustroot.CertificateAuthority{chain(k, "http://"+fulcioAddr, k.fulcio, k.fulcioRoot)},
		Ctlogs:                 []*prototrustroot.TransparencyLogInstance{ct},
		Tlogs:                  []*prototrustroot.TransparencyLogInstance{rekor1, rekor2},
		TimestampAuthorities:   []*prototrustroot.CertificateAuthority{chain(k, tsaURL, k.tsa, k.tsaCA, k.tsaRoot)},
	})
}

// plainLog is a log whose id is the digest of its key.
func plainLog(k *keys, url string, key crypto.Signer, details protocommon.PublicKeyDetails) (*prototrustroot.TransparencyLogInstance, error) {
	der, err := publicDER(key)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(der)
	return &prototrustroot.TransparencyLogInstance{
		BaseUrl:       url,
		HashAlgorithm: protocommon.HashAlgorithm_SHA2_256,
		PublicKey:     &protocommon.PublicKey{RawBytes: der, KeyDetails: details, ValidFor: from(k.since)},
		LogId:         &protocommon.LogId{KeyId: id[:]},
	}, nil
}

func chain(k *keys, url string, members ...*authority) *prototrustroot.CertificateAuthority {
	top := members[len(members)-1].cert.Subject
	var certs []*protocommon.X509Certificate
	for _, a := range members {
		certs = append(certs, &protocommon.X509Certificate{RawBytes: a.cert.Raw})
	}
	return &prototrustroot.CertificateAuthority{
		Uri:       url,
		Subject:   &protocommon.DistinguishedName{Organization: top.Organization[0], CommonName: top.CommonName},
		CertChain: &protocommon.X509CertificateChain{Certificates: certs},
		ValidFor:  from(k.since),
	}
}

// signingConfig names the services to sign with (media type version 0.2).
func signingConfig(k *keys) ([]byte, error) {
	service := func(url string, version uint32) *prototrustroot.Service {
		return &prototrustroot.Service{Url: url, MajorApiVersion: version, ValidFor: from(k.since), Operator: "sallyport lab"}
	}
	anyOf := &prototrustroot.ServiceConfiguration{Selector: prototrustroot.ServiceSelector_ANY}
	return indented(&prototrustroot.SigningConfig{
		MediaType:       "application/vnd.dev.sigstore.signingconfig.v0.2+json",
		CaUrls:          []*prototrustroot.Service{service("http://"+fulcioAddr, 1)},
		RekorTlogUrls:   []*prototrustroot.Service{service("http://"+rekor2Addr, 2), service("http://"+rekor1Addr, 1)},
		TsaUrls:         []*prototrustroot.Service{service(tsaURL, 1)},
		RekorTlogConfig: anyOf,
		TsaConfig:       anyOf,
	})
}

func from(t time.Time) *protocommon.TimeRange {
	return &protocommon.TimeRange{Start: timestamppb.New(t)}
}

// indented is a message as JSON. What protojson writes has spaces at random.
func indented(m proto.Message) ([]byte, error) {
	data, err := protojson.Marshal(m)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
