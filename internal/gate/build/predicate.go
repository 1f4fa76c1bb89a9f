// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/evidence"

// parsedPredicate is a provenance predicate, read once per attestation.
type parsedPredicate struct {
	prov *evidence.Provenance
	err  error
}

// certified returns what the certificate says of an aspect, in the spelling
// that evidence gives predicates' claims.
func certified(id *evidence.Identity, a evidence.Aspect) string {
	switch a {
	case evidence.Repository:
		return id.RepositoryURI
	case evidence.Ref:
		return id.Ref
	case evidence.WorkflowPath:
		if w, ok := parseWorkflow(id.BuildConfigURI); ok {
			return w.Path
		}
	case evidence.Commit:
		return id.Commit
	case evidence.Builder:
		return id.SignerURI
	case evidence.Invocation:
		return id.RunURI
	case evidence.Event:
		return id.Event
	case evidence.RepositoryID:
		return id.RepositoryID
	case evidence.OwnerID:
		return id.OwnerID
	case evidence.Runner:
		return id.Runner
	}
	return ""
}
