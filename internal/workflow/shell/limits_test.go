// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// hostile are texts that cost a careless reader much more than their size.
func hostile() map[string]string {
	many := func(s string, n int) string { return strings.Repeat(s, n/len(s)) }
	const size = 40_000
	out := map[string]string{
		"doubling":        "A=aaaaaaaaaaaaaaaa\n" + many("A=\"$A$A\"\n", 2000) + "$A $A $A $A upload\n",
		"many words":      "A=\"" + many("a ", 60000) + "\"\n" + many("$A ", 30000),
		"many values":     many("if a; then A=$A$B; B=$A; C=$B$A; fi\n", 100000) + many("$A$B$C$D\n", 10000),
		"many branches":   many("[ a ] && A=$RANDOM; B=b$A\n", size),
		"many variables":  fmt.Sprint(numbered("v%d=1; true\n", 30000)),
		"many functions":  fmt.Sprint(numbered("f%d() { f%[1]d; f%[1]d; twine upload; }; f%[1]d\n", 3000)),
		"function chain":  chain(60),
		"evals":           many("eval \"eval 'eval $A'\"; ", 200000),
		"braces":          many("{a,b}", 5000),
		"brace nests":     many("{a,{b,", 5000),
		"sequences":       many("{1..99999999} ", 5000),
		"printf repeats":  "printf '%s" + many("x", 50000) + "' " + many("a ", 50000) + " > f",
		"expressions":     many("${{ a }}", size),
		"expression ends": many("${{ '", size),
		"substitutions":   many("$(a) ", size),
		"wrappers":        many("sudo ", size) + "twine upload",
		"defaults":        many("${A:-", 18000),
		"commands":        many("a;", size),
		"lines":           many("a\n", size),
		"pipes":           many("a|", 18000) + "a",
		"loops":           many("for a in 1 2 3 4 5 6 7 8; do ", 3000) + "twine $a" + many("; done", 3000),
		"nested loops":    "for a in 1 2 3; do " + many("for b in $a $a; do ", 300) + "x" + many("; done", 300) + "; done",
		"env lines":       "cat >> $GITHUB_ENV <<E\n" + many("A<<B\n", 100000) + "E\n",
		"heredocs":        many("cat > f <<E\nx\nE\n", size),
		"aliases":         "alias a='b b'; alias b='a a'; a",
	}
	for _, open := range []string{"(", "( ", "{ ", "$(", "`", "\"$(", "${a:-", "((", "$((", "$((-", "$((!", "$((a?", "$((a=", "a|", "a&&", "a(){ ", "case x in y) ", "<(", "a[", "$[", "if ", "while ", "'", "\"", "\\\n", "<<a\n", "! ", "[[ ! ", "coproc ", "time ", "@(", "&", ";", "%a", "@'", "@\"", "<#", "`\n", "^\n"} {
		out["open "+open] = many(open, size)
		out["parser "+open] = many(open, maxNesting-100)
		out["arithmetic "+open] = "$((" + many(open, maxNesting-100)
	}
	return out
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// chain is functions that each call the next twice.
func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "f%d() { f%d; f%d; }\n", i, i+1, i+1)
	}
	return b.String() + fmt.Sprintf("f%d() { twine upload; }; f0", n)
}

func TestHostile(t *testing.T) {
	for name, text := range hostile() {
		if testing.Short() && strings.HasPrefix(name, "arithmetic") {
			continue
		}
		for _, dialect := range []string{"", "pwsh", "cmd"} {
			if dialect != "" && (strings.HasPrefix(name, "arithmetic") || strings.HasPrefix(name, "parser")) {
				continue
			}
			s := Parse(text, dialect)
			if len(s.Commands) > MaxCommands {
				t.Errorf("%s, %s: %d commands", name, dialect, len(s.Commands))
			}
			lines := strings.Count(text, "\n") + 1
			for _, c := range s.Commands {
				check(t, c, lines)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	tests := []struct{ name, text, dialect, problem string }{
		{"text", strings.Repeat("# x\n", MaxText/4+1), "", "only the first 1048576 of"},
		{"commands", strings.Repeat("a\n", MaxCommands+1), "", "more than 10000 commands"},
		{"nesting", strings.Repeat("(", maxNesting+1), "", "may open a level of nesting"},
		{"depth", strings.Repeat("sudo ", MaxDepth+1) + "twine", "", "inside one another"},
		{"recursion", "f() { f; }; f", "", "f() calls itself"},
		{"parser", "if then; twine upload", "", "read line by line"},
		{"parser, inside", "echo\nbash -c 'if then; twine upload'", "", "line 2: the parser does not understand it"},
		{"variables", numbered("v%d=1\n", 5000), "", "more than 4096 variables"},
	}
	for _, tt := range tests {
		s := Parse(tt.text, tt.dialect)
		if s.Problem == nil || !strings.Contains(s.Problem.Error(), tt.problem) {
			t.Errorf("%s: problem %v, want %q in it", tt.name, s.Problem, tt.problem)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range parseTests {
		f.Add(tt.text, tt.dialect)
	}
	f.Fuzz(func(t *testing.T, text, dialect string) {
		if len(text) > 4096 {
			return
		}
		s := Parse(text, dialect)
		lines := strings.Count(text, "\n") + 1
		for _, c := range s.Commands {
			check(t, c, lines)
			c.Module()
			for _, u := range c.Unwrap() {
				check(t, u, lines)
			}
		}
		for _, w := range s.Written {
			if w.Line < 1 || w.Line > lines {
				t.Fatalf("written at line %d of %d", w.Line, lines)
			}
		}
		if again := Parse(text, dialect); !slices.Equal(renderAll(again), renderAll(s)) {
			t.Fatalf("read twice:\n%q\n%q", renderAll(s), renderAll(again))
		}
	})
}
