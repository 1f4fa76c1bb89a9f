// SPDX-License-Identifier: BSD-3-Clause

package evidence_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/proto"

	"github.com/scientific-python/sallyport/internal/evidence"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

var flips = flag.Int("flips", 0, "how many bits to flip in each of the documents of TestFlippedBits (0: a few hundred)")

// proof is everything that an accepted attestation proves.
type proof struct {
	Statement *evidence.Statement
	Signer    *evidence.Identity
	Message   string
	Time      time.Time
	LogIndex  int64
	Instance  trust.Instance
}

func proofOf(a *evidence.Attestation) proof {
	return proof{a.Statement, a.Signer, a.MessageDigest, a.Time, a.LogIndex, a.Root.Instance}
}

// TestFlippedBits flips single bits of valid documents, in the text and in the
// decoded structure. Some flips are harmless (white space, the case of a
// media type's version); whatever is still accepted must prove exactly what
// the original proved.
func TestFlippedBits(t *testing.T) {
	n := *flips
	if n == 0 {
		n = 400
		if raceEnabled {
			n = 20
		}
	}
	claims := st.GitHubClaims()
	statement := st.Provenance(claims, st.Subject{Name: "samplepkg-1.0.0.tar.gz", SHA256: fmt.Sprintf("%064x", 1)}, st.Subject{Name: "samplepkg-1.0.0-py3-none-any.whl", SHA256: fmt.Sprintf("%064x", 2)})
	publicGood, gitHub := st.Use(t, st.PublicGood), st.Use(t, st.GitHub)
	v1 := publicGood.MustSign(t, statement, claims, st.SignOptions{})
	both := publicGood.MustSign(t, statement, claims, st.SignOptions{Log: st.LogV1 | st.LogV2, Timestamp: true})
	v2 := publicGood.MustSign(t, statement, claims, st.SignOptions{Log: st.LogV2})
	tsa := gitHub.MustSign(t, statement, claims, st.SignOptions{})
	message, err := publicGood.SignMessage([]byte("some bytes"), claims, st.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		on     *st.Instance
		bundle *st.Bundle
		pep740 bool
	}{
		{"Rekor v1", publicGood, v1, false},
		{"Rekor v1, PEP 740", publicGood, v1, true},
		{"Rekor v2", publicGood, v2, false},
		{"Rekor v2, PEP 740", publicGood, v2, true},
		{"both logs and a timestamp", publicGood, both, false},
		{"timestamp only", gitHub, tsa, false},
		{"message", publicGood, message, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := verifierFor(t, c.on)
			text := c.bundle.JSON()
			if c.pep740 {
				text = c.bundle.PEP740()
			}
			original := one(t, v, text)
			if !original.OK() {
				t.Fatal(original.Problem)
			}
			want := proofOf(original)
			binary, err := proto.Marshal(c.bundle.Proto())
			if err != nil {
				t.Fatal(err)
			}
			var accepted, refused int
			check := func(changed []byte, what string) {
				docs, err := evidence.Split(changed, "flipped", evidence.Folder)
				if err != nil {
					refused++
					return
				}
				for _, d := range docs {
					a := v.Verify(d)
					if !a.OK() {
						refused++
						continue
					}
					accepted++
					if diff := cmp.Diff(want, proofOf(a)); diff != "" {
						t.Errorf("%s: accepted, and proves something else (-original +flipped):\n%s", what, diff)
					}
				}
			}
			r := rand.New(rand.NewPCG(1, uint64(len(text))))
			for range n {
				bit := r.IntN(len(text) * 8)
				check(flipped(text, bit), fmt.Sprintf("bit %d of the text", bit))
				bit = r.IntN(len(binary) * 8)
				if changed, ok := redecode(t, flipped(binary, bit), c.pep740); ok {
					check(changed, fmt.Sprintf("bit %d of the structure", bit))
				}
			}
			t.Logf("%d accepted with the same meaning, %d refused", accepted, refused)
			if refused < n {
				t.Errorf("only %d of some %d flips were refused: the test reaches nothing", refused, 2*n)
			}
		})
	}
}

func flipped(b []byte, bit int) []byte {
	c := append([]byte{}, b...)
	c[bit/8] ^= 1 << (bit % 8)
	return c
}

// redecode writes a changed structure out as a document again.
func redecode(t *testing.T, binary []byte, pep740 bool) (doc []byte, ok bool) {
	t.Helper()
	pb := &protobundle.Bundle{}
	if proto.Unmarshal(binary, pb) != nil {
		return nil, false
	}
	defer func() {
		if recover() != nil { // strings that are no UTF-8, or parts that are gone: no document can hold it
			doc, ok = nil, false
		}
	}()
	doc = st.Wrap(pb).JSON()
	if pep740 {
		doc = st.Wrap(pb).PEP740()
	}
	return doc, json.Valid(doc)
}

var verifiers sync.Map

// verifierFor returns a verifier that trusts one test instance.
func verifierFor(t testing.TB, i *st.Instance, opts ...st.RootOption) *evidence.Verifier {
	t.Helper()
	if len(opts) == 0 {
		if v, ok := verifiers.Load(i); ok {
			return v.(*evidence.Verifier)
		}
	}
	v := evidence.NewVerifier(rootSet(t, i.TrustedRoot(opts...)))
	if len(opts) == 0 {
		verifiers.Store(i, v)
	}
	return v
}
