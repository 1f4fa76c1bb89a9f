// SPDX-License-Identifier: BSD-3-Clause

package gate

import (
	"context"
	"slices"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/report"
)

// attestCommand is how reports call the command.
const attestCommand = "attest"

// Foretell judges a release by attestations that are not signed yet, as if
// they were: what [Verify] would say of them and of everything else that lies
// beside the files. What it refuses would be signed for nothing.
//
// The attestations carry the claims that a certificate will repeat, so a pass
// proves nothing; see [Attested], also for forIndex.
func Foretell(ctx context.Context, r *Release, o Options, foretold []*evidence.Attestation, forIndex map[string]bool) *report.Report {
	rep := o.join(attestCommand, o.release(ctx, r, extra{foretold: foretold, forIndex: forIndex, exact: true}))
	for i := range rep.Dists {
		// Nothing is proved before it is signed.
		rep.Dists[i].Verified = slices.DeleteFunc(rep.Dists[i].Verified, func(v report.Verified) bool {
			return slices.ContainsFunc(foretold, func(a *evidence.Attestation) bool { return a.Source == v.Source })
		})
	}
	return rep
}

// Attested verifies and judges a release by the attestations that were just
// signed for it, under the names that they will have. Those in forIndex, by
// name, are for the package index: one that the index would not plainly accept
// is an unchecked item that blocks, where no finding says more.
func Attested(ctx context.Context, r *Release, o Options, signed []evidence.Document, forIndex map[string]bool) *report.Report {
	with := *r
	with.Documents = slices.Concat(r.Documents, signed)
	return o.join(attestCommand, o.release(ctx, &with, extra{forIndex: forIndex, exact: true}))
}

// unaccepted are the attestations for the index to which it would say neither
// yes nor, in a finding, no.
func unaccepted(verdicts []handoff.IndexVerdict, forIndex map[string]bool) []finding.Unchecked {
	said := map[string]handoff.IndexAttestation{}
	for _, v := range verdicts {
		for _, a := range v.Attestations {
			said[a.File] = a
		}
	}
	var out []finding.Unchecked
	names := make([]string, 0, len(forIndex))
	for name := range forIndex {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if a := said[name]; a.Verdict != handoff.Accept {
			why := a.Message
			if why == "" {
				why = "nothing is known of it"
			}
			out = append(out, handoff.IndexWouldRefuse.Undecided("", "whether the index would accept %q is not certain (%s), so it must not lie beside the files", name, why))
		}
	}
	return out
}
