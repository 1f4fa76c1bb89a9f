// SPDX-License-Identifier: BSD-3-Clause

package evidence

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// wholeProofs refuses entries in which something is not what the log signed.
// For Rekor v2, sigstore-go works out the entry's body and the root hash by
// itself and never looks at those in the bundle: they prove nothing, but who
// reads them later would believe that they were verified.
func wholeProofs(b *bundle.Bundle) *Problem {
	for _, e := range b.GetVerificationMaterial().GetTlogEntries() {
		if e.GetInclusionProof() == nil {
			continue // a promise alone, in a bundle v0.1
		}
		if err := wholeProof(e); err != nil {
			return &Problem{Log, fmt.Sprintf("the log entry's inclusion proof does not fit together: %v", err), hintTampered}
		}
	}
	return nil
}

// wholeProof holds the entry's body, the proof and its checkpoint (a signed
// note: origin, size, root hash in base64, …) against each other.
func wholeProof(e *protorekor.TransparencyLogEntry) error {
	p := e.GetInclusionProof()
	lines := strings.SplitN(p.GetCheckpoint().GetEnvelope(), "\n", 4)
	if len(lines) < 4 {
		return errors.New("the checkpoint is no signed note")
	}
	if size := strconv.FormatInt(p.GetTreeSize(), 10); lines[1] != size {
		return fmt.Errorf("the checkpoint is of a tree of %q entries, the proof of one of %s", clip(lines[1]), size)
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || !bytes.Equal(root, p.GetRootHash()) {
		return fmt.Errorf("the checkpoint's root hash is %q, the proof's %q", clip(lines[2]), base64.StdEncoding.EncodeToString(p.GetRootHash()))
	}
	if p.GetLogIndex() < 0 || p.GetTreeSize() < 0 {
		return errors.New("an index or size is negative")
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(e.GetCanonicalizedBody())
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(p.GetLogIndex()), uint64(p.GetTreeSize()), leaf, p.GetHashes(), root); err != nil {
		return fmt.Errorf("the entry's body is not the one that the proof is for: %w", err)
	}
	return nil
}
