// SPDX-License-Identifier: BSD-3-Clause

// Package foreign runs other people's verifiers over what sallyport signs:
// GitHub's gh, cosign and sigstore-js, each at a pinned version. It answers one
// question: would they accept this file with this bundle under this trusted
// root, for this signer? It is for tests only.
//
// It trusts the tools to judge, and nothing about how they say so: accepted and
// refused each have to be said in words that this package knows. Everything
// else (a flag that is gone, a file that cannot be read, a crash) is an error of
// its own, so that a test that expects a refusal cannot pass because a tool did
// not run.
package foreign

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Case is what a tool is asked about. Every field is required, save for one: a
// tool that is not told whom to expect would accept anybody.
type Case struct {
	// Artifact is the path of the release file.
	Artifact string
	// Bundle is the path of a Sigstore bundle, named .json, or .jsonl for a
	// file of one bundle a line.
	Bundle string
	// TrustedRoot is the path of a Sigstore trusted root, one JSON document.
	// A root without transparency logs is an instance without them, as
	// GitHub's own is: neither log entry nor SCT is asked for then.
	TrustedRoot string
	// Identity is the certificate's name (a URI), Issuer its OIDC issuer; both
	// are compared exactly.
	Identity, Issuer string
	// Repository is the source repository, OWNER/NAME on github.com.
	Repository string
	// PredicateType is the URI of the statement's predicate. It is empty for a
	// bundle with a signature of the file itself, which gh does not verify, and
	// for which cosign takes any statement about the file too.
	PredicateType string
}

// Tool is one foreign verifier.
type Tool struct {
	// Name is gh, cosign or sigstore-js.
	Name string
	// Version is the pinned version, without a leading v.
	Version string

	impl verifier
}

// verifier is what differs between the tools.
type verifier interface {
	// file is the tool's name in the cache folder.
	file() string
	// needs are programs that it runs with, as they are found on the machine.
	needs() []string
	// command is how to ask, and what to add to the bare environment. Paths in
	// the case are absolute; scratch is an empty folder of the run's own.
	command(installed, scratch string, c Case) (spec, error)
	// judge reads the outcome of a run that ended by itself.
	judge(o outcome) verdict
	// install puts the tool at path, which is in the cache folder and does not
	// exist yet; what it leaves there on an error is removed.
	install(ctx context.Context, b builder, path string) error
}

// RefusedError says that a tool ran, and refused.
type RefusedError struct {
	Tool string
	// Output is what it said, standard output first.
	Output string
}

func (e *RefusedError) Error() string {
	lines := strings.Split(strings.TrimSpace(e.Output), "\n")
	return fmt.Sprintf("verifying with %s: refused: %s", e.Tool, lines[len(lines)-1])
}

// Tools returns all of them: gh, cosign and sigstore-js.
func Tools() []Tool {
	return []Tool{
		{Name: "gh", Version: ghVersion, impl: gh{}},
		{Name: "cosign", Version: cosignVersion, impl: cosign{}},
		{Name: "sigstore-js", Version: sigstoreJSVersion, impl: sigstoreJS{}},
	}
}

// limit is how long one run may take. The tools need a second at most.
const limit = 2 * time.Minute

// Verify asks the tool. The answer is nil where it accepts, a [*RefusedError]
// where it refuses, and any other error where it could not be asked:
// [errors.ErrUnsupported] where it never can.
func (t Tool) Verify(ctx context.Context, c Case) error {
	installed, err := t.Installed()
	if err != nil {
		return err
	}
	c, err = c.checked()
	if err != nil {
		return fmt.Errorf("verifying with %s: %w", t.Name, err)
	}
	scratch, err := os.MkdirTemp("", "sallyport-foreign-*")
	if err != nil {
		return fmt.Errorf("verifying with %s: %w", t.Name, err)
	}
	defer os.RemoveAll(scratch)
	how, err := t.impl.command(installed, scratch, c)
	if err != nil {
		return fmt.Errorf("verifying with %s: %w", t.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	o, err := how.run(ctx, scratch)
	if err != nil {
		return fmt.Errorf("verifying with %s: %w", t.Name, err)
	}
	switch t.impl.judge(o) {
	case accepted:
		return nil
	case refused:
		return &RefusedError{Tool: t.Name, Output: o.output()}
	}
	return fmt.Errorf("verifying with %s: it ended with %d and said neither that it accepts nor that it refuses:\n%s", t.Name, o.code, o.output())
}

// checked returns the case with absolute paths, or says what is wrong with it.
func (c Case) checked() (Case, error) {
	for name, value := range map[string]string{"artifact": c.Artifact, "bundle": c.Bundle, "trusted root": c.TrustedRoot,
		"identity": c.Identity, "issuer": c.Issuer, "repository": c.Repository} {
		if value == "" {
			return c, fmt.Errorf("reading the case: it has no %s", name)
		}
	}
	if owner, name, ok := strings.Cut(c.Repository, "/"); !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return c, fmt.Errorf("reading the case: the repository %q is not OWNER/NAME", c.Repository)
	}
	for _, path := range []*string{&c.Artifact, &c.Bundle, &c.TrustedRoot} {
		full, err := filepath.Abs(*path)
		if err != nil {
			return c, err
		}
		// A tool's own words for a missing file must not pass for a refusal.
		info, err := os.Stat(full)
		if err != nil {
			return c, err
		}
		if !info.Mode().IsRegular() {
			return c, fmt.Errorf("reading %q: it is not a regular file", full)
		}
		*path = full
	}
	return c, nil
}

// IsRefused says whether a tool ran and refused.
func IsRefused(err error) bool {
	var r *RefusedError
	return errors.As(err, &r)
}
