// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestCache(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SALLYPORT_E2E_CACHE", dir)
	for _, tool := range Tools() {
		if tool.Name == "sigstore-js" {
			if _, err := exec.LookPath("node"); err != nil {
				continue
			}
		}
		_, err := tool.Installed()
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "go run ./e2e/foreign/install") {
			t.Errorf("%s: %v", tool.Name, err)
		}
		if err := tool.Verify(t.Context(), Case{}); err == nil || IsRefused(err) {
			t.Errorf("%s verifies without being there: %v", tool.Name, err)
		}
		if !strings.Contains(tool.impl.file(), tool.Version) {
			t.Errorf("%s is kept as %q, without its version", tool.Name, tool.impl.file())
		}
		write(t, filepath.Join(dir, tool.impl.file()), nil)
		if err := tool.Install(t.Context(), io.Discard); err != nil {
			t.Errorf("%s is there, and installed again: %v", tool.Name, err)
		}
	}
	t.Run("without Node.js", func(t *testing.T) {
		t.Setenv("PATH", dir)
		if _, err := Tools()[2].Installed(); !errors.Is(err, exec.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
	t.Setenv("SALLYPORT_E2E_CACHE", "")
	t.Setenv("XDG_CACHE_HOME", dir)
	if got, err := Cache(); err != nil || got != filepath.Join(dir, "sallyport-e2e") {
		t.Errorf("%q, %v", got, err)
	}
}

// TestVersions holds what is written in two places against each other.
func TestVersions(t *testing.T) {
	mod, err := os.ReadFile("gh/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "github.com/cli/cli/v2 v"+ghVersion+"\n") && !strings.Contains(string(mod), "github.com/cli/cli/v2 v"+ghVersion+" ") {
		t.Errorf("gh/go.mod does not require v%s", ghVersion)
	}
	var p struct{ Dependencies map[string]string }
	if err := json.Unmarshal(jsPackage, &p); err != nil {
		t.Fatal(err)
	}
	if got := p.Dependencies["@sigstore/verify"]; got != sigstoreJSVersion {
		t.Errorf("js/package.json has %q, expecting %q", got, sigstoreJSVersion)
	}
	for name, version := range p.Dependencies {
		if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(version) {
			t.Errorf("%s is not pinned: %q", name, version)
		}
	}
}

// TestLock holds that every package is pinned by its contents, and that the
// lock names no server: it is made on machines with registries of their own.
func TestLock(t *testing.T) {
	var lock struct {
		Packages map[string]struct{ Version, Integrity, Resolved string }
	}
	if err := json.Unmarshal(jsLock, &lock); err != nil {
		t.Fatal(err)
	}
	if len(lock.Packages) < 4 {
		t.Errorf("%d packages", len(lock.Packages))
	}
	for name, p := range lock.Packages {
		if name != "" && (p.Version == "" || !strings.HasPrefix(p.Integrity, "sha512-")) || p.Resolved != "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if strings.Contains(string(jsLock), "://") {
		t.Error("js/package-lock.json has an address in it")
	}
}
