// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"
	"testing"
)

// FuzzOf asks for every row, and for hostile names, with hostile inputs.
func FuzzOf(f *testing.F) {
	f.Add("actions/upload-artifact", "v7", "path=dist/*\narchive=false")
	f.Add("a/b/../../actions/checkout", "\x00", "=\n=")
	f.Add("/", strings.Repeat("9", 100), "name=${{\npattern=}}${{")
	f.Add("actions/download-artifact", commit, "name=${{ x }}\ngithub-token=t\nrun-id=${{")
	f.Fuzz(func(t *testing.T, name, version, inputs string) {
		with, possible := map[string]string{}, map[string][]string{}
		for _, line := range strings.Split(inputs, "\n") {
			key, text, _ := strings.Cut(line, "=")
			with[key] = text
			possible[key] = strings.Split(text, "|")
		}
		owner, rest, _ := strings.Cut(name, "/")
		repo, path, _ := strings.Cut(rest, "/")
		check(Of(Action{owner, repo, path, version, ""}, with, texts(possible)), texts(possible))
		check(Of(Action{owner, repo, path, commit, version}, with, nil), nil)
		for _, rows := range tables {
			for i := range rows {
				owner, rest, _ := strings.Cut(rows[i].name, "/")
				repo, path, _ := strings.Cut(rest, "/")
				for _, in := range []Values{nil, texts(possible), func(string) ([]string, bool, bool) { return nil, true, true }} {
					check(Of(Action{owner, repo, path, version, version}, with, in), in)
				}
			}
		}
	})
}

func check(f Facts, in Values) {
	for _, c := range f.Caches {
		c.On(in)
		c.On(nil)
	}
}

func BenchmarkOf(b *testing.B) {
	in := written(map[string]string{"name": "x", "path": "dist/*"})
	for _, name := range []string{"actions/checkout", "astral-sh/setup-uv", "actions/upload-artifact", "octo-sci/unknown"} {
		owner, repo, _ := strings.Cut(name, "/")
		b.Run(repo, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Of(Action{Owner: owner, Repo: repo, Ref: "v9"}, nil, in)
			}
		})
	}
}
