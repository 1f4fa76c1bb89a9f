// SPDX-License-Identifier: BSD-3-Clause

package evidence

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// Statement and predicate types that sallyport knows.
const (
	StatementV1  = "https://in-toto.io/Statement/v1"
	StatementV01 = "https://in-toto.io/Statement/v0.1"

	PredicateProvenanceV1  = "https://slsa.dev/provenance/v1"
	PredicateProvenanceV02 = "https://slsa.dev/provenance/v0.2"
	PredicatePublish       = "https://docs.pypi.org/attestations/publish/v1"
)

// PayloadInToto is the DSSE payload type of in-toto statements.
const PayloadInToto = "application/vnd.in-toto+json"

// MaxSubjects is how many subjects a statement may have, as in GitHub's
// attestations and sigstore-go.
const MaxSubjects = 1024

// ParseStatement reads an in-toto statement (in-toto Attestation Framework
// v1, "Statement"). Unknown keys are ignored, as the specification asks; a key
// given twice or spelled in another case, a wrong type, or no subject at all
// is an error, since another reader could then see another statement.
func ParseStatement(payload []byte) (*Statement, error) {
	if err := strictjson.Check(payload, strictjson.Default); err != nil {
		return nil, err
	}
	top, err := strictjson.Object(payload, "_type", "subject", "predicateType", "predicate")
	if err != nil {
		return nil, err
	}
	st := &Statement{Predicate: top["predicate"]}
	if st.Type, err = strictjson.String(top["_type"]); err != nil {
		return nil, fmt.Errorf("reading %q: %w", "_type", err)
	}
	if st.PredicateType, err = strictjson.String(top["predicateType"]); err != nil {
		return nil, fmt.Errorf("reading %q: %w", "predicateType", err)
	}
	if st.PredicateType == "" {
		return nil, fmt.Errorf("reading %q: it is empty", "predicateType")
	}
	subjects, err := strictjson.Array(top["subject"])
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", "subject", err)
	}
	if len(subjects) == 0 {
		return nil, errors.New(`reading "subject": the statement is about no file`)
	}
	if len(subjects) > MaxSubjects {
		return nil, fmt.Errorf(`reading "subject": %d subjects are more than the limit of %d`, len(subjects), MaxSubjects)
	}
	for i, raw := range subjects {
		s, err := parseSubject(raw)
		if err != nil {
			return nil, fmt.Errorf("reading subject %d: %w", i+1, err)
		}
		st.Subjects = append(st.Subjects, s)
	}
	return st, nil
}

func parseSubject(raw []byte) (Subject, error) {
	var s Subject
	obj, err := strictjson.Object(raw, "name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations")
	if err != nil {
		return s, err
	}
	if !strictjson.IsNull(obj["name"]) {
		if s.Name, err = strictjson.String(obj["name"]); err != nil {
			return s, fmt.Errorf("reading %q: %w", "name", err)
		}
	}
	if strictjson.IsNull(obj["digest"]) {
		return s, nil
	}
	digests, err := strictjson.Object(obj["digest"], "sha256")
	if err != nil {
		return s, fmt.Errorf("reading %q: %w", "digest", err)
	}
	if _, ok := digests["sha256"]; !ok {
		return s, nil
	}
	value, err := strictjson.String(digests["sha256"])
	if err != nil {
		return s, fmt.Errorf("reading %q: %w", "sha256", err)
	}
	decoded, err := hex.DecodeString(value)
	if err != nil || len(decoded) != 32 {
		return s, fmt.Errorf("reading %q: %q is not 64 hexadecimal digits", "sha256", clip(value))
	}
	s.SHA256 = hex.EncodeToString(decoded)
	s.Upper = s.SHA256 != value
	return s, nil
}

// SubjectProblem says what keeps the subjects from being used to identify
// release files: a missing name, a missing sha256, or two of one name. It is
// "" where nothing does.
func (s *Statement) SubjectProblem() string {
	seen := make(map[string]bool, len(s.Subjects))
	for i, sub := range s.Subjects {
		switch {
		case sub.Name == "":
			return fmt.Sprintf("subject %d has no name", i+1)
		case sub.SHA256 == "":
			return fmt.Sprintf("subject %q has no sha256 digest", clip(sub.Name))
		case seen[sub.Name]:
			return fmt.Sprintf("subject name %q is given twice", clip(sub.Name))
		}
		seen[sub.Name] = true
	}
	return ""
}

// clip shortens a hostile string for a message.
func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
