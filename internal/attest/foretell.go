// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/trust"
)

// Identity is what a Fulcio certificate says that is issued for a token with
// these claims: every extension (Fulcio's oid-info.md) that GitHub's tokens
// fill. The times are left empty.
func Identity(c runner.Claims) *evidence.Identity {
	repository, signer := server+c.Repository, server+c.JobWorkflowRef
	return &evidence.Identity{
		Issuer:    c.Issuer,
		SignerURI: signer, SignerDigest: c.JobWorkflowSHA, Runner: c.RunnerEnvironment,
		RepositoryURI: repository, Commit: c.SHA, Ref: c.Ref, RepositoryID: c.RepositoryID,
		OwnerURI: server + c.RepositoryOwner, OwnerID: c.RepositoryOwnerID,
		BuildConfigURI: server + c.WorkflowRef, BuildConfigDigest: c.WorkflowSHA,
		Event: c.EventName, RunURI: repository + "/actions/runs/" + c.RunID + "/attempts/" + c.RunAttempt,
		Visibility: c.RepositoryVisibility, Environment: c.Environment, TokenSubject: c.Subject,
		OldIssuer: c.Issuer, OldEvent: c.EventName, OldCommit: c.SHA, OldWorkflow: c.Workflow,
		OldRepository: c.Repository, OldRef: c.Ref,
		URIs: []string{signer},
	}
}

// Foretell returns the attestation that a statement becomes once it is signed
// with a token of these claims under root, as the gates see one that was
// verified. source is the file that will hold it, form what it will be.
//
// It proves nothing. It is for asking the gates beforehand.
func Foretell(c runner.Claims, statement []byte, root *trust.Root, source string, origin evidence.Origin, form evidence.Form, now time.Time) (*evidence.Attestation, error) {
	parsed, err := evidence.ParseStatement(statement)
	if err != nil {
		return nil, fmt.Errorf("reading the statement for %q: %w", source, err)
	}
	return &evidence.Attestation{
		Document: evidence.Document{Source: source, Origin: origin, Form: form},
		Root:     root, Signer: Identity(c), Statement: parsed, LogIndex: -1, Time: now,
		Key: sha256.Sum256(append([]byte(source+"\x00"), statement...)),
	}, nil
}

// CheckCertificate compares a certificate with the claims that it was issued
// for: what it says must be what they say, so that nobody's certificate but
// this job's is signed with. Environment and token subject may be absent, as
// older instances do not write them. Signatures and chains are for the
// verifier.
func CheckCertificate(leaf *x509.Certificate, c runner.Claims) error {
	id, err := evidence.ParseIdentity(leaf)
	if err != nil {
		return fmt.Errorf("reading the certificate: %w", err)
	}
	want := Identity(c)
	if id.Environment == "" {
		want.Environment = ""
	}
	if id.TokenSubject == "" {
		want.TokenSubject = ""
	}
	for _, f := range []struct{ name, got, want string }{
		{"issuer", id.Issuer, want.Issuer}, {"repository", id.RepositoryURI, want.RepositoryURI}, {"repository id", id.RepositoryID, want.RepositoryID},
		{"owner", id.OwnerURI, want.OwnerURI}, {"owner id", id.OwnerID, want.OwnerID},
		{"ref", id.Ref, want.Ref}, {"commit", id.Commit, want.Commit}, {"event", id.Event, want.Event},
		{"workflow", id.BuildConfigURI, want.BuildConfigURI}, {"workflow commit", id.BuildConfigDigest, want.BuildConfigDigest},
		{"signer", id.SignerURI, want.SignerURI}, {"signer commit", id.SignerDigest, want.SignerDigest},
		{"run", id.RunURI, want.RunURI}, {"runner", id.Runner, want.Runner}, {"visibility", id.Visibility, want.Visibility},
		{"environment", id.Environment, want.Environment}, {"token subject", id.TokenSubject, want.TokenSubject},
		{"name", id.Name(), want.Name()},
	} {
		if f.got != f.want {
			return fmt.Errorf("reading the certificate: its %s is %q, and the job's token says %q", f.name, f.got, f.want)
		}
	}
	return nil
}
