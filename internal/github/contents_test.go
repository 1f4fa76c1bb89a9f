// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

func TestContents(t *testing.T) {
	s := server(t)
	s.Token = token
	for _, p := range []string{".github/workflows/release.yml", "a b/c?d#é%2f.txt"} {
		s.AddFile("octo-sci", "samplepkg", commit, p, []byte("content of "+p))
		got, err := client(t, s).Contents(t.Context(), "octo-sci", "samplepkg", p, commit)
		if err != nil || string(got) != "content of "+p {
			t.Errorf("%s: %q, %v", p, got, err)
		}
	}
	onlyToAPI(t, s)
	if a := s.Requests()[0].Accept; a != "application/vnd.github.raw+json" {
		t.Errorf("accept %q", a)
	}
	_, err := client(t, s).Contents(t.Context(), "octo-sci", "samplepkg", "nothing", commit)
	if e := new(NotFoundError); !errors.As(err, &e) || e.What != "file" {
		t.Errorf("%v", err)
	}
	s.NoPermission = true
	_, err = client(t, s).Contents(t.Context(), "octo-sci", "samplepkg", "x", commit)
	if e := new(PermissionError); !errors.As(err, &e) || e.Permission != "contents: read" {
		t.Errorf("%v", err)
	}
}

func TestContentsIsChecked(t *testing.T) {
	s := server(t)
	c := client(t, s)
	for _, tt := range []struct{ owner, repo, path, ref string }{
		{"o", "r", "x", "main"},
		{"o", "r", "x", ""},
		{"o", "r", "x", commit[:39]},
		{"o", "r", "x", strings.ToUpper(commit)},
		{"o", "r", "", commit},
		{"o", "r", "/x", commit},
		{"o", "r", "x/", commit},
		{"o", "r", "../x", commit},
		{"o", "r", "a/./x", commit},
		{"o", "r", "a\nb", commit},
		{"o", "r", strings.Repeat("a", 5000), commit},
		{"o/x", "r", "x", commit},
		{"o", "", "x", commit},
	} {
		if _, err := c.Contents(t.Context(), tt.owner, tt.repo, tt.path, tt.ref); err == nil {
			t.Errorf("%+v: accepted", tt)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestContentsAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, kind, body, want string
	}{
		{"a folder", "application/json; charset=utf-8", ` [{"type":"file"}]`, "is a folder"},
		{"HTML", "text/html; charset=utf-8", "<html>", "HTML"},
		{"too large", "application/vnd.github.raw+json", strings.Repeat("x", maxFile+1), "limit of 1048576 bytes"},
		{"at the limit", "application/vnd.github.raw+json", strings.Repeat("x", maxFile), ""},
		{"a JSON file", "application/vnd.github.raw+json; charset=utf-8", `[1]`, ""},
		{"empty", "application/vnd.github.raw+json", ``, ""},
	} {
		s := server(t)
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", tt.kind)
			fmt.Fprint(w, tt.body)
			return true
		}
		got, err := client(t, s).Contents(t.Context(), "o", "r", "x", strings.Repeat("a", 64))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if err == nil && string(got) != tt.body {
			t.Errorf("%s: %d bytes of %d", tt.name, len(got), len(tt.body))
		}
	}
}
