// SPDX-License-Identifier: BSD-3-Clause

// Package act holds tests of a whole release: the workflow that the documents
// give, in a repository of its own, run by act on podman, with the action's real
// image, the real reusable workflows and the real Sigstore servers:
//
//	go run ./e2e/act/install
//	go run ./e2e/servers go test -v -count=1 ./e2e/act
//
// The first run is green, and the test asserts which files went to the index.
// Each of the others has one thing wrong, and nothing goes out; what sallyport
// says of it is kept in testdata, to be read as the maintainer would whose
// release has just stopped (go test ./e2e/act -update writes it anew).
//
// The test trusts act to order the jobs and to hand on their outputs. act is
// not the runner, though: it looks at no permissions, knows no environments,
// hands no state to post steps, and what it does to paths and logs is its own.
// Package shim says what is made up for; the post step and the runner's limits
// are for internal/runner/emulator.
//
// It needs root on Linux, and buildah, podman, runc and debootstrap. Where one is
// missing the test skips and says which, unless SALLYPORT_E2E_REQUIRED is set.
// With SALLYPORT_E2E_KEEP set it leaves its folder behind, with act's logs.
package act

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/e2e/foreign"
)

// Version is act's, without a leading v.
const Version = "0.2.89"

// Installed returns where act is, or an error that says how to install it.
func Installed() (string, error) {
	cache, err := foreign.Cache()
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, "act-v"+Version+"-"+runtime.GOOS+"-"+runtime.GOARCH)
	if _, err := os.Stat(path); err != nil {
		return path, fmt.Errorf("looking for act %s: %w; install it with `go run ./e2e/act/install`", Version, err)
	}
	return path, nil
}

// Install puts act into the cache folder, and makes the images that need more
// than this machine: what jobs run in, and what the action's image is built in.
// Each is left alone where it is there. It needs Go, Debian's archive, and root.
func Install(ctx context.Context, log io.Writer) error {
	path, err := Installed()
	switch {
	case err == nil:
		fmt.Fprintf(log, "act %s is there: %s\n", Version, path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	default:
		if err := build(ctx, log, path); err != nil {
			return fmt.Errorf("installing act %s: %w", Version, err)
		}
	}
	said, err := Images(ctx, "")
	fmt.Fprint(log, said)
	return err
}

func build(ctx context.Context, log io.Writer, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// In the same folder, so that putting it in place is one rename.
	bin, err := os.MkdirTemp(filepath.Dir(path), ".act-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)
	fmt.Fprintf(log, "installing act %s ...\n", Version)
	start := time.Now()
	cmd := exec.CommandContext(ctx, "go", "install", "-trimpath", "-ldflags=-s -w", "github.com/nektos/act@v"+Version)
	cmd.Dir = bin
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOWORK=off", "GOFLAGS=-buildvcs=false", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if err := os.Rename(filepath.Join(bin, "act"), path); err != nil {
		return err
	}
	fmt.Fprintf(log, "installed act %s in %.0f s: %s\n", Version, time.Since(start).Seconds(), path)
	return nil
}

// Images makes the images as archives in a folder, named in its file "images";
// or, where folder is empty, only what the cache lacks. Where this machine
// cannot do it there is no such file, and what is returned says why.
func Images(ctx context.Context, folder string) (said string, err error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/scientific-python/sallyport/e2e/act").Output()
	if err != nil {
		return "", fmt.Errorf("looking for e2e/act: %w; run this inside the work tree", err)
	}
	args := []string{filepath.Join(strings.TrimSpace(string(out)), "images.sh")}
	if folder != "" {
		args = append(args, folder)
	}
	var both bytes.Buffer
	cmd := exec.CommandContext(ctx, "bash", args...)
	cmd.Stdout, cmd.Stderr = &both, &both
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("making the images: %w\n%s", err, &both)
	}
	return both.String(), nil
}
