// SPDX-License-Identifier: BSD-3-Clause

package lab_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/e2e/lab"
)

func TestConnect(t *testing.T) {
	t.Setenv(lab.Variable, "")
	if _, err := lab.Connect(); !errors.Is(err, lab.ErrAbsent) {
		t.Errorf("without servers: %v", err)
	}
	path := filepath.Join(t.TempDir(), "lab.json")
	t.Setenv(lab.Variable, path)
	if _, err := lab.Connect(); err == nil || errors.Is(err, lab.ErrAbsent) {
		t.Errorf("without the file: %v", err) // it was promised: tests must not skip
	}
	if err := os.WriteFile(path, []byte(`{"fulcio":"http://127.0.0.1:1"`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Connect(); err == nil {
		t.Error("half a file is read")
	}
	if err := os.WriteFile(path, []byte(`{"fulcio":"http://127.0.0.1:1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := lab.Connect(); err != nil || l.Fulcio != "http://127.0.0.1:1" {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestControl(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "/rekor2") {
			http.Error(w, "its last words", http.StatusConflict)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	l := &lab.Lab{Control: server.URL}
	for _, do := range []func(string) error{l.Stop, l.Start, l.Pause, l.Resume} {
		if err := do(lab.TSA); err != nil {
			t.Error(err)
		}
	}
	if want := []string{"POST /stop/tsa", "POST /start/tsa", "POST /pause/tsa", "POST /resume/tsa"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	if err := l.Start(lab.Rekor2); err == nil || !strings.Contains(err.Error(), "its last words") {
		t.Errorf("a refusal is %v", err)
	}
}

func TestIssuerWithoutKey(t *testing.T) {
	dir := t.TempDir()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"no PEM":         []byte("key"),
		"no key":         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("key")}),
		"not an RSA key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (&lab.Lab{IssuerKey: path}).Issuer(); err == nil {
			t.Errorf("%s: an issuer", name)
		}
	}
	if _, err := (&lab.Lab{IssuerKey: filepath.Join(dir, "none")}).Issuer(); err == nil {
		t.Error("no file: an issuer")
	}
}
