// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"sync"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	rekornote "github.com/sigstore/rekor-tiles/v2/pkg/note"
	"github.com/sigstore/sigstore/pkg/signature"
	"golang.org/x/mod/sumdb/note"
)

// neighbours is how many entries of others a log holds at the start: enough
// for proofs with complete and incomplete subtrees.
const neighbours = 11

// history is what both kinds of log share: a tree and the key that signs its
// checkpoints.
type history struct {
	mu     sync.Mutex
	tree   tree
	origin string // first line of a checkpoint
	signer note.Signer
}

// newHistory starts a log whose checkpoints have the given first line and are
// signed in the name of host.
func newHistory(origin, host string, key signature.Signer) (*history, error) {
	signer, err := rekornote.NewNoteSigner(context.Background(), host, key)
	if err != nil {
		return nil, fmt.Errorf("making the checkpoint signer of %q: %w", host, err)
	}
	h := &history{origin: origin, signer: signer}
	for range neighbours {
		if err := h.addNeighbour(); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *history) addNeighbour() error {
	other := make([]byte, 32)
	if _, err := rand.Read(other); err != nil {
		return fmt.Errorf("drawing a log entry: %w", err)
	}
	h.tree.add(other)
	return nil
}

// include appends an entry, and one of somebody else after it, and returns
// the entry's proof against a signed checkpoint of the tree so far.
func (h *history) include(body []byte) (*protorekor.InclusionProof, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	index := h.tree.add(body)
	if err := h.addNeighbour(); err != nil {
		return nil, err
	}
	return h.proof(index)
}

// prove proves an entry against a checkpoint of the tree as it is by now.
func (h *history) prove(index int) (*protorekor.InclusionProof, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.proof(index)
}

func (h *history) proof(index int) (*protorekor.InclusionProof, error) {
	root := h.tree.root()
	text := fmt.Sprintf("%s\n%d\n%s\n", h.origin, h.tree.size(), base64.StdEncoding.EncodeToString(root))
	checkpoint, err := note.Sign(&note.Note{Text: text}, h.signer)
	if err != nil {
		return nil, fmt.Errorf("signing a checkpoint: %w", err)
	}
	return &protorekor.InclusionProof{
		LogIndex:   int64(index),
		RootHash:   root,
		TreeSize:   int64(h.tree.size()),
		Hashes:     h.tree.path(index),
		Checkpoint: &protorekor.Checkpoint{Envelope: string(checkpoint)},
	}, nil
}
