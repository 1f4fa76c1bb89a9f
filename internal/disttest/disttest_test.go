// SPDX-License-Identifier: BSD-3-Clause

package disttest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/dist"
)

type member struct {
	path, data string
	mode       os.FileMode
}

func unzip(t *testing.T, data []byte) []member {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var all []member
	for _, f := range r.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Modified.Equal(stamp) {
			t.Errorf("%s is of %s", f.Name, f.Modified)
		}
		all = append(all, member{f.Name, string(b), f.Mode()})
	}
	return all
}

func untar(t *testing.T, data []byte) []member {
	t.Helper()
	g, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var all []member
	r := tar.NewReader(g)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg || !h.ModTime.Equal(stamp) || h.Uid != 0 || h.Uname != "" {
			t.Errorf("header of %s: %+v", h.Name, h)
		}
		all = append(all, member{h.Name, string(b), h.FileInfo().Mode()})
	}
}

func paths(all []member) []string {
	var p []string
	for _, m := range all {
		p = append(p, m.path)
	}
	return p
}

func find(t *testing.T, all []member, path string) string {
	t.Helper()
	for _, m := range all {
		if m.path == path {
			return m.data
		}
	}
	t.Fatalf("no %s among %q", path, paths(all))
	return ""
}

func TestWheel(t *testing.T) {
	name, data := Wheel(Options{
		Name: "Sample.Pkg", Version: "1.0rc1", Build: "2", Tags: "cp311.cp312-abi3-manylinux2014_x86_64",
		Metadata: []string{"Requires-Python: >=3.11"},
		Files:    []File{{Path: "sample_pkg/data, odd.txt", Data: "x"}, {Path: "sample_pkg-1.0rc1.data/scripts/run", Data: "#!python\n", Mode: 0o755}},
	})
	if want := "sample_pkg-1.0rc1-2-cp311.cp312-abi3-manylinux2014_x86_64.whl"; name != want {
		t.Errorf("name %s, want %s", name, want)
	}
	all := unzip(t, data)
	if diff := cmp.Diff([]string{
		"sample_pkg/__init__.py", "sample_pkg/data, odd.txt", "sample_pkg-1.0rc1.data/scripts/run",
		"sample_pkg-1.0rc1.dist-info/METADATA", "sample_pkg-1.0rc1.dist-info/WHEEL", "sample_pkg-1.0rc1.dist-info/RECORD",
	}, paths(all)); diff != "" {
		t.Error(diff)
	}
	if all[2].mode != 0o755 || all[0].mode != 0o644 {
		t.Errorf("modes %v and %v", all[2].mode, all[0].mode)
	}
	if diff := cmp.Diff("Metadata-Version: 2.1\nName: Sample.Pkg\nVersion: 1.0rc1\nSummary: a sample for tests\nRequires-Python: >=3.11\n\nThis package does nothing.\n",
		find(t, all, "sample_pkg-1.0rc1.dist-info/METADATA")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("Wheel-Version: 1.0\nGenerator: disttest (1.0)\nRoot-Is-Purelib: false\nTag: cp311-abi3-manylinux2014_x86_64\nTag: cp312-abi3-manylinux2014_x86_64\nBuild: 2\n",
		find(t, all, "sample_pkg-1.0rc1.dist-info/WHEEL")); diff != "" {
		t.Error(diff)
	}
	rows, err := csv.NewReader(strings.NewReader(find(t, all, "sample_pkg-1.0rc1.dist-info/RECORD"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(all) {
		t.Fatalf("%d rows for %d members", len(rows), len(all))
	}
	for i, m := range all {
		sum := sha256.Sum256([]byte(m.data))
		want := []string{m.path, "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:]), strconv.Itoa(len(m.data))}
		if strings.HasSuffix(m.path, "/RECORD") {
			want = []string{m.path, "", ""}
		}
		if diff := cmp.Diff(want, rows[i]); diff != "" {
			t.Errorf("RECORD, row %d: %s", i, diff)
		}
	}
}

func TestWheelDefaults(t *testing.T) {
	name, data := Wheel(Options{})
	if name != "samplepkg-1.0-py3-none-any.whl" {
		t.Errorf("name %s", name)
	}
	if w := find(t, unzip(t, data), "samplepkg-1.0.dist-info/WHEEL"); !strings.Contains(w, "Root-Is-Purelib: true\nTag: py3-none-any\n") {
		t.Errorf("WHEEL %q", w)
	}
	_, data = Wheel(Options{Files: []File{{Path: "samplepkg-1.0.dist-info/RECORD", Data: "false\n"}, {Path: "samplepkg/__init__.py", Data: "replaced"}}})
	all := unzip(t, data)
	if len(all) != 4 || find(t, all, "samplepkg-1.0.dist-info/RECORD") != "false\n" || find(t, all, "samplepkg/__init__.py") != "replaced" {
		t.Errorf("%+v", all)
	}
}

func TestSdist(t *testing.T) {
	o := Options{Name: "Sample.Pkg", Files: []File{{Path: "configure", Data: "#!/bin/sh\n", Mode: 0o755}, {Path: "PKG-INFO", Data: "replaced"}}}
	name, data := Sdist(o)
	if name != "sample_pkg-1.0.tar.gz" {
		t.Errorf("name %s", name)
	}
	all := untar(t, data)
	want := []string{"sample_pkg-1.0/pyproject.toml", "sample_pkg-1.0/sample_pkg/__init__.py", "sample_pkg-1.0/PKG-INFO", "sample_pkg-1.0/configure"}
	if diff := cmp.Diff(want, paths(all)); diff != "" {
		t.Error(diff)
	}
	if all[2].data != "replaced" || all[3].mode != 0o755 || !strings.Contains(all[0].data, "name = \"Sample.Pkg\"\nversion = \"1.0\"\n") {
		t.Errorf("%+v", all)
	}
	o.Zip, o.Files = true, nil
	name, data = Sdist(o)
	all = unzip(t, data)
	if name != "sample_pkg-1.0.zip" || cmp.Diff(want[:3], paths(all)) != "" || !strings.HasPrefix(all[2].data, "Metadata-Version: 2.1\nName: Sample.Pkg\nVersion: 1.0\n") {
		t.Errorf("%s: %+v", name, all)
	}
}

func TestSameBytes(t *testing.T) {
	for _, build := range []func(Options) (string, []byte){Wheel, Sdist, func(o Options) (string, []byte) { o.Zip = true; return Sdist(o) }} {
		name, a := build(Options{})
		_, b := build(Options{})
		_, other := build(Options{Files: []File{{Path: "x", Data: "y"}}})
		if !bytes.Equal(a, b) || bytes.Equal(a, other) {
			t.Errorf("%s: equal %v, with another file %v", name, bytes.Equal(a, b), bytes.Equal(a, other))
		}
		if n, err := dist.ParseName(name); err != nil || n.Normalized != "samplepkg" || n.Canonical != "1.0" {
			t.Errorf("%+v, %v", n, err)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path, digest := Write(t, dir, "a-1.0.tar.gz", []byte("abc"))
	if path != filepath.Join(dir, "a-1.0.tar.gz") || digest != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%s %s", path, digest)
	}
	data, err := os.ReadFile(path)
	if err != nil || string(data) != "abc" {
		t.Errorf("%q, %v", data, err)
	}
	sum := sha256.Sum256(data)
	if hex.EncodeToString(sum[:]) != digest {
		t.Errorf("digest %s", digest)
	}
}
