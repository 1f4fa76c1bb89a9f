// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
)

const fulcioPath = "/api/v2/signingCert"

// What Fulcio tells of the ways to go wrong.
const (
	fulcioToken = "There was an error processing the identity token"
	fulcioKey   = "The public key supplied in the request could not be parsed"
	fulcioProof = "The signature supplied in the request could not be verified"
)

// gRPC's codes, as far as the services speak of them.
const (
	grpcInvalid  = 3
	grpcNotFound = 5
	grpcExists   = 6
	grpcMethod   = 12
	grpcInternal = 13
)

// grpcError is an error as a gRPC gateway writes it, with its random spaces as
// they mostly fall.
func grpcError(code int, message string, headers ...string) answer {
	status := map[int]int{
		grpcInvalid: http.StatusBadRequest, grpcNotFound: http.StatusNotFound,
		grpcExists: http.StatusConflict, grpcMethod: http.StatusNotImplemented,
	}[code]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	body := fmt.Sprintf(`{"code":%d, "message":%s, "details":[]}`, code, mustMarshal(message))
	return say(status, []byte(body), append(headers, "Content-Type", "application/json")...)
}

type fulcioRequest struct {
	Credentials struct {
		OIDCIdentityToken string `json:"oidcIdentityToken"`
	} `json:"credentials"`
	PublicKeyRequest struct {
		PublicKey struct {
			Algorithm string `json:"algorithm"`
			Content   string `json:"content"`
		} `json:"publicKey"`
		ProofOfPossession []byte `json:"proofOfPossession"`
	} `json:"publicKeyRequest"`
}

// serveFulcio answers POST /api/v2/signingCert with a public key and a proof of
// its possession (certificate signing requests are not understood).
func (s *Server) serveFulcio(r *http.Request, body []byte, lie Lie) answer {
	if r.URL.Path != fulcioPath {
		return grpcError(grpcNotFound, "Not Found")
	}
	if r.Method != http.MethodPost {
		return grpcError(grpcMethod, "Method Not Allowed")
	}
	var q fulcioRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return grpcError(grpcInvalid, err.Error())
	}
	token := q.Credentials.OIDCIdentityToken
	if token == "" {
		token = strings.Replace(r.Header.Get("Authorization"), "Bearer ", "", 1)
	}
	claims, err := s.tokenClaims(token)
	if err != nil {
		return grpcError(grpcInvalid, fulcioToken)
	}
	subject, _ := claims["sub"].(string)
	pub, message := possessed(q, subject)
	if message != "" {
		return grpcError(grpcInvalid, message)
	}
	certificate, err := certified(claims)
	if err != nil {
		return grpcError(grpcInvalid, err.Error())
	}
	chain, err := s.certify(pub, certificate, lie)
	if err != nil {
		return grpcError(grpcInternal, err.Error())
	}
	return say(http.StatusOK, s.fulcioAnswer(chain),
		"Content-Type", "application/json", "Grpc-Metadata-Content-Type", "application/grpc", "Vary", "Origin")
}

// possessed returns the key of a request, or what Fulcio says where its owner
// has not signed the token's subject.
func possessed(q fulcioRequest, subject string) (crypto.PublicKey, string) {
	pub, err := cryptoutils.UnmarshalPEMToPublicKey([]byte(q.PublicKeyRequest.PublicKey.Content))
	if err != nil {
		return nil, fulcioKey
	}
	verifier, err := signature.LoadDefaultVerifier(pub)
	if err != nil {
		return nil, fulcioProof
	}
	proof := strings.NewReader(string(q.PublicKeyRequest.ProofOfPossession))
	if err := verifier.VerifySignature(proof, strings.NewReader(subject)); err != nil {
		return nil, fulcioProof
	}
	return pub, ""
}

// certify returns a certificate and its chain up to the root, in DER.
func (s *Server) certify(pub crypto.PublicKey, c Claims, lie Lie) ([][]byte, error) {
	in, o := s.in, SignOptions{Time: s.o.Now(), Lifetime: s.o.Lifetime}
	switch lie {
	case LieNoCertificate:
		return nil, nil
	case LieKey:
		other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		pub = other.Public()
	case LieClaims:
		c = c.WithRepository("mallory/" + strings.TrimPrefix(c.Repository(), "mallory/"))
	case LieExpired:
		o.Time = o.Time.Add(-2*s.o.Lifetime - time.Second)
	case LieNoSCT:
		o.NoSCT = true
	case LieForgedSCT:
		o.ForgedSCT = true
	case LieAuthority:
		var err error
		if in, err = New(in.kind); err != nil {
			return nil, err
		}
	}
	leaf, err := in.issueFor(pub, c, o)
	if err != nil {
		return nil, err
	}
	chain := [][]byte{leaf}
	for _, ca := range in.ca.chain {
		chain = append(chain, ca.Raw)
	}
	return chain, nil
}

// fulcioAnswer writes a SigningCertificate. Without a CT log, the real server
// gives the certificate as one whose SCT is detached and empty.
func (s *Server) fulcioAnswer(chain [][]byte) []byte {
	type certificates struct {
		Certificates []string `json:"certificates"`
	}
	c := certificates{Certificates: []string{}}
	for _, der := range chain {
		c.Certificates = append(c.Certificates, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	}
	if s.in.ctlog != nil {
		return mustMarshal(map[string]any{"signedCertificateEmbeddedSct": map[string]any{"chain": c}})
	}
	return mustMarshal(map[string]any{"signedCertificateDetachedSct": struct {
		Chain certificates `json:"chain"`
		SCT   []byte       `json:"signedCertificateTimestamp"`
	}{c, []byte{}}})
}
