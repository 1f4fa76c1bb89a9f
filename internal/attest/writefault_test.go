// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// faulty fails at one step.
type faulty struct {
	file
	step string
}

var errFault = errors.New("the fault")

func (f faulty) Write(p []byte) (int, error) {
	if f.step == "write" {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, errFault
	}
	return f.file.Write(p)
}

func (f faulty) Sync() error {
	if f.step == "sync" {
		return errFault
	}
	return f.file.Sync()
}

func (f faulty) Close() error {
	if err := f.file.Close(); f.step != "close" {
		return err
	}
	return errFault
}

func (f faulty) Stat() (fs.FileInfo, error) {
	if f.step == "stat" {
		return nil, errFault
	}
	return f.file.Stat()
}

// At whatever step of whichever file something fails, nothing is left.
func TestWriteAllFaults(t *testing.T) {
	for way, link := range ways {
		for _, step := range []string{"create", "write", "sync", "close", "stat"} {
			for nth := 1; nth <= 6; nth++ {
				if nth > 3 && (way == "links" || step == "write" || step == "sync") {
					continue // there the name is given without such a step
				}
				dir, outputs := folders(t)
				calls := 0
				w := &writing{link: link, create: func(r *os.Root, name string) (file, error) {
					if calls++; calls != nth {
						return create(r, name)
					}
					if step == "create" {
						return nil, errFault
					}
					f, err := create(r, name)
					return faulty{f, step}, err
				}}
				if err := w.all(outputs); !errors.Is(err, errFault) {
					t.Errorf("%s, %s of file %d: %v", way, step, nth, err)
				}
				holds(t, dir, map[string]string{})
			}
		}
	}
}

// Modes that cannot be set are no reason to fail, but it is tried: the umask
// may have taken the right to read.
type modeless struct {
	file
	asked *[]fs.FileMode
}

func (m modeless) Chmod(mode fs.FileMode) error {
	*m.asked = append(*m.asked, mode)
	return errFault
}

func TestWriteAllWithoutModes(t *testing.T) {
	dir, outputs := folders(t)
	var asked []fs.FileMode
	w := &writing{link: (*os.Root).Link, create: func(r *os.Root, name string) (file, error) {
		f, err := create(r, name)
		return modeless{f, &asked}, err
	}}
	if err := w.all(outputs); err != nil {
		t.Error(err)
	}
	if want := []fs.FileMode{0o644, 0o644, 0o644}; !slices.Equal(want, asked) {
		t.Errorf("modes %v, want %v", asked, want)
	}
	holds(t, dir, complete)
}

// A name that somebody else takes in between stays theirs.
func TestWriteAllNameTaken(t *testing.T) {
	for way, link := range ways {
		for nth := 1; nth <= 3; nth++ {
			dir, outputs := folders(t)
			calls := 0
			w := &writing{create: create, link: func(r *os.Root, from, to string) error {
				if calls++; calls == nth {
					if err := r.WriteFile(to, []byte("theirs"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				return link(r, from, to)
			}}
			err := w.all(outputs)
			if err == nil || !strings.Contains(err.Error(), "exists already") || !strings.Contains(err.Error(), fmt.Sprintf("%q", outputs[nth-1].Path)) {
				t.Errorf("%s, file %d: %v", way, nth, err)
			}
			rel, _ := filepath.Rel(dir, outputs[nth-1].Path)
			holds(t, dir, map[string]string{rel: "theirs"})
		}
	}
}

// A file that somebody puts in the place of ours is not removed with ours.
func TestWriteAllOursReplaced(t *testing.T) {
	for way, link := range ways {
		dir, outputs := folders(t)
		calls := 0
		w := &writing{create: create, link: func(r *os.Root, from, to string) error {
			if calls++; calls == 3 {
				if err := errors.Join(os.Remove(outputs[0].Path), os.WriteFile(outputs[0].Path, []byte("theirs"), 0o600),
					r.WriteFile(to, []byte("theirs too"), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			return link(r, from, to)
		}}
		if err := w.all(outputs); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("removing %q again: it is not the file", outputs[0].Path)) {
			t.Errorf("%s: %v", way, err)
		}
		holds(t, dir, map[string]string{"dist/a.slsa.attestation": "theirs", "bundles/a.intoto.jsonl": "theirs too"})
	}
}

// A file of the same size and time in the place of ours is not ours.
func TestWriteAllOursReplacedByItsLike(t *testing.T) {
	dir, outputs := folders(t)
	w := &writing{create: create, link: func(r *os.Root, from, to string) error {
		if to != "b.slsa.attestation" {
			return r.Link(from, to)
		}
		info, err := os.Stat(outputs[0].Path)
		if err != nil {
			t.Fatal(err)
		}
		like := dir + "/like"
		if err := errors.Join(os.WriteFile(like, []byte(strings.Repeat("x", int(info.Size()))), 0o600),
			os.Chtimes(like, info.ModTime(), info.ModTime()), os.Rename(like, outputs[0].Path)); err != nil {
			t.Fatal(err)
		}
		return os.ErrExist
	}}
	if err := w.all(outputs); err == nil {
		t.Error("no error")
	}
	holds(t, dir, map[string]string{"dist/a.slsa.attestation": strings.Repeat("x", len(outputs[0].Data))})
}

// Without links there is a moment in which the name is taken by an empty file;
// who replaces that is not overwritten either.
func TestWriteAllClaimReplaced(t *testing.T) {
	dir, outputs := folders(t)
	w := &writing{link: noLinks, create: func(r *os.Root, name string) (file, error) {
		f, err := create(r, name)
		if name == "b.slsa.attestation" {
			return replaced{f, func() error { return errors.Join(r.Remove(name), r.WriteFile(name, []byte("theirs"), 0o600)) }}, err
		}
		return f, err
	}}
	if err := w.all(outputs); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Error(err)
	}
	holds(t, dir, map[string]string{"dist/b.slsa.attestation": "theirs"})
}

// A file that is not the one that was filled does not stay unnoticed under the
// name: what was verified is what is there.
func TestWriteAllSwapped(t *testing.T) {
	for way, link := range ways {
		for thing, swap := range map[string]func(r *os.Root, name string) error{
			"another file": func(r *os.Root, name string) error {
				return errors.Join(r.Remove(name), r.WriteFile(name, []byte("theirs"), 0o600))
			},
			"one of that size": func(r *os.Root, name string) error {
				return errors.Join(r.Remove(name), r.WriteFile(name, []byte(strings.Repeat("x", len(complete["dist/b.slsa.attestation"]))), 0o600))
			},
			"a link": func(r *os.Root, name string) error {
				return errors.Join(r.Remove(name), r.Symlink("a.slsa.attestation", name))
			},
			"its content": func(r *os.Root, name string) error { return r.WriteFile(name, []byte("theirs"), 0o600) },
		} {
			dir, outputs := folders(t)
			w := &writing{create: create, link: func(r *os.Root, from, to string) error {
				if to == "b.slsa.attestation" {
					if err := swap(r, from); err != nil {
						t.Fatal(err)
					}
				}
				return link(r, from, to)
			}}
			err := w.all(outputs)
			if !errors.Is(err, errSwapped) || !strings.Contains(err.Error(), "it is not the file that was written any more, and was left") {
				t.Errorf("%s, %s: %v", way, thing, err)
			}
			left, _ := os.ReadDir(dir + "/dist")
			for _, e := range left {
				if e.Name() != "b.slsa.attestation" {
					t.Errorf("%s, %s: %s is left", way, thing, e.Name())
				}
			}
		}
	}
}

// replaced is a file in whose place another comes when it is closed.
type replaced struct {
	file
	replace func() error
}

func (r replaced) Close() error { return errors.Join(r.file.Close(), r.replace()) }

// A folder that is moved away meanwhile is still the one that was checked.
func TestWriteAllFolderMoved(t *testing.T) {
	dir, outputs := folders(t)
	w := &writing{create: create, link: func(r *os.Root, from, to string) error {
		if to == "a.slsa.attestation" {
			if err := errors.Join(os.Rename(dir+"/dist", dir+"/moved"), os.Symlink("bundles", dir+"/dist")); err != nil {
				t.Fatal(err)
			}
		}
		return r.Link(from, to)
	}}
	if err := w.all(outputs); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{
		"moved/a.slsa.attestation": complete["dist/a.slsa.attestation"],
		"moved/b.slsa.attestation": complete["dist/b.slsa.attestation"],
		"bundles/a.intoto.jsonl":   complete["bundles/a.intoto.jsonl"],
		"dist":                     "symlink",
	})
}

// What cannot be removed again is named.
func TestWriteAllUndoFails(t *testing.T) {
	dir, outputs := folders(t)
	w := &writing{create: create, link: func(r *os.Root, from, to string) error {
		if to != "b.slsa.attestation" {
			return r.Link(from, to)
		}
		// A folder with something in it cannot be removed, even by root.
		if err := errors.Join(r.Remove(from), r.Mkdir(from, 0o755), r.Mkdir(from+"/x", 0o755)); err != nil {
			t.Fatal(err)
		}
		return errFault
	}}
	err := w.all(outputs)
	if err == nil || !strings.Contains(err.Error(), "remove it by hand") || !strings.Contains(err.Error(), ".sallyport-") {
		t.Errorf("%v", err)
	}
	holds(t, dir, map[string]string{})
}
