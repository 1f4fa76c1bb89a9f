// SPDX-License-Identifier: BSD-3-Clause

package foreign

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
)

// Cache returns the folder that installed tools are kept in: the value of
// SALLYPORT_E2E_CACHE, or sallyport-e2e in the user's cache folder. It may not
// exist yet.
func Cache() (string, error) {
	if dir := os.Getenv("SALLYPORT_E2E_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("looking for the cache folder: %w; set SALLYPORT_E2E_CACHE", err)
	}
	return filepath.Join(dir, "sallyport-e2e"), nil
}

// platform is in the name of what runs on one kind of machine only.
const platform = runtime.GOOS + "-" + runtime.GOARCH

// Installed returns where the tool is, or an error that says how to install it.
func (t Tool) Installed() (string, error) {
	for _, name := range t.impl.needs() {
		if _, err := exec.LookPath(name); err != nil {
			return "", fmt.Errorf("looking for what %s needs: %w; install it with the system's packages", t.Name, err)
		}
	}
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, t.impl.file())
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("looking for %s %s: %w; install it with `go run ./e2e/foreign/install`", t.Name, t.Version, err)
	}
	return path, nil
}

// Install puts the tool into the cache folder, unless it is there. It needs Go
// (for gh and cosign) or npm (for sigstore-js), and their registries. Messages
// go to log. Several may run at once: each builds for itself, one is kept.
func (t Tool) Install(ctx context.Context, log io.Writer) error {
	if path, err := t.Installed(); err == nil {
		fmt.Fprintf(log, "%s %s is there: %s\n", t.Name, t.Version, path)
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	cache, err := Cache()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	// Built in the same folder, so that putting it in place is one rename and
	// what is in place is always whole.
	work, err := os.MkdirTemp(cache, ".install-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	fmt.Fprintf(log, "installing %s %s ...\n", t.Name, t.Version)
	start := time.Now()
	built := filepath.Join(work, t.impl.file())
	if err := t.impl.install(ctx, builder{}, built); err != nil {
		return fmt.Errorf("installing %s %s: %w", t.Name, t.Version, err)
	}
	target := filepath.Join(cache, t.impl.file())
	if err := os.Rename(built, target); err != nil {
		// Another one was faster: a folder cannot be renamed onto its like.
		if _, statErr := os.Stat(target); statErr != nil {
			return fmt.Errorf("installing %s %s: %w", t.Name, t.Version, err)
		}
	}
	fmt.Fprintf(log, "installed %s %s in %.0f s: %s\n", t.Name, t.Version, time.Since(start).Seconds(), target)
	return nil
}

// builder runs what installs a tool, with the caller's environment.
type builder struct{}

func (builder) run(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("running %s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// goTool runs the go command as a program that is not part of the work tree's
// own build: no workspace, no C, no flags of the caller's.
func (b builder) goTool(ctx context.Context, dir string, env []string, args ...string) error {
	return b.run(ctx, dir, append([]string{"GOWORK=off", "GOFLAGS=-buildvcs=false", "CGO_ENABLED=0"}, env...), "go", args...)
}

// packageDir returns this package's folder, which holds the module in gh/.
func (builder) packageDir(ctx context.Context) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/scientific-python/sallyport/e2e/foreign")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("looking for e2e/foreign: %w: %s; run this inside the work tree", err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}
