// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// hostile are texts that try to speak to the runner, the terminal, or the
// reader of the summary. None has a slash: they are file names.
var hostile = []string{
	"a name with spaces ",
	"line\nbreak",
	"::set-output name=verdict::pass",
	"\n::set-output name=verdict::pass\n",
	"\r::add-mask::samplepkg\r",
	"##[error]x", "x##[add-mask]samplepkg", "#\u00ad#[error]x",
	"%0A::error::x%0D%0A::error::y",
	"\x1b[2K\x1b[31mred\x1b[0m", "\u009b31m",
	"\u202egpj.exe", "\u2066x\u2069",
	"\u200b::error::x", "x\u2028::error::y",
	"<img src=x>&amp;<!--", "`|@octo-sci #1 [x](y) **b**",
	"\xff\xfe", "\x00"[:0] + "\x7f\b\b",
	strings.Repeat("long", 40),
}

// places are where a hostile text can stand in what is verified. Each changes
// a release that passes otherwise, and returns further arguments.
var places = map[string]func(t *testing.T, dir string, s sample, evil string) []string{
	"stray file": func(t *testing.T, dir string, s sample, evil string) []string {
		put(t, filepath.Join(s.dist, "x"+evil), []byte("x"))
		return nil
	},
	"wheel": func(t *testing.T, dir string, s sample, evil string) []string {
		put(t, filepath.Join(s.dist, "samplepkg-1.0"+evil+"-py3-none-any.whl"), []byte("x"))
		return nil
	},
	"attestation": func(t *testing.T, dir string, s sample, evil string) []string {
		put(t, filepath.Join(s.dist, wheel+"."+evil+".attestation"), []byte("{}"))
		return nil
	},
	"folder": func(t *testing.T, dir string, s sample, evil string) []string {
		makeDir(t, filepath.Join(s.dist, "x"+evil))
		return nil
	},
	"hidden file": func(t *testing.T, dir string, s sample, evil string) []string {
		put(t, filepath.Join(s.dist, "."+evil), []byte("x"))
		return nil
	},
	"circle of links": func(t *testing.T, dir string, s sample, evil string) []string {
		link(t, "x"+evil, filepath.Join(s.dist, "x"+evil))
		return nil
	},
	"the folder itself": func(t *testing.T, dir string, s sample, evil string) []string {
		path := filepath.Join(dir, "x"+evil)
		if err := os.CopyFS(path, os.DirFS(s.dist)); err != nil {
			t.Fatal(err)
		}
		return []string{path}
	},
	"missing path":   func(t *testing.T, dir string, s sample, evil string) []string { return []string{evil} },
	"missing bundle": func(t *testing.T, dir string, s sample, evil string) []string { return []string{"--bundle", evil} },
	"missing ledger": func(t *testing.T, dir string, s sample, evil string) []string { return []string{"--ledger", evil} },
	"missing root": func(t *testing.T, dir string, s sample, evil string) []string {
		return []string{"--trusted-root", evil}
	},
	"missing folder": func(t *testing.T, dir string, s sample, evil string) []string { return []string{"--repo", evil} },
	"output": func(t *testing.T, dir string, s sample, evil string) []string {
		return []string{"--output", "/nowhere/" + evil}
	},
	"flag":            func(t *testing.T, dir string, s sample, evil string) []string { return []string{"--" + evil} },
	"flag's value":    func(t *testing.T, dir string, s sample, evil string) []string { return []string{"--ref", evil} },
	"boolean flag":    func(t *testing.T, dir string, s sample, evil string) []string { return []string{"--strict=" + evil} },
	"expected commit": func(t *testing.T, dir string, s sample, evil string) []string { return []string{"--commit", evil} },
	"policy's key": func(t *testing.T, dir string, s sample, evil string) []string {
		put(t, filepath.Join(dir, "good.yml"), fmt.Appendf(nil, "%q: 1\n", evil))
		return nil
	},
	"policy's value": func(t *testing.T, dir string, s sample, evil string) []string {
		put(t, filepath.Join(dir, "good.yml"), fmt.Appendf(nil, "publisher: {repository: octo-sci/samplepkg, workflow: %q}\n", evil+".yml"))
		return nil
	},
	"policy as it is": func(t *testing.T, dir string, s sample, evil string) []string {
		put(t, filepath.Join(dir, "good.yml"), []byte("publisher: "+evil))
		return nil
	},
	"waiver's reason": func(t *testing.T, dir string, s sample, evil string) []string {
		put(t, filepath.Join(dir, "good.yml"), fmt.Appendf(nil,
			"%signore: [{rule: hidden-file, files: ['*'], reason: %q, until: 2026-12-31}]\n", goodPolicy, evil))
		put(t, filepath.Join(s.dist, ".gitignore"), []byte("*"))
		return nil
	},
	"ledger's key": func(t *testing.T, dir string, s sample, evil string) []string {
		return []string{"--ledger", fmt.Sprintf("{%q: 1}", evil)}
	},
	"key of a broken bundle": func(t *testing.T, dir string, s sample, evil string) []string {
		bundleWith(t, dir, fmt.Appendf(nil, `{"mediaType":"x","dsseEnvelope":{%s:1,%s:2}}`, quoteJSON(evil), quoteJSON(evil)))
		return nil
	},
	"media type": func(t *testing.T, dir string, s sample, evil string) []string {
		bundleWith(t, dir, sigstoretest.MustEdit(t, s.bundle, "/mediaType", "application/vnd.dev.sigstore.bundle"+evil))
		return nil
	},
	"attestation as it is": func(t *testing.T, dir string, s sample, evil string) []string {
		bundleWith(t, dir, []byte(evil))
		return nil
	},
	"signed subject": func(t *testing.T, dir string, s sample, evil string) []string {
		return signed(t, dir, sigstoretest.Provenance(sigstoretest.GitHubClaims(), append(s.subjects(), sigstoretest.Subject{Name: evil, SHA256: sha([]byte(evil))})...), sigstoretest.GitHubClaims())
	},
	"signed subject's own name": func(t *testing.T, dir string, s sample, evil string) []string {
		return signed(t, dir, sigstoretest.Provenance(sigstoretest.GitHubClaims(), sigstoretest.Subject{Name: evil, SHA256: s.digests[wheel]}), sigstoretest.GitHubClaims())
	},
	"signed predicate type": func(t *testing.T, dir string, s sample, evil string) []string {
		return signed(t, dir, sigstoretest.Statement{Subjects: s.subjects(), PredicateType: evil}.JSON(), sigstoretest.GitHubClaims())
	},
	"signed predicate": func(t *testing.T, dir string, s sample, evil string) []string {
		other := sigstoretest.GitHubClaims().WithRef("refs/tags/" + evil).WithCommit(evil).WithEvent(evil).WithWorkflow(evil)
		return signed(t, dir, sigstoretest.Provenance(other, s.subjects()...), sigstoretest.GitHubClaims())
	},
	"certificate": func(t *testing.T, dir string, s sample, evil string) []string {
		c := sigstoretest.GitHubClaims().WithRef("refs/tags/" + strings.ToValidUTF8(evil, "?")).WithEnvironment(strings.ToValidUTF8(evil, "?"))
		c.SAN = "https://github.com/octo-sci/samplepkg" // a URI must be one
		return signed(t, dir, sigstoretest.Provenance(c, s.subjects()...), c)
	},
}

// No text of a release, wherever it stands, reaches the log, the outputs, the
// summary or an annotation as anything but text; and none makes a pass of what
// would not be one.
func TestHostileText(t *testing.T) {
	for place, put := range places {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			for i, evil := range hostile {
				if testing.Short() && i != 3 && i != 6 {
					continue
				}
				dir := t.TempDir()
				s := writeSample(t, dir)
				c := verifySample(dir)
				c.args = append(c.args, put(t, dir, s, evil)...)
				c.now = sigstoretest.DefaultTime.AddDate(0, 1, 0)
				checkHostile(t, c, place, evil, []string{"text", "json", "sarif"}[i%3])
			}
		})
	}
}

// checkHostile runs the program in a job, with annotations and with another
// form in the log; the checks themselves are those of every run.
func checkHostile(t *testing.T, c call, place, evil, format string) {
	t.Helper()
	inJob := c.inActions(t)
	inJob.args = append(inJob.args[:len(inJob.args):len(inJob.args)], "--verbose")
	c.args = append(c.args[:len(c.args):len(c.args)], "--format", format)
	codes := []int{inJob.run(t).code, c.inActions(t).run(t).code}
	if codes[0] != codes[1] {
		t.Errorf("the exit codes differ: %v", codes)
	}
	switch place {
	case "the folder itself", "hidden file", "waiver's reason", "signed subject", "signed predicate type":
	default:
		if codes[0] == 0 {
			t.Error("it passes")
		}
	}
	if t.Failed() {
		t.Fatalf("%s %q, format %s", place, evil, format)
	}
}

// signed adds a bundle with a statement.
func signed(t *testing.T, dir string, statement []byte, c sigstoretest.Claims) []string {
	t.Helper()
	b, err := sigstoretest.Use(t, sigstoretest.PublicGood).Sign(statement, c, sigstoretest.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	bundleWith(t, dir, b.JSON())
	return nil
}

// quoteJSON is a JSON string of bytes that need not be UTF-8.
func quoteJSON(s string) string {
	r := strings.NewReplacer("\n", `\n`, "\r", `\r`, "\x1b", `\u001b`, "\x7f", `\u007f`, "\b", `\b`, `"`, `\"`)
	return `"` + r.Replace(s) + `"`
}
