// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/rekor/pkg/generated/models"
	"github.com/sigstore/rekor/pkg/types"
	_ "github.com/sigstore/rekor/pkg/types/dsse/v0.0.1"         // the kind "dsse"
	_ "github.com/sigstore/rekor/pkg/types/hashedrekord/v0.0.1" // the kind "hashedrekord"
	"github.com/transparency-dev/merkle/rfc6962"
)

const rekor1Path = "/api/v1/log/entries"

// v1Served are the entries that came through a server, by their UUID without
// the tree's id.
type v1Served struct {
	mu      sync.Mutex
	entries map[string]v1Logged
}

type v1Logged struct {
	body  []byte
	kind  *protorekor.KindVersion
	at    time.Time
	index int // in the tree
}

// restError is an error as go-openapi's servers write it.
func restError(status int, message string, headers ...string) answer {
	body := fmt.Sprintf(`{"code":%d,"message":%s}`+"\n", status, mustMarshal(message))
	return say(status, []byte(body), append(headers, "Content-Type", "application/json")...)
}

// serveRekor1 answers POST /api/v1/log/entries with entries of the kinds dsse
// and hashedrekord, and GET of one by its UUID. Rekor's own code reads and
// checks what is proposed.
func (s *Server) serveRekor1(r *http.Request, body []byte, lie Lie) answer {
	uuid, one := strings.CutPrefix(r.URL.Path, rekor1Path+"/")
	switch {
	case one && r.Method == http.MethodGet:
		return s.rekor1Entry(uuid, lie)
	case r.URL.Path != rekor1Path:
		return restError(http.StatusNotFound, fmt.Sprintf("path %s was not found", r.URL.Path))
	case r.Method != http.MethodPost:
		return restError(http.StatusMethodNotAllowed, fmt.Sprintf("method %s is not allowed, but [GET,POST] are", r.Method))
	}
	// The consumer is of use for lists only.
	proposed, err := models.UnmarshalProposedEntry(bytes.NewReader(body), nil)
	if err != nil {
		return restError(http.StatusBadRequest, fmt.Sprintf("parsing proposedEntry body from \"\" failed, because %v", err))
	}
	entry, err := types.CreateVersionedEntry(proposed)
	if err != nil {
		return restError(http.StatusBadRequest, fmt.Sprintf("error processing entry: %v", err))
	}
	canonical, err := types.CanonicalizeEntry(r.Context(), entry)
	if err != nil {
		return restError(http.StatusInternalServerError, "error generating canonicalized entry")
	}
	kind := &protorekor.KindVersion{Kind: proposed.Kind(), Version: entry.APIVersion()}
	tle, err := s.log1.add(s, canonical, kind, lie)
	if err != nil {
		return restError(http.StatusInternalServerError, "unexpected result from transparency log")
	}
	id := entryID(canonical)
	if tle == nil {
		return restError(http.StatusConflict, "an equivalent entry already exists in the transparency log with UUID "+id,
			"Location", rekor1Path+"/"+id)
	}
	if lie == LieEnvelope {
		if tle, err = s.otherEntry1(); err != nil {
			return restError(http.StatusInternalServerError, err.Error())
		}
		id = entryID(tle.CanonicalizedBody)
	}
	return say(http.StatusCreated, rekor1Answer(id, tle, lie),
		"Content-Type", "application/json", "Location", rekor1Path+"/"+id, "ETag", id)
}

// add logs an entry, or returns nil for one that is there.
func (l *v1Served) add(s *Server, body []byte, kind *protorekor.KindVersion, lie Lie) (*protorekor.TransparencyLogEntry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	uuid := leafHash(body)
	if _, there := l.entries[uuid]; there {
		return nil, nil
	}
	at := s.o.Now()
	if lie == LieTime {
		at = at.Add(time.Hour)
	}
	tle, err := s.in.log1.enterBody(body, kind, at)
	if err != nil {
		return nil, err
	}
	if l.entries == nil {
		l.entries = map[string]v1Logged{}
	}
	l.entries[uuid] = v1Logged{body, kind, at, int(tle.InclusionProof.LogIndex)}
	return tle, nil
}

// rekor1Entry answers a GET. A UUID is good with the tree's id and without.
func (s *Server) rekor1Entry(uuid string, lie Lie) answer {
	s.log1.mu.Lock()
	e, there := s.log1.entries[uuid[max(0, len(uuid)-64):]]
	s.log1.mu.Unlock()
	if !there {
		return say(http.StatusNotFound, nil)
	}
	var tle *protorekor.TransparencyLogEntry
	var err error
	if lie == LieEnvelope {
		tle, err = s.otherEntry1()
	} else if proof, failed := s.in.log1.prove(e.index); failed != nil {
		err = failed
	} else {
		tle, err = s.in.log1.entry(e.body, e.kind, e.at, proof)
	}
	if err != nil {
		return restError(http.StatusInternalServerError, err.Error())
	}
	return say(http.StatusOK, rekor1Answer(entryID(tle.CanonicalizedBody), tle, lie), "Content-Type", "application/json",
		"Cache-Control", "no-cache, no-store, no-transform, must-revalidate, private, max-age=0", "Pragma", "no-cache")
}

func leafHash(body []byte) string {
	return hex.EncodeToString(rfc6962.DefaultHasher.HashLeaf(body))
}

// entryID is a UUID with the tree's id before it.
func entryID(body []byte) string { return fmt.Sprintf("%016x", int64(rekorV1Tree)) + leafHash(body) }

// otherEntry1 logs somebody else's signature.
func (s *Server) otherEntry1() (*protorekor.TransparencyLogEntry, error) {
	other, err := s.somebody()
	if err != nil {
		return nil, err
	}
	return s.in.log1.enter(other, s.o.Now())
}

// rekor1Answer writes an entry, in the order of Rekor's own types.
func rekor1Answer(id string, tle *protorekor.TransparencyLogEntry, lie Lie) []byte {
	type proof struct {
		Checkpoint string   `json:"checkpoint"`
		Hashes     []string `json:"hashes"`
		LogIndex   int64    `json:"logIndex"`
		RootHash   string   `json:"rootHash"`
		TreeSize   int64    `json:"treeSize"`
	}
	type verification struct {
		InclusionProof       proof  `json:"inclusionProof"`
		SignedEntryTimestamp []byte `json:"signedEntryTimestamp"`
	}
	type entry struct {
		Body           []byte       `json:"body"`
		IntegratedTime int64        `json:"integratedTime"`
		LogID          string       `json:"logID"`
		LogIndex       int64        `json:"logIndex"`
		Verification   verification `json:"verification"`
	}
	bend(tle, lie)
	hashes := []string{}
	for _, h := range tle.InclusionProof.Hashes {
		hashes = append(hashes, hex.EncodeToString(h))
	}
	return append(mustMarshal(map[string]entry{id: {
		Body: tle.CanonicalizedBody, IntegratedTime: tle.IntegratedTime,
		LogID: hex.EncodeToString(tle.LogId.KeyId), LogIndex: tle.LogIndex,
		Verification: verification{
			InclusionProof: proof{
				Checkpoint: tle.InclusionProof.Checkpoint.Envelope, Hashes: hashes, LogIndex: tle.InclusionProof.LogIndex,
				RootHash: hex.EncodeToString(tle.InclusionProof.RootHash), TreeSize: tle.InclusionProof.TreeSize,
			},
			SignedEntryTimestamp: tle.InclusionPromise.SignedEntryTimestamp,
		},
	}}), '\n')
}
