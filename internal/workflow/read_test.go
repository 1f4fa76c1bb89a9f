// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rhysd/actionlint"
)

func tree(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func read(t *testing.T, files map[string]string) *Repository {
	t.Helper()
	r, err := Read(tree(files))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func messages(r *Repository) string {
	var b strings.Builder
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", p.File, p.Line, p.Column, p.Message)
	}
	return b.String()
}

func composite(steps string) string {
	return "name: x\ndescription: y\nruns:\n  using: composite\n  steps:\n" + steps
}

func job(steps string) string {
	return "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n" + steps
}

func TestReadNothing(t *testing.T) {
	r := read(t, map[string]string{"README": "x"})
	if len(r.Workflows)+len(r.Actions)+len(r.Problems) > 0 || r.Incomplete {
		t.Errorf("%+v", r)
	}
	if _, err := Read(tree(map[string]string{Folder: "a file"})); err == nil {
		t.Error("a folder that is a file is listed")
	}
}

func TestRead(t *testing.T) {
	r := read(t, map[string]string{
		Folder + "/b.yml":         job("    - uses: ./one\n    - uses: ./gone\n    - uses: $/docker\n    - parallel: [uses: ./deep/er]\n"),
		Folder + "/a.yaml":        job("    - uses: ./\n    - uses: ./node\n"),
		Folder + "/c.txt":         "not: [read",
		Folder + "/D.YML":         job("    - run: x\n"),
		Folder + "/sub/e.yml":     "not: [read",
		"one/action.yml":          composite("    - uses: ./two\n    - uses: ./one\n"),
		"one/action.yaml":         "not: [read",
		"two/action.yaml":         composite("    - run: x\n      shell: bash\n"),
		"docker/Dockerfile":       "FROM scratch\n",
		"deep/er/action.yml":      "runs: {using: docker, image: Dockerfile, args: [a], env: {B: c}, pre-entrypoint: p, entrypoint: m, post-entrypoint: q}\n",
		"node/action.yml":         "inputs: {x: {default: 1, required: true}}\noutputs: {y: {value: z}}\nruns: {using: node24, main: m.js, pre: p.js, post: q.js}\n",
		"action.yml":              composite("    - run: x\n      shell: bash\n"),
		"unused/action.yml":       "not: [read",
		".github/workflow/no.yml": "not: [read",
	})
	var paths []string
	for _, w := range r.Workflows {
		paths = append(paths, w.Path)
	}
	check(t, "workflows", paths, []string{Folder + "/a.yaml", Folder + "/b.yml"})
	kinds := map[string]ActionKind{}
	for folder, a := range r.Actions {
		if kinds[folder] = a.Kind; a.Folder != folder || a.Incomplete {
			t.Errorf("%s: %+v", folder, a)
		}
	}
	check(t, "actions", kinds, map[string]ActionKind{".": ActionComposite, "one": ActionComposite, "two": ActionComposite, "docker": ActionDocker, "deep/er": ActionDocker, "node": ActionNode})
	d, n := r.Actions["deep/er"], r.Actions["node"]
	check(t, "docker", []any{d.Image.Value, values(d.Args), pairs(d.Env), d.Pre.Value, d.Main.Value, d.Post.Value}, []any{"Dockerfile", []string{"a"}, map[string]string{"B": "c"}, "p", "m", "q"})
	check(t, "node", []any{n.Inputs[0].Default.Value, n.Inputs[0].Required, pairs(n.Outputs), n.Pre.Value, n.Main.Value, n.Post.Value}, []any{"1", true, map[string]string{"y": "z"}, "p.js", "m.js", "q.js"})
	check(t, "problems", messages(r), Folder+"/D.YML:0:0: it was not read: GitHub takes only .yml and .yaml in lower case\n"+
		Folder+"/b.yml:7:13: the folder \"gone\" has no action in this tree\n")
	if r.Incomplete {
		t.Error("the repository is incomplete")
	}
}

// TestComposite holds that positions in a composite action are the file's own.
func TestComposite(t *testing.T) {
	r := read(t, map[string]string{"action.yml": composite("    - name: n # c\n      run: |\n        a\n        b\n      shell: bash\n    - uses: o/r@v1 # v1.2.3\n")})
	a := r.Actions["."]
	s := a.Steps
	check(t, "lines", []int{s[0].Pos.Line, s[0].Run.Script.FirstLine, s[0].Run.Script.LineOf(2), s[0].End, s[1].Pos.Line, s[1].End}, []int{6, 8, 9, 10, 11, 11})
	check(t, "comments", []string{a.Comments[0].Text, s[1].Uses.Comment}, []string{"c", "v1.2.3"})
	for name, bad := range map[string]string{
		"no runs": "name: x\n", "empty": "# x\n", "unknown using": "runs: {using: cobol}\n", "no using": "runs: {steps: [run: x]}\n",
		"composite without steps": "runs: {using: composite}\n", "node with steps": "runs: {using: node20, main: x, steps: [run: x]}\n",
	} {
		if r := read(t, map[string]string{"action.yml": bad}); !r.Actions["."].Incomplete || len(r.Problems) != 1 {
			t.Errorf("%s: %v", name, r.Problems)
		}
	}
}

func TestLinks(t *testing.T) {
	make := func(t *testing.T, files map[string]string, links map[string]string) *Repository {
		t.Helper()
		dir := t.TempDir()
		for name, text := range files {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for name, to := range links {
			if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
				t.Skip(err)
			}
		}
		r, err := Read(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	flow := job("    - uses: ./act\n")
	for _, c := range []struct {
		name  string
		files map[string]string
		links map[string]string
		want  string
		flows int
	}{
		{"a workflow", map[string]string{Folder + "/a.yml": flow, "act/action.yml": composite("    - run: x\n"), "x.yml": flow}, map[string]string{Folder + "/b.yml": "../../x.yml"}, Folder + "/b.yml:0:0: it is a symbolic link", 1},
		{"the folder", map[string]string{".github/x": "", "w/a.yml": flow}, map[string]string{Folder: "../w"}, Folder + ":0:0: it is a symbolic link", 0},
		{"its parent", map[string]string{"g/workflows/a.yml": flow}, map[string]string{".github": "g"}, ".github:0:0: it is a symbolic link", 0},
		{"an action's folder", map[string]string{Folder + "/a.yml": flow, "b/action.yml": composite("    - run: x\n")}, map[string]string{"act": "b"}, "act:0:0: it is a symbolic link", 1},
		{"an action's file", map[string]string{Folder + "/a.yml": flow, "act/x": composite("    - run: x\n")}, map[string]string{"act/action.yml": "x"}, "act/action.yml:0:0: it is a symbolic link", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := make(t, c.files, c.links)
			if !strings.Contains(messages(r), c.want) || !r.Incomplete || len(r.Workflows) != c.flows {
				t.Errorf("%d workflows, incomplete %v, problems:\n%s", len(r.Workflows), r.Incomplete, messages(r))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	big := append([]byte(job("    - run: x\n")), bytes.Repeat([]byte("#\n"), MaxFileSize)...)
	r, err := Read(fstest.MapFS{Folder + "/a.yml": {Data: big}})
	if err != nil || !strings.Contains(messages(r), "more than 1048576 bytes") || len(r.Workflows) != 1 || !r.Workflows[0].Incomplete || !r.Incomplete {
		t.Errorf("%v, %s", err, messages(r))
	}
	many := fstest.MapFS{}
	for i := range 2 * MaxFiles {
		many[fmt.Sprintf("%s/%04d.yml", Folder, i)] = &fstest.MapFile{Data: []byte(job("    - run: x\n"))}
	}
	if r, err = Read(many); err != nil || len(r.Problems) != 1 || !strings.Contains(messages(r), Folder+"/0500.yml:0:0: this and all further files") || !r.Incomplete {
		t.Errorf("%v, %s", err, messages(r))
	}
	whole := 0
	for _, w := range r.Workflows {
		if !w.Incomplete {
			whole++
		}
	}
	check(t, "files read", []int{len(r.Workflows), whole}, []int{2 * MaxFiles, MaxFiles})
}

// TestTotal holds how much is read over all files.
func TestTotal(t *testing.T) {
	files := tree(map[string]string{"a": "x", "b": "x"})
	r := &reader{fsys: files, out: &Repository{}, total: MaxTotalSize - 1}
	_, first := r.read("a")
	_, second := r.read("b")
	if !first || second || messages(r.out) != "b:0:0: it was not read: the files together have more than 16777216 bytes\n" || !r.out.Incomplete {
		t.Errorf("%v, %v, %s", first, second, messages(r.out))
	}
}

func TestCallee(t *testing.T) {
	r := read(t, map[string]string{
		Folder + "/called.yml": "on: workflow_call\njobs: {b: {runs-on: x, steps: [run: x]}}\n",
		Folder + "/pushed.yml": job("    - run: x\n"),
		Folder + "/broken.yml": "on: [\n",
	})
	for _, c := range []struct {
		uses, path string
		err        error
	}{
		{"./.github/workflows/called.yml", Folder + "/called.yml", nil},
		{"$/.github/workflows/called.yml", Folder + "/called.yml", nil},
		{"./.github/workflows/broken.yml", Folder + "/broken.yml", nil}, // Incomplete says it
		{"./.github/workflows/gone.yml", "", ErrNoCallee},
		{"./.github/workflows/sub/called.yml", "", ErrNoCallee},
		{"./called.yml", "", ErrNoCallee},
		{"./../x.yml", "", ErrNoCallee},
		{"docker://x", "", ErrNoCallee},
		{"o/r/.github/workflows/called.yml@v1", "", ErrRemote},
	} {
		w, err := r.Callee(&Call{Uses: parseUses(Text{Value: c.uses})})
		if !errors.Is(err, c.err) || (w == nil) != (c.path == "") || w != nil && w.Path != c.path {
			t.Errorf("%s: %v, %v", c.uses, w, err)
		}
	}
	if _, err := r.Callee(&Call{Uses: parseUses(Text{Value: "./.github/workflows/pushed.yml"})}); err == nil || !strings.Contains(err.Error(), "no workflow_call") {
		t.Errorf("a workflow that cannot be called: %v", err)
	}
}

// expand lists what a job runs: scripts, uses and faults, with the lines of
// the uses that lead there.
func expand(r *Repository) (out []string) {
	w := r.Workflows[0]
	for x := range r.Expand(w.Path, w.Jobs[0].Steps) {
		var b strings.Builder
		for _, f := range x.Chain {
			fmt.Fprintf(&b, "%s:%d>", filepath.Base(f.File), f.Step.Pos.Line)
		}
		switch {
		case x.Step.Run != nil:
			b.WriteString(x.Step.Run.Script.Value)
		case x.Step.Uses != nil:
			b.WriteString(x.Step.Uses.Raw.Value)
		}
		if x.Group != nil {
			b.WriteString(" (group)")
		}
		if x.Action != nil {
			b.WriteString(" = " + x.Action.Path)
		}
		if x.Fault != "" {
			b.WriteString(" ! " + x.Fault)
		}
		out = append(out, b.String())
	}
	return out
}

func TestExpand(t *testing.T) {
	r := read(t, map[string]string{
		Folder + "/w.yml":   job("    - run: first\n    - uses: ./one\n      with: {A: b, other: c}\n    - parallel:\n      - run: p\n      - uses: $/two\n    - uses: ./gone\n    - uses: ./node\n    - uses: o/r@v1\n    - uses: ./bad\n    - run: last\n"),
		"one/action.yml":    "inputs: {a: {default: x}, d: {default: y}}\n" + composite("    - run: in one\n    - uses: ./two\n    - uses: ./one\n"),
		"two/action.yml":    composite("    - run: in two\n"),
		"node/action.yml":   "runs: {using: node24, main: x}\n",
		"bad/action.yml":    composite("    - run: in bad\n      what: x\n"),
		"unused/action.yml": composite("    - run: never\n"),
	})
	check(t, "steps", expand(r), []string{
		"first",
		"w.yml:7>in one",
		"w.yml:7>action.yml:8>in two",
		`w.yml:7>./one ! the composite action "one/action.yml" uses itself`,
		"p (group)",
		"w.yml:11>in two",
		`./gone ! the local action "./gone" is not in the tree`,
		"./node = node/action.yml",
		"o/r@v1",
		`./bad ! the local action "bad/action.yml" could not be read whole`,
		"w.yml:15>in bad",
		"last",
	})
	w := r.Workflows[0]
	for x := range r.Expand(w.Path, w.Jobs[0].Steps) {
		if len(x.Chain) != 1 || x.Step.Run == nil || x.Step.Run.Script.Value != "in one" {
			continue
		}
		a, _ := x.Input("a")
		d, _ := x.Input("D")
		o, _ := x.Input("other")
		_, none := x.Input("none")
		check(t, "inputs", []any{a.Value.Value, a.Default, a.Value.Line, d.Value.Value, d.Default, o.Value.Value, o.Undeclared, none}, []any{"b", false, 8, "y", true, "c", true, false})
	}
}

// TestExpandIsBounded expands composites that multiply, and that nest.
func TestExpandIsBounded(t *testing.T) {
	files := map[string]string{Folder + "/w.yml": job("    - uses: ./a0\n")}
	for i := range 9 {
		files[fmt.Sprintf("a%d/action.yml", i)] = composite(strings.Repeat(fmt.Sprintf("    - uses: ./a%d\n", i+1), 10))
	}
	files["a9/action.yml"] = composite("    - run: x\n")
	got := expand(read(t, files))
	if len(got) > MaxExpanded || !strings.Contains(got[len(got)-1], "the rest was not read") {
		t.Errorf("%d steps, the last %q", len(got), got[len(got)-1])
	}
	files["a9/action.yml"] = "runs: {using: composite, steps: []}\n"
	if got = expand(read(t, files)); len(got) != 1 || !strings.Contains(got[0], "composite actions or more") {
		t.Errorf("%d steps, the last %q", len(got), got[len(got)-1])
	}
	files = map[string]string{Folder + "/w.yml": job("    - uses: ./a0\n")}
	for i := range 20 {
		files[fmt.Sprintf("a%d/action.yml", i)] = composite(fmt.Sprintf("    - uses: ./a%d\n", i+1))
	}
	got = expand(read(t, files))
	if len(got) != 1 || !strings.Contains(got[0], "./a10 ! composite actions nest deeper than 10") {
		t.Errorf("%q", got)
	}
}

// TestDeterministic reads the same tree twice.
func TestDeterministic(t *testing.T) {
	files := map[string]string{}
	for i := range 20 {
		files[fmt.Sprintf("%s/%d.yml", Folder, i)] = everything + fmt.Sprintf("what%d: x\n", i)
	}
	if d := cmp.Diff(read(t, files), read(t, files)); d != "" {
		t.Error(d)
	}
}

// TestLongFiles reads long files of one thing; a reader whose work grows with
// the square of the size would not come back from them.
func TestLongFiles(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, MaxFileSize/8/len(s)) }
	for name, text := range map[string]string{
		"one line":        "on: [" + strings.Repeat("ü ,", 40_000) + "]\n" + tail,
		"comments":        "on: push\n" + fill("# x\n") + tail,
		"one comment":     "on: push # " + fill("#") + "\n" + tail,
		"script":          "on: push\n" + tail + "    - run: |\n" + fill("        a b c\n"),
		"folded":          "on: push\n" + tail + "    - run: >\n" + fill("        a b c\n"),
		"plain":           "on: push\n" + tail + "    - run: a\n" + fill("        b c\n"),
		"blank lines":     "on: push\n" + fill("\n") + tail,
		"open brackets":   fill("["),
		"open braces":     fill("{a: "),
		"anchors":         "on: push\nx: [" + fill("&a x,") + "]\n" + tail,
		"unknown keys":    "on: push\n" + tail + fill("what: x\n"),
		"question marks":  fill("? "),
		"dashes":          fill("- "),
		"documents":       fill("---\n"),
		"quotes":          "on: '" + fill("''") + "'\n" + tail,
		"trailing spaces": "on: push" + fill(" ") + "\n" + tail,
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := readWorkflow("w.yml", []byte(text))
			if len(w.Jobs) == 0 && !w.Incomplete {
				t.Error("the file is complete, and has no jobs")
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	var files [][]byte
	for _, dir := range cases(b) {
		found, err := filepath.Glob(filepath.Join(dir, ".github", "workflows", "*.y*ml"))
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range found {
			data, err := os.ReadFile(f)
			if err != nil {
				b.Fatal(err)
			}
			files = append(files, data)
		}
	}
	b.Run("actionlint", func(b *testing.B) {
		for b.Loop() {
			for _, data := range files {
				actionlint.Parse(data)
			}
		}
	})
	b.Run("one by one", func(b *testing.B) {
		for b.Loop() {
			for _, data := range files {
				readWorkflow("w.yml", data)
			}
		}
	})
	all := fstest.MapFS{}
	for i, data := range files {
		all[fmt.Sprintf("%s/%03d.yml", Folder, i)] = &fstest.MapFile{Data: data}
	}
	b.Run("Read", func(b *testing.B) {
		for b.Loop() {
			if _, err := Read(all); err != nil {
				b.Fatal(err)
			}
		}
	})
}
