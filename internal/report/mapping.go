// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// shown returns the claims that r supports. A run that failed supports none; a
// gate supports claims only if it ran and holds, and a rule only if it had
// nothing to say.
func (r *Report) shown() []claim {
	if r.Verdict != Pass && r.Verdict != Undecided || r.Command == "attest" {
		return nil
	}
	passed := map[finding.Gate]bool{}
	for _, g := range r.Gates {
		passed[g.Gate] = g.Status == Pass && g.RulesChecked > 0
	}
	spoke := map[string]bool{}
	for _, f := range r.Findings {
		spoke[f.Rule] = true
	}
	for _, u := range r.Unchecked {
		spoke[u.Rule] = true
	}
	for _, w := range r.Ignored {
		spoke[w.Rule] = true
	}
	var out []claim
	for _, c := range claims {
		silent := !slices.ContainsFunc(c.rules, func(rule string) bool { return spoke[rule] })
		if c.gate == finding.Publish && spoke["workflow-unread"] {
			continue // another workflow may hold another way
		}
		if passed[c.gate] && silent && (c.holds == nil || c.holds(r)) {
			out = append(out, c)
		}
	}
	return out
}

// IsolatedBuilder is the reusable workflow that builds in one job and signs in
// another one, which runs no code of the project, as OWNER/REPO/PATH. Of other
// workflows nobody here knows whether they do.
const IsolatedBuilder = "scientific-python/sallyport/.github/workflows/build.yml"

// slsaLevel is the SLSA build level that the certificates of all files support,
// 0 where they support none: 1 for provenance from a machine that is not
// GitHub's own, 2 for provenance signed on one by a workflow of the project's,
// 3 where the signer is [IsolatedBuilder], called by commit. The policy had to
// name it for the build gate to hold.
func (r *Report) slsaLevel() int {
	level := 3
	for _, d := range r.Dists {
		v, ok := d.builder()
		if !ok || kind(v.PredicateType) != "provenance" {
			return 0
		}
		level = min(level, v.slsaLevel())
	}
	if len(r.Dists) == 0 {
		return 0
	}
	return level
}

func (v *Verified) slsaLevel() int {
	signer, caller := splitWorkflow(v.Signer), splitWorkflow(v.BuildConfig)
	_, ref, _ := strings.Cut(v.Signer, "@")
	switch {
	case signer.file == "" || v.Repository == "":
		return 0
	case v.Runner != "github-hosted":
		return 1
	case caller.file != "" && signer != caller && strings.HasPrefix(v.Signer, "https://github.com/"+IsolatedBuilder+"@") && isCommit(ref):
		return 3
	}
	return 2
}

// isCommit reports whether ref is the full id of a commit.
func isCommit(ref string) bool {
	return (len(ref) == 40 || len(ref) == 64) && strings.Trim(ref, "0123456789abcdef") == ""
}

// allBuilt: each file has verified provenance.
func allBuilt(r *Report) bool { return r.slsaLevel() > 0 }

// oneRun: each file has verified provenance, and all of them name one commit
// and one run. The policy may let files come from several.
func oneRun(r *Report) bool {
	if !allBuilt(r) {
		return false
	}
	first, _ := r.Dists[0].builder()
	return first.Commit != "" && first.Run != "" && !slices.ContainsFunc(r.Dists, func(d Dist) bool {
		v, _ := d.builder()
		return v.Repository != first.Repository || v.Commit != first.Commit || v.Run != first.Run
	})
}

// allForIndex: each file has a verified publish attestation.
func allForIndex(r *Report) bool {
	return len(r.Dists) > 0 && !slices.ContainsFunc(r.Dists, func(d Dist) bool {
		return !slices.ContainsFunc(d.Verified, func(v Verified) bool { return kind(v.PredicateType) == "publish" })
	})
}

// sealed: the files were compared with a ledger, which the seal cannot pass
// without.
func sealed(r *Report) bool { return r.Command == sealCommand && len(r.Dists) > 0 }

// anyWay: some publish path was found and can run.
func anyWay(r *Report) bool {
	return slices.ContainsFunc(r.PublishPaths, func(p PublishPath) bool { return p.Reachable })
}

// allTrusted: there is a way to the index, and all are by trusted publishing.
func allTrusted(r *Report) bool {
	return anyWay(r) && !slices.ContainsFunc(r.PublishPaths, func(p PublishPath) bool { return p.Credential != "trusted-publishing" })
}

// allInEnvironment: there is a way to the index, and all are in environments.
func allInEnvironment(r *Report) bool {
	return anyWay(r) && !slices.ContainsFunc(r.PublishPaths, func(p PublishPath) bool { return p.Reachable && p.Environment == "" })
}

// allPrint: there is a way to the index, and all that are for more than trying
// out are by the action that can print digests.
func allPrint(r *Report) bool {
	return allTrusted(r) && !slices.ContainsFunc(r.PublishPaths, func(p PublishPath) bool {
		return p.Reachable && p.Index != testUpload && (p.Uploader != "pypa/gh-action-pypi-publish" || len(p.Via) > 0)
	})
}

// shownRows writes what the release shows, and which documents ask for it.
func (r *Report) shownRows(d *mdDoc) {
	shown := r.shown()
	if len(shown) == 0 {
		return
	}
	var rows [][]string
	items, tasks := map[string]bool{}, map[string]bool{}
	level := ""
	for _, c := range shown {
		if c.spec8 != "" {
			items[c.spec8] = true
		}
		for _, task := range strings.Split(c.ssdf, ", ") {
			tasks[task] = true
		}
		slsa := ""
		if c.slsa {
			slsa = "Build L" + strconv.Itoa(r.slsaLevel())
			level = slsa
		}
		rows = append(rows, []string{c.what, c.spec8, slsa, c.ssdf})
	}
	var said []string
	if len(items) > 0 {
		said = append(said, count(len(items), "item")+" of SPEC 8")
	}
	if level != "" {
		said = append(said, "SLSA "+level)
	}
	line := strings.Join(append(said, count(len(tasks), "task")+" of NIST's SSDF"), ", ")
	d.folded("What this release shows", "", line, len(rows), func() {
		d.table("", []string{"Shown", "SPEC 8", "SLSA", "SSDF (NIST SP 800-218)"}, rows)
		d.add("\nOnly what the gates above checked and found in order is listed. A gate that did not run shows nothing.\n")
	})
}
