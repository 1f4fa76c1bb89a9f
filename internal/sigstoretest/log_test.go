// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"context"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/sigstore/rekor/pkg/types"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

func TestTreeProofs(t *testing.T) {
	var tr tree
	if got := hex.EncodeToString(tr.root()); got != hex.EncodeToString(rfc6962.DefaultHasher.EmptyRoot()) {
		t.Errorf("empty root %s", got)
	}
	leaf := func(n int) []byte { return fmt.Appendf(nil, "leaf %d", n) }
	for size := 1; size <= 40; size++ {
		if at := tr.add(leaf(size - 1)); at != size-1 || tr.size() != size {
			t.Fatalf("leaf %d at %d of %d", size-1, at, tr.size())
		}
		for index := range size {
			hash := rfc6962.DefaultHasher.HashLeaf(leaf(index))
			err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(index), uint64(size), hash, tr.path(index), tr.root())
			if err != nil {
				t.Errorf("leaf %d of %d: %v", index, size, err)
			}
		}
	}
}

// TestRekorBodies compares our v1 bodies with what Rekor's own code makes of
// the same input.
func TestRekorBodies(t *testing.T) {
	i := Use(t, PublicGood)
	b := i.MustSign(t, Provenance(GitHubClaims(), subject()), GitHubClaims(), SignOptions{})
	m, err := i.SignMessage(artifact, GitHubClaims(), SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	digest := m.Proto().GetMessageSignature().GetMessageDigest().GetDigest()
	for kind, c := range map[string]struct {
		bundle *Bundle
		props  types.ArtifactProperties
	}{
		"dsse": {b, types.ArtifactProperties{ArtifactBytes: b.Envelope()}},
		"hashedrekord": {m, types.ArtifactProperties{
			ArtifactHash:   hex.EncodeToString(digest),
			SignatureBytes: m.Proto().GetMessageSignature().GetSignature(),
		}},
	} {
		c.props.PKIFormat = "x509"
		c.props.PublicKeyBytes = [][]byte{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.bundle.Leaf()})}
		proposed, err := types.NewProposedEntry(context.Background(), kind, "0.0.1", c.props)
		if err != nil {
			t.Fatal(err)
		}
		entry, err := types.CreateVersionedEntry(proposed)
		if err != nil {
			t.Fatal(err)
		}
		want, err := types.CanonicalizeEntry(context.Background(), entry)
		if err != nil {
			t.Fatal(err)
		}
		logged := firstEntry(c.bundle.Proto())
		if got := string(logged.CanonicalizedBody); got != string(want) {
			t.Errorf("%s body\n%s, Rekor's is\n%s", kind, got, want)
		}
		if logged.KindVersion.Kind != kind || logged.KindVersion.Version != "0.0.1" {
			t.Errorf("kind and version %v, want %s 0.0.1", logged.KindVersion, kind)
		}
	}
}

func TestEntryShapes(t *testing.T) {
	i := Use(t, PublicGood)
	pb := i.MustSign(t, Publish(subject()), GitHubClaims(), SignOptions{Log: LogV1 | LogV2}).Proto()
	v1, v2 := pb.VerificationMaterial.TlogEntries[0], pb.VerificationMaterial.TlogEntries[1]
	if line, _, _ := strings.Cut(v1.InclusionProof.Checkpoint.Envelope, "\n"); line != "rekor.sallyport.test - 4611686018427387" {
		t.Errorf("v1 checkpoint begins %q", line)
	}
	if line, _, _ := strings.Cut(v2.InclusionProof.Checkpoint.Envelope, "\n"); line != "log2026-1.rekor.sallyport.test" {
		t.Errorf("v2 checkpoint begins %q", line)
	}
	if v1.LogIndex == v1.InclusionProof.LogIndex {
		t.Error("v1: the log's index is the shard's")
	}
	if v2.LogIndex != v2.InclusionProof.LogIndex {
		t.Error("v2: two indexes")
	}
	if v2.IntegratedTime != 0 || v2.InclusionPromise != nil {
		t.Error("v2: a time or a promise, which this kind of log does not give")
	}
	if v1.InclusionProof.LogIndex == v1.InclusionProof.TreeSize-1 || len(v1.InclusionProof.Hashes) < 3 {
		t.Errorf("v1: the proof is trivial: %v", v1.InclusionProof)
	}
}
