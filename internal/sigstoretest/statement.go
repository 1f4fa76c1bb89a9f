// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

// Types of statements and predicates.
const (
	StatementV1    = "https://in-toto.io/Statement/v1"
	StatementV01   = "https://in-toto.io/Statement/v0.1"
	ProvenanceV1   = "https://slsa.dev/provenance/v1"
	ProvenanceV0_2 = "https://slsa.dev/provenance/v0.2"
	PublishV1      = "https://docs.pypi.org/attestations/publish/v1"
)

// Subject is a file that a statement speaks of, by name and SHA-256 in
// lower-case hexadecimal.
type Subject struct {
	Name, SHA256 string
	// Digests, unless nil, is written in SHA256's place: other algorithms, or
	// none at all.
	Digests map[string]string
}

type subjectJSON struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// subjectsJSON never returns nil: no subjects are an empty list.
func subjectsJSON(subjects []Subject) []subjectJSON {
	out := make([]subjectJSON, 0, len(subjects))
	for _, s := range subjects {
		digests := s.Digests
		if digests == nil {
			digests = map[string]string{"sha256": s.SHA256}
		}
		out = append(out, subjectJSON{s.Name, digests})
	}
	return out
}

// Statement is an in-toto statement of any kind, deviating ones included. What
// it cannot express (duplicate keys, say) is written by hand or with [Edit]:
// [Instance.Sign] takes any bytes.
type Statement struct {
	// Type is _type; empty is StatementV1.
	Type          string
	Subjects      []Subject
	PredicateType string
	// Predicate is anything that encodes to JSON; nil is null.
	Predicate any
}

// JSON returns the statement on one line, in the order of keys in which
// GitHub's and PyPI's actions write it. It panics when Predicate does not
// encode.
func (s Statement) JSON() []byte {
	if s.Type == "" {
		s.Type = StatementV1
	}
	return mustMarshal(struct {
		Type          string        `json:"_type"`
		Subjects      []subjectJSON `json:"subject"`
		PredicateType string        `json:"predicateType"`
		Predicate     any           `json:"predicate"`
	}{s.Type, subjectsJSON(s.Subjects), s.PredicateType, s.Predicate})
}

// Publish returns a PyPI publish attestation's statement with the predicate
// null, as PyPI's publish action signs it.
func Publish(subjects ...Subject) []byte {
	return Statement{Subjects: subjects, PredicateType: PublishV1}.JSON()
}

// PublishEmpty is [Publish] with the other predicate allowed, {}.
func PublishEmpty(subjects ...Subject) []byte {
	return Statement{Subjects: subjects, PredicateType: PublishV1, Predicate: struct{}{}}.JSON()
}
