// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/e2e/foreign"
	"github.com/scientific-python/sallyport/e2e/lab"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

// world is where the tests sign.
type world struct {
	root string // the trusted root's path
	// newest and v1 are signing configurations: with all the logs, of which the
	// newest is to be taken, and with Rekor v1 alone, which is what the
	// public-good instance's own one lists.
	newest, v1 string
	token      string
}

func standIns(t *testing.T) world {
	in := st.Use(t, st.PublicGood)
	issuer, key := newIssuer(t)
	s := st.Serve(t, in, st.ServeOptions{Key: key})
	dir := t.TempDir()
	return world{
		root:   write(t, dir, "trusted_root.json", in.TrustedRoot()),
		newest: write(t, dir, "signing_config.json", s.SigningConfig()),
		v1:     write(t, dir, "signing_config_v1.json", s.SigningConfig(st.LogV1)),
		token:  issuer.Token("sigstore", nil),
	}
}

// newIssuer returns an issuer by GitHub's name, and the key it signs with.
func newIssuer(t *testing.T) (*runnertest.Issuer, crypto.PublicKey) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return runnertest.IssuerOf(runnertest.GitHubIssuer, key), key.Public()
}

func servers(t *testing.T) world {
	l, err := lab.Connect()
	if errors.Is(err, lab.ErrAbsent) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	issuer, err := l.Issuer()
	if err != nil {
		t.Fatal(err)
	}
	return world{root: l.TrustedRoot, newest: l.SigningConfig, v1: onlyRekor1(t, l.SigningConfig), token: issuer.Token("sigstore", nil)}
}

// onlyRekor1 writes a signing configuration without its newer logs.
func onlyRekor1(t *testing.T, path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	var kept []any
	logs, _ := config["rekorTlogUrls"].([]any)
	for _, l := range logs {
		if entry, _ := l.(map[string]any); entry["majorApiVersion"] == 1.0 {
			kept = append(kept, l)
		}
	}
	if len(kept) == 0 || len(kept) == len(logs) {
		t.Fatalf("%d of %d logs are of version 1: %s", len(kept), len(logs), data)
	}
	config["rekorTlogUrls"] = kept
	data, err = json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, t.TempDir(), "signing_config.json", data)
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const predicateType = "https://slsa.dev/provenance/v1"

// signing is one test's files.
type signing struct {
	world
	file, statement, bundle string
}

func newSigning(t *testing.T, w world) signing {
	dir := t.TempDir()
	data := []byte("a file to be signed\n")
	claims := st.GitHubClaims()
	return signing{
		world:     w,
		file:      write(t, dir, "a.txt", data),
		statement: write(t, dir, "statement.json", st.Provenance(claims, st.Subject{Name: "a.txt", SHA256: fmt.Sprintf("%x", sha256.Sum256(data))})),
		bundle:    filepath.Join(dir, "a.txt.sigstore.json"),
	}
}

// sign calls the client. The options are in the order of the protocol.
func (s signing) sign(t *testing.T, config, file string, first ...string) error {
	t.Helper()
	args := append([]string{"sign-bundle"}, first...)
	return run(t.Context(), append(args, "--identity-token", s.token, "--bundle", s.bundle, "--trusted-root", s.root, "--signing-config", config, file))
}

// verify calls the client. The suite looks into its token for the identity; so
// does Fulcio, whose rule for GitHub's tokens this is.
func (s signing) verify(t *testing.T, fileOrDigest string) error {
	t.Helper()
	return run(t.Context(), []string{"verify-bundle", "--bundle", s.bundle, "--certificate-identity", identityOf(t),
		"--certificate-oidc-issuer", runnertest.GitHubIssuer, "--trusted-root", s.root, fileOrDigest})
}

func identityOf(t *testing.T) string {
	ref, ok := runnertest.ReleaseClaims()["job_workflow_ref"].(string)
	if !ok {
		t.Fatal("the claims have no job_workflow_ref")
	}
	return "https://github.com/" + ref
}

// selftest has others verify.
func (s signing) selftest(t *testing.T, typ string) {
	t.Helper()
	repository, _ := runnertest.ReleaseClaims()["repository"].(string)
	c := foreign.Case{Artifact: s.file, Bundle: s.bundle, TrustedRoot: s.root, Identity: identityOf(t),
		Issuer: runnertest.GitHubIssuer, Repository: repository, PredicateType: typ}
	for _, tool := range foreign.Tools() {
		if _, err := tool.Installed(); err != nil && os.Getenv(lab.Variable) == "" {
			t.Log(err) // outside of the end-to-end run they need not be there
			continue
		}
		if err := tool.Verify(t.Context(), c); err != nil && !(typ == "" && errors.Is(err, errors.ErrUnsupported)) {
			t.Error(err)
		}
	}
}

func (s signing) read(t *testing.T) *protobundle.Bundle {
	t.Helper()
	data, err := os.ReadFile(s.bundle)
	if err != nil {
		t.Fatal(err)
	}
	var b protobundle.Bundle
	if err := protojson.Unmarshal(data, &b); err != nil {
		t.Fatal(err)
	}
	return &b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s signing) absent(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(s.bundle); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("there is a bundle: %v", err)
	}
}
