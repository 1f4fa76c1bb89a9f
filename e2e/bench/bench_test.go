// SPDX-License-Identifier: BSD-3-Clause

// Package bench measures what a maintainer waits for. Each benchmark compares
// two things in one run and reports their ratio, since machines differ; none
// asserts a time.
//
//	go test -run '^$' -bench . -benchtime 5x ./e2e/bench
package bench

import (
	"bytes"
	"crypto/rand"
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
	"syscall"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

// release is a folder of wheels with attestations, a root and a policy.
type release struct{ dir, root, policy string }

// newRelease makes n wheels of size bytes. With multi, one bundle of
// provenance covers all of them and each has a publish attestation; without,
// each has a bundle of provenance of its own.
func newRelease(b *testing.B, n, size int, multi bool) release {
	b.Helper()
	sigstore := st.Use(b, st.PublicGood)
	claims := st.GitHubClaims()
	top := b.TempDir()
	r := release{dir: filepath.Join(top, "dist"), root: filepath.Join(top, "trusted_root.json"), policy: filepath.Join(top, "sallyport.yml")}
	write(b, r.root, sigstore.TrustedRoot())
	write(b, r.policy, []byte("project: samplepkg\npublisher:\n  repository: octo-sci/samplepkg\n  workflow: release.yml\n  environment: pypi\n"))
	if err := os.Mkdir(r.dir, 0o755); err != nil {
		b.Fatal(err)
	}
	noise := make([]byte, size)
	_, _ = rand.Read(noise)
	var subjects []st.Subject
	for i := range n {
		name := fmt.Sprintf("samplepkg-1.0.0-cp3%d-cp3%d-manylinux_2_28_%s.whl", i%10, i%10, []string{"x86_64", "aarch64", "ppc64le", "s390x", "i686", "armv7l", "riscv64", "loongarch64", "mips64", "sparc64"}[i/10])
		copy(noise, fmt.Sprintf("wheel %d", i))
		write(b, filepath.Join(r.dir, name), noise)
		s := st.Subject{Name: name, SHA256: fmt.Sprintf("%x", sha256.Sum256(noise))}
		subjects = append(subjects, s)
		if multi {
			write(b, filepath.Join(r.dir, name+".publish.attestation"), sigstore.MustSign(b, st.Publish(s), claims.WithEnvironment("pypi"), st.SignOptions{}).PEP740())
		} else {
			write(b, filepath.Join(r.dir, name+".sigstore.json"), sigstore.MustSign(b, st.Provenance(claims, s), claims, st.SignOptions{}).JSON())
		}
	}
	if multi {
		write(b, filepath.Join(r.dir, "samplepkg-1.0.0.intoto.jsonl"), st.Lines(sigstore.MustSign(b, st.Provenance(claims, subjects...), claims, st.SignOptions{})))
	}
	return r
}

func write(b *testing.B, path string, data []byte) {
	b.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.Fatal(err)
	}
}

func (r release) args() []string {
	return []string{"verify", "--offline", "--trusted-root", r.root, "--policy", r.policy, r.dir}
}

// verify runs the command in this process.
func (r release) verify(b *testing.B) {
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
func (r release) hashAll(b *testing.B) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "*.whl"))
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

// peak is a run's largest resident set in MiB.
func peak(b *testing.B, program string, args ...string) float64 {
	b.Helper()
	cmd := exec.Command(program, args...)
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
	return float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}
