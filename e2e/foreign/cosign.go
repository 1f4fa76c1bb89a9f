// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const cosignVersion = "3.1.3"

// cosign is the Sigstore project's own tool: `cosign verify-blob-attestation`
// for a statement, `cosign verify-blob` for a signature of a file.
type cosign struct{}

func (cosign) file() string { return "cosign-v" + cosignVersion + "-" + platform }

func (cosign) needs() []string { return nil }

func (cosign) command(installed, scratch string, c Case) (spec, error) {
	args := []string{"verify-blob"}
	if c.PredicateType != "" {
		args = []string{"verify-blob-attestation", "--type", c.PredicateType}
	}
	args = append(args, "--bundle", c.Bundle, "--trusted-root", c.TrustedRoot,
		"--certificate-identity", c.Identity, "--certificate-oidc-issuer", c.Issuer,
		"--certificate-github-workflow-repository", c.Repository)
	root, err := readRoot(c.TrustedRoot)
	if err != nil {
		return spec{}, err
	}
	if len(root.Logs) == 0 { // its defaults are those of the public instance
		args = append(args, "--insecure-ignore-tlog", "--use-signed-timestamps")
	}
	if len(root.CTLogs) == 0 {
		args = append(args, "--insecure-ignore-sct")
	}
	return spec{program: installed, args: append(args, c.Artifact), env: []string{"TUF_ROOT=" + filepath.Join(scratch, "tuf")}}, nil
}

// The last two are how cosign says that the bundle is none: it takes it for one
// of the old format, which our flags do not fit.
var cosignRefuses = regexp.MustCompile(`(?m)^Error: (failed to verify |invalid predicate type, expected |` +
	`bundle does not contain |--trusted-root only supported with --new-bundle-format$)`)

func (cosign) judge(o outcome) verdict {
	switch {
	case o.code == 0 && strings.Contains(o.stderr, "Verified OK"):
		return accepted
	case o.code == 1 && cosignRefuses.MatchString(o.stderr):
		return refused
	}
	return unclear
}

func (cosign) install(ctx context.Context, b builder, path string) error {
	bin, err := os.MkdirTemp(filepath.Dir(path), ".cosign-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)
	if err := b.goTool(ctx, bin, []string{"GOBIN=" + bin}, "install", "-trimpath", "-ldflags=-s -w", "github.com/sigstore/cosign/v3/cmd/cosign@v"+cosignVersion); err != nil {
		return err
	}
	return os.Rename(filepath.Join(bin, "cosign"), path)
}
