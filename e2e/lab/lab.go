// SPDX-License-Identifier: BSD-3-Clause

// Package lab is how tests reach the real Sigstore servers that
//
//	go run ./e2e/servers COMMAND
//
// runs on loopback for COMMAND: their addresses, the trusted root and signing
// configuration that they make up together, an issuer whose tokens Fulcio
// accepts, and a way to stop and pause single servers. It trusts that command,
// which says in the environment where it left all this; what the servers
// answer is for whoever asks them to judge.
package lab

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// Variable is the environment variable with the path of the file that
// describes the running servers, a [Lab] as JSON.
const Variable = "SALLYPORT_E2E"

// ErrAbsent is returned by [Connect] where no servers were started for the
// running program.
var ErrAbsent = errors.New("the real servers do not run: start the tests by go run ./e2e/servers go test …")

// The servers that can be stopped and paused.
const (
	Fulcio   = "fulcio"
	CTLog    = "ctlog"
	Rekor1   = "rekor1"
	Rekor2   = "rekor2"
	TSA      = "tsa"
	Trillian = "trillian" // keeps Rekor1's and CTLog's entries in memory: never stop it
)

// Lab describes the running servers. Addresses are http on loopback, without a
// trailing slash.
type Lab struct {
	// Folder holds everything that the servers write; Logs, below it, one file
	// of output for each.
	Folder string `json:"folder"`
	Logs   string `json:"logs"`
	// Control is where [Lab.Stop] and its like are asked for.
	Control string `json:"control"`

	// Fulcio, Rekor1 and Rekor2 are the bases of these services' APIs. CTLog is
	// that of the log that Fulcio submits to. TSA is the whole address of the
	// timestamp authority's requests.
	Fulcio string `json:"fulcio"`
	CTLog  string `json:"ctlog"`
	Rekor1 string `json:"rekor1"`
	Rekor2 string `json:"rekor2"`
	TSA    string `json:"tsa"`
	// RunnerEnv are the variables of a job that may ask for tokens, of an
	// issuer that the command serves, with the claims of
	// [runnertest.ReleaseClaims].
	RunnerEnv map[string]string `json:"runnerEnv"`

	// TrustedRoot and SigningConfig are files in Sigstore's formats (version
	// 0.1 and 0.2): Fulcio's authority and CT log, both Rekor logs and the
	// timestamp authority.
	TrustedRoot   string `json:"trustedRoot"`
	SigningConfig string `json:"signingConfig"`
	// IssuerKey is a file with the PKCS #8 key, in PEM, of the issuer that
	// Fulcio believes to be GitHub's.
	IssuerKey string `json:"issuerKey"`

	// Signer is a program that signs by sigstore-go's client (folder signer).
	Signer string `json:"signer"`
	// Versions are those of the servers' programs.
	Versions map[string]string `json:"versions"`
}

// Connect returns the servers that run for this program, or [ErrAbsent].
func Connect() (*Lab, error) {
	path := os.Getenv(Variable)
	if path == "" {
		return nil, ErrAbsent
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading where the servers are (%s): %w", Variable, err)
	}
	var l Lab
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, fmt.Errorf("reading where the servers are from %q: %w", path, err)
	}
	return &l, nil
}

// Issuer returns an issuer of tokens by GitHub's name that Fulcio accepts. The
// caller serves it, sets its claims and faults.
func (l *Lab) Issuer() (*runnertest.Issuer, error) {
	key, err := readKey(l.IssuerKey)
	if err != nil {
		return nil, fmt.Errorf("reading the issuer's key: %w", err)
	}
	return runnertest.IssuerOf(runnertest.GitHubIssuer, key), nil
}

func readKey(path string) (*rsa.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("no PEM in %q", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a key of type %T in %q", key, path)
	}
	return rsaKey, nil
}
