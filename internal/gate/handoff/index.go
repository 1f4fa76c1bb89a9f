// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"fmt"
	"path/filepath"
	"sort"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
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
		at := IndexAttestation{File: f, Verdict: Accept}
		at.Verdict, at.Message = r.oneAsIndex(d, files[f], types)
		if n >= maxPerFile {
			at.Verdict, at.Message = Refuse, "A maximum of 2 attestations per file are supported"
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

func (r *release) oneAsIndex(d *dist.Dist, docs []*evidence.Attestation, types map[string]bool) (verdict, message string) {
	a := docs[0]
	if len(docs) != 1 || a.Form != evidence.PEP740 || a.Publisher != nil {
		return Refuse, malformedPrefix + "not one attestation object of version 1"
	}
	if p := a.Problem; p != nil && p.Kind == evidence.Malformed {
		return Refuse, malformedPrefix + p.Message
	}
	if a.Problem != nil && r.in.Relaxed != nil {
		a = r.in.Relaxed(a)
	}
	if p := a.Problem; p != nil {
		if p.Kind == evidence.BadContent {
			return Unknown, "the statement can be read in two ways: " + p.Message
		}
		return Refuse, verifyPrefix + p.Message
	}
	if a.Root.Instance == trust.GitHub {
		return Refuse, verifyPrefix + "the certificate was not issued by Sigstore's public instance"
	}
	if msg, known := r.publisherRefuses(a.Signer); !known {
		return Unknown, "the registered publisher is not known"
	} else if msg != "" {
		return Refuse, verifyPrefix + msg
	}
	if msg := statementRefused(a.Statement, d); msg != "" {
		return Refuse, verifyPrefix + msg
	}
	t := a.Statement.PredicateType
	if types[t] {
		return Refuse, fmt.Sprintf("Multiple attestations for the same file with the same predicate type (%s) are not supported", t)
	}
	types[t] = true
	return Accept, ""
}

// publisherRefuses compares the certificate with the registered publisher as
// the index does: issuer, source repository (case-sensitively) and build
// config, nothing else.
func (r *release) publisherRefuses(id *evidence.Identity) (message string, known bool) {
	repo, workflow := r.in.Policy.Publisher.Repository, r.in.Policy.Publisher.Workflow
	if repo == "" || workflow == "" {
		return "", false
	}
	url := "https://github.com/" + repo
	switch {
	case id.Issuer != evidence.GitHubIssuer:
		return fmt.Sprintf("Certificate's OIDC issuer does not match (got %s, expected %s)", id.Issuer, evidence.GitHubIssuer), true
	case id.RepositoryURI != url:
		return fmt.Sprintf("Certificate's Source Repository URI does not match (got %s, expected %s)", id.RepositoryURI, url), true
	case id.Commit == "" && id.Ref == "":
		return "Certificate must contain either Source Repository Digest or Source Repository Ref", true
	}
	config := url + "/.github/workflows/" + workflow + "@"
	if id.Commit != "" && id.BuildConfigURI == config+id.Commit || id.Ref != "" && id.BuildConfigURI == config+id.Ref {
		return "", true
	}
	return fmt.Sprintf("Certificate's Build Config URI (%s) does not match expected Trusted Publisher (%s @ %s)", id.BuildConfigURI, workflow, repo), true
}

func statementRefused(st *evidence.Statement, d *dist.Dist) string {
	switch {
	case st.Type != evidence.StatementV1:
		return "invalid statement: unknown type " + st.Type
	case len(st.Subjects) != 1:
		return "too many subjects in statement (must be exactly one)"
	case st.Subjects[0].Name == "":
		return "invalid subject: missing name"
	}
	s := st.Subjects[0]
	name, err := dist.ParseName(s.Name)
	switch {
	case err != nil:
		return "invalid subject: " + err.Error()
	case !name.Equal(d.Name):
		return fmt.Sprintf("subject does not match distribution name: %s != %s", s.Name, d.Name.Filename)
	case s.SHA256 != d.Digest.Hex() || s.Upper:
		return "subject does not match distribution digest"
	case st.PredicateType != evidence.PredicatePublish && st.PredicateType != evidence.PredicateProvenanceV1:
		return "unknown attestation type: " + st.PredicateType
	}
	return ""
}
