// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"fmt"
	"strings"
	"testing"
)

const tail = "jobs:\n  a:\n    runs-on: x\n    steps:\n    - run: x\n"

// TestTraps reads files that are not as they should be: each says what it
// lacks, at its line, and still yields the rest.
func TestTraps(t *testing.T) {
	deep := strings.Repeat("[", 10_000)
	for _, c := range []struct {
		name, file string
		problem    string // of the first problem; "" for none at all
		line       int
		incomplete bool
		jobs       int
		steps      string // scripts and uses, joined by |
	}{
		{"plain", "on: push\n" + tail, "", 0, false, 1, "x"},
		{"byte order mark", "\ufeffon: push\n" + tail, "", 0, false, 1, "x"},
		{"CRLF", strings.ReplaceAll("on: push\n"+tail, "\n", "\r\n"), "", 0, false, 1, "x"},
		{"empty", "", "the file is empty", 1, false, 0, ""},
		{"only a comment", "# x\n", "the file is empty", 1, false, 0, ""},
		{"no workflow", "name: x\nmodel: y\n", "is no workflow", 1, false, 0, ""},
		{"no workflow, merged", "<<: {jobs: {}}\n", "merge key", 1, true, 0, ""},
		{"wrong case", "On: push\n" + tail, "\"On\" is not known", 1, true, 1, "x"},
		{"a list", "- a\n", "must be a mapping", 1, true, 0, ""},
		{"a scalar", "a\n", "must be a mapping", 1, true, 0, ""},
		{"tabs", "on: push\njobs:\n\ta: b\n", "not YAML", 3, true, 0, ""},
		{"NUL", "on: push\x00\n" + tail, "not YAML", 1, true, 0, ""},
		{"UTF-16", "\xff\xfeo\x00n\x00", "UTF-16", 1, true, 0, ""},
		{"not UTF-8", "on: \xff\n" + tail, "not YAML", 1, true, 0, ""},
		{"unclosed", "on: [push\n" + tail, "not YAML", 1, true, 0, ""},
		{"two documents", "on: push\n" + tail + "---\non: push\n" + tail, "more than one YAML document", 7, true, 1, "x"},
		{"broken second document", "on: push\n" + tail + "---\n[\n", "not YAML", 8, true, 0, ""},
		{"left over bracket", "{on: push, jobs: {}}\n]\n", "not YAML", 1, true, 0, ""},
		{"document end", "---\non: push\n" + tail + "...\n# x\n", "", 0, false, 1, "x"},
		{"document behind an end", "on: push\n" + tail + "...\nx\n", "not YAML", 7, true, 0, ""},
		{"flow and another document", "{on: push, jobs: {a: {runs-on: x, steps: [run: x]}}}\n---\nx: y\n", "more than one YAML document", 2, true, 1, "x"},
		{"comments behind", "on: push\n" + tail + "# x\n  # --- y\n", "", 0, false, 1, "x"},
		{"empty environment", "on: push\n" + tail + "    environment:\n", "environment is empty", 7, false, 1, "x"},
		{"many keys, one twice", "on: push\nenv: {" + many() + "K7: x}\n" + tail, "twice, first on line 2", 2, true, 1, "x"},
		{"hidden line break", "on: push # x\u2028env: {A: b}\n" + tail, "editors do not show", 1, false, 1, "x"},
		{"lone CR", "on: push # x\renv: {A: b}\n" + tail, "editors do not show", 1, false, 1, "x"},
		{"deep", "on: push\nx: " + deep, "not YAML", 2, true, 0, ""},
		{"deep and closed", "on: " + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "\n" + tail, "deeper than 64", 1, true, 0, ""},
		{"deep by aliases", "a: &a " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\non: " + strings.Repeat("[", 40) + "*a" + strings.Repeat("]", 40) + "\n" + tail, "deeper than 64, aliases followed", 2, true, 0, ""},
		{"laughs", laughs() + "on: push\n" + tail, "aliases followed", 5, true, 0, ""},
		{"many nodes", "on: [" + strings.Repeat("a,", 50_001) + "]\n" + tail, "more than 50000 nodes", 1, true, 0, ""},
		{"alias of itself", "on: push\nenv: &a {b: *a}\n" + tail, "refers to what it stands in", 2, true, 0, ""},
		{"unknown alias", "on: *x\n" + tail, "not YAML", 1, true, 0, ""},
		{"merge key", "on: push\nenv: &e {A: b}\n" + tail + "      env: {<<: *e, C: d}\n", "merge key", 8, true, 1, "x"},
		{"quoted merge key", "on: push\n" + tail + "      env: {'<<': b}\n", "", 0, false, 1, "x"}, // actionlint objects; GitHub takes it
		{"own tag", "on: push\n" + tail + "    - run: !x y\n", "tag \"!x\"", 7, true, 1, "x|y"},
		{"key that is a list", "on: push\n? [a]\n: b\n" + tail, "a key of the workflow is a list", 2, true, 1, "x"},
		{"doubled root key", "on: push\n" + tail + tail, "twice, first on line 2", 7, true, 2, "x|x"},
		{"doubled job", "on: push\n" + tail + "  A:\n    runs-on: x\n    steps:\n    - run: y\n", "twice, first on line 3", 7, true, 2, "x|y"},
		{"doubled steps", "on: push\n" + tail + "    steps:\n    - run: y\n", "twice, first on line 5", 7, true, 1, "x|y"},
		{"doubled run", "on: push\n" + tail + "      run: y\n", "twice", 7, true, 1, "y"},
		{"unknown root key", "on: push\nwhat: x\n" + tail, "\"what\" is not known", 2, true, 1, "x"},
		{"unknown job key", "on: push\n" + tail + "    what: x\n", "\"what\" is not known", 7, true, 1, "x"},
		{"unknown step key", "on: push\n" + tail + "      what: x\n", "\"what\" is not known", 7, true, 1, "x"},
		{"unknown filter", "on: {push: {what: x}}\n" + tail, "\"what\" is not known", 1, false, 1, "x"},
		{"steps are a mapping", "on: push\njobs: {a: {runs-on: x, steps: {run: x}}}\n", "must be a list", 2, true, 1, ""},
		{"step is a scalar", "on: push\n" + tail + "    - y\n", "must be a mapping", 7, true, 1, "x|?"},
		{"step is empty", "on: push\n" + tail + "    -\n", "neither runs a script", 7, true, 1, "x|?"},
		{"script is a list", "on: push\n" + tail + "    - run: [a]\n", "must be a plain value", 7, true, 1, "x|"},
		{"run and uses", "on: push\n" + tail + "      uses: o/r@v1\n", "both \"run\" and \"uses\"", 6, true, 1, "x"},
		{"uses of no form", "on: push\n" + tail + "    - uses: what\n", "names no action", 7, true, 1, "x|what"},
		{"job is empty", "on: push\n" + tail + "  b:\n", "neither steps nor uses", 7, true, 2, "x"},
		{"steps and uses", "on: push\n" + tail + "    uses: ./.github/workflows/a.yml\n", "both steps and uses", 3, true, 1, "x"},
		{"call with env", "on: push\njobs:\n  a:\n    uses: ./.github/workflows/a.yml\n    env: {A: b}\n", "", 0, false, 1, ""},
		{"no jobs", "on: push\n", "no jobs", 1, true, 0, ""},
		{"no on", tail, "", 0, false, 1, "x"},
		{"empty on", "on:\n" + tail, "\"on\" is empty", 1, true, 1, "x"},
		{"panic in actionlint", "on: push\nwhat: x\n" + tail + "    timeout-minutes: !!float nan\n", "\"what\" is not known", 2, true, 1, "x"},
		{"parallel in parallel", "on: push\n" + tail + "    - parallel:\n      - parallel: [run: y, {uses: o/r@v1}]\n", "", 0, false, 1, "x|?|?|y|o/r@v1"},
		{"parallel is a mapping", "on: push\n" + tail + "    - parallel: {run: y}\n", "must be a list", 7, true, 1, "x|?"},
		{"background", "on: push\n" + tail + "      id: s\n      background: true\n    - wait: s\n    - cancel: [s]\n", "", 0, false, 1, "x|?|?"},
		{"names are text", "on: push\nname: \"::error::\\e[31m\"\n" + tail, "", 0, false, 1, "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, problems := readWorkflow("w.yml", []byte(c.file))
			switch {
			case c.problem == "" && len(problems) > 0:
				t.Errorf("unexpected: %v", problems)
			case c.problem != "" && (len(problems) == 0 || !strings.Contains(problems[0].Message, c.problem) || problems[0].Line != c.line):
				t.Errorf("problems %v, want %q on line %d", problems, c.problem, c.line)
			}
			if w.Incomplete != c.incomplete || len(w.Jobs) != c.jobs {
				t.Errorf("incomplete %v, %d jobs; problems %v", w.Incomplete, len(w.Jobs), problems)
			}
			var got []string
			for _, j := range w.Jobs {
				for s := range All(j.Steps) {
					switch {
					case s.Run != nil:
						got = append(got, s.Run.Script.Value)
					case s.Uses != nil:
						got = append(got, s.Uses.Raw.Value)
					default:
						got = append(got, "?")
					}
				}
			}
			check(t, "steps", strings.Join(got, "|"), c.steps)
			verify(t, w)
		})
	}
}

func many() string {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "k%d: x, ", i)
	}
	return b.String()
}

// laughs is a file of a few bytes that is large with its aliases followed.
func laughs() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10))
	}
	return b.String()
}

// TestMarks holds that what was lost in one place does not mark others.
func TestMarks(t *testing.T) {
	w, _ := readWorkflow("w.yml", []byte("on: push\n"+tail+"    - run: y\n      what: z\n  b:\n    runs-on: x\n    steps:\n    - run: z\n"))
	a, b := w.Jobs[0], w.Jobs[1]
	check(t, "marks", []bool{w.Incomplete, a.Incomplete, a.Steps[0].Incomplete, a.Steps[1].Incomplete, b.Incomplete, b.Steps[0].Incomplete},
		[]bool{true, true, false, true, false, false})
}

// TestAliases holds where a step that is written once and used twice stands.
func TestAliases(t *testing.T) {
	w, problems := readWorkflow("w.yml", []byte("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - &s # c\n      run: &r |\n        x\n    - *s\n  b:\n    runs-on: x\n    steps:\n    - run: *r\n    - *s\n"))
	if len(problems) > 0 || w.Incomplete {
		t.Fatal(problems)
	}
	a, b := w.Jobs[0].Steps, w.Jobs[1].Steps
	check(t, "places", []Pos{a[0].Pos, a[1].Pos, a[1].Alias, b[1].Pos, b[1].Alias, {a[0].Run.Script.Line, a[0].Run.Script.FirstLine}, {a[0].End, w.Jobs[0].End}, {b[0].Pos.Line, b[0].End}},
		[]Pos{{7, 7}, {7, 7}, {9, 7}, {7, 7}, {14, 7}, {7, 8}, {8, 9}, {13, 13}})
	check(t, "comment", w.Comments, []Comment{{6, 10, "c", false}})
}

// TestFlowEnds holds where jobs and steps in brackets end.
func TestFlowEnds(t *testing.T) {
	w, _ := readWorkflow("w.yml", []byte("on: push\njobs: {a: {steps: [{run: x, # c\n  env: {A: ,\n  }\n  }, {run: 'y\n  z'}\n ], if:\n # c\n }, b: {steps: [run: x]}}\n"))
	a, b := w.Jobs[0], w.Jobs[1]
	check(t, "ends", []int{a.Steps[0].End, a.Steps[1].Pos.Line, a.Steps[1].End, a.End, b.Pos.Line, b.End}, []int{5, 5, 6, 9, 9, 9})
}

// TestProblemsAreBounded reads a file of nothing but problems.
func TestProblemsAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("on: push\n" + tail)
	for i := range 1000 {
		fmt.Fprintf(&b, "k%d: x\n", i)
	}
	w, problems := readWorkflow("w.yml", []byte(b.String()))
	if len(problems) != MaxProblems+1 || !strings.Contains(problems[MaxProblems].Message, "900 more") || !w.Incomplete {
		t.Errorf("%d problems, the last %v", len(problems), problems[len(problems)-1])
	}
}
