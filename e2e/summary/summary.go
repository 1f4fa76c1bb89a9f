// SPDX-License-Identifier: BSD-3-Clause

// Package summary shows what a step summary looks like, and holds it and the
// SARIF form against programs of others: GitHub-flavoured Markdown with GitHub's
// rules for HTML, Mermaid, a browser, and the tool that knows what GitHub's code
// scanning takes in. It is for tests, and for whoever changes the summary:
//
//	go run ./e2e/summary/install
//	go test ./e2e/summary
//	go run ./e2e/summary/look /tmp/pictures
//
// Besides npm's packages it needs Node.js and Chromium, and for pictures that
// look like GitHub's a font with emoji (fonts-noto-color-emoji). It trusts what
// is installed in the cache folder.
package summary

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/scientific-python/sallyport/e2e/foreign"
)

var (
	//go:embed js/package.json
	jsPackage []byte
	//go:embed js/package-lock.json
	jsLock []byte
	//go:embed js/render.mjs
	jsScript string
)

// Tools are the programs of others, as installed.
type Tools struct {
	node, browser, packages string
}

// browsers are the names that Chromium goes by.
var browsers = []string{"chromium", "chromium-headless-shell", "chromium-browser", "google-chrome-stable", "google-chrome"}

// Installed returns the tools, or an error that says what is missing and how to
// install it.
func Installed() (Tools, error) {
	var t Tools
	var err error
	if t.node, err = exec.LookPath("node"); err != nil {
		return t, fmt.Errorf("looking for Node.js: %w; install it with the system's packages", err)
	}
	for _, name := range browsers {
		if t.browser, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if t.browser == "" {
		return t, errors.New("looking for a browser: no Chromium is installed; install chromium with the system's packages")
	}
	if t.packages, err = packages(); err != nil {
		return t, err
	}
	if _, err := os.Stat(t.packages); err != nil {
		return t, fmt.Errorf("looking for npm's packages: %w; install them with `go run ./e2e/summary/install`", err)
	}
	return t, nil
}

// packages is the folder of the packages; the lock's digest is in its name.
func packages() (string, error) {
	cache, err := foreign.Cache()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write(jsPackage)
	h.Write(jsLock)
	return filepath.Join(cache, fmt.Sprintf("summary-%.6x", h.Sum(nil))), nil
}

// Install puts npm's packages into the cache folder, unless they are there. It
// needs npm and its registry. Several may run at once: one is kept.
func Install(ctx context.Context, log io.Writer) error {
	target, err := packages()
	if err != nil {
		return err
	}
	if _, err := os.Stat(target); err == nil {
		fmt.Fprintln(log, "npm's packages for the step summary are there:", target)
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(target), ".install-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for name, data := range map[string][]byte{"package.json": jsPackage, "package-lock.json": jsLock} {
		if err := os.WriteFile(filepath.Join(work, name), data, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintln(log, "installing npm's packages for the step summary ...")
	cmd := exec.CommandContext(ctx, "npm", "ci", "--engine-strict=false", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir, cmd.WaitDelay = work, 10*time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running npm ci: %w\n%s", err, out)
	}
	// The package leaves this to a script of its own, and none is run.
	if err := os.Chmod(filepath.Join(work, multitool), 0o755); err != nil {
		return err
	}
	if err := os.Chmod(work, 0o755); err != nil {
		return err
	}
	if err := os.Rename(work, target); err != nil {
		if _, there := os.Stat(target); there != nil {
			return fmt.Errorf("putting npm's packages in place: %w", err)
		}
	}
	return nil
}

// run runs a program and returns what it wrote to its standard output.
func (t Tools) run(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.WaitDelay = t.packages, 5*time.Second
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir()}, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("running %s: %w\n%s%s", filepath.Base(name), err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.Bytes(), nil
}

// Rendering is what came of one file.
type Rendering struct {
	// Elements counts the HTML elements that the Markdown became, by name and
	// attributes, before GitHub's rules take any out.
	Elements map[string]int
	// Loose are texts outside of code that could be a mention, a reference or
	// an address.
	Loose []string
	// GraphError is why a graph was not drawn; of GraphsWanted, Graphs were.
	GraphError           string
	Graphs, GraphsWanted int
	// GraphLinks counts links and loaded things in the graphs.
	GraphLinks int
	// Requests are the addresses that the page asked for.
	Requests []string
}

// Render renders Markdown files and returns what came of each, by file name.
// Where out is not empty, a picture of each is put there; open shows what is
// folded.
func (t Tools) Render(ctx context.Context, out string, open bool, files ...string) (map[string]Rendering, error) {
	question, err := json.Marshal(map[string]any{"files": files, "out": out, "open": open, "browser": t.browser})
	if err != nil {
		return nil, err
	}
	data, err := t.run(ctx, nil, t.node, "--input-type=module", "--eval", jsScript, "--", string(question))
	if err != nil {
		return nil, err
	}
	all := map[string]Rendering{}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("reading what was rendered: %w", err)
	}
	return all, nil
}
