// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/trust"
)

// Foretold returns what the filled plan will make as the gates will see it,
// under root: the files for the index, and one provenance that covers each
// release file.
func (p *Plan) Foretold(claims runner.Claims, root *trust.Root, now time.Time) ([]*evidence.Attestation, error) {
	var out []*evidence.Attestation
	covered := map[string]bool{}
	for _, it := range p.items {
		// The same claims under another name would only be judged twice.
		again := !it.kind.ForIndex()
		for _, d := range it.dists {
			again = again && covered[d.Path]
		}
		if again {
			continue
		}
		if it.kind != KindPublish {
			for _, d := range it.dists {
				covered[d.Path] = true
			}
		}
		a, err := Foretell(claims, it.statement, root, it.path, it.kind.origin(), it.kind.form(), now)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// ForIndex are the files that go to the package index.
func (p *Plan) ForIndex() map[string]bool {
	out := map[string]bool{}
	for _, it := range p.items {
		if it.kind.ForIndex() {
			out[it.path] = true
		}
	}
	return out
}

func (k Kind) origin() evidence.Origin {
	if k.ForIndex() {
		return evidence.Folder
	}
	return evidence.Given
}

func (k Kind) form() evidence.Form {
	if k.ForIndex() {
		return evidence.PEP740
	}
	return evidence.Bundle
}

// Made is one attestation that was signed.
type Made struct {
	Kind          Kind
	Path          string // the file that it goes into
	PredicateType string
	Subjects      int
	LogIndex      int64 // -1 where it is in no log
	// Bundle is the Sigstore bundle v0.3 in JSON, on one line without a line
	// break.
	Bundle []byte
}

// Release is a release's attestations, signed, on their way into files.
type Release struct {
	Made []Made
	// Outputs are the files with their content. Files of several lines (JSON
	// Lines) end in a line break, PEP 740 objects do not.
	Outputs []Output
	// Documents are the same as a verifier finds them.
	Documents []evidence.Document
}

// Render makes the files out of the signed tasks, in the order of [Plan.Tasks].
// What the index would refuse, or what has no form, is an error.
func (p *Plan) Render(signed []*protobundle.Bundle) (*Release, error) {
	if len(signed) != len(p.tasks) {
		return nil, fmt.Errorf("writing the attestations: %d of %d are signed", len(signed), len(p.tasks))
	}
	r := &Release{}
	at := map[string]int{} // outputs by path
	for _, it := range p.items {
		b := signed[it.task]
		m := Made{Kind: it.kind, Path: it.path, PredicateType: evidence.PredicateProvenanceV1, Subjects: len(it.dists), LogIndex: -1}
		switch it.kind {
		case KindPublish:
			m.PredicateType = evidence.PredicatePublish
		case KindVerdict:
			m.PredicateType = PredicateSummary
		}
		if entries := b.GetVerificationMaterial().GetTlogEntries(); len(entries) > 0 {
			m.LogIndex = entries[0].GetLogIndex()
		}
		var err error
		if m.Bundle, err = BundleJSON(b); err != nil {
			return nil, err
		}
		data := append(bytes.Clone(m.Bundle), '\n')
		if it.kind.ForIndex() {
			if data, err = ToPEP740(b); err != nil {
				return nil, fmt.Errorf("writing %q: %w", it.path, err)
			}
		}
		if i, ok := at[it.path]; ok {
			r.Outputs[i].Data = append(r.Outputs[i].Data, data...)
		} else {
			at[it.path] = len(r.Outputs)
			r.Outputs = append(r.Outputs, Output{Path: it.path, Data: data})
		}
		r.Made = append(r.Made, m)
	}
	forIndex := p.ForIndex()
	for _, o := range r.Outputs {
		origin := evidence.Given
		if forIndex[o.Path] {
			origin = evidence.Folder
		}
		docs, err := evidence.Split(o.Data, o.Path, origin)
		if err != nil {
			return nil, fmt.Errorf("reading %q, as it would be written: %w", o.Path, err)
		}
		r.Documents = append(r.Documents, docs...)
	}
	return r, nil
}

// BundleJSON writes a bundle as JSON on one line, always in the same bytes:
// protojson alone varies its white space.
func BundleJSON(b *protobundle.Bundle) ([]byte, error) {
	if b == nil {
		return nil, errors.New("writing the bundle: there is none")
	}
	raw, err := protojson.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("writing the bundle: %w", err)
	}
	var out bytes.Buffer
	if err := json.Compact(&out, raw); err != nil {
		return nil, fmt.Errorf("writing the bundle: %w", err)
	}
	return out.Bytes(), nil
}
