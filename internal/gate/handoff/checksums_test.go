// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/packed"
)

const (
	sumA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	sumB = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
)

func TestParseChecksums(t *testing.T) {
	plain := sumA + "  dist/samplepkg-1.0.tar.gz\n" + sumB + " *samplepkg-1.0-py3-none-any.whl\n"
	for name, text := range map[string]string{
		"plain":      plain,
		"windows":    strings.ReplaceAll(plain, "\n", "\r\n"),
		"base64":     base64.StdEncoding.EncodeToString([]byte(plain)),
		"base64 end": base64.StdEncoding.EncodeToString([]byte(plain)) + "\n",
		"packed":     pack(t, plain),
		"packed end": pack(t, strings.ReplaceAll(plain, "\n", "\r\n")) + "\n",
	} {
		got, err := ParseChecksums([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got) != 2 || got["samplepkg-1.0.tar.gz"].Hex() != sumA || got["samplepkg-1.0-py3-none-any.whl"].Hex() != sumB {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func pack(t testing.TB, text string) string {
	t.Helper()
	out, err := packed.Text([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestParseChecksumsRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":       {"", "there are none"},
		"blank":         {" \n ", "there are none"},
		"empty base64":  {base64.StdEncoding.EncodeToString([]byte("\n")), "there are none"},
		"a word":        {"sums!", "neither"},
		"short digest":  {"9f86  samplepkg-1.0.tar.gz", "line 1"},
		"one space":     {sumA + " samplepkg-1.0.tar.gz", "not a digest and a file name"},
		"no name":       {sumA + "  ", "not a digest and a file name"},
		"twice":         {sumA + "  samplepkg-1.0.tar.gz\n" + sumB + "  sub/samplepkg-1.0.tar.gz", `given twice`},
		"another file":  {sumA + "  README.md", "line 1"},
		"empty line":    {sumA + "  samplepkg-1.0.tar.gz\n\n" + sumB + "  samplepkg-1.0-py3-none-any.whl", "line 2"},
		"escaped name":  {`\` + sumA + "  samplepkg-1.0.tar.gz", "line 1"},
		"bsd form":      {"SHA256 (samplepkg-1.0.tar.gz) = " + sumA, "line 1"},
		"too much":      {strings.Repeat("a", MaxChecksums+1), "limit"},
		"not in base64": {"c2Ftc!", "neither"},
		"packed blank":  {pack(t, " \n"), "there are none"},
		"packed bomb":   {pack(t, strings.Repeat(sumA+"  samplepkg-1.0.tar.gz\n", 20_000)), "more than 1048576 bytes"},
		"packed cut":    {pack(t, sumA+"  samplepkg-1.0.tar.gz")[:40], "damaged"},
		"packed word":   {pack(t, "sums"), "line 1"},
	} {
		_, err := ParseChecksums([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestDiffersFromBuild(t *testing.T) {
	files := func(sums map[string]string) *dist.Collection {
		c := &dist.Collection{}
		for name, sum := range sums {
			n, err := dist.ParseName(name)
			if err != nil {
				t.Fatal(err)
			}
			d, err := dist.ParseDigest(sum)
			if err != nil {
				t.Fatal(err)
			}
			c.Dists = append(c.Dists, &dist.Dist{Path: "dist/" + name, Name: n, Digest: d})
		}
		return c
	}
	const sdist, wheel = "samplepkg-1.0.tar.gz", "samplepkg-1.0-py3-none-any.whl"
	sums, err := ParseChecksums([]byte(sumA + "  " + sdist + "\n" + sumB + "  " + wheel))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"the same":   {map[string]string{sdist: sumA, wheel: sumB}, nil},
		"swapped":    {map[string]string{sdist: sumA, wheel: sumA}, []string{"the build says"}},
		"added":      {map[string]string{sdist: sumA, wheel: sumB, "samplepkg-1.0-cp313-cp313-win_amd64.whl": sumB}, []string{"not among the files that the build lists"}},
		"missing":    {map[string]string{sdist: sumA}, []string{"is not among the files"}},
		"all at odd": {map[string]string{sdist: sumB}, []string{"the build says", "is not among the files"}},
	} {
		r, exact := &release{in: Input{Files: files(c.files), Checksums: sums}}, &release{in: Input{Files: files(c.files), Checksums: sums, Exact: true}}
		checkOf(t, "differs-from-build")(r)
		checkOf(t, "differs-from-build")(exact)
		var got []string
		for i, f := range r.res.Findings {
			got = append(got, f.Message)
			// Only who signs must have all.
			if left := strings.Contains(f.Message, "is not among the files") && !strings.Contains(f.Message, "that the build lists"); (f.Severity == finding.Note) != left || exact.res.Findings[i].Severity != finding.Error {
				t.Errorf("%s: %q is %s, and exactly %s", name, f.Message, f.Severity, exact.res.Findings[i].Severity)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: got %q", name, got)
			continue
		}
		for i, w := range c.want {
			if !strings.Contains(got[i], w) {
				t.Errorf("%s: got %q, want %q", name, got[i], w)
			}
		}
	}
}

// checkOf is the check of one rule.
func checkOf(t *testing.T, id string) func(*release) {
	t.Helper()
	for i, r := range allRules {
		if r.ID == id {
			return checks[i]
		}
	}
	t.Fatalf("there is no rule %q", id)
	return nil
}

func FuzzParseChecksums(f *testing.F) {
	f.Add([]byte(sumA + "  samplepkg-1.0.tar.gz\n"))
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte(sumA + " *samplepkg-1.0.tar.gz"))))
	f.Add([]byte(pack(f, sumA+" *samplepkg-1.0.tar.gz\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		sums, err := ParseChecksums(data)
		if (err == nil) != (len(sums) > 0) {
			t.Fatalf("%d checksums with error %v", len(sums), err)
		}
		for name := range sums {
			if _, err := dist.ParseName(name); err != nil {
				t.Fatalf("a name that is none: %v", err)
			}
		}
	})
}
