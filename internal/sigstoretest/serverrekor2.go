// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	rekortiles "github.com/sigstore/rekor-tiles/v2/pkg/generated/protobuf"
	"github.com/sigstore/rekor-tiles/v2/pkg/types/hashedrekord"
	"github.com/sigstore/sigstore/pkg/signature"
	"google.golang.org/protobuf/encoding/protojson"
)

const rekor2Path = "/api/v2/log/entries"

// v2Served are the indices of the entries that came through a server, by their
// body.
type v2Served struct {
	mu      sync.Mutex
	entries map[string]int64
}

// rekor2Algorithms are those that the real log takes unless told otherwise.
var rekor2Algorithms = sync.OnceValues(func() (*signature.AlgorithmRegistryConfig, error) {
	return signature.NewAlgorithmRegistryConfig([]protocommon.PublicKeyDetails{
		protocommon.PublicKeyDetails_PKIX_RSA_PKCS1V15_2048_SHA256,
		protocommon.PublicKeyDetails_PKIX_RSA_PKCS1V15_3072_SHA256,
		protocommon.PublicKeyDetails_PKIX_RSA_PKCS1V15_4096_SHA256,
		protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256,
		protocommon.PublicKeyDetails_PKIX_ECDSA_P384_SHA_384,
		protocommon.PublicKeyDetails_PKIX_ECDSA_P521_SHA_512,
		protocommon.PublicKeyDetails_PKIX_ED25519,
		protocommon.PublicKeyDetails_PKIX_ED25519_PH,
	})
})

// serveRekor2 answers POST /api/v2/log/entries. The log's own code checks what
// is proposed.
func (s *Server) serveRekor2(r *http.Request, body []byte, lie Lie) answer {
	if r.URL.Path != rekor2Path {
		return grpcError(grpcNotFound, "Not Found")
	}
	if r.Method != http.MethodPost {
		return grpcError(grpcMethod, "Method Not Allowed")
	}
	var q rekortiles.CreateEntryRequest
	if err := protojson.Unmarshal(body, &q); err != nil {
		return grpcError(grpcInvalid, err.Error())
	}
	if q.GetHashedRekordRequestV002() == nil {
		return grpcError(grpcInvalid, "invalid type, must be hashedrekord")
	}
	algorithms, err := rekor2Algorithms()
	if err != nil {
		return grpcError(grpcInternal, err.Error())
	}
	entry, err := hashedrekord.ToLogEntry(q.GetHashedRekordRequestV002(), algorithms)
	if err != nil {
		return grpcError(grpcInvalid, "invalid hashedrekord request")
	}
	tle, index, err := s.log2.add(s, entry)
	if err != nil {
		return grpcError(grpcInternal, "failed to integrate entry")
	}
	if tle == nil {
		return grpcError(grpcExists, fmt.Sprintf("an equivalent entry already exists in the transparency log with index %d", index),
			"X-Log-Index", fmt.Sprint(index))
	}
	if lie == LieEnvelope {
		other, err := s.somebody()
		if err == nil {
			tle, err = s.in.log2.enter(other)
		}
		if err != nil {
			return grpcError(grpcInternal, err.Error())
		}
	}
	bend(tle, lie)
	out, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(tle)
	if err != nil {
		return grpcError(grpcInternal, err.Error())
	}
	return say(http.StatusCreated, out, "Content-Type", "application/json")
}

// add logs an entry, or returns nil and its index for one that is there.
func (l *v2Served) add(s *Server, entry *rekortiles.Entry) (*protorekor.TransparencyLogEntry, int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	body, err := v2Body(entry)
	if err != nil {
		return nil, 0, err
	}
	if index, there := l.entries[string(body)]; there {
		return nil, index, nil
	}
	tle, err := s.in.log2.enterEntry(entry)
	if err != nil {
		return nil, 0, err
	}
	if l.entries == nil {
		l.entries = map[string]int64{}
	}
	l.entries[string(body)] = tle.LogIndex
	return tle, tle.LogIndex, nil
}

// somebody signs another statement.
func (s *Server) somebody() (signed, error) {
	statement := Publish(Subject{Name: "otherpkg-1.0.0.tar.gz", SHA256: hashOf(nil).Value})
	other, _, err := s.in.sign(dsse.PAE(PayloadType, statement), GitHubClaims(), SignOptions{Time: s.o.Now()})
	if err != nil {
		return signed{}, err
	}
	other.payload = statement
	other.envelope, err = envelopeJSON(PayloadType, statement, other.signature)
	return other, err
}

// bend makes the parts of an entry lie that its signatures are to protect.
func bend(tle *protorekor.TransparencyLogEntry, lie Lie) {
	flipped := func(b []byte) []byte {
		b = slices.Clone(b)
		b[len(b)-1] ^= 1
		return b
	}
	switch lie {
	case LieProof:
		tle.InclusionProof.Hashes[0] = flipped(tle.InclusionProof.Hashes[0])
	case LiePromise:
		tle.InclusionPromise.SignedEntryTimestamp = flipped(tle.InclusionPromise.SignedEntryTimestamp)
	}
}
