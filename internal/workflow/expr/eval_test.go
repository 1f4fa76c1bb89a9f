// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"strings"
	"testing"
)

// world are the scenarios of the tables, in the order of their columns.
func world() []*Scenario {
	triggers := []Trigger{
		{Event: "push", Tags: []string{"v*"}, Branches: []string{"main"}},
		{Event: "pull_request"},
		{Event: "release", Types: []string{"published"}},
		{Event: "workflow_dispatch", Inputs: []Input{
			{Name: "Publish", Type: "boolean", Required: true},
			{Name: "target", Type: "choice", Options: []string{"pypi", "testpypi"}, Required: true},
		}},
		{Event: "schedule", Crons: []string{"0 4 * * 1"}},
		{Event: "workflow_call", Inputs: []Input{{Name: "publish", Type: "boolean", Required: true}}},
	}
	return Scenarios(triggers, Repo{"octo/Lab", "main"})
}

// The columns: push main, push v*, PR fork, PR own, release, dispatch branch,
// dispatch tag, schedule, called.
var conditions = []struct{ src, want string }{
	{"github.event_name == 'push'", "TTFFFFFFU"},
	{"github.event_name == 'PUSH'", "TTFFFFFFU"},
	{"github.event_name != 'push'", "FFTTTTTTU"},
	{"${{ github.event_name == 'pull_request' }}", "FFTTFFFFU"},
	{"github.event_name == 'release' && github.event.action == 'published'", "FFFFTFFFU"},
	{"github.event_name == 'release' && github.event.action == 'created'", "FFFFFFFFU"},
	{"github.event.action == 'published'", "FFFFTFFFU"},
	{"github.event.action", "FFTTTFFFU"},
	{"github.event.action == 'labeled'", "FFFFFFFFU"},
	{"github.event.action == 'opened'", "FFUUFFFFU"},
	{"startsWith(github.ref, 'refs/tags/')", "FTFFTFTFU"},
	{"startsWith(github.ref, 'refs/tags')", "FTFFTFTFU"},
	{"startsWith(github.ref, 'REFS/TAGS/V')", "FTFFUFUFU"},
	{"startsWith(github.ref, 'refs/tags/x')", "FFFFUFUFU"},
	{"startsWith(github.ref, 'refs/tags/v1')", "FUFFUFUFU"},
	{"startsWith(github.ref, 'refs/')", "TTTTTTTTT"},
	{"startsWith(github.ref_name, 'v')", "FTUUUUUFU"},
	{"contains(github.ref, 'refs/tags/')", "FTUUTUTFU"},
	{"contains(github.ref, 'tags')", "FTUUTUTFU"},
	{"contains(github.ref, 'rc')", "FUUUUUUFU"},
	{"endsWith(github.ref, 'main')", "TUUUUUUTU"},
	{"github.ref == 'refs/heads/main'", "TFFFFUFTU"},
	{"github.ref != 'refs/heads/main'", "FTTTTUTFU"},
	{"github.ref == 'refs/tags/v1.0'", "FUFFUFUFU"},
	{"github.ref == 'refs/tags/V1.0'", "FUFFUFUFU"},
	{"github.ref == 'refs/tags/1.0'", "FFFFUFUFU"},
	{"github.ref == format('refs/heads/{0}', github.event.repository.default_branch)", "TFFFFUFUU"},
	{"github.ref_name == github.event.repository.default_branch", "TFUUUUUUU"},
	{"github.ref_name == 'main'", "TFUUUUUTU"},
	{"github.ref_type == 'tag'", "FTFFTFTFU"},
	{"github.ref_type == 'branch'", "TFUUFTFTU"},
	{"github.ref_type != 'tag'", "TFTTFTFTU"},
	{"github.repository == 'octo/lab'", "TTTTTTTTT"},
	{"github.repository == 'other/lab'", "FFFFFFFFF"},
	{"github.repository_owner == 'octo'", "TTTTTTTTT"},
	{"github.repository_owner != 'octo'", "FFFFFFFFF"},
	{"github.event.pull_request.head.repo.full_name == github.repository", "FFFTFFFFU"},
	{"github.event.pull_request.head.repo.full_name != github.repository", "TTTFTTTTU"},
	{"github.event.pull_request.head.repo.fork", "FFTFFFFFU"},
	{"!github.event.pull_request.head.repo.fork", "TTFTTTTTU"},
	{"github.event.pull_request.head.repo.fork == false", "TTFTTTTTU"},
	{"github.event.pull_request", "FFTTFFFFU"},
	{"github.event.pull_request == null", "TTFFTTTTU"},
	{"github.event.pull_request.draft == false", "TTUUTTTTU"},
	{"github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository", "TTFTFFFFU"},
	{"github.event.release", "FFFFTFFFU"},
	{"github.event.release.tag_name == github.ref_name", "FFUUTUUFU"},
	{"github.event.release.prerelease", "FFFFUFFFU"},
	{"!github.event.release.prerelease", "TTTTUTTTU"},
	{"github.head_ref", "FFTTFFFFU"},
	{"github.head_ref == ''", "TTFFTTTTU"},
	{"github.base_ref == 'main'", "FFUUFFFFU"},
	{"inputs.publish", "FFFFFUUFU"},
	{"inputs.publish == true", "FFFFFUUFU"},
	{"inputs.publish == 'true'", "FFFFFFFFF"},
	{"github.event.inputs.publish == 'true'", "FFFFFUUFU"},
	{"github.event.inputs.publish == true", "FFFFFFFFU"},
	{"inputs.target == 'pypi'", "FFFFFUUFF"},
	{"inputs.target == 'nightly'", "FFFFFFFFF"},
	{"inputs.TARGET != ''", "FFFFFTTFF"},
	{"github.event.inputs.target == 'nightly'", "FFFFFFFFU"},
	{"contains(inputs.target, 'pypi')", "FFFFFTTFF"},
	{"startsWith(inputs.target, 'p')", "FFFFFUUFF"},
	{"inputs['publish'] || github.event_name == 'push'", "TTFFFUUFU"},
	{"inputs.nosuch", "FFFFFFFFF"},
	{"github.event_name == 'workflow_dispatch' && inputs.target == 'pypi'", "FFFFFUUFF"},
	{"github.event.schedule == '0 4 * * 1'", "FFFFFFFTU"},
	{"github.event.schedule != '0 4 * * 1'", "TTTTTTTFU"},
	{"github.event_name == 'push' && startsWith(github.ref, 'refs/tags/v')", "FTFFFFFFU"},
	{"github.event_name == 'push' && github.ref == 'refs/heads/main' && github.actor != 'dependabot[bot]'", "UFFFFFFFU"},
	{"github.event_name == 'push' && always()", "TTFFFFFFU"},
	{"always() && github.event_name != 'push'", "FFTTTTTTU"},
	{"github.event_name == 'push' && failure()", "UUFFFFFFU"},
	{"success() && github.event_name == 'push'", "TTFFFFFFU"},
	{"github.event_name == 'push' && needs.build.result == 'success'", "UUFFFFFFU"},
	{"contains(fromJSON('[\"push\", \"release\"]'), github.event_name)", "TTFFTFFFU"},
	{"contains('push release', github.event_name)", "TTFFTFFFU"},
	{"github.event_name == 'push' && 'yes' || 'no'", "TTTTTTTTT"},
	{"(github.event_name == 'push' && 'yes' || 'no') == 'yes'", "TTFFFFFFU"},
	{"(vars.X && 'yes' || 'no') == 'maybe'", "FFFFFFFFF"},
	{"case(github.event_name == 'push', true, github.event_name == 'schedule', false, true)", "TTTTTTTFU"},
	{"github.event.commits", "UUFFFFFFU"},
	{"contains(github.event.head_commit.message, '[skip]')", "UUFFFFFFU"},
	{"github.event.ref == github.ref", "TTUUUTTUU"},
	{"github['event_name'] == 'push'", "TTFFFFFFU"},
	{"github[format('event_{0}', 'name')] == 'push'", "TTFFFFFFU"},
	{"github.event_name.nothing", "FFFFFFFFF"},
	{"github.nosuchthing", "UUUUUUUUU"},
	{"github.event", "TTTTTTTTT"},
	{"join(github.event_name) == 'push'", "TTFFFFFFU"},
	{"toJSON(github.event_name) == '\"push\"'", "TTFFFFFFU"},
	{"format('{0}/{1}', github.event_name, github.ref) == 'push/refs/heads/main'", "TFFFFFFFU"},
	{"${{ github.event_name }} == 'push'", "TTTTTTTTT"},
	{"${{ github.event_name == 'push' }} ", "TTTTTTTTT"},
	{"${{ false }}\n", "TTTTTTTTT"},
	{"!contains(github.ref, 'refs/tags/') && github.event_name == 'push'", "TFFFFFFFU"},
	{"github.event_name == 'push' == true", "TTFFFFFFU"},
	{"github.event.repository.fork", "UUUUUUUUU"},
	{"github.event.repository.full_name == 'octo/lab'", "TTTTTTTUU"},
	{"runner.os == 'Linux'", "UUUUUUUUU"},
	{"runner.os == 'BSD'", "FFFFFFFFF"},
	{"github.event.workflow_run.conclusion == 'success'", "FFFFFFFFU"},
	{"github.event_name == 'workflow_run' && github.event.workflow_run.conclusion == 'success'", "FFFFFFFFU"},
}

func letter(t Truth) string { return map[Truth]string{True: "T", False: "F", Unknown: "U"}[t] }

func TestConditions(t *testing.T) {
	scenarios := world()
	if len(scenarios) != 9 {
		t.Fatalf("%d scenarios: %v", len(scenarios), scenarios)
	}
	if len(conditions) < 100 {
		t.Errorf("%d conditions in the table", len(conditions))
	}
	for _, c := range conditions {
		e, err := Parse(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		var got strings.Builder
		for _, s := range scenarios {
			got.WriteString(letter(e.Eval(s)))
		}
		if got.String() != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, &got, c.want)
		}
	}
}

// TestLanguage holds the rules of the language itself; the scenario leaves
// everything open.
func TestLanguage(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"true", "T"}, {"false", "F"}, {"null", "F"}, {"0", "F"}, {"-0", "F"}, {"NaN", "F"}, {"''", "F"}, {"'0'", "T"},
		{"'false'", "T"}, {"0x10 == 16", "T"}, {"1e3 == 1000", "T"}, {"-1.5 < -1", "T"}, {"Infinity > 1e300", "T"},
		{"null == 0", "T"}, {"null == ''", "T"}, {"null == false", "T"}, {"null == 'x'", "F"}, {"null == null", "T"},
		{"true == 1", "T"}, {"true == '1'", "T"}, {"true == 'true'", "F"}, {"false == ''", "T"}, {"'' == 0", "T"},
		{"' 12 ' == 12", "T"}, {"'0x1F' == 31", "T"}, {"'0o17' == 15", "T"}, {"'1_0' == 10", "F"}, {"'1,0' == 10", "F"},
		{"'0xFFFFFFFF' == -1", "T"}, {"'.5' == 0.5", "T"}, {"'5.' == 5", "T"}, {"'+5' == 5", "T"}, {"'.' == 0", "F"},
		{"'1e' == 1", "F"}, {"'infinity' == 1", "U"}, {"NaN == NaN", "F"}, {"NaN != NaN", "T"}, {"'x' == NaN", "F"},
		{"'Abc' == 'aBC'", "T"}, {"'é' == 'é'", "T"}, {"'é' == 'É'", "U"}, {"'é' == 'e'", "F"}, {"'a' < 'B'", "T"},
		{"'_' > 'a'", "T"}, {"'b' >= 'B'", "T"}, {"'é' < 'f'", "U"}, {"true > false", "T"}, {"false < true", "T"},
		{"1 < 'x'", "F"}, {"1 >= 'x'", "F"}, {"'10' > 9", "T"}, {"null < 1", "T"}, {"null <= 0", "T"},
		{"1 == 2 == false", "T"}, {"1 == (2 == false)", "F"}, {"1 < 2 == true", "T"}, {"true == 1 < 2", "T"},
		{"1 == 1 == 1 == 1", "T"}, {"2 == 2 == 2", "F"}, {"!true == false", "T"}, {"!(true == false)", "T"}, {"!!'x'", "T"},
		{"true || false && false", "T"}, {"(true || false) && false", "F"}, {"false && vars.x", "F"}, {"vars.x && false", "F"},
		{"true || vars.x", "T"}, {"vars.x || true", "T"}, {"vars.x && vars.y", "U"}, {"vars.x || false", "U"},
		{"(vars.x && '') == ''", "T"}, {"(vars.x && 'a' || 'b') == 'a'", "U"}, {"vars.x && 'a' || 'b'", "T"},
		{"vars.x == vars.x", "U"}, {"!vars.x", "U"}, {"(0 || '' || null) == null", "T"}, {"(1 && 'x') == 'x'", "T"},
		{"contains('Hello', 'LL')", "T"}, {"contains('hello', '')", "T"}, {"contains('', 'x')", "F"}, {"contains(123, 2)", "T"},
		{"contains(true, 'RU')", "T"}, {"contains(null, '')", "T"}, {"contains(fromJSON('[1,2]'), '1')", "T"},
		{"contains(fromJSON('[1,2]'), 3)", "F"}, {"contains(fromJSON('[\"ab\"]'), 'a')", "F"}, {"contains(fromJSON('[\"ab\"]'), 'AB')", "T"},
		{"contains(fromJSON('{\"a\":1}'), 'a')", "F"}, {"contains('x', fromJSON('[]'))", "F"}, {"contains(fromJSON('[null]'), '')", "T"},
		{"startsWith('Hello', 'he')", "T"}, {"startsWith(12, '1')", "T"}, {"startsWith('', 'x')", "F"}, {"endsWith('Hello', 'LO')", "T"},
		{"endsWith('x', 'xx')", "F"}, {"startsWith(fromJSON('[]'), 'a')", "F"}, {"startsWith(null, null)", "T"},
		{"format('{0}{1}{0}', 'a', 2) == 'a2a'", "T"}, {"format('{{{0}}}', 1) == '{1}'", "T"}, {"format('{1}', 1)", "U"},
		{"format('{', 1)", "U"}, {"format('}', 1)", "U"}, {"format('{a}', 1)", "U"}, {"format('{0:x}', 1)", "U"}, {"format('x')", "T"},
		{"format('{0}', null) == ''", "T"}, {"format('{0}', fromJSON('[]')) == 'Array'", "T"}, {"format('{0}', 1.50) == '1.5'", "T"},
		{"format('{0}', 0.1) == '0.1'", "T"}, {"format('{0}', vars.x) == 'x'", "U"}, {"format('a{0}', vars.x) == 'b'", "F"}, {"format('a{0}', vars.x)", "T"},
		{"startsWith(format('ab{0}', vars.x), 'A')", "T"}, {"format('{0}', vars.x)", "U"}, {"format('{0}{1}', vars.x, 'a') == ''", "F"},
		{"join(fromJSON('[1,\"a\",null]'), '-') == '1-a-'", "T"}, {"join(fromJSON('[1,2]')) == '1,2'", "T"}, {"join('x', '-') == 'x'", "T"},
		{"join(fromJSON('[]')) == ''", "T"}, {"toJSON('a') == '\"a\"'", "T"}, {"toJSON(true) == 'true'", "T"}, {"toJSON(null) == 'null'", "T"},
		{"toJSON(github)", "T"}, {"fromJSON('true')", "T"}, {"fromJSON('false')", "F"}, {"fromJSON('{\"a\":{\"B\":3}}').A.b == 3", "T"},
		{"fromJSON('{\"a\":1}').c", "F"}, {"fromJSON('[5,6]')[1] == 6", "T"}, {"fromJSON('[5,6]')[2]", "F"}, {"fromJSON('[5,6]')[-1]", "F"},
		{"fromJSON('[5,6]')['1'] == 6", "T"}, {"fromJSON('[5,6]')[1.9] == 6", "T"}, {"fromJSON('{\"a\":1,\"A\":2}').a == 1", "U"},
		{"fromJSON('[1')", "U"}, {"fromJSON('')", "U"}, {"fromJSON('1 2')", "U"}, {"fromJSON('{}')", "T"}, {"fromJSON('[]') == fromJSON('[]')", "U"},
		{"fromJSON('[]') == fromJSON('{}')", "F"}, {"fromJSON('[]') == 'Array'", "F"}, {"fromJSON('[]') == null", "F"},
		{"contains(fromJSON('[{\"n\":\"a\"},{\"n\":\"b\"}]').*.n, 'b')", "T"}, {"contains(fromJSON('[{\"n\":\"a\"}]').*.m, '')", "F"},
		{"contains(fromJSON('{\"x\":{\"n\":\"a\"}}').*.n, 'a')", "T"}, {"contains(fromJSON('[{\"n\":\"a\"}]')[*].n, 'a')", "T"},
		{"contains(fromJSON('[[1],[2]]').*[0], 2)", "T"}, {"join(fromJSON('[[1,9],[2]]').*.*, '') == '192'", "T"}, {"'abc'.x", "F"},
		{"contains('abc'.*, 'a')", "F"}, {"contains(vars.*, 'a')", "U"}, {"hashFiles('**/x') == ''", "U"},
		{"case(true, 'a', 'b') == 'a'", "T"}, {"case(false, 'a', 'b') == 'b'", "T"}, {"case(false, 1, true, 2, 3) == 2", "T"},
		{"case(vars.x == 'y', 'a', 'b')", "T"}, {"case(vars.x == 'y', 'a', 'b') == 'c'", "F"}, {"case('x', true, true)", "U"}, {"case(true, 1)", "U"},
		{"always()", "T"}, {"ALWAYS()", "T"}, {"success()", "T"}, {"failure()", "U"}, {"cancelled()", "U"}, {"!success()", "U"},
		{"!cancelled()", "T"}, {"success() || failure()", "T"}, {"success() && failure()", "F"}, {"always() && !failure()", "T"},
		{"!always()", "F"}, {"failure() && false", "F"}, {"!success() && !failure() && !cancelled()", "U"}, {"failure() || vars.x", "U"},
		{"cancelled() && !success() && !failure()", "U"}, {"failure() && cancelled()", "U"}, {"success() && cancelled()", "U"},
		{"secrets.A == vars.b", "U"}, {"github.actor == github.head_ref", "U"}, {"github.repository == github.repository", "T"},
		{"nosuch()", "U"}, {"nosuch.thing", "U"}, {"contains('a')", "U"}, {"success('x')", "U"}, {"true && nosuch() || true", "T"},
		{"github.token", "T"}, {"secrets.GITHUB_TOKEN", "T"}, {"secrets.X", "U"}, {"secrets.X != ''", "U"}, {"steps.a.outcome == 'lost'", "F"},
		{"needs.a.result == 'success'", "U"}, {"contains(needs.*.result, 'failure')", "U"}, {"job.status == 'great'", "F"},
		{"github.event.pull_request.title == 'x' && false", "F"}, {"github.ref == 'main'", "F"}, {"github.event_name == ''", "F"},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := letter(e.Eval(&Scenario{})); got != c.want {
			t.Errorf("%s is %s, want %s", c.src, got, c.want)
		}
	}
}

// TestGiven holds what a scenario gives besides its event.
func TestGiven(t *testing.T) {
	s := &Scenario{
		Event: "push", Ref: GitRef{Type: "branch", Name: "main"},
		Env:    map[string]Value{"WHERE": Known("pypi")},
		Matrix: map[string]Value{"os": OneOf("ubuntu", "macos"), "python": Known("3.12")},
		Vars:   map[string]Value{"publish": Known("yes")},
		Needs:  map[string]string{"build": "success", "test": "failure"}, NeedsComplete: true,
		RunnerOS: "Linux",
	}
	for _, c := range []struct{ src, want string }{
		{"env.WHERE == 'pypi'", "T"}, {"env.where == 'pypi'", "U"}, {"env.OTHER", "U"}, {"matrix.os == 'ubuntu'", "U"},
		{"matrix.os == 'windows'", "F"}, {"matrix.os", "T"}, {"matrix.python == 3.12", "T"}, {"matrix.arch", "U"},
		{"vars.PUBLISH == 'yes'", "T"}, {"needs.build.result == 'success'", "T"}, {"needs.Test.Result == 'failure'", "T"},
		{"needs.nosuch.result", "F"}, {"contains(needs.*.result, 'failure')", "T"}, {"contains(needs.*.result, 'skipped')", "F"},
		{"always() && !contains(needs.*.result, 'cancelled')", "T"}, {"runner.os == 'linux'", "T"},
		{"join(needs.*.result) == 'success,failure'", "U"}, {"needs.build.outputs.x == 'y'", "U"},
		{"matrix[format('{0}', 'python')] == '3.12'", "T"}, {"matrix[vars.x]", "U"},
		{"github.repository == github.event.repository.full_name", "T"}, {"github.repository == 'a/b'", "U"}, {"github.repository == null", "F"},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		if got := letter(e.Eval(s)); got != c.want {
			t.Errorf("%s is %s, want %s", c.src, got, c.want)
		}
	}
	called := s.Call(map[string]Value{"where": Known("pypi")})
	for _, c := range []struct{ src, want string }{
		{"inputs.where == 'pypi' && github.ref_name == 'main'", "T"}, {"env.WHERE == 'pypi'", "U"}, {"inputs.nosuch", "F"},
	} {
		e, _ := Parse(c.src)
		if got := letter(e.Eval(called)); got != c.want {
			t.Errorf("called: %s is %s, want %s", c.src, got, c.want)
		}
	}
}
