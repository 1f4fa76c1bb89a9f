// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// content is every file below dir, with what is in it.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		if d.Type()&fs.ModeSymlink != 0 {
			all[rel] = "symlink"
			return nil
		}
		data, err := os.ReadFile(path)
		all[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, content(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// folders is a place with two folders and three outputs for them.
func folders(t *testing.T) (dir string, outputs []Output) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"dist", "bundles"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"dist/a.slsa.attestation", "dist/b.slsa.attestation", "bundles/a.intoto.jsonl"} {
		outputs = append(outputs, Output{filepath.Join(dir, name), []byte("new " + name)})
	}
	return dir, outputs
}

var complete = map[string]string{
	"dist/a.slsa.attestation": "new dist/a.slsa.attestation",
	"dist/b.slsa.attestation": "new dist/b.slsa.attestation",
	"bundles/a.intoto.jsonl":  "new bundles/a.intoto.jsonl",
}

func noLinks(*os.Root, string, string) error {
	return &os.LinkError{Op: "link", Err: syscall.EPERM}
}

// ways are the two by which a file gets its name.
var ways = map[string]func(*os.Root, string, string) error{"links": (*os.Root).Link, "no links": noLinks}

func TestWriteAll(t *testing.T) {
	for way, link := range ways {
		dir, outputs := folders(t)
		if err := (&writing{create: create, link: link}).all(outputs); err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		holds(t, dir, complete)
		for _, o := range outputs {
			info, err := os.Lstat(o.Path)
			if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o644 {
				t.Errorf("%s: %q has mode %v, %v", way, o.Path, info.Mode(), err)
			}
		}
	}
	if err := WriteAll(nil); err != nil {
		t.Error(err)
	}
}

func TestWriteAllRelative(t *testing.T) {
	dir, _ := folders(t)
	t.Chdir(dir)
	if err := WriteAll([]Output{{"x", []byte("1")}, {"./dist/y", []byte("2")}, {"dist/../z", nil}}); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{"x": "1", "dist/y": "2", "z": ""})
}

// A name may have all the bytes that the file system allows.
func TestWriteAllLongName(t *testing.T) {
	dir := t.TempDir()
	name := strings.Repeat("n", maxFilename)
	if err := WriteAll([]Output{{filepath.Join(dir, name), []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{name: "x"})
	err := WriteAll([]Output{{filepath.Join(dir, "other"), nil}, {filepath.Join(dir, name+"n"), nil}})
	if err == nil {
		t.Error("a longer name is written")
	}
	holds(t, dir, map[string]string{name: "x"})
}

func TestWriteAllRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		paths []string // after the good ones
		want  string
	}{
		"there already":     {[]string{"there"}, "exists already"},
		"a folder":          {[]string{"dist"}, "exists already"},
		"a dangling link":   {[]string{"dangling"}, "exists already"},
		"twice":             {[]string{"dist/a.slsa.attestation"}, "two files are to have that name"},
		"twice, by a link":  {[]string{"link/a.slsa.attestation"}, "two files are to have that name"},
		"twice, roundabout": {[]string{"bundles/../dist/b.slsa.attestation"}, "two files are to have that name"},
		"no folder":         {[]string{"none/x"}, "no such folder; make it first"},
		"a file for folder": {[]string{"there/x"}, "not a directory"},
		"no name":           {[]string{"dist/"}, "names no file"},
		"dots":              {[]string{"dist/.."}, "names no file"},
		"NUL":               {[]string{"dist/a\x00b"}, "invalid argument"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, outputs := folders(t)
			before := map[string]string{"there": "old", "link": "symlink", "dangling": "symlink"}
			err := errors.Join(os.WriteFile(filepath.Join(dir, "there"), []byte("old"), 0o600),
				os.Symlink("dist", filepath.Join(dir, "link")), os.Symlink("nowhere", filepath.Join(dir, "dangling")))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range tt.paths {
				outputs = append(outputs, Output{dir + "/" + p, []byte("x")})
			}
			err = WriteAll(outputs)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), `writing "`) {
				t.Errorf("%v; want %q", err, tt.want)
			}
			holds(t, dir, before)
		})
	}
	if err := WriteAll([]Output{{}}); err == nil {
		t.Error("an empty path is written")
	}
}

// A folder into which nobody can write, whoever runs the tests.
func TestWriteAllReadOnly(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("skipping: /proc is Linux's")
	}
	dir, outputs := folders(t)
	err := WriteAll(append(outputs, Output{"/proc/self/x", nil}))
	if err == nil || !strings.Contains(err.Error(), `writing "/proc/self/x"`) {
		t.Error(err)
	}
	holds(t, dir, map[string]string{})
}

// Of several writers of the same files one wins, all of it.
func TestWriteAllConcurrent(t *testing.T) {
	for way, link := range ways {
		dir, outputs := folders(t)
		const writers = 16
		errs := make([]error, writers)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range writers {
			mine := slices.Clone(outputs)
			for k := range mine {
				mine[k].Data = fmt.Appendf(nil, "of %d", i)
			}
			wg.Go(func() {
				<-start
				errs[i] = (&writing{create: create, link: link}).all(mine)
			})
		}
		close(start)
		wg.Wait()
		won := -1
		for i, err := range errs {
			switch {
			case err == nil && won >= 0:
				t.Errorf("%s: %d and %d won", way, won, i)
			case err == nil:
				won = i
			case !strings.Contains(err.Error(), "exists already"):
				t.Errorf("%s: %v", way, err)
			}
		}
		if won < 0 {
			t.Errorf("%s: nobody won", way)
			continue
		}
		want := maps.Clone(complete)
		for k := range want {
			want[k] = fmt.Sprintf("of %d", won)
		}
		holds(t, dir, want)
	}
}
