// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// badInput is one thing that goes wrong with a release that passes otherwise.
var badInput = []struct {
	name string
	// spoil changes the release in dir, and returns the bad file's path.
	spoil func(t *testing.T, dir string, s sample) string
	code  int
	rule  string // which says it, once
	says  string // and how
}{
	{"truncated bundle", func(t *testing.T, dir string, s sample) string {
		return bundleWith(t, dir, s.bundle[:len(s.bundle)/2])
	}, 1, "malformed-attestation", "truncated"},
	{"truncated PEP 740 file", func(t *testing.T, dir string, s sample) string {
		return beside(t, s, ".publish.attestation", []byte(`{"version": 1, "verification_material": {`))
	}, 1, "malformed-attestation", "truncated"},
	{"empty bundle", func(t *testing.T, dir string, s sample) string {
		return bundleWith(t, dir, nil)
	}, 1, "malformed-attestation", "empty"},
	{"empty PEP 740 file", func(t *testing.T, dir string, s sample) string {
		return beside(t, s, ".publish.attestation", nil)
	}, 1, "malformed-attestation", "empty"},
	{"nesting", func(t *testing.T, dir string, s sample) string {
		return bundleWith(t, dir, bytes.Repeat([]byte(`{"a":`), 10_000))
	}, 1, "malformed-attestation", "nested more than 64 deep"},
	{"nesting of arrays", func(t *testing.T, dir string, s sample) string {
		return beside(t, s, ".attestation", []byte(`{"version":1,"envelope":`+strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)+"}"))
	}, 1, "malformed-attestation", "nested more than 64 deep"},
	{"nesting in JSON Lines", func(t *testing.T, dir string, s sample) string {
		return linesWith(t, dir, s, bytes.Repeat([]byte(`[`), 10_000))
	}, 1, "malformed-attestation", "line 2: reading JSON: nested more than 64 deep"},
	{"bad line in the middle", func(t *testing.T, dir string, s sample) string {
		return linesWith(t, dir, s, []byte(`{"mediaType": `))
	}, 1, "malformed-attestation", "line 2: "},
	{"empty line in the middle", func(t *testing.T, dir string, s sample) string {
		return linesWith(t, dir, s, nil)
	}, 1, "malformed-attestation", "line 2: the line is empty"},
	{"other JSON in the middle", func(t *testing.T, dir string, s sample) string {
		return linesWith(t, dir, s, []byte(`{"hello": "world"}`))
	}, 1, "malformed-attestation", "line 2: the line is JSON, but no attestation"},
	{"unknown media type", func(t *testing.T, dir string, s sample) string {
		return bundleWith(t, dir, sigstoretest.MustEdit(t, s.bundle, "/mediaType", "application/vnd.dev.sigstore.bundle.v9+json"))
	}, 1, "unsupported-attestation", "v9"},
	{"no media type", func(t *testing.T, dir string, s sample) string {
		return bundleWith(t, dir, sigstoretest.MustRemove(t, s.bundle, "/mediaType"))
	}, 1, "unsupported-attestation", `media type ""`},
	{"bare envelope", func(t *testing.T, dir string, s sample) string {
		b := sigstoretest.Use(t, sigstoretest.PublicGood).MustSign(t, sigstoretest.Publish(s.subjects()...), sigstoretest.GitHubClaims(), sigstoretest.SignOptions{})
		return bundleWith(t, dir, b.Envelope())
	}, 1, "unsupported-attestation", "bare DSSE envelope"},
	{"no JSON", func(t *testing.T, dir string, s sample) string {
		return bundleWith(t, dir, []byte("-----BEGIN PGP SIGNATURE-----\n"))
	}, 1, "malformed-attestation", "not an attestation of any known form"},
	{"duplicate key", func(t *testing.T, dir string, s sample) string {
		return bundleWith(t, dir, bytes.Replace(s.bundle, []byte(`{`), []byte(`{"mediaType":"x",`), 1))
	}, 1, "malformed-attestation", `the key "mediaType" is given twice`},
	{"attestation of another file", func(t *testing.T, dir string, s sample) string {
		path := filepath.Join(s.dist, wheel+".slsa.attestation")
		put(t, path, []byte(get(t, filepath.Join(dir, "other", "provenance.sigstore.json"))))
		return path // which the index, too, would refuse
	}, 1, "digest-mismatch", "has sha256 "},
	{"folder in place of a bundle", func(t *testing.T, dir string, s sample) string {
		return makeDir(t, filepath.Join(s.dist, wheel+".publish.attestation"))
	}, 1, "unexpected-file", "is a folder"},
	{"folder in place of a wheel", func(t *testing.T, dir string, s sample) string {
		return makeDir(t, filepath.Join(s.dist, "samplepkg-1.0-py2-none-any.whl"))
	}, 1, "unexpected-file", "is a folder"},
	{"circle of links in place of a wheel", func(t *testing.T, dir string, s sample) string {
		return link(t, "samplepkg-1.0-py2-none-any.whl", filepath.Join(s.dist, "samplepkg-1.0-py2-none-any.whl"))
	}, 2, "unreadable-file", "leads in a circle"},
	{"circle of links in place of an attestation", func(t *testing.T, dir string, s sample) string {
		return link(t, wheel+".attestation", filepath.Join(s.dist, wheel+".attestation"))
	}, 2, "unreadable-file", "leads in a circle"},
	{"link to nothing", func(t *testing.T, dir string, s sample) string {
		return link(t, "nothing", filepath.Join(s.dist, "samplepkg-1.0-py2-none-any.whl"))
	}, 2, "unreadable-file", "leads to no file"},
	{"circle of links in place of a bundle", func(t *testing.T, dir string, s sample) string {
		return link(t, "x.sigstore.json", filepath.Join(dir, "bundles", "x.sigstore.json"))
	}, 2, "unreadable-file", "leads in a circle"},
	{"pipe in place of a wheel", func(t *testing.T, dir string, s sample) string {
		return pipe(t, filepath.Join(s.dist, "samplepkg-1.0-py2-none-any.whl"))
	}, 2, "unreadable-file", "is a named pipe, not a regular file"},
	{"pipe in place of a bundle", func(t *testing.T, dir string, s sample) string {
		return pipe(t, filepath.Join(dir, "bundles", "x.sigstore.json"))
	}, 2, "unreadable-file", "is a named pipe, not a regular file"},
	{"file named by no specification", func(t *testing.T, dir string, s sample) string {
		path := filepath.Join(s.dist, "samplepkg 1.0-py3-none-any.whl")
		put(t, path, []byte("x"))
		return path
	}, 1, "invalid-dist-name", "samplepkg 1.0"},
	{"stray file", func(t *testing.T, dir string, s sample) string {
		path := filepath.Join(s.dist, "notes for me.txt")
		put(t, path, []byte("x"))
		return path
	}, 1, "unexpected-file", "neither a release file nor an attestation"},
}

// Each kind of bad input ends with its exit code and is said once, naming the
// file and what to do about it; and nothing else is blamed.
func TestBadInput(t *testing.T) {
	for _, tt := range badInput {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s := writeSample(t, dir)
			path := tt.spoil(t, dir, s)
			c := verifySample(dir)
			rep, r := c.report(t)
			if r.code != tt.code {
				t.Errorf("exit code %d, want %d", r.code, tt.code)
			}
			found := about(rep, tt.rule, path)
			if len(found) != 1 || !strings.Contains(found[0], tt.says) {
				t.Errorf("rule %s says of %q %q, want once %q", tt.rule, path, found, tt.says)
			}
			for rule, n := range rules(rep) {
				if rule != tt.rule && rule != "index-would-refuse" {
					t.Errorf("rule %s, too, is named %d times: %q", rule, n, said(rep, rule))
				}
			}
			text := c.run(t)
			text.wants(t, tt.code, tt.rule, filepath.Base(path))
		})
	}
}

// about is what one rule says of one path, each with what to do.
func about(rep *report.Report, rule, path string) []string {
	var out []string
	for _, f := range rep.Findings {
		if f.Rule == rule && (f.Subject == path || f.File == path) && f.Hint != "" {
			out = append(out, f.Message)
		}
	}
	for _, u := range rep.Unchecked {
		// An unchecked item has no hint: the reason says it after a semicolon.
		if _, advice, ok := strings.Cut(u.Reason, "; "); u.Rule == rule && u.Subject == path && ok && advice != "" {
			out = append(out, u.Reason)
		}
	}
	return out
}

// verifySample verifies what writeSample wrote.
func verifySample(dir string, more ...string) call {
	return call{args: append([]string{"verify", "--offline", "--trusted-root", filepath.Join(dir, "root.json"),
		"--policy", filepath.Join(dir, "good.yml"), "--bundle", filepath.Join(dir, "bundles"), filepath.Join(dir, "dist")}, more...)}
}

func bundleWith(t *testing.T, dir string, data []byte) string {
	path := filepath.Join(dir, "bundles", "x.sigstore.json")
	put(t, path, data)
	return path
}

// linesWith writes JSON Lines of three, the one in the middle being bad.
func linesWith(t *testing.T, dir string, s sample, bad []byte) string {
	path := filepath.Join(dir, "bundles", "x.intoto.jsonl")
	put(t, path, bytes.Join([][]byte{s.bundle, bad, s.bundle}, []byte("\n")))
	return path
}

func beside(t *testing.T, s sample, ending string, data []byte) string {
	path := filepath.Join(s.dist, wheel+ending)
	put(t, path, data)
	return path
}

func makeDir(t *testing.T, path string) string {
	t.Helper()
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func link(t *testing.T, to, path string) string {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func pipe(t *testing.T, path string) string {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// The same where the bad file is named itself.
func TestBadPaths(t *testing.T) {
	dir := t.TempDir()
	writeSample(t, dir)
	for name, tt := range map[string]struct {
		path, says string
		code       int
	}{
		"missing":        {filepath.Join(dir, "nowhere.whl"), "no such file", 2},
		"circle":         {link(t, "circle", filepath.Join(dir, "circle")), "leads in a circle", 2},
		"pipe":           {pipe(t, filepath.Join(dir, "pipe.whl")), "a named pipe", 2},
		"device":         {os.DevNull, "a device", 2},
		"file as folder": {filepath.Join(dir, "good.yml", "dist"), "not a directory", 2},
	} {
		t.Run(name, func(t *testing.T) {
			c := verifySample(dir, tt.path)
			rep, r := c.report(t)
			found := about(rep, "unreadable-file", tt.path)
			if r.code != tt.code || len(found) != 1 || !strings.Contains(found[0], tt.says) {
				t.Errorf("exit code %d, %q; want %d and once %q", r.code, found, tt.code, tt.says)
			}
		})
	}
}

// A ledger that is larger than any is refused, however it is given.
func TestLargeLedger(t *testing.T) {
	dir := t.TempDir()
	writeSample(t, dir)
	big, err := json.Marshal(map[string]string{"project": strings.Repeat("x", 2<<20)})
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "big.json"), big)
	for name, tt := range map[string]struct {
		value string
		code  int
	}{
		"file":           {filepath.Join(dir, "big.json"), 2},
		"standard input": {"-", 3},
		"text":           {string(big), 3},
	} {
		t.Run(name, func(t *testing.T) {
			c := verifySample(dir, "--ledger", tt.value)
			c.stdin = string(big)
			c.run(t).wants(t, tt.code, "more than")
		})
	}
}
