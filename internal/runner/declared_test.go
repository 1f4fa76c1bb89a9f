// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// declaring is a job whose runner takes declared artifacts; its working
// directory is a folder below the workspace.
func declaring(t *testing.T) (j *job, workspace, file string) {
	t.Helper()
	j = newJob(t)
	workspace = t.TempDir()
	if err := os.MkdirAll(filepath.Join(workspace, "sub", "dist"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(workspace, "sub"))
	file = filepath.Join(t.TempDir(), "artifacts")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	j.env["GITHUB_ARTIFACTS"], j.env["GITHUB_WORKSPACE"] = file, workspace
	return j, workspace, file
}

var anImage = regexp.MustCompile(`^.+@sha(256|384|512):[0-9a-fA-F]+$`)

// declared reads the file as the runner does: the paths that it takes.
func declared(text, workspace string) (paths []string, err error) {
	for _, line := range regexp.MustCompile(`\r\n|\r|\n`).Split(strings.TrimPrefix(text, "\ufeff"), -1) {
		line = strings.TrimFunc(line, unicode.IsSpace)
		if line == "" || line[0] == '#' {
			continue
		}
		path, isFile := strings.CutPrefix(line, "file://")
		switch {
		case strings.Contains(line, "="), !isFile && (strings.Contains(line, "://") || anImage.MatchString(line)):
			return nil, fmt.Errorf("the runner refuses, or takes for an image, %q", line)
		case !filepath.IsAbs(path):
			path = filepath.Join(workspace, path)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func TestDeclareArtifacts(t *testing.T) {
	image := "x@sha256:" + strings.Repeat("0", 64)
	for name, tt := range map[string]struct {
		paths []string
		want  []string // %s is the workspace
	}{
		"relative":        {[]string{"dist/a.whl", "./dist//b.whl", "../c.tar.gz"}, []string{"sub/dist/a.whl", "sub/dist/b.whl", "c.tar.gz"}},
		"outside":         {[]string{"/elsewhere/a.whl", "../../d.whl"}, []string{"/elsewhere/a.whl", "%s/../d.whl"}},
		"twice":           {[]string{"a", "./a"}, []string{"sub/a"}},
		"a comment":       {[]string{"../#a/b.whl"}, []string{"file://#a/b.whl"}},
		"an image":        {[]string{image, "../oci:/" + image}, []string{"file://sub/" + image, "file://oci:/" + image}},
		"a leading space": {[]string{"../ a", "../\u00a0b", "../\ufeffc"}, []string{"file:// a", "file://\u00a0b", "file://\ufeffc"}},
		"schemes":         {[]string{"../file://x", "../oci://y"}, []string{"file:/x", "oci:/y"}},
		"not ASCII":       {[]string{"dist/ünï cödé ☃.whl"}, []string{"sub/dist/ünï cödé ☃.whl"}},
	} {
		t.Run(name, func(t *testing.T) {
			j, workspace, file := declaring(t)
			if err := j.DeclareArtifacts(tt.paths); err != nil {
				t.Fatal(err)
			}
			var want strings.Builder
			for _, line := range tt.want {
				if rest, ok := strings.CutPrefix(line, "%s"); ok {
					line = filepath.Join(workspace, rest)
				}
				want.WriteString(line + "\n")
			}
			got := read(t, file)
			if diff := cmp.Diff(want.String(), got); diff != "" {
				t.Errorf("file (-want +got):\n%s", diff)
			}
			paths, err := declared(got, workspace)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range tt.paths {
				abs, _ := filepath.Abs(p)
				found := false
				for _, q := range paths {
					found = found || q == abs
				}
				if !found {
					t.Errorf("the runner reads %q, not %q", paths, abs)
				}
			}
			if log := j.log.String(); log != "" {
				t.Errorf("logged %q", log)
			}
		})
	}
}

// Names that speak to the runner declare themselves or nothing.
func TestDeclareArtifactsHostile(t *testing.T) {
	j, workspace, file := declaring(t)
	names := append([]string{"", "a=b", "a ", "a\u00a0", "a\nb", "a\r", "a\u2028b", "a\u0085b", "\xff", "\x00"}, hostile...)
	for _, name := range names {
		path := name
		if name != "" {
			path = "dist/" + name
		}
		before := read(t, file)
		err := j.DeclareArtifacts([]string{"dist/good.whl", path})
		after := read(t, file)
		if err != nil {
			if after != before || !strings.Contains(err.Error(), fmt.Sprintf("%q", path)) {
				t.Errorf("%q: %v; the file grew by %q", path, err, after[len(before):])
			}
			continue
		}
		abs, _ := filepath.Abs(path)
		got, err := declared(after[len(before):], workspace)
		want := []string{filepath.Join(workspace, "sub/dist/good.whl"), abs}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", path, err, diff)
		}
	}
	for _, name := range names[:10] {
		path := "dist/" + name
		if name == "" {
			path = ""
		}
		if err := j.DeclareArtifacts([]string{path}); err == nil {
			t.Errorf("%q is declared", path)
		}
	}
}

func FuzzDeclaration(f *testing.F) {
	for _, s := range append([]string{"dist/a.whl", "/w/#a", "/w/ a", "/x/y", "w", "/w"}, hostile...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		line, err := declaration(path, "/w")
		if err != nil {
			return
		}
		abs, _ := filepath.Abs(path)
		got, err := declared(line+"\n", "/w")
		if err != nil || len(got) != 1 || got[0] != abs {
			t.Errorf("%q becomes %q, which is read as %q, %v", path, line, got, err)
		}
	})
}

func TestDeclareArtifactsInContainer(t *testing.T) {
	j, _, file := declaring(t)
	j.env["GITHUB_WORKSPACE"] = "/github/workspace"
	if err := j.DeclareArtifacts([]string{"/github/workspace/dist/a.whl", "/github/runner_temp/b.whl"}); err != nil {
		t.Fatal(err)
	}
	want := "dist/a.whl\n/github/runner_temp/b.whl\n"
	for _, path := range []string{"/dist/c.whl", "/github/../c.whl", "c.whl"} {
		if err := j.DeclareArtifacts([]string{path}); err == nil || !strings.Contains(err.Error(), "outside the container") {
			t.Errorf("%q: %v", path, err)
		}
	}
	if got := read(t, file); got != want {
		t.Errorf("file %q, want %q", got, want)
	}
}

func TestDeclareArtifactsNotOffered(t *testing.T) {
	if err := (*Runner)(nil).DeclareArtifacts([]string{"a=b"}); err != nil {
		t.Errorf("outside of Actions: %v", err)
	}
	j := newJob(t)
	if err := j.DeclareArtifacts([]string{"a=b"}); err != nil {
		t.Errorf("without the variable: %v", err)
	}
	j.env["GITHUB_ARTIFACTS"] = ""
	if err := j.DeclareArtifacts([]string{"a=b"}); err != nil {
		t.Errorf("with an empty variable: %v", err)
	}
	// A file that the runner did not make is not made.
	missing := filepath.Join(t.TempDir(), "artifacts")
	j.env["GITHUB_ARTIFACTS"] = missing
	if err := j.DeclareArtifacts([]string{"a"}); err == nil || !strings.Contains(err.Error(), "GITHUB_ARTIFACTS") {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := os.Lstat(missing); err == nil {
		t.Error("the file was made")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(j.outputs, link); err != nil {
		t.Fatal(err)
	}
	j.env["GITHUB_ARTIFACTS"] = link
	if err := j.DeclareArtifacts([]string{"a"}); err == nil || read(t, j.outputs) != "" {
		t.Errorf("a symbolic link: %v", err)
	}
}

func TestDeclareArtifactsLimits(t *testing.T) {
	j, _, file := declaring(t)
	var paths []string
	for i := range maxDeclared + 1 {
		paths = append(paths, fmt.Sprintf("dist/%d.whl", i))
	}
	if err := j.DeclareArtifacts(paths); !errors.Is(err, ErrFull) || read(t, file) != "" {
		t.Errorf("one too many: %v", err)
	}
	if err := j.DeclareArtifacts(paths[:maxDeclared]); err != nil {
		t.Errorf("as many as allowed: %v", err)
	}
	// An unfinished line of another writer does not swallow ours, and the
	// limit counts what is there.
	there := strings.Repeat("x", maxDeclaredBytes-len("\nsub/ab\n"))
	if err := os.WriteFile(file, []byte(there), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := j.DeclareArtifacts([]string{"abc"}); !errors.Is(err, ErrFull) || read(t, file) != there {
		t.Errorf("a byte too many: %v", err)
	}
	if err := j.DeclareArtifacts([]string{"ab"}); err != nil || read(t, file) != there+"\nsub/ab\n" {
		t.Errorf("up to the limit: %v", err)
	}
}
