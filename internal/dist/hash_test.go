// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// epoch is a time that no test runs at.
var epoch = time.Unix(1_000_000_000, 0)

// dists makes files of the given sizes with differing content.
func dists(tb testing.TB, sizes ...int) []*Dist {
	tb.Helper()
	dir := tb.TempDir()
	r := rand.NewChaCha8([32]byte{1})
	var all []*Dist
	for i, size := range sizes {
		data := make([]byte, size)
		r.Read(data)
		path := filepath.Join(dir, fmt.Sprintf("samplepkg-%d.tar.gz", i))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			tb.Fatal(err)
		}
		all = append(all, &Dist{Path: path, Size: int64(size)})
	}
	return all
}

func TestHash(t *testing.T) {
	sizes := []int{0, 1, bufferSize - 1, bufferSize, bufferSize + 1, 3*bufferSize + 7, 100}
	var total int64
	for _, s := range sizes {
		total += int64(s)
	}
	for _, workers := range []int{0, 1, 3, 100} {
		all := dists(t, sizes...)
		var last int64
		for i, err := range Hash(t.Context(), all, workers, func(done int64) {
			if done < last {
				t.Errorf("progress fell from %d to %d", last, done)
			}
			last = done
		}) {
			if err != nil {
				t.Errorf("file %d: %v", i, err)
			}
			data, err := os.ReadFile(all[i].Path)
			if err != nil {
				t.Fatal(err)
			}
			if want := sha256.Sum256(data); all[i].Digest != Digest(want) {
				t.Errorf("%d workers, file %d: %s", workers, i, all[i].Digest)
			}
		}
		if last != total {
			t.Errorf("progress ended at %d of %d", last, total)
		}
	}
	if errs := Hash(t.Context(), nil, 0, nil); len(errs) != 0 {
		t.Errorf("errors of no files: %v", errs)
	}
}

func TestHashKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), sdistName)
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &Dist{Path: path, Size: 3}
	if err := Hash(t.Context(), []*Dist{d}, 1, nil)[0]; err != nil {
		t.Fatal(err)
	}
	// FIPS 180-2, appendix B.1.
	if want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; d.Digest.Hex() != want {
		t.Errorf("SHA-256 of abc: %s", d.Digest)
	}
}

func TestHashErrors(t *testing.T) {
	change := func(break_ func(path string) error) string {
		d := dists(t, 1000)[0]
		d.Digest = Digest{1}
		if err := break_(d.Path); err != nil {
			t.Fatal(err)
		}
		err := Hash(t.Context(), []*Dist{d}, 1, nil)[0]
		if err == nil || !d.Digest.IsZero() || !strings.HasPrefix(err.Error(), "reading "+d.Path+": ") {
			t.Fatalf("digest %s, error %v", d.Digest, err)
		}
		return strings.TrimPrefix(err.Error(), "reading "+d.Path+": ")
	}
	for _, tt := range []struct {
		name   string
		break_ func(path string) error
		want   string
	}{
		{"vanished", os.Remove, "no such file or directory"},
		{"shorter", func(p string) error { return os.Truncate(p, 999) }, "its size changed from 1000 to 999 bytes; run again when nothing else works on the folder"},
		{"longer", func(p string) error { return os.Truncate(p, 1001) }, "its size changed from 1000 to 1001 bytes; run again when nothing else works on the folder"},
		{"a folder now", func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) }, "it is a folder, not a regular file"},
		{"a pipe now", func(p string) error { err := os.Remove(p); mkfifo(t, p); return err }, "it is a named pipe, not a regular file"},
		{"a loop now", func(p string) error { return errors.Join(os.Remove(p), os.Symlink(p, p)) }, "the symbolic link leads in a circle (too many levels of symbolic links)"},
	} {
		if got := change(tt.break_); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestHashWhileWritten changes a file between two reads of it, from the
// progress function.
func TestHashWhileWritten(t *testing.T) {
	for name, write := range map[string]func(f *os.File) error{
		"grows":   func(f *os.File) error { return f.Truncate(4*bufferSize + 1) },
		"shrinks": func(f *os.File) error { return f.Truncate(bufferSize + 1) },
		"same size": func(f *os.File) error {
			// Long before or after, whatever the clock's step is.
			_, err := f.WriteAt([]byte("swapped"), 3*bufferSize)
			return errors.Join(err, os.Chtimes(f.Name(), epoch, epoch))
		},
	} {
		all := dists(t, 4*bufferSize, 10)
		f, err := os.OpenFile(all[0].Path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		once := sync.OnceValue(func() error { return write(f) })
		errs := Hash(t.Context(), all, 1, func(int64) {
			if err := once(); err != nil {
				t.Error(err)
			}
		})
		if errs[0] == nil || !all[0].Digest.IsZero() {
			t.Errorf("%s: digest %s, error %v", name, all[0].Digest, errs[0])
		}
		if errs[1] != nil || all[1].Digest.IsZero() {
			t.Errorf("%s: the other file: %v", name, errs[1])
		}
	}
}

func TestHashCancelled(t *testing.T) {
	all := dists(t, 10*bufferSize, 10*bufferSize, 5)
	ctx, cancel := context.WithCancel(t.Context())
	for i, err := range Hash(ctx, all, 1, func(int64) { cancel() }) {
		if !errors.Is(err, context.Canceled) || !all[i].Digest.IsZero() {
			t.Errorf("file %d: %s, %v", i, all[i].Digest, err)
		}
	}
}

func TestReadFileLimited(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.attestation")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFileLimited(path, 5); err != nil || string(data) != "12345" {
		t.Errorf("%q, %v", data, err)
	}
	var large *TooLargeError
	if data, err := ReadFileLimited(path, 4); !errors.As(err, &large) || data != nil || large.Limit != 4 || large.Path != path {
		t.Errorf("%q, %v", data, err)
	}
	// A file of the kernel's says that it has no bytes.
	if data, err := ReadFileLimited("/proc/self/status", 10); runtime.GOOS == "linux" && !errors.As(err, &large) {
		t.Errorf("%q, %v", data, err)
	}
	var odd *NotRegularError
	if _, err := ReadFileLimited(dir, 10); !errors.As(err, &odd) || odd.What != "a folder" {
		t.Errorf("%v", err)
	}
	if _, err := ReadFileLimited(filepath.Join(dir, "none"), 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	pipe := filepath.Join(dir, "pipe")
	mkfifo(t, pipe)
	if _, err := ReadFileLimited(pipe, 10); !errors.As(err, &odd) || odd.What != "a named pipe" {
		t.Errorf("%v", err)
	}
}

func TestDigest(t *testing.T) {
	const hexes = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	for _, s := range []string{hexes, strings.ToUpper(hexes), "BA" + hexes[2:]} {
		if d, err := ParseDigest(s); err != nil || d.Hex() != hexes {
			t.Errorf("ParseDigest(%q) = %s, %v", s, d, err)
		}
	}
	for _, s := range []string{"", hexes[1:], hexes + "0", "x" + hexes[1:], " " + hexes[1:], "sha256:" + hexes, hexes[:62] + "\n0", strings.Repeat("0", 64), strings.Repeat("a", 1<<20)} {
		if d, err := ParseDigest(s); err == nil || !d.IsZero() || len(err.Error()) > 1000 {
			t.Errorf("ParseDigest(%.80q) = %s", s, d)
		}
	}
	var zero Digest
	if zero.Hex() != "" || zero.Equal(zero) || !(Digest{1}).Equal(Digest{1}) || (Digest{1}).Equal(Digest{2}) || zero.Equal(Digest{1}) {
		t.Error("the zero digest must equal nothing")
	}
}

func FuzzParseDigest(f *testing.F) {
	f.Add("BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDigest(s); err == nil && (d.Hex() != strings.ToLower(s) || d.IsZero()) {
			t.Errorf("%q was read as %s", s, d)
		}
	})
}

// BenchmarkHash hashes files, and then the same bytes from memory with plain
// crypto/sha256 on all processors; "x-plain" is the first time over the second.
func BenchmarkHash(b *testing.B) {
	const count, size = 16, 8 << 20
	sizes := make([]int, count)
	for i := range sizes {
		sizes[i] = size
	}
	all := dists(b, sizes...)
	data := make([][]byte, count)
	for i, d := range all {
		var err error
		if data[i], err = os.ReadFile(d.Path); err != nil {
			b.Fatal(err)
		}
	}
	var ours, plain time.Duration
	b.SetBytes(2 * count * size)
	for b.Loop() {
		start := time.Now()
		for _, err := range Hash(b.Context(), all, 0, nil) {
			if err != nil {
				b.Fatal(err)
			}
		}
		ours += time.Since(start)
		start = time.Now()
		hashPlain(data)
		plain += time.Since(start)
	}
	b.ReportMetric(ours.Seconds()/plain.Seconds(), "x-plain")
}

func hashPlain(data [][]byte) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(data); i = int(next.Add(1)) - 1 {
				sha256.Sum256(data[i])
			}
		})
	}
	wg.Wait()
}
