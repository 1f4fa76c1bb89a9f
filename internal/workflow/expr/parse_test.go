// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rhysd/actionlint"
)

func TestParseErrors(t *testing.T) {
	deep := strings.Repeat("(", MaxDepth+1) + "1" + strings.Repeat(")", MaxDepth+1)
	for _, c := range []struct{ src, want string }{
		{"", "it is empty"}, {" \n", "it is empty"}, {"${{ }}", "it is empty"}, {"a ==", "it ends too early"},
		{"a = b", "unexpected"}, {`a == "b"`, "single quotes"}, {"a b", `"b" is not expected at byte 2`}, {"(a", "it ends too early"},
		{"a)", `")" is not expected`}, {"f(a,)", "is not expected"}, {"a[1", "it ends too early"}, {"a.", "it ends too early"},
		{"a.'b'", "is not expected"}, {"'a", "unexpected"}, {"a }} b", "}} at byte 2"}, {"a }", "}} at byte 2"}, {"${{ a", "${{ without }}"},
		{"a ${{ b b }} c", "line 1"}, {"\uFEFFa", "byte order mark"}, {"-0x1", "not a number"}, {"é", "unexpected"}, {"a\x00", "invalid character"},
		{"\xff", "invalid UTF-8"}, {deep, "nests deeper than 64"}, {strings.Repeat("!", MaxDepth+1) + "a", "nests deeper"},
		{"a" + strings.Repeat(".b", MaxDepth+1), "dereferences more than 64"}, {"1" + strings.Repeat("==1", MaxDepth+1), "chains more than 64"},
		{strings.Repeat("a", MaxSource+1), "more than 65536"}, {"*", "is not expected"}, {"a.*.", "ends too early"},
	} {
		e, err := Parse(c.src)
		if err == nil {
			t.Errorf("%s: parsed as %v", shorten(c.src), e)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", shorten(c.src), err, c.want)
		}
	}
	nested := strings.Repeat("(false || false || 1 == ", MaxDepth-1) + "1" + strings.Repeat(")", MaxDepth-1)
	if e, err := Parse(nested); err != nil || e.Eval(&Scenario{}) != True {
		t.Errorf("%d parentheses: %v", MaxDepth-1, err)
	}
	long := "true" + strings.Repeat(" && true", MaxSource/8-1)
	if e, err := Parse(long); err != nil || e.Eval(&Scenario{}) != True {
		t.Errorf("a run of && over %d bytes: %v", len(long), err)
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		src            string
		always, status bool
	}{
		{"a", false, false}, {"${{ a }}", false, false}, {"always()", false, true}, {"${{ a && !Cancelled() }}", false, true},
		{" ${{ a }}", true, false}, {"${{ a }}\n", true, false}, {"${{ failure() }} ", true, true}, {"! ${{ a }}", true, false},
		{"${{ a }} && ${{ b }}", true, false}, {"contains(a, '${{ b }}')", true, false}, {"${{ a }}${{ b }}", false, false},
		{"'always()'", false, false}, {"success == 'x'", false, false},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		if e.AlwaysTrue() != c.always || e.HasStatus() != c.status {
			t.Errorf("%q: always %v, status %v", c.src, e.AlwaysTrue(), e.HasStatus())
		}
		if e.String() != c.src {
			t.Errorf("%q prints as %q", c.src, e)
		}
		if c.always && e.Eval(&Scenario{}) != True {
			t.Errorf("%q is %v", c.src, e.Eval(&Scenario{}))
		}
	}
	if e, _ := Parse("${{ vars.a }}${{ vars.b }}"); e.Eval(&Scenario{}) != Unknown {
		t.Error("two expressions without text may be the empty string")
	}
	if e, _ := Parse("contains(HashFiles('x'), 'y')"); !e.Calls("hashfiles") || e.Calls("format") {
		t.Error("Calls does not say which functions are called")
	}
}

func TestTemplate(t *testing.T) {
	src := "a ${{ github.ref }}\n é ${{ b b }}${{ '}}' }}"
	tpl, err := ParseTemplate(src)
	if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), `"b" is not expected`) {
		t.Errorf("error %v", err)
	}
	type part struct {
		text         string
		expr, broken bool
		offset, line int
	}
	var got []part
	var all strings.Builder
	for _, p := range tpl.Parts {
		got = append(got, part{p.Text, p.Expr != nil, p.Broken, p.Offset, p.Line})
		all.WriteString(p.Text)
	}
	want := []part{
		{"a ", false, false, 0, 1}, {"${{ github.ref }}", true, false, 2, 1}, {"\n é ", false, false, 19, 1},
		{"${{ b b }}", false, true, 24, 2}, {"${{ '}}' }}", true, false, 34, 2},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(part{})); diff != "" {
		t.Error(diff)
	}
	if all.String() != src {
		t.Errorf("the parts make %q", &all)
	}
	if at := tpl.Parts[1].Expr.Refs()[0].Pos; at != (Pos{6, 1, 7}) {
		t.Errorf("github.ref is at %v", at)
	}
	second, err := ParseTemplate("x\n  ${{\n vars.a }}é${{ vars.b }}")
	if err != nil {
		t.Fatal(err)
	}
	if at := second.Parts[1].Expr.Refs()[0].Pos; at != (Pos{9, 3, 2}) {
		t.Errorf("vars.a is at %v", at)
	}
	if at := second.Parts[3].Expr.Refs()[0].Pos; at != (Pos{24, 3, 16}) {
		t.Errorf("vars.b is at %v", at)
	}
	if tpl, err := ParseTemplate(strings.Repeat("x", MaxTemplate+1)); err == nil || tpl.Constant() {
		t.Error("a text beyond the limit is read")
	}
	if _, err := ParseTemplate(strings.Repeat("${{ }}", 100)); strings.Count(err.Error(), "\n") != maxErrors-1 {
		t.Error("errors are not bounded")
	}
}

func TestTemplateValues(t *testing.T) {
	const index, test = "https://upload.pypi.org/legacy/", "https://test.pypi.org/legacy/"
	s := &Scenario{Event: "workflow_dispatch", Ref: GitRef{Type: "tag", Name: "v1.0"},
		Inputs: map[string]Value{"test": AnyBool(), "free": AnyString()}}
	for _, c := range []struct {
		src   string
		texts []string
		all   bool
		start string
	}{
		{"plain", []string{"plain"}, true, "plain"},
		{"", []string{""}, true, ""},
		{"dist-${{ github.ref_name }}", []string{"dist-v1.0"}, true, "dist-v1.0"},
		{"${{ inputs.test && '" + test + "' || '" + index + "' }}", []string{test, index}, true, "https://"},
		{"${{ inputs.test && 'x' }}", []string{"false", "x"}, true, ""},
		{"a${{ inputs.free }}", nil, false, "a"},
		{"a${{ inputs.free && 'b' || 'c' }}", []string{"ab", "ac"}, true, "a"},
		{"a${{ b b }}", nil, false, "a"},
		{"${{ github.event_name }}-${{ 1.0 }}", []string{"workflow_dispatch-1"}, true, "workflow_dispatch-1"},
		{"${{ matrix.os }}", nil, false, ""},
		{"${{ runner.os }}", []string{"Linux", "Windows", "macOS"}, true, ""},
		{"${{ format('{0}-{0}', inputs.test) }}", []string{"true-true", "true-false", "false-true", "false-false"}, true, ""},
	} {
		tpl, _ := ParseTemplate(c.src)
		texts, all := tpl.Texts(s)
		if diff := cmp.Diff(c.texts, texts); diff != "" || all != c.all {
			t.Errorf("%s: all %v %s", c.src, all, diff)
		}
		if got := tpl.Prefix(s); got != c.start {
			t.Errorf("%s starts with %q, want %q", c.src, got, c.start)
		}
		v, known := tpl.Value(s)
		if single := c.all && len(c.texts) == 1; known != single || single && v != c.texts[0] {
			t.Errorf("%s: value %q, %v", c.src, v, known)
		}
	}
}

// accepts reports whether actionlint's own parser takes src.
func accepts(src string) bool {
	l := actionlint.NewExprLexer(src + "}}")
	_, err := actionlint.NewExprParser().Parse(l)
	return err == nil && l.Offset() == len(src)+2
}

// FuzzParse: no panic; what actionlint's parser takes is taken too, and the
// other way round but for the documented differences.
func FuzzParse(f *testing.F) {
	for _, c := range conditions {
		f.Add(c.src)
	}
	for _, s := range []string{"a[*]", "1 == 2 == 3", "((a))", "a.b['c'].*.d", "0x7fffffff", "1e5", "!!a", "f(1,'x''y')", "99999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tpl, err := ParseTemplate(src)
		var all strings.Builder
		for _, p := range tpl.Parts {
			all.WriteString(p.Text)
			if p.Expr != nil && p.Broken || src[p.Offset:p.Offset+len(p.Text)] != p.Text {
				t.Errorf("part %+v", p)
			}
			err = nilIf(err, p.Broken)
		}
		if all.String() != src || err != nil {
			t.Errorf("%q falls into %q, error %v", src, &all, err)
		}
		if strings.Contains(src, "${{") {
			return
		}
		e, err := Parse(src)
		theirs := accepts(src)
		if err == nil != theirs && !differs(src, err) {
			t.Errorf("%q: %v, actionlint takes it: %v", src, err, theirs)
		}
		if err == nil {
			for _, r := range e.Refs() {
				if end := r.Pos.Offset + len(r.Context()); end > len(src) || !strings.EqualFold(src[r.Pos.Offset:end], r.Context()) {
					t.Errorf("%q: %s is not at %v", src, r.Path, r.Pos)
				}
			}
		}
	})
}

func nilIf(err error, yes bool) error {
	if yes {
		return nil
	}
	return err
}

// differs lists where the parsers may differ: limits, [*], numbers beyond 32
// bits, and an empty text.
func differs(src string, err error) bool {
	if err == nil {
		return strings.Contains(strings.Join(strings.Fields(src), ""), "[*]") || strings.ContainsAny(src, "0123456789")
	}
	for _, s := range []string{"more than", "deeper", "byte order", "is not a number", "it is empty"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}
