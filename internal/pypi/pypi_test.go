// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/pypitest"
)

func index(t *testing.T) *pypitest.Server {
	t.Helper()
	s := pypitest.New()
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, s *pypitest.Server) *Client {
	t.Helper()
	c, err := New(Options{BaseURL: s.URL(), UserAgent: "test/1", Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answers(s *pypitest.Server, kind, body string) {
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
		return true
	}
}

var (
	sha = strings.Repeat("0123456789abcdef", 4)
	at  = time.Date(2026, 3, 4, 5, 6, 7, 890123000, time.UTC)
)

func TestNew(t *testing.T) {
	for base, ok := range map[string]bool{
		"": true, "https://test.pypi.org": true, "http://127.0.0.1:1/x/": true,
		"http://pypi.org": false, "https://u:p@pypi.org": false, "pypi.org": false,
	} {
		if _, err := New(Options{BaseURL: base}); (err == nil) != ok {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestProject(t *testing.T) {
	s := index(t)
	s.Add("Sample.Pkg",
		pypitest.File{Filename: "sample_pkg-1.0.tar.gz", Version: "1.0", SHA256: sha, Size: 123, UploadTime: at, Provenance: []byte("{}")},
		pypitest.File{Filename: "sample_pkg-1.0-py3-none-any.whl", Version: "1.0", Size: 1 << 40, Yanked: "bad"},
		pypitest.File{Filename: "sample_pkg-0.9.tar.gz", Version: "0.9", Yanked: "-"},
	)
	want := Project{
		Name: "Sample.Pkg", APIVersion: "1.4", Status: "active", LastSerial: 1234567,
		Files: []File{
			{Filename: "sample_pkg-1.0.tar.gz", URL: "https://files.example/packages/sample_pkg-1.0.tar.gz", SHA256: sha, Size: 123,
				UploadTime: at, Provenance: s.URL() + "/integrity/sample-pkg/1.0/sample_pkg-1.0.tar.gz/provenance"},
			{Filename: "sample_pkg-1.0-py3-none-any.whl", URL: "https://files.example/packages/sample_pkg-1.0-py3-none-any.whl",
				Size: 1 << 40, Yanked: true, YankedReason: "bad"},
			{Filename: "sample_pkg-0.9.tar.gz", URL: "https://files.example/packages/sample_pkg-0.9.tar.gz", Yanked: true},
		},
	}
	for _, name := range []string{"Sample.Pkg", "sample-pkg", "SAMPLE__pkg"} {
		got, err := client(t, s).Project(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	r := s.Requests()[0]
	if r.Path != "/simple/sample-pkg/" || r.Accept != mediaSimple || r.UserAgent != "test/1" || r.Authorization != "" {
		t.Errorf("%+v", r)
	}
	if n := len(s.Requests()); n != 3 {
		t.Errorf("%d requests", n)
	}
}

func TestProjectStatus(t *testing.T) {
	s := index(t)
	s.Add("pkg", pypitest.File{Filename: "pkg-1.0.tar.gz", Version: "1.0", Provenance: []byte("{}")})
	s.SetStatus("pkg", StatusQuarantined, "malware")
	p, err := client(t, s).Project(t.Context(), "pkg")
	if err != nil || p.Status != StatusQuarantined || p.StatusReason != "malware" || len(p.Files) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, _, err := client(t, s).RegisteredPublisher(t.Context(), "pkg"); !errors.Is(err, ErrQuarantined) {
		t.Errorf("%v", err)
	}
}

func TestProjectErrors(t *testing.T) {
	s := index(t)
	c := client(t, s)
	if _, err := c.Project(t.Context(), "nothing"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	} else if e := new(StatusError); !errors.As(err, &e) || e.Status != 404 {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "a/b", "../x", "-a", "a_", "a b", "é", "a?b", "a%2fb", strings.Repeat("a", 201)} {
		if _, err := c.Project(t.Context(), bad); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if n := len(s.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
	s.AddProject("pkg")
	for status, want := range map[int]error{406: ErrNotAcceptable, 404: ErrNotFound} {
		s.FailNext(1, status)
		if _, err := c.Project(t.Context(), "pkg"); !errors.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
	}
	s.FailNext(2, 503)
	if _, err := c.Project(t.Context(), "pkg"); err != nil {
		t.Errorf("after two failures: %v", err)
	}
	s.FailNext(3, 500)
	if _, err := c.Project(t.Context(), "pkg"); err == nil {
		t.Error("three failures are a success")
	}
	s.HTMLOnly = true
	if _, err := c.Project(t.Context(), "pkg"); err == nil || !strings.Contains(err.Error(), "HTML") {
		t.Errorf("%v", err)
	}
}

func TestRedirects(t *testing.T) {
	other, s := index(t), index(t)
	other.AddProject("pkg")
	s.AddProject("pkg")
	for to, ok := range map[string]bool{"/simple/pkg/?again=1": true, other.URL() + "/simple/pkg/": false} {
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.RawQuery != "" {
				return false
			}
			http.Redirect(w, r, to, http.StatusFound)
			return true
		}
		if _, err := client(t, s).Project(t.Context(), "pkg"); (err == nil) != ok {
			t.Errorf("%s: %v", to, err)
		}
	}
	if n := len(other.Requests()); n != 0 {
		t.Errorf("the other index was asked %d times", n)
	}
}

func TestSimpleRefuses(t *testing.T) {
	file := func(extra string) string {
		return `{"meta":{"api-version":"1.0"},"name":"pkg","files":[{"filename":"pkg-1.tar.gz","url":"u"` + extra + `}]}`
	}
	for _, tt := range []struct{ name, body, want string }{
		{"version 2", `{"meta":{"api-version":"2.0"},"name":"pkg","files":[]}`, `"2.0"; only 1.x`},
		{"version 10", `{"meta":{"api-version":"10.0"},"name":"pkg","files":[]}`, "only 1.x"},
		{"version 1", `{"meta":{"api-version":"1"},"name":"pkg","files":[]}`, "only 1.x"},
		{"version number", `{"meta":{"api-version":1.0},"name":"pkg","files":[]}`, "found a number"},
		{"version after the files", `{"name":"pkg","files":[],"meta":{"api-version":"2.0"}}`, "only 1.x"},
		{"no version", `{"meta":{},"name":"pkg","files":[]}`, "api-version"},
		{"no meta", `{"name":"pkg","files":[]}`, "api-version"},
		{"other case", `{"META":{"api-version":"1.0"},"name":"pkg","files":[]}`, "api-version"},
		{"no files", `{"meta":{"api-version":"1.0"},"name":"pkg"}`, `"files"`},
		{"files null", `{"meta":{"api-version":"1.0"},"name":"pkg","files":null}`, "expected an array"},
		{"no name", `{"meta":{"api-version":"1.0"},"files":[]}`, `"name"`},
		{"another project", `{"meta":{"api-version":"1.0"},"name":"gkp","files":[]}`, `"gkp", not "pkg"`},
		{"empty status", `{"meta":{"api-version":"1.0"},"name":"pkg","files":[],"project-status":{"status":""}}`, "project-status"},
		{"status word", `{"meta":{"api-version":"1.0"},"name":"pkg","files":[],"project-status":"quarantined"}`, "project-status"},
		{"serial", `{"meta":{"api-version":"1.0","_last-serial":1e999},"name":"pkg","files":[]}`, "whole number"},
		{"twice", file(`,"url":"v"`), "twice"},
		{"file twice", `{"meta":{"api-version":"1.0"},"name":"pkg","files":[{"filename":"a","url":"u"},{"filename":"a","url":"v"}]}`, "twice"},
		{"no filename", `{"meta":{"api-version":"1.0"},"name":"pkg","files":[{"url":"u"}]}`, "no filename"},
		{"filename with a slash", `{"meta":{"api-version":"1.0"},"name":"pkg","files":[{"filename":"../a","url":"u"}]}`, "not the name of a file"},
		{"filename with a line break", `{"meta":{"api-version":"1.0"},"name":"pkg","files":[{"filename":"a\n::error::","url":"u"}]}`, "not the name of a file"},
		{"file null", `{"meta":{"api-version":"1.0"},"name":"pkg","files":[null]}`, "expected an object"},
		{"short digest", file(`,"hashes":{"sha256":"abc"}`), "64 lower-case"},
		{"upper digest", file(`,"hashes":{"sha256":"` + strings.ToUpper(sha) + `"}`), "64 lower-case"},
		{"digest list", file(`,"hashes":[]`), "hashes"},
		{"two digests", file(`,"hashes":{"sha256":"` + sha + `","sha256":"` + sha + `"}`), "twice"},
		{"size in words", file(`,"size":"12"`), "size"},
		{"size below 0", file(`,"size":-1`), "size"},
		{"gigantic size", file(`,"size":1` + strings.Repeat("0", 500)), "size"},
		{"time", file(`,"upload-time":"yesterday"`), "upload-time"},
		{"yanked", file(`,"yanked":1`), "yanked"},
		{"provenance", file(`,"provenance":true`), "provenance"},
		{"provenance with spaces", file(`,"provenance":"https://x/ y"`), "provenance"},
		{"cut", file("")[:60], "ends early"},
		{"trailing", file("") + "{}", "follows"},
		{"deep", `{"x":` + strings.Repeat("[", 1<<20), "64 levels"},
		{"empty", "", "nothing in it"},
		{"HTML", "<!DOCTYPE html>", "HTML"},
	} {
		s := index(t)
		answers(s, mediaSimple, tt.body)
		p, err := client(t, s).Project(t.Context(), "pkg")
		if e := new(AnswerError); !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 600 {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if p.Name != "" || p.Files != nil {
			t.Errorf("%s: a project beside an error", tt.name)
		}
	}
	s := index(t)
	answers(s, mediaSimple, file(`,"hashes":{"blake2b":"x"},"size":null,"upload-time":null,"yanked":"","provenance":null,"FILENAME":"b"`))
	p, err := client(t, s).Project(t.Context(), "pkg")
	if d := cmp.Diff([]File{{Filename: "pkg-1.tar.gz", URL: "u", Size: -1}}, p.Files); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestSimpleLimits(t *testing.T) {
	s := index(t)
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		fmt.Fprint(w, `{"meta":{"api-version":"1.0"},"name":"pkg","files":[`)
		for i := range maxFiles + 1 {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `{"filename":"f%d","url":"u"}`, i)
		}
		fmt.Fprint(w, `]}`)
		return true
	}
	_, err := client(t, s).Project(t.Context(), "pkg")
	if e := new(LimitError); !errors.As(err, &e) || e.Limit != maxFiles {
		t.Errorf("%v", err)
	}
	s = index(t)
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		fmt.Fprint(w, `{"x":[`)
		chunk := `"` + strings.Repeat("x", 1<<20) + `",`
		for range 65 {
			if _, err := fmt.Fprint(w, chunk); err != nil {
				break
			}
		}
		return true
	}
	_, err = client(t, s).Project(t.Context(), "pkg")
	if e := new(LimitError); !errors.As(err, &e) || e.Limit != maxSimple {
		t.Errorf("%v", err)
	}
}
