// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// sigstoreJSVersion is the version of @sigstore/verify in js/package.json. Up to
// 4.0 it refuses a statement in a Rekor v2 log, which is entered as the digest
// of what is signed and not of the payload. It asks for Node.js 22; that it does
// with 20 too is what the tests show.
const sigstoreJSVersion = "4.1.3"

var (
	//go:embed js/package.json
	jsPackage []byte
	//go:embed js/package-lock.json
	jsLock []byte
	//go:embed js/verify.mjs
	jsScript string
)

// sigstoreJS is the library that npm itself verifies with; a script of ours
// calls it.
type sigstoreJS struct{}

// file has the lock's digest in it: other packages are another installation.
func (sigstoreJS) file() string {
	h := sha256.New()
	h.Write(jsPackage)
	h.Write(jsLock)
	return fmt.Sprintf("sigstore-js-%s-%.6x", sigstoreJSVersion, h.Sum(nil))
}

func (sigstoreJS) needs() []string { return []string{"node"} }

func (sigstoreJS) command(installed, _ string, c Case) (spec, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return spec{}, fmt.Errorf("looking for Node.js: %w", err)
	}
	question, err := json.Marshal(map[string]string{"artifact": c.Artifact, "bundle": c.Bundle, "trustedRoot": c.TrustedRoot,
		"identity": c.Identity, "issuer": c.Issuer, "repository": c.Repository, "predicateType": c.PredicateType})
	if err != nil {
		return spec{}, err
	}
	// A script given like this finds its packages from the working folder.
	return spec{program: node, args: []string{"--input-type=module", "--eval", jsScript, "--", string(question)}, dir: installed}, nil
}

// judge knows the codes of our own script; one for refusing that Node.js does
// not use by itself.
func (sigstoreJS) judge(o outcome) verdict {
	switch {
	case o.code == 0 && o.stdout == "accepted\n":
		return accepted
	case o.code == 42:
		return refused
	}
	return unclear
}

func (sigstoreJS) install(ctx context.Context, b builder, path string) error {
	if err := os.Mkdir(path, 0o755); err != nil {
		return err
	}
	for name, data := range map[string][]byte{"package.json": jsPackage, "package-lock.json": jsLock} {
		if err := os.WriteFile(filepath.Join(path, name), data, 0o644); err != nil {
			return err
		}
	}
	return b.run(ctx, path, nil, "npm", "ci", "--engine-strict=false", "--ignore-scripts", "--no-audit", "--no-fund")
}
