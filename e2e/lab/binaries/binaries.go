// SPDX-License-Identifier: BSD-3-Clause

// Package binaries builds the servers of the end-to-end tests, once, into a
// cache folder. It trusts the Go module proxy and its checksum database for the
// published ones, as go install does, and whoever can write to the folder: a
// file there by the right name is run as it is.
package binaries

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// CacheVariable is the environment variable that names the cache folder.
const CacheVariable = "SALLYPORT_E2E_CACHE"

// Server is a program to install.
type Server struct {
	Name string
	// Package and Version are what go install takes, where Folder is empty.
	Package, Version string
	// Folder, in place of Package, is that of a module of ours, below the root
	// of sallyport's.
	Folder string
}

// Servers are all programs that the tests need, the quickest to build first.
// Of the published ones each is the newest that Go 1.26 and the others allow.
var Servers = []Server{
	{Name: "trillian", Folder: "e2e/trillian"},
	{Name: "signer", Folder: "e2e/lab/signer"}, // no server, but a client that must be content with them
	{Name: "rekor-tiles", Package: "github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix", Version: "v2.3.0"},
	{Name: "timestamp-authority", Package: "github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server", Version: "v2.1.3"},
	{Name: "ct-server", Package: "github.com/google/certificate-transparency-go/trillian/ctfe/ct_server", Version: "v1.3.3"},
	{Name: "fulcio", Package: "github.com/sigstore/fulcio", Version: "v1.8.8"},
	{Name: "rekor", Package: "github.com/sigstore/rekor/cmd/rekor-server", Version: "v1.5.4"},
}

// Versions returns the version of each published server, by name.
func Versions() map[string]string {
	out := map[string]string{}
	for _, s := range Servers {
		if s.Package != "" {
			out[s.Name] = s.Version
		}
	}
	return out
}

// Folder returns the cache folder: that of [CacheVariable], or sallyport-e2e
// in the user's own.
func Folder() (string, error) {
	if dir := os.Getenv(CacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w; name one in %s", err, CacheVariable)
	}
	return filepath.Join(dir, "sallyport-e2e"), nil
}

// File returns the name of the server's program in the cache. It changes
// whenever another program is wanted: with the version, or with the sources of
// a module below root.
func (s Server) File(root string) (string, error) {
	version := s.Version
	if s.Folder != "" {
		sum, err := sources(filepath.Join(root, filepath.FromSlash(s.Folder)))
		if err != nil {
			return "", fmt.Errorf("reading the sources of %s: %w", s.Name, err)
		}
		version = sum
	}
	return s.Name + "-" + version + "-" + runtime.GOOS + "-" + runtime.GOARCH, nil
}

// sources is a digest of the files of the module in dir, which has no folders.
func sources(dir string) (string, error) {
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%q %d\n", e.Name(), len(data))
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6]), nil
}

// Install builds the servers that the cache folder misses and returns the path
// of each, by name. It tells log what it builds. Root is the folder of
// sallyport's module.
func Install(ctx context.Context, cache, root string, log io.Writer) (map[string]string, error) {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, fmt.Errorf("making the cache folder: %w", err)
	}
	paths := map[string]string{}
	for _, s := range Servers {
		name, err := s.File(root)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(cache, name)
		paths[s.Name] = path
		switch _, err := os.Stat(path); {
		case err == nil:
			continue
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("looking for %s in the cache: %w", s.Name, err)
		}
		fmt.Fprintf(log, "building %s\n", name)
		begin := time.Now()
		if err := s.build(ctx, root, path); err != nil {
			return nil, fmt.Errorf("building %s: %w", name, err)
		}
		fmt.Fprintf(log, "built %s in %.0f s\n", name, time.Since(begin).Seconds())
	}
	return paths, nil
}

// build makes the program at path, all or nothing.
func (s Server) build(ctx context.Context, root, path string) error {
	temp, err := os.MkdirTemp(filepath.Dir(path), "building-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	// Without symbols they take half the space.
	args, built := []string{"install", "-ldflags=-s -w", s.Package + "@" + s.Version}, ""
	if s.Folder != "" {
		built = filepath.Join(temp, s.Name)
		args = []string{"build", "-C", filepath.Join(root, filepath.FromSlash(s.Folder)), "-ldflags=-s -w", "-o", built, "."}
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = temp // not in our module, whose settings are not meant
	cmd.Env = append(os.Environ(), "GOBIN="+temp, "GOWORK=off", "CGO_ENABLED=0", "PWD="+temp)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	if built == "" { // GOBIN has one file, by whatever name Go makes of the path
		entries, err := os.ReadDir(temp)
		if err != nil {
			return err
		}
		if len(entries) != 1 {
			return fmt.Errorf("go install left %d files instead of one", len(entries))
		}
		built = filepath.Join(temp, entries[0].Name())
	}
	return os.Rename(built, path)
}
