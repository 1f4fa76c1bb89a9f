// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = register(finding.Rule{
	ID:       "differs-from-ledger",
	Severity: finding.Error,
	Title:    "The files are not exactly those that were verified",
	Why: "The ledger lists what the verifying job saw: names, digests, sizes. A file that was added, changed or lost between " +
		"there and the upload was never verified, or should have been published.",
	Bad:        "ledger: 60 files; folder: 61",
	Good:       "the folder holds exactly the ledger's files",
	References: []string{"SPEC 8: build and publish in separate jobs"},
}, func(r *release, rule *finding.Rule) {
	if r.in.Ledger == nil {
		if r.in.Sealed {
			r.res.Skip(rule.Undecided("", "there is no ledger, so nobody knows whether these are the files that were verified; run the gate in a job before this one, and pass its output ledger; if that arrives empty, either the gate did not pass (in a trial: give enforce and enforce-from to the seal too), or a secret's value is part of it, such as the owner's name: the runner drops such outputs"))
		}
		return
	}
	const hint = "download the artifact again by its id; if the difference stays, find out which step between verification and upload wrote to the folder"
	want := map[string]LedgerDist{}
	for _, d := range r.in.Ledger.Dists {
		want[d.Name] = d
	}
	for _, d := range r.in.Files.Dists {
		if !policy.SameProject(r.in.Ledger.Project, d.Name.Project) || !dist.EqualVersions(r.in.Ledger.Version, d.Name.Version) {
			r.res.Add(rule.Found(d.Path, hint, "%q is not of the ledger's release, %s %s", d.Name.Filename, r.in.Ledger.Project, r.in.Ledger.Version))
		}
		l, ok := want[d.Name.Filename]
		switch {
		case !ok:
			r.res.Add(rule.Found(d.Path, hint, "%q is not in the ledger", d.Name.Filename))
		case !l.Digest.Equal(d.Digest) || l.Size != d.Size:
			r.res.Add(rule.Found(d.Path, hint, "%q has sha256 %s and %d bytes, the ledger says sha256 %s and %d bytes", d.Name.Filename, d.Digest.Hex(), d.Size, l.Digest.Hex(), l.Size))
		}
		delete(want, d.Name.Filename)
	}
	for _, l := range r.in.Ledger.Dists {
		if _, missing := want[l.Name]; missing {
			r.res.Add(rule.Found(l.Name, hint, "%q is in the ledger and not among the files", l.Name))
		}
	}
})
