// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// ghVersion is the version that gh/go.mod requires.
const ghVersion = "2.83.0"

// gh is GitHub's command line, `gh attestation verify`. Of a signature that does
// not hold it never says why, whatever it is asked; and of a file with several
// bundles it wants one to hold.
type gh struct{}

func (gh) file() string { return "gh-v" + ghVersion + "-" + platform }

func (gh) needs() []string { return nil }

func (gh) command(installed, scratch string, c Case) (spec, error) {
	if c.PredicateType == "" {
		return spec{}, fmt.Errorf("signatures of files: %w", errors.ErrUnsupported)
	}
	root, err := oneLine(c.TrustedRoot, scratch)
	if err != nil {
		return spec{}, err
	}
	return spec{
		program: installed,
		args: []string{"attestation", "verify", c.Artifact, "--bundle", c.Bundle, "--custom-trusted-root", root,
			"--repo", c.Repository, "--cert-identity", c.Identity, "--cert-oidc-issuer", c.Issuer,
			"--predicate-type", c.PredicateType, "--format", "json"},
		env: []string{"GH_CONFIG_DIR=" + filepath.Join(scratch, "gh"), "GH_NO_UPDATE_NOTIFIER=1", "GH_PROMPT_DISABLED=1"},
	}, nil
}

// oneLine writes the trusted root as one line: gh reads one root a line.
func oneLine(path, scratch string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var line bytes.Buffer
	if err := json.Compact(&line, data); err != nil {
		return "", fmt.Errorf("reading the trusted root %q: %w", path, err)
	}
	line.WriteByte('\n') // gh passes over a last line without an end
	out := filepath.Join(scratch, "trusted_root.jsonl")
	return out, os.WriteFile(out, line.Bytes(), 0o600)
}

var ghRefuses = regexp.MustCompile(`(?m)^Error: (verifying with issuer "|no custom verifier found for issuer "|` +
	`expected (SourceRepositoryURI|SourceRepositoryOwnerURI|Issuer) to be |no attestations found with predicate type|bundle content could not be parsed)|` +
	`^Error: failed to (get bundle issuer|choose verifier based on provided bundle issuer): `)

// judge asks for more than the exit code: gh lists what it verified.
func (gh) judge(o outcome) verdict {
	var verified []struct {
		VerificationResult json.RawMessage `json:"verificationResult"`
	}
	switch {
	case o.code == 0 && json.Unmarshal([]byte(o.stdout), &verified) == nil && len(verified) > 0 && verified[0].VerificationResult != nil:
		return accepted
	case o.code == 1 && ghRefuses.MatchString(o.stderr):
		return refused
	}
	return unclear
}

// install builds from the module in gh/: gh's list of versions is not served
// everywhere, so that `go install` by version does not work everywhere.
func (gh) install(ctx context.Context, b builder, path string) error {
	dir, err := b.packageDir(ctx)
	if err != nil {
		return err
	}
	return b.goTool(ctx, filepath.Join(dir, "gh"), nil, "build", "-trimpath", "-ldflags=-s -w", "-o", path, "github.com/cli/cli/v2/cmd/gh")
}
