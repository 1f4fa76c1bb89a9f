// SPDX-License-Identifier: BSD-3-Clause

package bench

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
)

// BenchmarkGate: 60 wheels with their attestations, and the checkout of a
// repository of 3,000 commits and 40 releases with the workflow of
// examples/compiled. The gate is compared with verify and audit one after the
// other, which do the same work, but for what only the gate does: it looks for
// the previous release and compares the policies.
//
// The figure to look at is x-apart. Small wheels show what the gate adds; with
// large ones hashing hides it.
func BenchmarkGate(b *testing.B) {
	for _, size := range []int{10 << 10, 5 << 20} {
		b.Run(fmt.Sprintf("wheels of %d KiB", size>>10), func(b *testing.B) {
			r := newRelease(b, 60, size, true)
			repo := history(b, r)
			verify := append(r.args()[:4:4], "--repo", repo, r.Dir)
			audit := []string{"audit", "--offline", repo}
			gate := append([]string{"gate"}, verify[1:]...)
			program := build(b, ".")
			for _, args := range [][]string{verify, audit, gate} {
				inProcess(b, args)
			}
			var together, verified, audited time.Duration
			b.ResetTimer()
			for range b.N {
				verified += timed(func() { inProcess(b, verify) })
				audited += timed(func() { inProcess(b, audit) })
				together += timed(func() { inProcess(b, gate) })
			}
			b.StopTimer()
			b.ReportMetric(float64(together)/float64(verified+audited), "x-apart")
			for unit, d := range map[string]time.Duration{"ms/gate": together, "ms/verify": verified, "ms/audit": audited} {
				b.ReportMetric(float64(d.Microseconds())/1000/float64(b.N), unit)
			}
			b.ReportMetric(peak(b, program, gate...), "MiB-peak")
		})
	}
}

// inProcess runs a command that must pass, outside of Actions.
func inProcess(b *testing.B, args []string) {
	b.Helper()
	var out bytes.Buffer
	code := cli.Main(cli.Env{
		Args: args, Lookup: func(string) (string, bool) { return "", false }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now,
	})
	if code != 0 {
		b.Fatalf("%q: exit %d:\n%s", args, code, out.String())
	}
}

// history is a checkout of a repository with the release's policy and a real
// workflow, as a clone has it: in one pack.
func history(b *testing.B, r made) string {
	b.Helper()
	example := filepath.Join("..", "..", "examples", "compiled")
	workflow, err := os.ReadFile(filepath.Join(example, ".github", "workflows", "release.yml"))
	if err != nil {
		b.Fatal(err)
	}
	policy, err := os.ReadFile(r.Policy)
	if err != nil {
		b.Fatal(err)
	}
	files := map[string][]byte{".github/workflows/release.yml": workflow, ".github/sallyport.yml": policy}
	for i := range 200 { // what else lies in a repository
		files[fmt.Sprintf("src/samplepkg/module%03d.py", i)] = bytes.Repeat(fmt.Appendf(nil, "value_%d = %d\n", i, i), 200)
	}
	var in bytes.Buffer
	const commits, releases = 3000, 40
	for n := 1; n <= commits; n++ {
		fmt.Fprintf(&in, "commit refs/heads/main\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 6\nchange\n", n, 1700000000+n*1000)
		if n == 1 {
			for _, name := range slices.Sorted(maps.Keys(files)) {
				fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", name, len(files[name]), files[name])
			}
		}
		text := fmt.Sprintf("count = %d\n", n)
		fmt.Fprintf(&in, "M 100644 inline src/samplepkg/count.py\ndata %d\n%s\n", len(text), text)
		if n%(commits/releases) == 0 && n < commits {
			fmt.Fprintf(&in, "reset refs/tags/v0.%d.0\nfrom :%d\n\n", n*releases/commits, n)
		}
	}
	dir := b.TempDir()
	for _, c := range []struct {
		in   []byte
		args []string
	}{
		{nil, []string{"init", "-q", "-b", "main"}},
		{in.Bytes(), []string{"fast-import", "--quiet"}},
		{nil, []string{"repack", "-adq"}},
		{nil, []string{"pack-refs", "--all"}},
		{nil, []string{"checkout", "-q", "-f", "main"}},
	} {
		cmd := exec.Command("git", append([]string{"-C", dir}, c.args...)...)
		cmd.Stdin = bytes.NewReader(c.in)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
		if text, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("git %q: %v\n%s", c.args, err, text)
		}
	}
	return dir
}
