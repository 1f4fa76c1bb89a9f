// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v4"
)

// FuzzRead reads any bytes as a workflow and as an action: it never panics,
// what it yields is bounded, each text stands where it says, and no step of
// the file is missing from the model unless that says Incomplete.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		everything,
		"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - parallel:\n      - run: a\n      - {uses: o/r@v1} # c\n",
		"on: push\njobs: {a: {runs-on: x, steps: [{run: \"a\\\n b\"}, {run: 'it''s'}]}}\n",
		"on: push\njobs:\n  a: &a\n    steps:\n    - &s\n      run: &r |+ # c\n        x\n\n    - *s\n    - run: *r\n  b: *a\n",
		"runs:\n  using: composite\n  steps:\n  - run: >-\n      a\n      b\n\n      c\n    shell: bash\n",
		"\xef\xbb\xbfname: a\r\non: push\r\njobs:\r\n  a:\r\n    steps:\r\n    - run: |\r\n        a\r\n",
		"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
		"a: &a [*a]\n", "---", "---\na: 1\n---\nb: 2\n", "jobs:\n\ta: b\n", "? [a]\n: b\n", "<<: {a: b}\n",
		"jobs: {a: {timeout-minutes: !!float nan, steps: [run: x]}}\n",
		"name: a\u2028on: push # x\u0085jobs: {}\n", "!!binary aGk=: x\n", "name: !!str\n  # c\n  a\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		w, problems := readWorkflow("w.yml", data)
		steps := 0
		for _, j := range w.Jobs {
			for range All(j.Steps) {
				steps++
			}
		}
		held(t, w.Incomplete, steps, data, problems)
		verify(t, w)

		a, problems := readAction("action.yml", ".", data)
		held(t, a.Incomplete, len(a.Steps), nil, problems)

		r, err := Read(fstest.MapFS{Folder + "/w.yml": {Data: data}, "action.yml": {Data: data}})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for range r.Expand("action.yml", r.Actions["."].Steps) {
			n++
		}
		if n > MaxExpanded {
			t.Errorf("%d steps are expanded", n)
		}
	})
}

// held holds what is true of any file.
func held(t *testing.T, incomplete bool, steps int, data []byte, problems []Problem) {
	t.Helper()
	lost := false
	for _, p := range problems {
		lost = lost || p.Lost
		src, _ := newSource(data)
		if p.Line < 0 || data != nil && p.Line > len(src.starts) || p.Line > 0 && p.Column < 1 {
			t.Errorf("the problem %v is outside of the file", p)
		}
		if len(p.Message) > 4000 {
			t.Errorf("a message has %d bytes", len(p.Message))
		}
	}
	if len(problems) > MaxProblems+1 || len(problems) <= MaxProblems && lost != incomplete {
		t.Errorf("%d problems, lost %v, incomplete %v", len(problems), lost, incomplete)
	}
	if incomplete || data == nil {
		return
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatalf("a file that is no YAML is complete: %v", err)
	}
	want := 0
	if len(doc.Content) == 0 {
		doc.Content = []*yaml.Node{{}}
	}
	under(doc.Content[0], "jobs", func(jobs *yaml.Node) {
		for i := 1; i < len(jobs.Content); i += 2 {
			under(jobs.Content[i], "steps", func(n *yaml.Node) { want += nodes(n) })
		}
	})
	if steps != want {
		t.Errorf("the model has %d steps, the file %d", steps, want)
	}
}

func under(n *yaml.Node, key string, visit func(*yaml.Node)) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if v.Kind == yaml.AliasNode {
			v = v.Alias
		}
		if k.Value == key || k.Alias != nil && k.Alias.Value == key {
			visit(v)
		}
	}
}

func nodes(n *yaml.Node) (c int) {
	if n.Kind != yaml.SequenceNode {
		return 0
	}
	for _, s := range n.Content {
		c++
		under(s, "parallel", func(n *yaml.Node) { c += nodes(n) })
	}
	return c
}

// FuzzUses parses any text as a "uses".
func FuzzUses(f *testing.F) {
	for _, s := range []string{"a/b@c", "a/b/c/d@" + strings.Repeat("0", 40), "./a/../..", "$/", "docker://x@sha256:" + strings.Repeat("a", 64), "./", "a@b", "./\\..\\x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u := parseUses(Text{Value: s})
		switch u.Kind {
		case Local, Self:
			if strings.HasPrefix(u.Path, "/") || bytes.Contains([]byte("/"+u.Path+"/"), []byte("/../")) {
				t.Errorf("%q is the path %q", s, u.Path)
			}
		case Remote:
			raw := strings.TrimSpace(s)
			if !strings.HasPrefix(raw, u.Owner+"/"+u.Repo) || !strings.HasSuffix(raw, "@"+u.Ref) || !strings.Contains(raw, u.Path) {
				t.Errorf("%q is read as %+v", s, u)
			}
			if u.Owner == "" || u.Repo == "" || u.Ref == "" {
				t.Errorf("%q has an empty part", s)
			}
		}
	})
}
