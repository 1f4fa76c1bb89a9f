// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseName(t *testing.T) {
	for _, tt := range []struct {
		in         string
		want       Name
		normalized string // Name.String
	}{
		{"samplepkg-1.0-py3-none-any.whl", Name{
			Kind: Wheel, Format: ".whl", Project: "samplepkg", Normalized: "samplepkg", Version: "1.0", Canonical: "1.0",
			Python: []string{"py3"}, ABI: []string{"none"}, Platform: []string{"any"},
		}, "samplepkg-1.0-py3-none-any.whl"},
		{"Sample.Pkg-01.0Beta.1-007Build_x-cp312.CP311.cp312-abi3-Manylinux_2_17_x86_64.manylinux2014_x86_64.whl", Name{
			Kind: Wheel, Format: ".whl", Project: "Sample.Pkg", Normalized: "sample-pkg", Version: "01.0Beta.1", Canonical: "1.0b1", Build: "007Build_x",
			Python: []string{"cp311", "cp312"}, ABI: []string{"abi3"}, Platform: []string{"manylinux2014_x86_64", "manylinux_2_17_x86_64"},
		}, "sample_pkg-1.0b1-7Build_x-cp311.cp312-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"},
		{"sample_pkg-1!2.0.post1+Ubuntu_01.tar.gz", Name{
			Kind: Sdist, Format: ".tar.gz", Project: "sample_pkg", Normalized: "sample-pkg", Version: "1!2.0.post1+Ubuntu_01", Canonical: "1!2.0.post1+ubuntu.1",
		}, "sample_pkg-1!2.0.post1+ubuntu.1.tar.gz"},
		{"sample--Pkg-1.0.zip", Name{
			Kind: Sdist, Format: ".zip", Project: "sample--Pkg", Normalized: "sample-pkg", Version: "1.0", Canonical: "1.0",
		}, "sample_pkg-1.0.zip"},
		{"a-v1.tar.gz", Name{
			Kind: Sdist, Format: ".tar.gz", Project: "a", Normalized: "a", Version: "v1", Canonical: "1",
		}, "a-1.tar.gz"},
	} {
		got, err := ParseName(tt.in)
		if err != nil {
			t.Error(err)
			continue
		}
		tt.want.Filename = tt.in
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.in, diff)
		}
		if got.String() != tt.normalized {
			t.Errorf("%s in normal form: %s, want %s", tt.in, got, tt.normalized)
		}
	}
}

func TestParseNameErrors(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", `reading the file name "": it ends in none of .whl, .tar.gz and .zip`},
		{"samplepkg", "ends in none"},
		{".whl", "five or six parts; there are 1"},
		{".tar.gz", `there is no "-"`},
		{"-.zip", `"" is not a project name`},
		{"samplepkg-.tar.gz", `the version "" does not follow PEP 440`},
		{"samplepkg-1.0.TAR.GZ", `the ending must be ".tar.gz" in lower case`},
		{"samplepkg-1.0.tar.Gz", `the ending must be ".tar.gz" in lower case`},
		{"samplepkg-1.0.ZIP", `the ending must be ".zip" in lower case`},
		{"samplepkg-1.0-py3-none-any.Whl", `the ending must be ".whl" in lower case`},
		{"sample-pkg-1.0-py3-none-any.whl", `the version "pkg" does not follow PEP 440`},
		{"sample__pkg-1.0-py3-none-any.whl", `no "__"`},
		{"samplepkg-1.0-py3-none.whl", "there are 4"},
		{"samplepkg-1.0-1-2-py3-none-any.whl", "there are 7"},
		{"samplepkg-x-py3-none-any.whl", `the version "x"`},
		{"samplepkg-1.0-x1-py3-none-any.whl", `the build tag "x1"`},
		{"samplepkg-1.0--py3-none-any.whl", `the build tag ""`},
		{"samplepkg-1.0-py3.-none-any.whl", `the compatibility tag "py3."`},
		{"samplepkg-1.0-py3--any.whl", `the compatibility tag ""`},
		{"samplepkg-1.0-py3-none-.whl", `the compatibility tag ""`},
		{"samplepkg-1.0-py3-none-any\n.whl", "the compatibility tag"},
		{"samplepkg-1.0.junk.zip", "does not follow PEP 440"},
		{"samplepkg-1.0.zip.tar.gz", "does not follow PEP 440"},
		{"samplepkg-1.0.tar.gz.zip", "does not follow PEP 440"},
		{"samplepkg-1.0\n.tar.gz", "does not follow PEP 440"},
		{" samplepkg-1.0.tar.gz", "is not a project name"},
		{"../samplepkg-1.0.tar.gz", "is not a project name"},
		{"a/b-1.0.tar.gz", "is not a project name"},
		{"samplepkg_-1.0.tar.gz", "is not a project name"},
		{"sämplepkg-1.0.tar.gz", "outside ASCII"},
		{"samplepkg-1.0.po\u017ft1.tar.gz", "outside ASCII"},
		{"samplepkg-99999999999999999999.tar.gz", "does not follow PEP 440"},
		{strings.Repeat("a", 300) + "-1.0.tar.gz", "it has 311 bytes"},
	} {
		n, err := ParseName(tt.in)
		if err == nil {
			t.Errorf("%q was read as %+v", tt.in, n)
		} else if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "reading the file name ") {
			t.Errorf("%q: %v, want %q", tt.in, err, tt.want)
		}
		if n.Filename != "" || n.Kind != "" {
			t.Errorf("%q: a name beside the error: %+v", tt.in, n)
		}
	}
}

func TestEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"a-1.0.tar.gz", "a-1.0.tar.gz", true},
		{"a-1.0.tar.gz", "A-1.0.0.zip", true},
		{"a-1.0.tar.gz", "a-1.tar.gz", true},
		{"a-1.0.tar.gz", "a-1.0.1.tar.gz", false},
		{"a-1.0.tar.gz", "a-10.tar.gz", false},
		{"a-1.0.tar.gz", "b-1.0.tar.gz", false},
		{"a-1.0.tar.gz", "a-1.0.post0.tar.gz", false},
		{"a-1.0.tar.gz", "a-1.0.dev0.tar.gz", false},
		{"a-1.0.tar.gz", "a-1.0+x.tar.gz", false},
		{"a-1.0.tar.gz", "a-1!1.0.tar.gz", false},
		{"a.b-1.0-py3-none-any.whl", "A_B-1-py3-none-any.whl", true},
		{"a-1.0-py3-none-any.whl", "a-1.0.tar.gz", false},
		{"a-1.0-py2.py3-none-any.whl", "a-1.0-py3.py2.py3-none-any.whl", true},
		{"a-1.0-py3-none-any.whl", "a-1.0-py2-none-any.whl", false},
		{"a-1.0-py3-none-any.whl", "a-1.0-py3-abi3-any.whl", false},
		{"a-1.0-py3-none-any.whl", "a-1.0-py3-none-win32.whl", false},
		{"a-1.0-1-py3-none-any.whl", "a-1.0-01-py3-none-any.whl", true},
		{"a-1.0-1-py3-none-any.whl", "a-1.0-2-py3-none-any.whl", false},
		{"a-1.0-1x-py3-none-any.whl", "a-1.0-1X-py3-none-any.whl", false},
		{"a-1.0-py3-none-any.whl", "a-1.0-0-py3-none-any.whl", false},
	} {
		a, err := ParseName(tt.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseName(tt.b)
		if err != nil {
			t.Fatal(err)
		}
		if a.Equal(b) != tt.want || b.Equal(a) != tt.want {
			t.Errorf("%s and %s: %v and %v, want %v", tt.a, tt.b, a.Equal(b), b.Equal(a), tt.want)
		}
	}
	if (Name{}).Equal(Name{}) {
		t.Error("no name equals no name")
	}
}

func TestTags(t *testing.T) {
	n, err := ParseName("a-1.0-py3.py2-none-win32.any.whl")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"py2-none-any", "py2-none-win32", "py3-none-any", "py3-none-win32"}
	if diff := cmp.Diff(want, n.Tags()); diff != "" {
		t.Error(diff)
	}
	if s, err := ParseName("a-1.0.zip"); err != nil || s.Tags() != nil {
		t.Errorf("tags of a source distribution: %v, %v", s.Tags(), err)
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{
		"samplepkg-1.0-py3-none-any.whl", "a-1.0-1x-py2.py3-none-any.whl", "a-b-1!2.0rc1.post2.dev3+l.0.zip",
		"a-0.0.tar.gz", "a-1-1.tar.gz", "a-v1.0-beta.tar.gz", "a.whl", "-",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseName(s)
		if err != nil {
			return
		}
		again, err := ParseName(n.String())
		if err != nil {
			t.Fatalf("%q in normal form: %v", s, err)
		}
		if !n.Equal(again) || !again.Equal(n) || !n.Equal(n) {
			t.Errorf("%q does not equal its normal form %q", s, n)
		}
		if again.String() != n.String() {
			t.Errorf("the normal form %q has the normal form %q", n, again)
		}
	})
}
