// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"time"

	"github.com/digitorus/timestamp"
)

const tsaPath = "/api/v1/timestamp"

// serveTSA answers POST of an RFC 3161 query in DER (JSON is not understood),
// and GET of the certificate chain.
func (s *Server) serveTSA(r *http.Request, body []byte, lie Lie) answer {
	switch {
	case r.URL.Path == tsaPath+"/certchain" && r.Method == http.MethodGet:
		return s.tsaChain()
	case r.URL.Path != tsaPath:
		return restError(http.StatusNotFound, fmt.Sprintf("path %s was not found", r.URL.Path))
	case r.Method != http.MethodPost:
		return restError(http.StatusMethodNotAllowed, fmt.Sprintf("method %s is not allowed, but [POST] are", r.Method))
	}
	if mime := r.Header.Get("Content-Type"); mime != "application/timestamp-query" {
		return restError(http.StatusUnsupportedMediaType,
			fmt.Sprintf("unsupported media type %q, only [application/json application/timestamp-query] are allowed", mime))
	}
	q, err := timestamp.ParseRequest(body)
	if err != nil {
		return restError(http.StatusBadRequest, "Error generating timestamp response")
	}
	if message := refused(q); message != "" {
		return restError(http.StatusBadRequest, message)
	}
	at := s.o.Now()
	switch lie {
	case LieHash:
		q.HashedMessage = slices.Clone(q.HashedMessage)
		q.HashedMessage[0] ^= 1
	case LieTime:
		at = at.Add(time.Hour)
	case LieNonce:
		q.Nonce = big.NewInt(4711)
	case LieRefused:
		return granted(timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.SystemFailure))
	}
	return granted(s.in.tsa.answer(q, at))
}

func granted(der []byte, err error) answer {
	if err != nil {
		return restError(http.StatusInternalServerError, "Error generating timestamp response")
	}
	return say(http.StatusCreated, der, "Content-Type", "application/timestamp-reply")
}

// refused says why a query is not answered, in the real server's words.
func refused(q *timestamp.Request) string {
	switch q.HashAlgorithm {
	case crypto.SHA1:
		return "Weak hash algorithm in timestamp request"
	case crypto.SHA256, crypto.SHA384, crypto.SHA512:
	default:
		return "Error generating timestamp response"
	}
	switch {
	case len(q.HashedMessage) != q.HashAlgorithm.Size():
		return "Message digest has incorrect length for specified algorithm"
	case len(q.TSAPolicyOID) > 0 && !q.TSAPolicyOID.Equal(oidTimestampPolicy):
		return "unaccepted policy: requested TSA policy is not supported by the TSA"
	case len(q.Extensions) > 0:
		return "unaccepted extension: requested extensions are not supported by the TSA"
	}
	return ""
}

func (s *Server) tsaChain() answer {
	var out []byte
	for _, c := range s.in.tsa.chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return say(http.StatusOK, out, "Content-Type", "application/pem-certificate-chain")
}
