// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	wheelName = "samplepkg-1.0-py3-none-any.whl"
	sdistName = "samplepkg-1.0.tar.gz"
)

// folder makes files, each holding its own name, and changes into their folder.
func folder(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// summary is a collection as text, one entry a line.
func summary(c *Collection) string {
	var b strings.Builder
	line := func(kind, path string) { fmt.Fprintf(&b, "%s %s\n", kind, path) }
	for _, d := range c.Dists {
		line("dist", fmt.Sprintf("%s %s %d", d.Path, d.Name.Kind, d.Size))
	}
	for _, p := range c.Beside {
		line("beside", p)
	}
	for _, p := range c.Hidden {
		line("hidden", p)
	}
	for _, p := range c.Folders {
		line("folder", p)
	}
	for _, i := range c.Invalid {
		line("invalid", i.Path)
	}
	for _, d := range c.Duplicates {
		line("duplicate", d.Filename+" "+strings.Join(d.Paths, " "))
	}
	for _, p := range c.Problems {
		line("problem", p.Err.Error())
	}
	return b.String()
}

func TestCollect(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
		paths []string
		want  string
	}{
		{"a folder", []string{"dist/" + wheelName, "dist/" + sdistName, "dist/" + sdistName + ".publish.attestation", "dist/multiple.intoto.jsonl",
			"dist/README", "dist/.gitignore", "dist/.hidden/x", "dist/sub/" + wheelName, "dist/notes.zip", "dist/X-1.0.TAR.GZ", "dist/a.egg"},
			[]string{"./dist/"}, `
dist dist/samplepkg-1.0-py3-none-any.whl wheel 35
dist dist/samplepkg-1.0.tar.gz sdist 25
beside dist/README
beside dist/multiple.intoto.jsonl
beside dist/samplepkg-1.0.tar.gz.publish.attestation
hidden dist/.gitignore
hidden dist/.hidden
folder dist/sub
invalid dist/X-1.0.TAR.GZ
invalid dist/a.egg
invalid dist/notes.zip
`},
		{"one file with its siblings", []string{"dist/" + sdistName, "dist/" + sdistName + ".publish.attestation", "dist/" + sdistName + ".slsa.attestation",
			"dist/" + sdistName + ".attestation", "dist/" + sdistName + ".provenance", "dist/" + sdistName + ".provenance.json", "dist/" + sdistName + ".sigstore",
			"dist/" + sdistName + ".sigstore.json", "dist/" + sdistName + ".build.attestation", "dist/multiple.intoto.jsonl", "dist/.x.intoto.jsonl",
			"dist/" + sdistName + ".asc", "dist/" + wheelName, "dist/" + wheelName + ".attestation", "dist/other.jsonl", "dist/" + sdistName + "x.attestation"},
			[]string{"dist/" + sdistName}, `
dist dist/samplepkg-1.0.tar.gz sdist 25
beside dist/multiple.intoto.jsonl
beside dist/samplepkg-1.0.tar.gz.attestation
beside dist/samplepkg-1.0.tar.gz.build.attestation
beside dist/samplepkg-1.0.tar.gz.provenance
beside dist/samplepkg-1.0.tar.gz.provenance.json
beside dist/samplepkg-1.0.tar.gz.publish.attestation
beside dist/samplepkg-1.0.tar.gz.sigstore
beside dist/samplepkg-1.0.tar.gz.sigstore.json
beside dist/samplepkg-1.0.tar.gz.slsa.attestation
`},
		{"files that are named", []string{sdistName, sdistName + ".attestation", "bundle.json", "notes.txt", ".gitignore", "bad.zip", "old.tar.bz2"},
			[]string{sdistName, sdistName + ".attestation", "bundle.json", "notes.txt", ".gitignore", "bad.zip", "old.tar.bz2"}, `
dist samplepkg-1.0.tar.gz sdist 20
beside bundle.json
beside samplepkg-1.0.tar.gz.attestation
invalid .gitignore
invalid bad.zip
invalid notes.txt
invalid old.tar.bz2
`},
		{"named twice", []string{"dist/" + sdistName, "dist/x.json", "dist/.h", "dist/s/y", "dist/bad.zip"},
			[]string{"dist", "dist/" + sdistName, "./dist/../dist/" + sdistName, "dist/", "dist/x.json", "dist/bad.zip"}, `
dist dist/samplepkg-1.0.tar.gz sdist 25
beside dist/x.json
hidden dist/.h
folder dist/s
invalid dist/bad.zip
`},
		{"one name in two folders", []string{"a/" + sdistName, "b/" + sdistName, "b/" + wheelName},
			[]string{"b", "a"}, `
dist a/samplepkg-1.0.tar.gz sdist 22
dist b/samplepkg-1.0-py3-none-any.whl wheel 32
dist b/samplepkg-1.0.tar.gz sdist 22
duplicate samplepkg-1.0.tar.gz a/samplepkg-1.0.tar.gz b/samplepkg-1.0.tar.gz
`},
		{"missing", []string{sdistName}, []string{"none", sdistName, "none/" + sdistName, "none"}, `
dist samplepkg-1.0.tar.gz sdist 20
problem reading none: no such file or directory
problem reading none/samplepkg-1.0.tar.gz: no such file or directory
`},
		{"an empty folder", []string{"dist/.x"}, []string{"dist"}, `
hidden dist/.x
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder(t, tt.files...)
			c, err := Collect(tt.paths)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), summary(c)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCollectReasons(t *testing.T) {
	folder(t, "notes.txt", "bad.zip", "old.tgz", "A-1.0.WHL")
	c, err := Collect([]string{"notes.txt", "bad.zip", "old.tgz", "A-1.0.WHL"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Invalid{
		{"A-1.0.WHL", `reading the file name "A-1.0.WHL": the ending must be ".whl" in lower case`},
		{"bad.zip", `reading the file name "bad.zip": a source distribution is named NAME-VERSION; there is no "-"`},
		{"notes.txt", `reading the file name "notes.txt": it is neither a release file (.whl, .tar.gz) nor named like an attestation (.attestation, .provenance, .sigstore, .json, .jsonl)`},
		{"old.tgz", `reading the file name "old.tgz": .tgz files cannot be uploaded to an index any more; only .whl and .tar.gz can`},
	}
	if diff := cmp.Diff(want, c.Invalid); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCollectArguments(t *testing.T) {
	for _, paths := range [][]string{nil, {""}, {"dist", ""}} {
		if c, err := Collect(paths); err == nil || !strings.Contains(err.Error(), "name the release files") {
			t.Errorf("Collect(%q) = %v, %v", paths, c, err)
		}
	}
}

func TestCollectSpecialFiles(t *testing.T) {
	folder(t, "dist/"+sdistName, "elsewhere/b-1.0.tar.gz")
	mkfifo(t, "dist/pipe-1.0.tar.gz")
	l, err := net.Listen("unix", "dist/socket-1.0.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for link, to := range map[string]string{
		"dist/loop-1.0.tar.gz":   "loop-1.0.tar.gz",
		"dist/gone-1.0.tar.gz":   "nothing",
		"dist/b-1.0.tar.gz":      "../elsewhere/b-1.0.tar.gz",
		"dist/null-1.0.tar.gz":   os.DevNull,
		"dist/linked":            "../elsewhere",
		"dist-link":              "dist",
		"elsewhere/c-1.0.tar.gz": "b-1.0.tar.gz",
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Collect([]string{"dist-link", "dist", "elsewhere", "dist/pipe-1.0.tar.gz"})
	if err != nil {
		t.Fatal(err)
	}
	want := `dist dist-link/b-1.0.tar.gz sdist 22
dist dist-link/samplepkg-1.0.tar.gz sdist 25
dist elsewhere/c-1.0.tar.gz sdist 22
folder dist-link/linked
problem reading dist-link/gone-1.0.tar.gz: the symbolic link leads to no file (no such file or directory)
problem reading dist-link/loop-1.0.tar.gz: the symbolic link leads in a circle (too many levels of symbolic links)
problem reading dist-link/null-1.0.tar.gz: it is a device, not a regular file
problem reading dist-link/pipe-1.0.tar.gz: it is a named pipe, not a regular file
problem reading dist-link/socket-1.0.tar.gz: it is a socket, not a regular file
`
	if diff := cmp.Diff(want, summary(c)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, p := range c.Problems {
		if strings.Contains(p.Path, "gone") && !errors.Is(p.Err, fs.ErrNotExist) {
			t.Errorf("%v is not fs.ErrNotExist", p.Err)
		}
	}
}

func TestCollectManyEntries(t *testing.T) {
	folder(t, "ok/"+sdistName, "full/"+sdistName)
	for i := range MaxEntries {
		f, err := os.Create(fmt.Sprintf("full/%d", i))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	c, err := Collect([]string{"full", "ok"})
	if err != nil {
		t.Fatal(err)
	}
	want := "dist ok/samplepkg-1.0.tar.gz sdist 23\nproblem reading full: the folder holds more than 20000 entries; put the release files into a folder of their own\n"
	if diff := cmp.Diff(want, summary(c)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := os.Remove("full/0"); err != nil {
		t.Fatal(err)
	}
	if c, err = Collect([]string{"full"}); err != nil || len(c.Dists) != 1 || len(c.Beside) != MaxEntries-1 || len(c.Problems) != 0 {
		t.Errorf("%d entries: %d dists, %d beside, %v, %v", MaxEntries, len(c.Dists), len(c.Beside), c.Problems, err)
	}
}

func TestCollectOddNames(t *testing.T) {
	odd := []string{"a b.json", "line\nbreak.json", "::set-output name=x::y", "##[error]x", "\xff\xfe", "-rf"}
	var files []string
	for _, name := range odd {
		files = append(files, "dist/"+name)
	}
	folder(t, files...)
	c, err := Collect([]string{"dist"})
	if err != nil || len(c.Beside) != len(odd) || len(c.Problems) != 0 {
		t.Errorf("%q, %v, %v", c.Beside, c.Problems, err)
	}
}

func mkfifo(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}
