// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
)

// What lies beside the release files is given to twine: PyPI's publish action
// runs `twine check dist/*` and `twine upload --attestations dist/*` over the
// folder, so that one file too many stops the upload. twine is not run here;
// what it does with names is written down, from its version 7.0.0.

// twineInputs is what twine makes of its arguments.
type twineInputs struct {
	dists        []string
	signatures   map[string]string   // by the signature's name
	attestations map[string][]string // by the distribution's path
}

// twinePattern is the file name pattern *.*.attestation, in which a star is
// anything, slashes and leading dots included.
var twinePattern = regexp.MustCompile(`(?s)\A.*\..*\.attestation\z`)

// twineSplit parts twine's arguments: signatures and attestations by their
// names, and whatever is left is a distribution. An attestation belongs to each
// distribution whose name its own name begins with; newer versions want a dot
// behind it.
func twineSplit(inputs []string, dot bool) twineInputs {
	in := twineInputs{signatures: map[string]string{}, attestations: map[string][]string{}}
	var attestations []string
	for _, i := range inputs {
		switch {
		case strings.HasSuffix(i, ".asc"):
			in.signatures[path.Base(i)] = i
		case twinePattern.MatchString(i):
			attestations = append(attestations, i)
		default:
			in.dists = append(in.dists, i)
		}
	}
	for _, d := range in.dists {
		prefix := path.Base(d)
		if dot {
			prefix += "."
		}
		for _, a := range attestations {
			if strings.HasPrefix(path.Base(a), prefix) {
				in.attestations[d] = append(in.attestations[d], a)
			}
		}
	}
	return in
}

// twineUpload is what twine refuses before it uploads anything, with the flag
// --attestations as the publish action gives it, or without.
func twineUpload(inputs []string, withAttestations, dot bool) (twineInputs, error) {
	in := twineSplit(inputs, dot)
	for _, d := range in.dists {
		// What it knows besides (eggs, installers) nobody uploads any more.
		if !slices.ContainsFunc([]string{".whl", ".tar.gz", ".zip"}, func(ext string) bool { return strings.HasSuffix(d, ext) }) {
			return in, fmt.Errorf("unknown distribution format: %s", path.Base(d))
		}
		if withAttestations && len(in.attestations[d]) == 0 {
			return in, fmt.Errorf("%s has no associated attestations", d)
		}
	}
	return in, nil
}

// publishAction is the publish action's attestations.py: it makes the publish
// attestation of each distribution, and stops where there is one.
func publishAction(dir string) error {
	for _, pattern := range []string{"*.tar.gz", "*.zip", "*.whl"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, f := range files {
			if info, err := os.Stat(f); err != nil || !info.Mode().IsRegular() {
				return fmt.Errorf("%s is not a file", f)
			}
			out := f + ".publish.attestation"
			if _, err := os.Stat(out); err == nil {
				return fmt.Errorf("%s already has a publish attestation: %s", f, out)
			}
			if err := os.WriteFile(out, []byte("{}"), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// star is the shell's dir/*: names in order, without those that begin with a
// dot.
func star(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			out = append(out, "dist/"+e.Name())
		}
	}
	return out
}

// beside makes a folder with release files and what sallyport writes into it.
func beside(t *testing.T, kinds ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"samplepkg-1.0.0-py3-none-any.whl", "samplepkg-1.0.0.tar.gz", "samplepkg-1.0.0.zip"} {
		write(t, filepath.Join(dir, name), []byte(name))
		parsed, err := dist.ParseName(name)
		if err != nil {
			t.Fatal(err)
		}
		names, err := attest.Names(&dist.Dist{Path: filepath.Join(dir, name), Name: parsed})
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range kinds {
			file := map[string]string{"slsa": names.SLSA, "publish": names.Publish, "bundle": names.Bundle}[kind]
			write(t, filepath.Join(dir, file), []byte("{}"))
		}
	}
	return dir
}

// TestBesideDists puts into the dists' folder what `sallyport attest` writes
// there, and what it must not.
func TestBesideDists(t *testing.T) {
	slsa := func(name string) []string { return []string{"dist/" + name + ".slsa.attestation"} }
	both := func(name string) []string {
		return append([]string{"dist/" + name + ".publish.attestation"}, slsa(name)...)
	}
	for _, c := range []struct {
		name   string
		kinds  []string
		extra  []string // further names in the folder; folders end in a slash
		action bool     // the publish action runs first
		owns   func(string) []string
		err    string
	}{
		{name: "the default", kinds: []string{"slsa"}, owns: slsa},
		{name: "the default, with the publish action", kinds: []string{"slsa"}, action: true, owns: both},
		{name: "both, without the publish action", kinds: []string{"slsa", "publish"}, owns: both},
		{name: "both, with the publish action", kinds: []string{"slsa", "publish"}, action: true, err: "already has a publish attestation"},
		{name: "nothing", err: "no associated attestations"},
		{name: "a bundle for each file", kinds: []string{"slsa", "bundle"}, err: "unknown distribution format: samplepkg-1.0.0-py3-none-any.whl.sigstore.json"},
		{name: "a bundle for the release", kinds: []string{"slsa"}, extra: []string{"samplepkg-1.0.0.intoto.jsonl"}, err: "unknown distribution format: samplepkg-1.0.0.intoto.jsonl"},
		{name: "a folder for bundles", kinds: []string{"slsa"}, extra: []string{"bundles/"}, err: "unknown distribution format: bundles"},
		{name: "a temporary file left behind", kinds: []string{"slsa"}, extra: []string{".tmp-1"}, owns: slsa},
		{name: "a file without its attestation", kinds: []string{"slsa"}, extra: []string{"samplepkg-1.0.0-cp313-cp313-win_amd64.whl"}, err: "no associated attestations"},
	} {
		for _, dot := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", c.name, dot), func(t *testing.T) {
				dir := beside(t, c.kinds...)
				for _, name := range c.extra {
					if folder, ok := strings.CutSuffix(name, "/"); ok {
						if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
							t.Fatal(err)
						}
						continue
					}
					write(t, filepath.Join(dir, name), []byte("x"))
				}
				var err error
				var in twineInputs
				if c.action {
					err = publishAction(dir)
				}
				if err == nil {
					in, err = twineUpload(star(t, dir), true, dot)
				}
				if c.err != "" {
					if err == nil || !strings.Contains(err.Error(), c.err) {
						t.Fatalf("%v, expecting %q", err, c.err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				want := twineInputs{signatures: map[string]string{}, attestations: map[string][]string{}}
				for _, name := range []string{"samplepkg-1.0.0-py3-none-any.whl", "samplepkg-1.0.0.tar.gz", "samplepkg-1.0.0.zip"} {
					want.dists = append(want.dists, "dist/"+name)
					want.attestations["dist/"+name] = c.owns(name)
				}
				if diff := cmp.Diff(want, in, cmp.AllowUnexported(twineInputs{})); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				// `twine check` and an upload without the flag pass over them.
				if _, err := twineUpload(star(t, dir), false, dot); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
