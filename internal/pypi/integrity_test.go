// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/pypitest"
)

// provenanceOf is a provenance object with one attestation, by a publisher.
func provenanceOf(publisher string) []byte {
	return []byte(`{"version":1,"attestation_bundles":[{"publisher":` + publisher + `,"attestations":[{"version":1}]}]}`)
}

func gitHub(workflow string) []byte {
	return provenanceOf(`{"kind":"GitHub","repository":"octo-sci/samplepkg","workflow":"` + workflow + `","environment":"pypi"}`)
}

func TestProvenance(t *testing.T) {
	s := index(t)
	s.Add("sample_pkg", pypitest.File{Filename: "sample_pkg-1.0+x!y.tar.gz", Version: "1!1.0+x", Provenance: gitHub("a.yml")})
	c := client(t, s)
	got, err := c.Provenance(t.Context(), "Sample.Pkg", "1!1.0+x", "sample_pkg-1.0+x!y.tar.gz")
	if err != nil || string(got) != string(gitHub("a.yml")) {
		t.Errorf("%s, %v", got, err)
	}
	if r := s.Requests()[0]; r.Path != "/integrity/sample-pkg/1!1.0+x/sample_pkg-1.0+x!y.tar.gz/provenance" || r.Accept != mediaIntegrity {
		t.Errorf("%+v", r)
	}
	p, err := c.Project(t.Context(), "sample_pkg")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.ProvenanceAt(t.Context(), p.Files[0].Provenance); err != nil || string(got) != string(gitHub("a.yml")) {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := c.ProvenanceAt(t.Context(), "/integrity/sample-pkg/1!1.0+x/sample_pkg-1.0+x!y.tar.gz/provenance"); err != nil || len(got) == 0 {
		t.Errorf("relative: %s, %v", got, err)
	}
}

func TestProvenanceErrors(t *testing.T) {
	s, other := index(t), index(t)
	c := client(t, s)
	if _, err := c.Provenance(t.Context(), "pkg", "1.0", "pkg-1.0.tar.gz"); !errors.Is(err, ErrNoProvenance) || !strings.Contains(err.Error(), "No provenance available for pkg-1.0.tar.gz") {
		t.Errorf("%v", err)
	}
	s.Disabled = true
	if _, err := c.Provenance(t.Context(), "pkg", "1.0", "pkg-1.0.tar.gz"); !errors.Is(err, ErrDisabled) || !strings.Contains(err.Error(), "temporarily disabled") {
		t.Errorf("%v", err)
	}
	s.FailNext(1, 406)
	if _, err := c.Provenance(t.Context(), "pkg", "1.0", "pkg-1.0.tar.gz"); !errors.Is(err, ErrNotAcceptable) {
		t.Errorf("%v", err)
	}
	s.FailNext(3, 502)
	if _, err := c.Provenance(t.Context(), "pkg", "1.0", "pkg-1.0.tar.gz"); err == nil || errors.Is(err, ErrNoProvenance) || !strings.Contains(err.Error(), "502") {
		t.Errorf("%v", err)
	}
	if _, err := c.ProvenanceAt(t.Context(), ""); !errors.Is(err, ErrNoProvenance) {
		t.Errorf("%v", err)
	}
	before := len(s.Requests())
	for _, bad := range [][3]string{
		{"", "1.0", "f"}, {"pkg", "", "f"}, {"pkg", "..", "f"}, {"pkg", "1/0", "f"}, {"pkg", "1.0?", "f"},
		{"pkg", "1.0", ""}, {"pkg", "1.0", ".."}, {"pkg", "1.0", "a/b"}, {"pkg", "1.0", "a\nb"}, {"pkg", "1.0", "a\xffb"},
	} {
		if _, err := c.Provenance(t.Context(), bad[0], bad[1], bad[2]); err == nil || errors.Is(err, ErrNoProvenance) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, bad := range []string{other.URL() + "/integrity/x", "https://evil.example/x?token=hidden", "http://u:p@127.0.0.1/", "file:///etc/passwd", "%zz"} {
		if _, err := c.ProvenanceAt(t.Context(), bad); err == nil || errors.Is(err, ErrNoProvenance) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if len(s.Requests()) != before || len(other.Requests()) != 0 {
		t.Error("a refused address was asked")
	}
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		fmt.Fprint(w, strings.Repeat(" ", maxProvenance+1))
		return true
	}
	_, err := c.Provenance(t.Context(), "pkg", "1.0", "f")
	if e := new(LimitError); !errors.As(err, &e) || e.Limit != maxProvenance {
		t.Errorf("%v", err)
	}
}

func TestRegisteredPublisher(t *testing.T) {
	day := func(n int) time.Time { return at.AddDate(0, 0, n) }
	file := func(n int, provenance []byte, change ...func(*pypitest.File)) pypitest.File {
		f := pypitest.File{Filename: fmt.Sprintf("pkg-%d.tar.gz", n), Version: fmt.Sprint(n), UploadTime: day(n), Provenance: provenance}
		for _, c := range change {
			c(&f)
		}
		return f
	}
	gone := func(f *pypitest.File) { f.ProvenanceURL = "-" }
	many := func(n int) (files []pypitest.File) {
		for i := range n {
			files = append(files, file(100+i, nil, gone))
		}
		return files
	}
	for _, tt := range []struct {
		name  string
		files []pypitest.File
		want  string // workflow
		file  string
		err   error  // or
		text  string // or
	}{
		{name: "newest", files: []pypitest.File{file(1, gitHub("1.yml")), file(3, gitHub("3.yml")), file(2, gitHub("2.yml"))}, want: "3.yml", file: "pkg-3.tar.gz"},
		{name: "newest has none", files: []pypitest.File{file(1, gitHub("1.yml")), file(2, nil)}, want: "1.yml", file: "pkg-1.tar.gz"},
		{name: "newest is yanked", files: []pypitest.File{file(1, gitHub("1.yml")), file(2, gitHub("2.yml"), func(f *pypitest.File) { f.Yanked = "-" })}, want: "1.yml", file: "pkg-1.tar.gz"},
		{name: "newest is gone", files: []pypitest.File{file(1, gitHub("1.yml")), file(2, nil, gone)}, want: "1.yml", file: "pkg-1.tar.gz"},
		{name: "no time comes last", files: []pypitest.File{file(9, gitHub("9.yml"), func(f *pypitest.File) { f.UploadTime = time.Time{} }), file(1, gitHub("1.yml"))}, want: "1.yml", file: "pkg-1.tar.gz"},
		{name: "equal times by name", files: []pypitest.File{file(5, gitHub("5.yml")), file(4, gitHub("4.yml"), func(f *pypitest.File) { f.UploadTime = day(5) })}, want: "4.yml", file: "pkg-4.tar.gz"},
		{name: "nineteen gone", files: append(many(19), file(1, gitHub("1.yml"))), want: "1.yml", file: "pkg-1.tar.gz"},
		{name: "twenty gone", files: append(many(20), file(1, gitHub("1.yml"))), err: ErrNoProvenance},
		{name: "none", files: []pypitest.File{file(1, nil)}, err: ErrNoProvenance},
		{name: "no file", err: ErrNoProvenance},
		{name: "garbage", files: []pypitest.File{file(1, gitHub("1.yml")), file(2, []byte("<html>"))}, text: "reading a provenance object"},
		{name: "of another host", files: []pypitest.File{file(1, gitHub("1.yml")), file(2, nil, func(f *pypitest.File) { f.ProvenanceURL = "https://evil.example/p" })}, text: `"evil.example" is not`},
		{name: "two publishers", files: []pypitest.File{file(1, []byte(`{"version":1,"attestation_bundles":[
			{"publisher":{"kind":"Google","email":"a@x"},"attestations":[{}]},{"publisher":{"kind":"Google","email":"b@x"},"attestations":[{}]}]}`))}, text: "several publishers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := index(t)
			s.AddProject("pkg")
			s.Add("pkg", tt.files...)
			p, file, err := client(t, s).RegisteredPublisher(t.Context(), "pkg")
			if tt.err != nil || tt.text != "" {
				if err == nil || tt.err != nil && !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.text) || p != (Publisher{}) || file != "" {
					t.Errorf("%+v, %q, %v", p, file, err)
				}
			} else if want := (Publisher{Kind: "GitHub", Repository: "octo-sci/samplepkg", Workflow: tt.want, Environment: "pypi"}); err != nil || p != want || file != tt.file {
				t.Errorf("%+v, %q, %v", p, file, err)
			}
			if n := len(s.Requests()); n > 21 {
				t.Errorf("%d requests", n)
			}
		})
	}
	s := index(t)
	if _, _, err := client(t, s).RegisteredPublisher(t.Context(), "pkg"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
	s.Add("pkg", file(1, gitHub("1.yml")))
	s.Disabled = true
	if _, _, err := client(t, s).RegisteredPublisher(t.Context(), "pkg"); !errors.Is(err, ErrDisabled) {
		t.Errorf("%v", err)
	}
}
