// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/corpus"
)

// The suite's own defaults for what a case does not bring.
const (
	identity = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
	issuer   = "https://token.actions.githubusercontent.com"
)

// TestSuite runs all 70 cases of the suite with the file and with its digest,
// 140 runs, without exceptions.
func TestSuite(t *testing.T) {
	dir := corpus.Path(t, "sigstore-conformance", "bundle-verify")
	cases, err := filepath.Glob(filepath.Join(dir, "*", "bundle.sigstore.json"))
	if err != nil || len(cases) != 70 {
		t.Fatalf("%d cases (%v), expecting 70", len(cases), err)
	}
	runs := 0
	for _, file := range cases {
		folder := filepath.Dir(file)
		name := filepath.Base(folder)
		artifact := filepath.Join(folder, "artifact")
		if _, err := os.Stat(artifact); err != nil {
			artifact = filepath.Join(dir, "..", "a.txt")
		}
		data, err := os.ReadFile(artifact)
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"verify-bundle", "--bundle", file}
		if key := filepath.Join(folder, "key.pub"); exists(key) {
			args = append(args, "--key", key)
		} else {
			args = append(args, "--certificate-identity", identity, "--certificate-oidc-issuer", issuer)
		}
		if root := filepath.Join(folder, "trusted_root.json"); exists(root) {
			args = append(args, "--trusted-root", root)
		}
		for _, last := range []string{artifact, fmt.Sprintf("sha256:%x", sha256.Sum256(data))} {
			runs++
			err := run(t.Context(), append(append([]string{}, args...), last))
			if want := !strings.HasSuffix(name, "_fail"); (err == nil) != want {
				t.Errorf("%s with %s: %v", name, filepath.Base(last), err)
			}
		}
	}
	t.Logf("%d runs", runs)
	if runs != 140 {
		t.Errorf("%d runs, expecting 140", runs)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestArguments(t *testing.T) {
	for _, args := range [][]string{
		{}, {"attest-bundle"}, {"sign-bundle"}, {"sign-bundle", "--bundle", "b", "f"}, {"sign-bundle", "--identity-token", "t", "f"},
		{"sign-bundle", "--staging", "--identity-token", "t", "--bundle", "b", "--trusted-root", "r", "f"},
		{"verify-bundle"}, {"verify-bundle", "--bundle", "x", "--certificate-identity", "y", "sha256:00"},
		{"verify-bundle", "--staging", "--bundle", "x", "--key", "k", "z"},
	} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}
