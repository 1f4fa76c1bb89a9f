// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
)

func named(t testing.TB, names ...string) (out []*dist.Dist) {
	t.Helper()
	for _, name := range names {
		n, err := dist.ParseName(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, &dist.Dist{Path: "dist/" + name, Name: n})
	}
	return out
}

func TestNames(t *testing.T) {
	got, err := attest.Names(named(t, "Sample_Pkg-1.0.tar.gz")[0])
	want := attest.Files{
		SLSA: "Sample_Pkg-1.0.tar.gz.slsa.attestation", Publish: "Sample_Pkg-1.0.tar.gz.publish.attestation", Bundle: "Sample_Pkg-1.0.tar.gz.sigstore.json",
		Verdict: "Sample_Pkg-1.0.tar.gz.vsa.sigstore.json",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	long := func(n int) *dist.Dist { return named(t, strings.Repeat("a", n-len("-1.zip"))+"-1.zip")[0] }
	if f, err := attest.Names(long(235)); err != nil || len(f.Publish) != 255 {
		t.Errorf("%d bytes, %v", len(f.Publish), err)
	}
	for _, d := range []*dist.Dist{long(236), {}} {
		if f, err := attest.Names(d); err == nil {
			t.Errorf("%+v", f)
		}
	}
}

// TestUploadersTake holds what lies beside a release file against the way in
// which twine parts its inputs: an attestation matches "*.*.attestation" and
// belongs to the file that its name begins with; everything else is taken for
// a release file.
func TestUploadersTake(t *testing.T) {
	for _, d := range named(t, "samplepkg-1.0.tar.gz", "samplepkg-1.0.zip", "samplepkg-1.0-py3-none-any.whl") {
		f, err := attest.Names(d)
		if err != nil {
			t.Fatal(err)
		}
		takes := func(name string) bool {
			ok, err := path.Match("*.*.attestation", name)
			return err == nil && ok && strings.HasPrefix(name, d.Name.Filename)
		}
		if !takes(f.SLSA) || !takes(f.Publish) || takes(f.Bundle) {
			t.Errorf("twine takes for attestations: %s %v, %s %v, %s %v", f.SLSA, takes(f.SLSA), f.Publish, takes(f.Publish), f.Bundle, takes(f.Bundle))
		}
	}
}

func TestReleaseBundle(t *testing.T) {
	for _, tt := range []struct {
		names []string
		want  string // "" where it is refused
	}{
		{[]string{"samplepkg-1.0.tar.gz"}, "samplepkg-1.0.intoto.jsonl"},
		{[]string{"Sample.Pkg-1.0.tar.gz", "sample_pkg-1.0-py3-none-any.whl"}, "sample_pkg-1.0.intoto.jsonl"},
		{[]string{"a-1!2.0rc1+Local.1.zip"}, "a-1!2.0rc1+local.1.intoto.jsonl"},
		{[]string{"a-v1.0-1.zip", "a-1.0.post1.tar.gz"}, ""}, // "a-v1.0" is another project
		{[]string{"a-1.0.0.tar.gz", "a-1.0-py3-none-any.whl"}, "a-1.0.intoto.jsonl"},
		{[]string{"a-1.0-py3-none-any.whl", "a-1.0.0.tar.gz"}, "a-1.0.intoto.jsonl"},
		{[]string{"a-1.0.tar.gz", "b-1.0.tar.gz"}, ""},
		{[]string{"a-1.0.tar.gz", "a-1.1.tar.gz"}, ""},
		{nil, ""},
	} {
		got, err := attest.ReleaseBundle(named(t, tt.names...))
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: %q, %v; want %q", tt.names, got, err, tt.want)
		}
	}
}
