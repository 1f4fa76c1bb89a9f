// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/trust"
)

// What the index would say.
const (
	Accept        = "accept"
	Refuse        = "refuse"
	NoAttestation = "no-attestation"
	Unknown       = "unknown"
)

// IndexVerdict is what the index would say of the attestations that an
// uploader would send with one file.
type IndexVerdict struct {
	Verdict      string
	Attestations []IndexAttestation
}

// IndexAttestation is its answer to one attestation file.
type IndexAttestation struct {
	File, Verdict, Message string
	// elsewhere says that the build gate reports the same reason in its own
	// words, so that one fault is not two errors.
	elsewhere bool
}

// maxPerFile is how many attestations the index takes with one file.
const maxPerFile = 2

const (
	malformedPrefix = "Malformed attestations: "
	verifyPrefix    = "Could not verify the uploaded artifact using the included attestation: Verification failed: "
)

// asIndex replays PyPI's checks (PEP 740 and its implementation) on what twine
// would send: the files in the distribution's folder that match
// "*.*.attestation" and begin with its name. The index looks at less than the
// build gate does: not at ref, event, runner, environment or predicate.
func (r *release) asIndex(d *dist.Dist) IndexVerdict {
	files := map[string][]*evidence.Attestation{}
	for _, a := range r.in.Attestations {
		base := filepath.Base(a.Source)
		if a.Origin.Local() && filepath.Dir(a.Source) == filepath.Dir(d.Path) && strings.HasPrefix(base, d.Name.Filename) &&
			strings.HasSuffix(base, ".attestation") && strings.Count(base, ".") > 1 {
			files[a.Source] = append(files[a.Source], a)
		}
	}
	if len(files) == 0 {
		return IndexVerdict{Verdict: NoAttestation}
	}
	names := make([]string, 0, len(files))
	for f := range files {
		names = append(names, f)
	}
	sort.Strings(names)
	v := IndexVerdict{Verdict: Accept}
	types := map[string]bool{}
	for n, f := range names {
		at := r.oneAsIndex(d, files[f], types)
		at.File = f
		if n >= maxPerFile {
			at = IndexAttestation{File: f, Verdict: Refuse, Message: "A maximum of 2 attestations per file are supported"}
		}
		switch {
		case at.Verdict == Refuse:
			v.Verdict = Refuse
		case at.Verdict == Unknown && v.Verdict == Accept:
			v.Verdict = Unknown
		}
		v.Attestations = append(v.Attestations, at)
	}
	return v
}

func refuse(message string) IndexAttestation {
	return IndexAttestation{Verdict: Refuse, Message: message}
}

// said is a refusal for a reason that the build gate reports.
func said(message string) IndexAttestation {
	return IndexAttestation{Verdict: Refuse, Message: verifyPrefix + message, elsewhere: true}
}

func (r *release) oneAsIndex(d *dist.Dist, docs []*evidence.Attestation, types map[string]bool) IndexAttestation {
	a := docs[0]
	if len(docs) != 1 || a.Publisher != nil || a.Form != evidence.PEP740 && a.Problem == nil {
		return refuse(malformedPrefix + "not one attestation object of version 1")
	}
	if p := a.Problem; p != nil && p.Kind == evidence.Malformed {
		return IndexAttestation{Verdict: Refuse, Message: malformedPrefix + p.Message, elsewhere: true}
	}
	if a.Problem != nil && r.in.Relaxed != nil {
		a = r.in.Relaxed(a)
	}
	if p := a.Problem; p != nil {
		if p.Kind == evidence.BadContent {
			return IndexAttestation{Verdict: Unknown, Message: "the statement can be read in two ways: " + p.Message}
		}
		return said(p.Message)
	}
	if a.Root.Instance == trust.GitHub {
		return refuse(verifyPrefix + "the certificate was not issued by Sigstore's public instance")
	}
	if r.in.Policy.Publisher.Repository == "" || r.in.Policy.Publisher.Workflow == "" {
		return IndexAttestation{Verdict: Unknown, Message: "the registered publisher is not known"}
	}
	if no := r.publisherRefuses(a.Signer); no != nil {
		return *no
	}
	if no := statementRefused(a.Statement, d); no != nil {
		return *no
	}
	t := a.Statement.PredicateType
	if types[t] {
		return refuse(fmt.Sprintf("Multiple attestations for the same file with the same predicate type (%s) are not supported", t))
	}
	types[t] = true
	return IndexAttestation{Verdict: Accept}
}

// publisherRefuses compares the certificate with the registered publisher as
// the index does: issuer, source repository and build config, nothing else.
func (r *release) publisherRefuses(id *evidence.Identity) *IndexAttestation {
	repo, workflow := r.in.Policy.Publisher.Repository, r.in.Policy.Publisher.Workflow
	const server = "https://github.com/"
	no := func(format string, args ...any) *IndexAttestation {
		at := said(fmt.Sprintf(format, args...))
		return &at
	}
	switch {
	case id.Issuer != evidence.GitHubIssuer:
		return no("Certificate's OIDC issuer does not match (got %s, expected %s)", id.Issuer, evidence.GitHubIssuer)
	case !policy.SameName(server+repo, id.RepositoryURI):
		return no("Certificate's Source Repository URI does not match (got %s, expected %s)", id.RepositoryURI, server+repo)
	case id.Commit == "" && id.Ref == "":
		return no("Certificate must contain either Source Repository Digest or Source Repository Ref")
	}
	config := id.RepositoryURI + "/.github/workflows/" + workflow + "@"
	if !(id.Commit != "" && id.BuildConfigURI == config+id.Commit || id.Ref != "" && id.BuildConfigURI == config+id.Ref) {
		at := no("Certificate's Build Config URI (%s) does not match expected Trusted Publisher (%s @ %s)", id.BuildConfigURI, workflow, repo)
		at.elsewhere = !r.listed(id)
		return at
	}
	if id.RepositoryURI != server+repo {
		// The index compares letter case, but with the name as it registered
		// it (the owner as GitHub spells it), not as a policy does.
		return &IndexAttestation{Verdict: Unknown, Message: fmt.Sprintf("the index compares letter case: it accepts the attestation if the publisher is registered as %s, as in the certificate, and not as %s", id.RepositoryURI, server+repo)}
	}
	return nil
}

// listed reports whether the run's workflow is one of the repository's own that
// the policy lists as a signer: it is fine for the build gate then, and not for
// the index.
func (r *release) listed(id *evidence.Identity) bool {
	return slices.ContainsFunc(r.in.Policy.Builder.Signers, func(s policy.Signer) bool {
		return s.Local && strings.HasPrefix(id.BuildConfigURI, id.RepositoryURI+"/"+s.Path+"@")
	})
}

func statementRefused(st *evidence.Statement, d *dist.Dist) *IndexAttestation {
	no := func(at IndexAttestation) *IndexAttestation { return &at }
	switch {
	case st.Type != evidence.StatementV1:
		return no(said("invalid statement: unknown type " + st.Type))
	case len(st.Subjects) != 1:
		return no(refuse(verifyPrefix + "too many subjects in statement (must be exactly one)"))
	case st.Subjects[0].Name == "":
		return no(said("invalid subject: missing name"))
	}
	s := st.Subjects[0]
	name, err := dist.ParseName(s.Name)
	switch {
	case err != nil:
		return no(said("invalid subject: " + err.Error()))
	case !name.Equal(d.Name):
		return no(said(fmt.Sprintf("subject does not match distribution name: %s != %s", s.Name, d.Name.Filename)))
	case s.SHA256 != d.Digest.Hex():
		return no(said("subject does not match distribution digest"))
	case s.Upper:
		return no(refuse(verifyPrefix + "subject does not match distribution digest (its letters are not lower case)"))
	case st.PredicateType != evidence.PredicatePublish && st.PredicateType != evidence.PredicateProvenanceV1:
		return no(refuse(verifyPrefix + "unknown attestation type: " + st.PredicateType))
	}
	return nil
}
