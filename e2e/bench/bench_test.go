// SPDX-License-Identifier: BSD-3-Clause

// Package bench measures what a maintainer waits for. Each benchmark compares
// two things in one run and reports their ratio, since machines differ; none
// asserts a time.
//
//	go test -run '^$' -bench . -benchtime 5x ./e2e/bench
package bench

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/e2e/bench/release"
	"github.com/scientific-python/sallyport/internal/cli"
)

// made is a release to verify.
type made struct{ release.Release }

func newRelease(b *testing.B, n, size int, multi bool) made {
	b.Helper()
	r, err := release.Make(b.TempDir(), n, size, multi)
	if err != nil {
		b.Fatal(err)
	}
	return made{r}
}

func (r made) args() []string {
	return []string{"verify", "--offline", "--trusted-root", r.Root, "--policy", r.Policy, r.Dir}
}

// verify runs the command in this process.
func (r made) verify(b *testing.B) {
	b.Helper()
	var out bytes.Buffer
	code := cli.Main(cli.Env{
		Args: r.args(), Lookup: func(string) (string, bool) { return "", false }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now,
	})
	if code != 0 {
		b.Fatalf("exit %d:\n%s", code, out.String())
	}
}

// hashAll is the floor: SHA-256 of every wheel on all cores, read as the
// program reads them.
func (r made) hashAll(b *testing.B) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(r.Dir, "*.whl"))
	if err != nil || len(files) == 0 {
		b.Fatal(err, len(files))
	}
	next := make(chan string)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			buf := make([]byte, 256<<10)
			for name := range next {
				f, err := os.Open(name)
				if err != nil {
					b.Error(err)
					return
				}
				h := sha256.New()
				_, err = io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{f}, buf)
				_ = f.Close()
				if err != nil {
					b.Error(err)
				}
				_ = hex.EncodeToString(h.Sum(nil))
			}
		})
	}
	for _, f := range files {
		next <- f
	}
	close(next)
	wg.Wait()
}

// BenchmarkLargeRelease: 60 wheels of 35 MiB, one multi-subject bundle, a
// publish attestation each, against hashing the same bytes.
func BenchmarkLargeRelease(b *testing.B) {
	r := newRelease(b, 60, 35<<20, true)
	r.hashAll(b) // into the page cache
	var ours, floor time.Duration
	b.ResetTimer()
	for range b.N {
		ours += timed(func() { r.verify(b) })
		floor += timed(func() { r.hashAll(b) })
	}
	b.StopTimer()
	b.ReportMetric(float64(ours)/float64(floor), "x-hashing")
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/release")
	b.ReportMetric(peak(b, build(b, "."), r.args()...), "MiB-peak")
}

// BenchmarkSmallFiles: 100 small wheels with a bundle each, in one process,
// against a process that does the same for one wheel.
func BenchmarkSmallFiles(b *testing.B) {
	r := newRelease(b, 100, 10<<10, false)
	program := build(b, ".")
	var ours time.Duration
	b.ResetTimer()
	for range b.N {
		ours += timed(func() { output(b, program, r.args()...) })
	}
	b.StopTimer()
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/100-files")
	b.ReportMetric(peak(b, program, r.args()...), "MiB-peak")
}

// BenchmarkSmallFilesInProcess is the same without starting a process, for
// profiles.
func BenchmarkSmallFilesInProcess(b *testing.B) {
	r := newRelease(b, 100, 10<<10, false)
	b.ResetTimer()
	for range b.N {
		r.verify(b)
	}
}

// BenchmarkStart: --version against a program that only imports sigstore-go.
func BenchmarkStart(b *testing.B) {
	program, bare := build(b, "."), build(b, "./e2e/bench/bare")
	var ours, floor time.Duration
	b.ResetTimer()
	for range b.N {
		for range 20 {
			ours += timed(func() { output(b, program, "--version") })
			floor += timed(func() { output(b, bare) })
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(ours)/float64(floor), "x-bare")
	b.ReportMetric(ours.Seconds()*1000/float64(b.N*20), "ms/start")
	info, err := os.Stat(program)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB-stripped")
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// build builds a program of the module as it is released: static and stripped.
func build(b *testing.B, pkg string) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), "program")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, pkg)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
	return out
}

func output(b *testing.B, program string, args ...string) {
	b.Helper()
	if text, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
}

// peak is a run's largest resident set in MiB. The kernel's figure for a child
// that has ended starts from its parent's, so the child's own high-water mark
// is read while it runs.
func peak(b *testing.B, program string, args ...string) float64 {
	b.Helper()
	cmd := exec.Command(program, args...)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	status := fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)
	var kib int
	for {
		select {
		case err := <-done:
			if err != nil {
				b.Fatal(err)
			}
			return float64(kib) / 1024
		case <-time.After(200 * time.Microsecond):
			data, _ := os.ReadFile(status)
			if exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", cmd.Process.Pid)); exe != program {
				continue // not yet the program
			}
			for line := range strings.SplitSeq(string(data), "\n") {
				if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
					_, _ = fmt.Sscan(v, &kib)
				}
			}
		}
	}
}
