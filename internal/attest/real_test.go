// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner"
)

func file(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// realBundle reads a bundle or a PEP 740 object.
func realBundle(t testing.TB, data []byte) *protobundle.Bundle {
	t.Helper()
	if bytes.Contains(data, []byte(`"verification_material"`)) {
		b, err := evidence.BundleFromPEP740(data)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := &protobundle.Bundle{}
	if err := protojson.Unmarshal(data, b); err != nil {
		t.Fatal(err)
	}
	return b
}

// identityOf reads what a bundle's certificate says.
func identityOf(t testing.TB, b *protobundle.Bundle) *evidence.Identity {
	t.Helper()
	leaf, err := x509.ParseCertificate(b.GetVerificationMaterial().GetCertificate().GetRawBytes())
	if err != nil {
		t.Fatal(err)
	}
	id, err := evidence.ParseIdentity(leaf)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// claimed are the claims of the token that a certificate was issued for.
func claimed(t testing.TB, id *evidence.Identity) runner.Claims {
	t.Helper()
	const server = "https://github.com/"
	cut := func(uri string) string { return strings.TrimPrefix(uri, server) }
	run, attempt, ok := strings.Cut(strings.TrimPrefix(id.RunURI, id.RepositoryURI+"/actions/runs/"), "/attempts/")
	if !ok {
		t.Fatalf("run %q", id.RunURI)
	}
	return runner.Claims{
		Issuer: runner.TokenIssuer, Subject: "any", Audience: "sigstore",
		Repository: cut(id.RepositoryURI), RepositoryID: id.RepositoryID, RepositoryOwner: cut(id.OwnerURI),
		RepositoryOwnerID: id.OwnerID, RepositoryVisibility: id.Visibility, Ref: id.Ref, SHA: id.Commit, EventName: id.Event,
		WorkflowRef: cut(id.BuildConfigURI), WorkflowSHA: id.BuildConfigDigest, JobWorkflowRef: cut(id.SignerURI), JobWorkflowSHA: id.SignerDigest,
		RunID: run, RunAttempt: attempt, RunnerEnvironment: id.Runner,
	}
}

// TestRealProvenance makes the statements of real attestations again, from
// their certificates: every byte is the same.
func TestRealProvenance(t *testing.T) {
	for _, path := range []string{
		"pypi/pypi_attestations-0.0.19.tar.gz.slsa.attestation",
		"github/custom-issuer.sigstore.json",
	} {
		b := realBundle(t, file(t, corpus.Path(t, "attestations", filepath.FromSlash(path))))
		want := b.GetDsseEnvelope().GetPayload()
		// One is about a file that is no release file.
		want = bytes.Replace(want, []byte(`"name":"artifact"`), []byte(`"name":"artifact-1.0.zip"`), 1)
		st := read(t, want)
		digest, err := dist.ParseDigest(st.Subjects[0].SHA256)
		if err != nil {
			t.Fatal(err)
		}
		got, err := attest.Provenance(claimed(t, identityOf(t, b)), []attest.Subject{{Name: st.Subjects[0].Name, SHA256: digest}})
		if err != nil {
			t.Errorf("%s: %v", path, err)
		} else if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-real +got):\n%s", path, diff)
		}
	}
}

// onIndex are the real attestation objects of the corpus.
func onIndex(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(corpus.Path(t, "attestations", "pypi"), "*.attestation*"))
	if err != nil || len(paths) < 8 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	return paths
}

// TestRealPublish makes the statements of real publish attestations again.
func TestRealPublish(t *testing.T) {
	same := 0
	for _, path := range onIndex(t) {
		want := realBundle(t, file(t, path)).GetDsseEnvelope().GetPayload()
		st := read(t, want)
		if st.PredicateType != evidence.PredicatePublish {
			continue
		}
		digest, err := dist.ParseDigest(st.Subjects[0].SHA256)
		if err != nil {
			t.Fatal(err)
		}
		got, err := attest.Publish(st.Subjects[0].Name, digest)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		// The first one of all was made with the other predicate that is allowed.
		if strings.Contains(path, "pypi_attestation_models-") {
			want = bytes.Replace(want, []byte(`"predicate":{}`), []byte(`"predicate":null`), 1)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-real +got):\n%s", path, diff)
		}
		same++
	}
	if same < 7 {
		t.Errorf("%d publish attestations", same)
	}
}

// TestRealObjects converts real attestation objects to bundles and back. Those
// that the index's tools wrote come out byte for byte; those that went through
// other programs (indented, keys sorted, base64 in lines) with the same content.
func TestRealObjects(t *testing.T) {
	exact := map[string]bool{}
	for _, path := range onIndex(t) {
		want := bytes.TrimSpace(file(t, path))
		got, err := attest.ToPEP740(realBundle(t, want))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		exact[filepath.Base(path)] = bytes.Equal(want, got)
		if diff := cmp.Diff(parsed(t, want), parsed(t, got)); diff != "" {
			t.Errorf("%s (-real +got):\n%s", path, diff)
		}
	}
	for _, name := range []string{
		"pypi_attestations-0.0.19.tar.gz.slsa.attestation",
		"pypi_attestations-0.0.19.tar.gz.publish.attestation.with_timestamp",
		"spt3g-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl.publish.attestation",
		"gitlab_oidc_project-0.0.3.tar.gz.publish.attestation",
	} {
		if !exact[name] {
			t.Errorf("%s: the bytes differ", name)
		}
	}
	bundle := corpus.Path(t, "attestations", "pypi", "pypi_attestation_models-0.0.4a2.tar.gz")
	got, err := attest.ToPEP740(realBundle(t, file(t, bundle+".sigstore")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(parsed(t, file(t, bundle+".attestation")), parsed(t, got)); diff != "" {
		t.Errorf("the bundle of an attestation (-attestation +converted bundle):\n%s", diff)
	}
}

// parsed reads JSON, with the line breaks of old base64 taken out.
func parsed(t testing.TB, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	var walk func(any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k, item := range v {
				if s, ok := item.(string); ok && k != "envelope" { // a checkpoint has lines
					v[k] = strings.ReplaceAll(s, "\n", "")
				} else {
					v[k] = walk(item)
				}
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		}
		return v
	}
	return walk(v)
}
