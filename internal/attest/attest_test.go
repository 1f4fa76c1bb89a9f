// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"crypto/sha256"
	"testing"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// claimsOf returns the claims of a job, read from a token as in a job.
func claimsOf(t testing.TB, changes map[string]any) runner.Claims {
	t.Helper()
	c, err := runner.ParseClaims(runnertest.StartIssuer(t).Token("sigstore", changes))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// certified is what Fulcio puts into a certificate for a token of these claims
// (its documentation of the extensions), written down a second time.
func certified(c runner.Claims) sigstoretest.Claims {
	const server = "https://github.com/"
	return sigstoretest.Claims{
		SAN:                    server + c.JobWorkflowRef,
		Issuer:                 c.Issuer,
		BuildSignerURI:         server + c.JobWorkflowRef,
		BuildSignerDigest:      c.JobWorkflowSHA,
		RunnerEnvironment:      c.RunnerEnvironment,
		SourceRepositoryURI:    server + c.Repository,
		SourceRepositoryDigest: c.SHA,
		SourceRepositoryRef:    c.Ref,
		RepositoryID:           c.RepositoryID,
		OwnerURI:               server + c.RepositoryOwner,
		OwnerID:                c.RepositoryOwnerID,
		BuildConfigURI:         server + c.WorkflowRef,
		BuildConfigDigest:      c.WorkflowSHA,
		Trigger:                c.EventName,
		RunURI:                 server + c.Repository + "/actions/runs/" + c.RunID + "/attempts/" + c.RunAttempt,
		Visibility:             c.RepositoryVisibility,
		Environment:            c.Environment,
		TokenSubject:           c.Subject,
		WorkflowName:           c.Workflow,
	}
}

// release returns a wheel and a source distribution of samplepkg 1.0.0.
func release() []attest.Subject {
	var out []attest.Subject
	for _, make := range []func(disttest.Options) (string, []byte){disttest.Wheel, disttest.Sdist} {
		name, data := make(disttest.Options{})
		out = append(out, attest.Subject{Name: name, SHA256: sha256.Sum256(data)})
	}
	return out
}

// read reads a statement as the gate does.
func read(t testing.TB, statement []byte) *evidence.Statement {
	t.Helper()
	st, err := evidence.ParseStatement(statement)
	if err != nil {
		t.Fatal(err)
	}
	return st
}
