// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
)

type (
	statementJSON struct {
		Type          string        `json:"_type"`
		Subjects      []subjectJSON `json:"subject"`
		PredicateType string        `json:"predicateType"`
		Predicate     any           `json:"predicate"`
	}
	subjectJSON struct {
		Name   string     `json:"name"`
		Digest digestJSON `json:"digest"`
	}
	digestJSON struct {
		SHA256 string `json:"sha256"`
	}
)

// statement writes an in-toto statement v1.
func statement(predicateType string, predicate any, subjects []Subject) ([]byte, error) {
	subjects, err := sorted(subjects)
	if err != nil {
		return nil, err
	}
	s := statementJSON{Type: evidence.StatementV1, PredicateType: predicateType, Predicate: predicate}
	for _, f := range subjects {
		s.Subjects = append(s.Subjects, subjectJSON{f.Name, digestJSON{dist.Digest(f.SHA256).Hex()}})
	}
	return encode(s)
}

// Publish returns the statement of a PyPI publish attestation (PEP 740,
// https://docs.pypi.org/attestations/publish/v1) about one release file: that
// the publisher who signs it uploads it. The predicate is null, as PyPI's
// publish action writes it.
func Publish(name string, sha256 [32]byte) ([]byte, error) {
	return statement(evidence.PredicatePublish, nil, []Subject{{name, sha256}})
}
