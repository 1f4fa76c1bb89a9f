// SPDX-License-Identifier: BSD-3-Clause

package binaries

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// root is the folder of sallyport's module.
const root = "../../.."

func TestServers(t *testing.T) {
	names := map[string]bool{}
	for _, s := range Servers {
		file, err := s.File(root)
		if err != nil {
			t.Fatal(err)
		}
		if names[s.Name] || !strings.HasPrefix(file, s.Name+"-") || file != filepath.Base(file) {
			t.Errorf("server %q is twice in the list, or has a bad file name %q", s.Name, file)
		}
		names[s.Name] = true
		if (s.Package == "") == (s.Folder == "") || (s.Package == "") != (s.Version == "") {
			t.Errorf("%s: package %q of version %q, folder %q", s.Name, s.Package, s.Version, s.Folder)
		}
		if s.Package == "" {
			continue
		}
		// Only exact versions: a name in the cache must mean one program.
		if err := module.CheckImportPath(s.Package); err != nil || semver.Canonical(s.Version) != s.Version {
			t.Errorf("%s: package %q of version %q (%v)", s.Name, s.Package, s.Version, err)
		}
		if !strings.Contains(file, "-"+s.Version+"-") || Versions()[s.Name] != s.Version {
			t.Errorf("%s: version %q in file name %q and %v", s.Name, s.Version, file, Versions())
		}
	}
}

// A change to our own server must not meet an old program in the cache.
func TestFileOfSources(t *testing.T) {
	temp := t.TempDir()
	s := Server{Name: "ours", Folder: "e2e/ours"}
	dir := filepath.Join(temp, "e2e", "ours")
	write := func(name, text string) string {
		t.Helper()
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		file, err := s.File(temp)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	first := write("main.go", "package main")
	if again := write("main.go", "package main"); again != first {
		t.Errorf("the same sources are %q and %q", first, again)
	}
	changed := write("main.go", "package main // changed")
	if changed == first {
		t.Errorf("changed sources are still %q", first)
	}
	if more := write("go.sum", "x"); more == changed {
		t.Errorf("one more file, still %q", more)
	}
	before := write("main.go", "package main")
	if tested := write("main_test.go", "package main"); tested != before {
		t.Errorf("a test changes %q to %q", before, tested)
	}
	if _, err := (Server{Name: "none", Folder: "e2e/none"}).File(temp); err == nil {
		t.Error("a module that is not there has a name")
	}
}

// What is in the cache is not built again, and what is not there is said.
func TestInstallFromCache(t *testing.T) {
	cache := t.TempDir()
	for _, s := range Servers {
		file, err := s.File(root)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(cache, file), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", "") // no go command: a build would fail
	var log strings.Builder
	paths, err := Install(t.Context(), cache, root, &log)
	if err != nil || log.Len() > 0 || len(paths) != len(Servers) {
		t.Fatalf("paths %v, said %q, %v", paths, log.String(), err)
	}
	if err := os.Remove(paths["rekor"]); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(t.Context(), cache, root, &log); err == nil || !strings.Contains(log.String(), "building rekor-v") {
		t.Errorf("without go and rekor: said %q, %v", log.String(), err)
	}
	if left, err := filepath.Glob(filepath.Join(cache, "building-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestFolder(t *testing.T) {
	t.Setenv(CacheVariable, "some/where")
	dir, err := Folder()
	if err != nil || !filepath.IsAbs(dir) || !strings.HasSuffix(dir, filepath.FromSlash("some/where")) {
		t.Errorf("folder %q, %v", dir, err)
	}
	t.Setenv(CacheVariable, "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	if dir, err := Folder(); err != nil || filepath.Base(dir) != "sallyport-e2e" {
		t.Errorf("folder %q, %v", dir, err)
	}
}
