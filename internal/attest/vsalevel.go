// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// Level is a level of SLSA's build track, 0 to 3.
type Level int

// String is the level as a verdict has it: SLSA_BUILD_LEVEL_2.
func (l Level) String() string { return fmt.Sprintf("SLSA_BUILD_LEVEL_%d", int(l)) }

// BuildLevel returns the level of a build whose provenance is signed by id, as
// far as the policy vouches for the signer. Only the certificate is looked at.
//
//   - 0: the policy does not name the signer, or it built another repository.
//   - 1: it does, and the runner is not known to be GitHub's.
//   - 2: it does, on GitHub's runner. Steps of the build share their machine
//     with the signing, or somebody may edit what signs whom only the project
//     vouches for.
//   - 3: on GitHub's runner, the signer is [report.IsolatedBuilder], which the policy
//     lists by commit, and was called by that commit. Its signing job runs no
//     code of the project: that is known of no other workflow, and nothing in a
//     certificate can show it. That the commit is one of a release is for the
//     reader of the verdict to see, who has it in the provenance.
func BuildLevel(id *evidence.Identity, p *policy.Policy) Level {
	if id == nil || p == nil || id.Issuer != runner.TokenIssuer {
		return 0
	}
	source, ok := strings.CutPrefix(id.RepositoryURI, server)
	w, ok2 := parseSigner(id.SignerURI)
	if !ok || !ok2 || !policy.SameName(p.Publisher.Repository, source) || len(id.URIs) != 1 || id.URIs[0] != id.SignerURI {
		return 0
	}
	trusted := id.SignerURI == id.BuildConfigURI && w.repository == source &&
		policy.Same(p.Publisher.Workflow, strings.TrimPrefix(w.path, workflows))
	isolated := false
	for _, s := range p.Builder.Signers {
		switch {
		case s.Path != w.path:
		case s.Local:
			trusted = trusted || w.repository == source && (policy.Same(id.Ref, w.ref) || policy.Same(id.Commit, w.ref))
		case !policy.SameName(s.Repository, w.repository):
		case s.Commit != "":
			ours := s.Commit == id.SignerDigest && (s.Commit == w.ref || strings.HasPrefix(w.ref, "refs/tags/"))
			trusted = trusted || ours
			isolated = isolated || ours && s.Commit == w.ref && w.repository+"/"+w.path == report.IsolatedBuilder &&
				!policy.SameName(source, w.repository) && id.SignerURI != id.BuildConfigURI
		case policy.Same(s.Ref, w.ref):
			trusted = true
		}
	}
	switch {
	case !trusted:
		return 0
	case id.Runner != policy.RunnersHosted:
		return 1
	case !isolated:
		return 2
	}
	return 3
}

// lowest is the lowest level of the provenance that trusted builders signed:
// one of it passed the gate, and so is at least of this level.
func lowest(all []*evidence.Attestation, p *policy.Policy) Level {
	var least Level
	for _, a := range all {
		if a.ByGitHub || !evidence.IsProvenance(a.PredicateType()) {
			continue
		}
		if l := BuildLevel(a.Signer, p); l > 0 && (least == 0 || l < least) {
			least = l
		}
	}
	return least
}

const workflows = ".github/workflows/"

type signerParts struct {
	repository string // OWNER/REPO
	path       string // .github/workflows/FILE
	ref        string // refs/… or a commit
}

// parseSigner takes https://github.com/OWNER/REPO/.github/workflows/FILE@REF
// apart. A file's name may hold an @, but no slash.
func parseSigner(uri string) (w signerParts, ok bool) {
	rest, ok := strings.CutPrefix(uri, server)
	owner, rest, ok1 := strings.Cut(rest, "/")
	name, rest, ok2 := strings.Cut(rest, "/")
	file, inDir := strings.CutPrefix(rest, workflows)
	at := strings.Index(file, "@refs/")
	if at < 0 {
		at = strings.LastIndexByte(file, '@')
	}
	if !ok || !ok1 || !ok2 || !inDir || owner == "" || name == "" || at <= 0 || at == len(file)-1 || strings.Contains(file[:at], "/") {
		return w, false
	}
	return signerParts{owner + "/" + name, workflows + file[:at], file[at+1:]}, true
}
