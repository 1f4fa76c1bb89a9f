// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"slices"
	"testing"
)

// What is read as trusted roots is usable, within the limits, and reads the
// same when more roots follow.
func FuzzParseRoots(f *testing.F) {
	f.Add(publicGoodJSON)
	f.Add(githubJSON)
	f.Add(githubTUFRoot)
	f.Add(slices.Concat(publicGoodJSON, []byte("\n"), githubJSON))
	a := newAuthority(f, "a.test")
	f.Add(trustedRoot(f, []*authority{a}))
	f.Add(trustedRoot(f, []*authority{a}, without("tlogs", "timestampAuthorities")))
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[{}],"tlogs":[{}],"timestampAuthorities":[{"certChain":{"certificates":[{}]}}]}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, data []byte) {
		roots, err := parseRoots(data)
		if err != nil {
			if roots != nil {
				t.Errorf("%d roots with the error %v", len(roots), err)
			}
			return
		}
		if len(roots) == 0 || len(roots) > maxRoots {
			t.Fatalf("%d roots without an error", len(roots))
		}
		for _, r := range roots {
			if th := r.Thresholds(); len(r.Issuers) == 0 || th.ObserverTimestamps+th.SignedTimestamps != 1 || !r.HasTlog && !r.HasTSA {
				t.Errorf("useless root: %d issuers, %+v", len(r.Issuers), th)
			}
			looksLike(r)
		}
		if len(roots) == maxRoots {
			return
		}
		more, err := parseRoots(slices.Concat(data, []byte("\n"), githubJSON))
		if err != nil || len(more) != len(roots)+1 {
			t.Fatalf("with one more: %d roots, %v", len(more), err)
		}
		for i, r := range roots {
			if m := more[i]; m.Thresholds() != r.Thresholds() || len(m.Issuers) != len(r.Issuers) {
				t.Errorf("root %d changed", i)
			}
		}
	})
}
