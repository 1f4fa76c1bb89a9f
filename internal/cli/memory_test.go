// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// most is how much memory the program may take, whatever it is given.
const most = 64 << 20

const mib = 1 << 20

// bigInput is what could fill the memory.
var bigInput = []struct {
	name string
	// make writes the input and returns further arguments.
	make func(t *testing.T, dir string) []string
	// stdin, in bytes, is zeroes.
	stdin int64
	code  int
	says  []string
}{
	{"a good release", func(t *testing.T, dir string) []string { return nil }, 0, 0, []string{"pass: "}},
	{"200 MiB of nothing as an attestation", func(t *testing.T, dir string) []string {
		return sparse(t, filepath.Join(dir, "dist", wheel+".publish.attestation"))
	}, 0, 1, []string{wheel + ".publish.attestation", "remove the file"}},
	{"200 MiB of nothing as a bundle", func(t *testing.T, dir string) []string {
		return sparse(t, filepath.Join(dir, "bundles", "x.sigstore.json"))
	}, 0, 1, []string{"x.sigstore.json", "remove the file"}},
	{"200 MiB of nesting as an attestation", func(t *testing.T, dir string) []string {
		return repeat(t, filepath.Join(dir, "dist", wheel+".publish.attestation"), "", `{"a":`, 200*mib, "")
	}, 0, 1, []string{wheel + ".publish.attestation", "remove the file"}},
	{"200 MiB of bundle that is whole", func(t *testing.T, dir string) []string {
		return repeat(t, filepath.Join(dir, "bundles", "x.sigstore.json"),
			`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{"payload":"`, "AAAAAAAA", 200*mib, `"}}`)
	}, 0, 1, []string{"x.sigstore.json", "remove the file"}},
	{"200 MiB of something else beside the files", func(t *testing.T, dir string) []string {
		return sparse(t, filepath.Join(dir, "dist", "core.json"))
	}, 0, 1, []string{"core.json", "neither a release file nor an attestation"}},
	{"200 MiB of wheel", func(t *testing.T, dir string) []string {
		return sparse(t, filepath.Join(dir, "dist", "samplepkg-1.0-py2-none-any.whl"))
	}, 0, 1, []string{`no provenance attestation covers "samplepkg-1.0-py2-none-any.whl"`}},
	{"200 MiB of policy", func(t *testing.T, dir string) []string {
		sparse(t, filepath.Join(dir, "big.yml"))
		return []string{"--policy", filepath.Join(dir, "big.yml")}
	}, 0, 3, []string{"big.yml"}},
	{"200 MiB of trusted root", func(t *testing.T, dir string) []string {
		sparse(t, filepath.Join(dir, "big.json"))
		return []string{"--trusted-root", filepath.Join(dir, "big.json")}
	}, 0, 3, []string{"big.json", "check the file name"}},
	{"200 MiB of ledger", func(t *testing.T, dir string) []string {
		sparse(t, filepath.Join(dir, "big.json"))
		return []string{"--ledger", filepath.Join(dir, "big.json")}
	}, 0, 2, []string{"big.json"}},
	{"200 MiB of ledger on standard input", func(t *testing.T, dir string) []string {
		return []string{"--ledger", "-"}
	}, 200 * mib, 3, []string{"reading the ledger"}},
	{"the largest attestation that is read", func(t *testing.T, dir string) []string {
		return repeat(t, filepath.Join(dir, "bundles", "x.sigstore.json"),
			`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":[`, "0,", 4*mib-200, `0]}`)
	}, 0, 1, []string{"x.sigstore.json"}},
	{"the largest attestation of keys", func(t *testing.T, dir string) []string {
		var b bytes.Buffer
		b.WriteString(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{`)
		for i := range 60_000 {
			fmt.Fprintf(&b, `"key that is number %d":{"a":[{}]},`, i)
		}
		b.WriteString(`"last":0}}`)
		put(t, filepath.Join(dir, "bundles", "x.sigstore.json"), b.Bytes())
		return nil
	}, 0, 1, []string{"x.sigstore.json"}},
	{"the largest file of one line", func(t *testing.T, dir string) []string {
		return repeat(t, filepath.Join(dir, "bundles", "x.intoto.jsonl"), `{"mediaType":"a"}`+"\n"+`{"dsseEnvelope":{"payload":"`, "AAAAAAAA", 15*mib, `"}}`)
	}, 0, 1, []string{"x.intoto.jsonl"}},
	{"the largest file of lines", func(t *testing.T, dir string) []string {
		return repeat(t, filepath.Join(dir, "bundles", "x.intoto.jsonl"), "",
			`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{}}`+"\n", 15*mib, "")
	}, 0, 1, []string{"x.intoto.jsonl"}},
	{"many large attestations", func(t *testing.T, dir string) []string {
		for i := range 40 {
			repeat(t, filepath.Join(dir, "bundles", fmt.Sprintf("x%d.sigstore.json", i)),
				fmt.Sprintf(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{"payload":"%04d`, i), "AAAAAAAA", 3*mib, `"}}`)
		}
		return nil
	}, 0, 1, []string{"x0.sigstore.json"}},
	{"too many files", func(t *testing.T, dir string) []string {
		for i := range 20_001 {
			put(t, filepath.Join(dir, "many", fmt.Sprintf("samplepkg-1.0-%d-py3-none-any.whl", i)), []byte("x"))
		}
		return []string{filepath.Join(dir, "many")}
	}, 0, 2, []string{"many: the folder holds more than 20000 entries; put the release files into a folder of their own"}},
	{"too many bundles", func(t *testing.T, dir string) []string {
		for i := range 20_001 {
			put(t, filepath.Join(dir, "many", fmt.Sprintf("%d.sigstore.json", i)), nil)
		}
		return []string{"--bundle", filepath.Join(dir, "many")}
	}, 0, 2, []string{"20001 entries are more than the limit of 20000"}},
}

// Whatever the program is given, it stays within its memory, ends with the
// right exit code, and names the file.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and writes up to 200 MiB of input; leave -short out to run it")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the system counts memory in another way here; run it on Linux")
	}
	bin := programs(t)
	for _, tt := range bigInput {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			writeSample(t, dir)
			args := verifySample(dir).args
			more := tt.make(t, dir)
			if len(more) > 1 && more[0] == "--policy" {
				args = []string{"verify", "--offline", filepath.Join(dir, "dist")}
			}
			peak := filepath.Join(dir, "peak")
			cmd := exec.Command(filepath.Join(bin, "measure"), append(append([]string{peak, filepath.Join(bin, "sallyport")}, args...), more...)...)
			cmd.Dir = dir
			if tt.stdin > 0 {
				cmd.Stdin = io.LimitReader(zeroes{}, tt.stdin)
			}
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			var exit *exec.ExitError
			if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			result{code: cmd.ProcessState.ExitCode(), stdout: clipped(stdout.String()), stderr: clipped(stderr.String())}.wants(t, tt.code)
			for _, want := range tt.says {
				if !strings.Contains(stdout.String()+stderr.String(), want) {
					t.Errorf("the text %q is missing", want)
				}
			}
			kib, err := strconv.ParseInt(get(t, peak), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%.1f MiB", float64(kib)/1024)
			if kib<<10 >= most {
				t.Errorf("took %.1f MiB, must stay below %d", float64(kib)/1024, most/mib)
			}
		})
	}
}

func clipped(s string) string { return s[:min(len(s), 4000)] }

// programs builds the program and its measure, without the race detector
// whatever the test has, and returns their folder.
func programs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range []struct{ out, path string }{
		{"sallyport", root}, {"measure", filepath.Join(root, "internal", "cli", "testdata", "measure")},
	} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(dir, pkg.out), ".")
		cmd.Dir = pkg.path
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("building %s: %v\n%s", pkg.out, err, out)
		}
	}
	return dir
}

// sparse makes a file of 200 MiB that takes no room.
func sparse(t *testing.T, path string) []string {
	t.Helper()
	put(t, path, nil)
	if err := os.Truncate(path, 200*mib); err != nil {
		t.Fatal(err)
	}
	return nil
}

// repeat writes head, then part as often as fits into size bytes, then tail.
func repeat(t *testing.T, path, head, part string, size int, tail string) []string {
	t.Helper()
	put(t, path, []byte(head))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for n := size / len(part); n > 0; {
		some := min(n, 1<<16)
		if _, err := io.WriteString(f, strings.Repeat(part, some)); err != nil {
			t.Fatal(err)
		}
		n -= some
	}
	if _, err := io.WriteString(f, tail); err != nil {
		t.Fatal(err)
	}
	return nil
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
