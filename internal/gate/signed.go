// SPDX-License-Identifier: BSD-3-Clause

package gate

import (
	"context"
	"slices"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/report"
)

// VerifySigned verifies documents that were just signed, in their order, by the
// roots that the release was verified by. It judges nothing.
func VerifySigned(ctx context.Context, o Options, docs []evidence.Document) []*evidence.Attestation {
	return verifyAll(ctx, evidence.NewVerifier(o.Trust), slices.Clone(docs))
}

// GateWith judges the release again, with further documents: it says by the
// rules what is wrong with those.
func GateWith(ctx context.Context, r *Release, o GateOptions, docs []evidence.Document) *report.Report {
	with := *r
	with.Documents = slices.Concat(r.Documents, docs)
	rep, _ := Gate(ctx, &with, o)
	return rep
}
