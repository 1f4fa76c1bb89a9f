// SPDX-License-Identifier: BSD-3-Clause

package lab_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/e2e/lab"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// The tests of this file are about the real servers, which some of them stop:
// no other package's tests may use them at the same time (go test -p 1).
//
//	go run ./e2e/servers go test -p 1 ./e2e/lab

func connect(t *testing.T) *lab.Lab {
	t.Helper()
	l, err := lab.Connect()
	if errors.Is(err, lab.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const statement = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"samplepkg-1.0.0.tar.gz","digest":{"sha256":"` +
	`e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}],"predicateType":"https://docs.pypi.org/attestations/publish/v1","predicate":null}`

// sign signs the statement by sigstore-go's client, in a job in environment
// pypi; version is that of Rekor's API.
func sign(t *testing.T, l *lab.Lab, version int) []byte {
	t.Helper()
	issuer, err := l.Issuer()
	if err != nil {
		t.Fatal(err)
	}
	token := issuer.Token("sigstore", map[string]any{
		"environment": "pypi", "sub": "repo:octo-sci/samplepkg:environment:pypi",
	})
	rekor := map[int]string{1: l.Rekor1, 2: l.Rekor2}[version]
	cmd := exec.CommandContext(t.Context(), l.Signer, "-fulcio", l.Fulcio, "-tsa", l.TSA, "-rekor", rekor,
		"-rekor-version", fmt.Sprint(version), "-trusted-root", l.TrustedRoot)
	cmd.Env = append(cmd.Environ(), "ID_TOKEN="+token)
	cmd.Stdin = strings.NewReader(statement)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	begin := time.Now()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("signing with Rekor v%d: %v\n%s", version, err, &stderr)
	}
	t.Logf("signed with Rekor v%d in %d ms", version, time.Since(begin).Milliseconds())
	return out
}

func verify(t *testing.T, l *lab.Lab, bundle []byte) *evidence.Attestation {
	t.Helper()
	roots, err := trust.Load(t.Context(), trust.Options{Files: []string{l.TrustedRoot}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := evidence.Split(bundle, "bundle", evidence.Given)
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	return evidence.NewVerifier(roots).Verify(docs[0])
}

// What Sigstore's own client makes with these servers holds under our strictest
// verifier, and says what the real instance's certificates say.
func TestSigned(t *testing.T) {
	l := connect(t)
	for version := 1; version <= 2; version++ {
		t.Run(fmt.Sprint("Rekor v", version), func(t *testing.T) {
			t.Parallel()
			a := verify(t, l, sign(t, l, version))
			if !a.OK() {
				t.Fatal(a.Problem)
			}
			if a.LogIndex < 1 {
				t.Errorf("log index %d", a.LogIndex)
			}
			s := a.Signer
			claims := runnertest.ReleaseClaims()
			for _, f := range []struct{ what, got, want string }{
				{"issuer", s.Issuer, "https://token.actions.githubusercontent.com"},
				{"signer", s.SignerURI, "https://github.com/" + claims["job_workflow_ref"].(string)},
				{"repository", s.RepositoryURI, "https://github.com/octo-sci/samplepkg"},
				{"commit", s.Commit, runnertest.ReleaseCommit},
				{"run", s.RunURI, "https://github.com/octo-sci/samplepkg/actions/runs/11122233344/attempts/1"},
				{"runner", s.Runner, "github-hosted"},
				{"event", s.Event, "push"},
				{"environment", s.Environment, "pypi"},
				{"subject of the token", s.TokenSubject, "repo:octo-sci/samplepkg:environment:pypi"},
				{"old ref", s.OldRef, "refs/tags/v1.0.0"},
			} {
				if f.got != f.want {
					t.Errorf("%s: %q, want %q", f.what, f.got, f.want)
				}
			}
			if len(s.URIs) != 1 || s.URIs[0] != s.SignerURI {
				t.Errorf("alternative names %q", s.URIs)
			}
		})
	}
}

// The signing configuration says where they are, to sallyport as well.
func TestSigningConfig(t *testing.T) {
	l := connect(t)
	c, err := trust.LoadSigning(t.Context(), trust.SigningOptions{File: l.SigningConfig, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	if c.Fulcio.URL != l.Fulcio || c.Rekor1 == nil || c.Rekor1.URL != l.Rekor1 || c.Rekor2 == nil || c.Rekor2.URL != l.Rekor2 ||
		len(c.TSAs) != 1 || c.TSAs[0].URL != l.TSA {
		t.Errorf("%+v", c)
	}
}

// Fulcio asks GitHub's name for the keys: another issuer's tokens, and those
// for others, are not for it.
func TestFulcioRefuses(t *testing.T) {
	l := connect(t)
	issuer, err := l.Issuer()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := runnertest.NewIssuer("")
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"another key":      stranger.Token("sigstore", nil),
		"another audience": issuer.Token("pypi", nil),
		"another issuer":   issuer.Token("sigstore", map[string]any{"iss": "https://issuer.example"}),
		"expired":          issuer.Token("sigstore", map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}),
		"a claim missing":  issuer.Token("sigstore", map[string]any{"job_workflow_ref": nil}),
	} {
		cmd := exec.CommandContext(t.Context(), l.Signer, "-fulcio", l.Fulcio, "-rekor", l.Rekor1, "-trusted-root", l.TrustedRoot)
		cmd.Env = append(cmd.Environ(), "ID_TOKEN="+token)
		cmd.Stdin = strings.NewReader(statement)
		if out, err := cmd.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("Fulcio returned 400")) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// A log that has an entry says so, and where it is.
func TestRekor1HasIt(t *testing.T) {
	l := connect(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(t.Name()))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	type object = map[string]any
	entry, err := json.Marshal(object{"kind": "hashedrekord", "apiVersion": "0.0.1", "spec": object{
		"data": object{"hash": object{"algorithm": "sha256", "value": hex.EncodeToString(digest[:])}},
		"signature": object{
			"content":   base64.StdEncoding.EncodeToString(signature),
			"publicKey": object{"content": base64.StdEncoding.EncodeToString(public)},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	send := func() *http.Response {
		t.Helper()
		resp, err := http.Post(l.Rekor1+"/api/v1/log/entries", "application/json", bytes.NewReader(entry))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	if resp := send(); resp.StatusCode != http.StatusCreated {
		t.Fatal(resp.Status)
	}
	again := send()
	where := again.Header.Get("Location")
	if again.StatusCode != http.StatusConflict || !strings.HasPrefix(where, "/api/v1/log/entries/") {
		t.Fatalf("once more: %s, Location %q", again.Status, where)
	}
	resp, err := http.Get(l.Rekor1 + where)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(data, []byte(`"inclusionProof"`)) {
		t.Errorf("%s: %s, %v", where, data, err)
	}
}

// Each server but Trillian comes back from the dead with what it had.
func TestStopAndStart(t *testing.T) {
	l := connect(t)
	for name, url := range map[string]string{
		lab.Fulcio: l.Fulcio, lab.CTLog: l.CTLog, lab.Rekor1: l.Rekor1, lab.Rekor2: l.Rekor2, lab.TSA: l.TSA,
	} {
		if err := l.Stop(name); err != nil {
			t.Fatal(err)
		}
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			t.Errorf("%s answers %s while it is stopped", name, resp.Status)
		}
		if err := l.Pause(name); err == nil {
			t.Errorf("%s is paused while it is stopped", name)
		}
		if err := l.Start(name); err != nil {
			t.Fatal(err)
		}
		if err := l.Start(name); err == nil {
			t.Errorf("%s is started twice", name)
		}
	}
	for version := 1; version <= 2; version++ {
		if a := verify(t, l, sign(t, l, version)); !a.OK() || a.LogIndex < 1 {
			t.Errorf("Rekor v%d after all that: log index %d, %v", version, a.LogIndex, a.Problem)
		}
	}
	for _, name := range []string{"nobody", lab.Trillian} {
		if err := l.Stop(name); err == nil {
			t.Errorf("%s is stopped", name)
		}
	}
}

// A paused server keeps whoever asks it waiting, and answers when it goes on.
func TestPauseAndResume(t *testing.T) {
	l := connect(t)
	if err := l.Pause(lab.TSA); err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		resp, err := http.Get(l.TSA + "/certchain")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				err = errors.New(resp.Status)
			}
		}
		answered <- err
	}()
	select {
	case err := <-answered:
		t.Errorf("answered while paused: %v", err)
	case <-time.After(500 * time.Millisecond):
	}
	if err := l.Resume(lab.TSA); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-answered:
		if err != nil {
			t.Errorf("after the pause: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("no answer after the pause")
	}
}
