// SPDX-License-Identifier: BSD-3-Clause

package githubtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// MaxStored is the size in bytes of a request from which the stand-in answers
// 413. GitHub names no figure.
const MaxStored = 16 << 20

// firstID is the number of the first attestation that is stored.
const firstID = 7_000_001

// Stored is a bundle that a client stored.
type Stored struct {
	ID          int64
	Owner, Repo string
	Bundle      []byte
}

// Stored is what clients stored so far, in order.
func (s *Server) Stored() []Stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.kept)
}

// storeAttestation takes a bundle into the lists of its subjects' digests. It
// verifies no signature.
func (s *Server) storeAttestation(w http.ResponseWriter, r *http.Request, owner, name string, body []byte) {
	repo := s.repos[strings.ToLower(owner+"/"+name)]
	switch {
	case r.Header.Get("Authorization") == "":
		message(w, http.StatusUnauthorized, "Requires authentication")
		return
	case repo == nil:
		message(w, http.StatusNotFound, "Not Found")
		return
	case s.NoPermission:
		message(w, http.StatusForbidden, "Resource not accessible by integration")
		return
	case len(body) > MaxStored:
		message(w, http.StatusRequestEntityTooLarge, "Payload too large")
		return
	}
	var ask struct {
		Bundle json.RawMessage `json:"bundle"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&ask); err != nil || len(ask.Bundle) == 0 {
		message(w, http.StatusUnprocessableEntity, "Invalid request. \"bundle\" wasn't supplied.")
		return
	}
	var bundle struct {
		MediaType string `json:"mediaType"`
		Envelope  struct {
			Payload []byte `json:"payload"`
		} `json:"dsseEnvelope"`
	}
	var statement struct {
		PredicateType string `json:"predicateType"`
		Subject       []struct {
			Digest map[string]string `json:"digest"`
		} `json:"subject"`
	}
	if json.Unmarshal(ask.Bundle, &bundle) != nil || !strings.HasPrefix(bundle.MediaType, "application/vnd.dev.sigstore.bundle") ||
		json.Unmarshal(bundle.Envelope.Payload, &statement) != nil || len(statement.Subject) == 0 {
		message(w, http.StatusUnprocessableEntity, "Invalid bundle")
		return
	}
	id := firstID + int64(len(s.kept))
	s.kept = append(s.kept, Stored{ID: id, Owner: owner, Repo: name, Bundle: ask.Bundle})
	for _, subject := range statement.Subject {
		digest := subject.Digest["sha256"]
		repo.attested[digest] = slices.Insert(repo.attested[digest], 0,
			Attestation{Bundle: ask.Bundle, PredicateType: statement.PredicateType})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]int64{"id": id})
}
