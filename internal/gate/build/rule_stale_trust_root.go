// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/trust"
)

var staleTrustRoot = register(finding.Rule{
	ID:       "stale-trust-root",
	Severity: finding.Warning,
	Title:    "The trust root could not be refreshed, and the built-in one is used",
	Why: "Sigstore changes its keys now and then, and a key that was stolen is taken out of the trust root. The root is " +
		"refreshed at each run; where that fails, the one that came with this version is used, which knows nothing of later " +
		"changes. After 90 days it is too old to decide by.",
	Bad:        "no answer from tuf-repo-cdn.sigstore.dev, built-in root 100 days old",
	Good:       "a root refreshed in this run, or --offline as a decision",
	References: []string{"Sigstore: trust roots by The Update Framework"},
})

var _ = together(func(r *release) {
	for _, p := range r.in.RootProblems {
		if !r.usedRoot(p.Instance) {
			continue
		}
		if p.Level == trust.TooOld {
			r.res.Skip(staleTrustRoot.Undecided("", "%v; %s", p, p.Hint()))
			continue
		}
		r.res.Add(staleTrustRoot.Found("", p.Hint(), "%v", p))
	}
})

// usedRoot reports whether the verdict depends on the root of an instance:
// some attestation was verified under it, or one was refused for want of a
// certificate or log that a newer root might hold.
func (r *release) usedRoot(i trust.Instance) bool {
	for _, a := range r.in.Attestations {
		switch {
		case a.OK() && a.Root.Instance == i:
			return true
		case !a.OK() && (a.Problem.Kind == evidence.Certificate || a.Problem.Kind == evidence.Log || a.Problem.Kind == evidence.SCT || a.Problem.Kind == evidence.Timestamp):
			return true
		}
	}
	return false
}
