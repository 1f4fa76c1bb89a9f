// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func values(texts []Text) (out []string) {
	for _, t := range texts {
		out = append(out, t.Value)
	}
	return out
}

func pairs(vars []Var) map[string]string {
	out := map[string]string{}
	for _, v := range vars {
		out[v.Name.Value] = v.Value.Value
	}
	return out
}

func check(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func line(t *testing.T, text, of string) int {
	t.Helper()
	before, _, ok := strings.Cut(of, text)
	if !ok {
		t.Fatalf("%q is not in the fixture", text)
	}
	return 1 + strings.Count(before, "\n")
}

func TestEverything(t *testing.T) {
	w, problems := readWorkflow("w.yml", []byte(everything))
	for _, p := range problems {
		t.Errorf("%d:%d: %s", p.Line, p.Column, p.Message)
	}
	if w.Incomplete {
		t.Error("the workflow is incomplete")
	}
	verify(t, w)
	at := func(text string) int { t.Helper(); return line(t, text, everything) }

	check(t, "name", w.Name.Value, "release")
	check(t, "comments", []Comment{w.Comments[0], w.Comments[1], w.Comments[2]}, []Comment{
		{1, 1, "release of samplepkg", true}, {2, 15, "a name", false},
		{at("uses: actions/checkout"), 73, "v4.2.0", false},
	})
	check(t, "number of comments", len(w.Comments), 3)
	push := w.Trigger("push")
	check(t, "tags", values(push.Tags), []string{"v*"})
	check(t, "branches-ignore", values(push.BranchesIgnore), []string{"dev"})
	check(t, "paths", values(push.Paths), []string{"src/**"})
	check(t, "absent branches", push.Branches == nil, true)
	in := w.Trigger("workflow_dispatch").Inputs[0]
	check(t, "input", []any{in.Name.Value, in.Type.Value, in.Default.Value, in.Required, values(in.Options)}, []any{"index", "choice", "test", true, []string{"test", "real"}})
	call := w.Trigger("workflow_call")
	check(t, "call", []any{call.Inputs[0].Name.Value, pairs(call.Outputs)["digest"], call.Secrets[0].Name.Value, call.Secrets[0].Required}, []any{"version", "${{ jobs.build.outputs.digest }}", "TOKEN", true})
	check(t, "workflow_run", values(w.Trigger("workflow_run").Workflows), []string{"CI"})
	check(t, "cron", values(w.Trigger("schedule").Cron), []string{"0 1 * * *"})
	check(t, "defaults", []string{w.Defaults.Shell.Value, w.Defaults.WorkingDirectory.Value}, []string{"bash", "pkg"})
	check(t, "concurrency", []string{w.Concurrency.Group.Value, w.Concurrency.CancelInProgress.Value, w.Concurrency.Queue.Value}, []string{"${{ github.ref }}", "false", "max"})

	b := w.Jobs[0]
	check(t, "job", []any{b.ID.Value, b.Pos, b.End}, []any{"build", Pos{at("  build:\n"), 3}, at("working-directory: src")})
	check(t, "runs-on", values(b.RunsOn.Labels), []string{"${{ matrix.os }}"})
	m := b.Strategy.Matrix
	check(t, "matrix", []any{len(m.Axes), m.Axes[0].Name.Value, m.Axes[0].Values[1].Text.Value, m.Axes[1].Expr.Value, m.Include[0].Entries[1].Value.List[1].Entries[0].Value.Text.Value},
		[]any{2, "os", "windows-latest", "${{ fromJSON(needs.x.outputs.y) }}", "b"})
	check(t, "container", []any{b.Container.Image.Value, values(b.Container.Volumes), b.Container.Ports == nil, b.Container.Password.Value}, []any{"quay.io/a/b:c", []string{"/a:/b"}, true, "${{ secrets.P }}"})
	check(t, "service", []string{b.Services[0].Name.Value, b.Services[0].Container.Image.Value}, []string{"db", "postgres"})
	check(t, "outputs", pairs(b.Outputs), map[string]string{"digest": "${{ steps.d.outputs.x }}"})

	s := b.Steps
	check(t, "steps", len(s), 5)
	u := s[0].Uses
	check(t, "uses", []any{u.Kind, u.Owner, u.Repo, u.Path, u.Pinned, u.Comment, u.Name()}, []any{Remote, "actions", "checkout", "", true, "v4.2.0", "actions/checkout"})
	check(t, "with", pairs(s[0].With), map[string]string{"persist-credentials": "false"})
	check(t, "script", []any{s[1].Run.Script.Style, s[1].Run.Script.FirstLine, s[1].Run.Script.LineOf(strings.Index(s[1].Run.Script.Value, "${{"))}, []any{Literal, at("python -m build"), at("echo ${{")})
	check(t, "step lines", []int{s[0].Pos.Line, s[0].End, s[1].Pos.Line, s[1].End}, []int{at("- uses: actions/checkout"), at("persist-credentials"), at("- name: Build"), at("continue-on-error: True")})
	truth, known := s[1].ContinueOnError.Truth()
	check(t, "continue-on-error", []bool{truth, known}, []bool{true, true})
	check(t, "parallel", []any{len(s[2].Parallel), s[2].Parallel[0].Run.Script.Value, s[2].Parallel[1].Uses.Path, s[2].Parallel[1].Background.Value}, []any{2, "twine check dist/*", ".github/actions/check", "true"})
	check(t, "wait-all", s[3].WaitAll, true)
	f := s[4].Run
	check(t, "folded", []any{f.Script.Value, f.Script.LineOf(0), f.Script.LineOf(len("pip install b")), f.Shell.Value}, []any{"pip install build", at("pip install\n"), at("          build\n"), "sh"})

	p := w.Job("PUBLISH")
	check(t, "publish", []any{values(p.Needs), p.If.Value, p.RunsOn.Group.Value, values(p.RunsOn.Labels), p.Environment.Name.Value, p.Environment.URL.Value, p.TimeoutMinutes.Value},
		[]any{[]string{"build"}, "always()", "big", []string{"self-hosted", "linux"}, "pypi", "https://pypi.org", "5"})
	check(t, "kinds", []any{p.Steps[0].Uses.Kind, p.Steps[0].Uses.Path, p.Steps[1].Uses.Kind, p.Steps[1].Uses.Path}, []any{Docker, "alpine:3", Self, "actions/up"})
	check(t, "end of publish", p.End, at("- uses: $/actions/up"))
	c := w.Job("call").Call
	check(t, "call", []any{c.Uses.Path, pairs(c.With), c.Inherit}, []any{".github/workflows/other.yml", map[string]string{"a": "b"}, true})
}

func TestPermissions(t *testing.T) {
	const head = "on: push\n"
	const job = "jobs:\n  a:\n    runs-on: x\n    steps: [run: x]\n"
	for _, c := range []struct {
		name, top, job    string
		idToken, contents Access
		problem           string
	}{
		{name: "absent", idToken: NoAccess, contents: UnknownAccess},
		{name: "empty", top: "permissions: {}\n", idToken: NoAccess, contents: NoAccess},
		{name: "no value", top: "permissions:\n", idToken: UnknownAccess, contents: UnknownAccess, problem: "is empty"},
		{name: "read-all", top: "permissions: read-all\n", idToken: NoAccess, contents: ReadAccess},
		{name: "write-all", top: "permissions: write-all\n", idToken: WriteAccess, contents: WriteAccess},
		{name: "scopes", top: "permissions: {id-token: write}\n", idToken: WriteAccess, contents: NoAccess},
		{name: "job over workflow", top: "permissions: write-all\n", job: "    permissions: {contents: read}\n", idToken: NoAccess, contents: ReadAccess},
		{name: "empty job over workflow", top: "permissions: write-all\n", job: "    permissions: {}\n", idToken: NoAccess, contents: NoAccess},
		{name: "any case", top: "permissions: {ID-Token: write}\n", idToken: WriteAccess, contents: NoAccess, problem: "no permission that is known"},
		{name: "expression", top: "permissions: ${{ x }}\n", idToken: UnknownAccess, contents: UnknownAccess, problem: "GitHub takes read-all"},
		{name: "bad value", top: "permissions: {id-token: yes}\n", idToken: UnknownAccess, contents: NoAccess, problem: "none, read and write"},
		{name: "list", top: "permissions: [write-all]\n", idToken: UnknownAccess, contents: UnknownAccess, problem: "must be a mapping"},
		{name: "twice", top: "permissions: {id-token: write, id-token: none}\n", idToken: WriteAccess, contents: NoAccess, problem: "twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, problems := readWorkflow("w.yml", []byte(head+c.top+job+c.job))
			p := w.EffectivePermissions(w.Jobs[0])
			check(t, "access", []Access{p.Of("id-token"), p.Of("contents")}, []Access{c.idToken, c.contents})
			if c.problem == "" && len(problems) > 0 || c.problem != "" && (len(problems) == 0 || !strings.Contains(problems[0].Message, c.problem)) {
				t.Errorf("problems: %v", problems)
			}
		})
	}
}

func TestIntersect(t *testing.T) {
	named := func(scope string, a Access) *Permissions {
		return &Permissions{Kind: Named, Scopes: []Scope{{Text{Value: scope}, a}}}
	}
	for _, c := range []struct {
		name           string
		caller, callee *Permissions
		want           Access // of id-token
	}{
		{"both default", nil, nil, NoAccess},
		{"callee takes its caller's", named(IDToken, WriteAccess), nil, WriteAccess},
		{"caller denies", named("contents", WriteAccess), named(IDToken, WriteAccess), NoAccess},
		{"callee asks for less", &Permissions{Kind: WriteAll}, named("contents", ReadAccess), NoAccess},
		{"both", named(IDToken, WriteAccess), named(IDToken, WriteAccess), WriteAccess},
		{"lesser of two", named(IDToken, WriteAccess), named(IDToken, ReadAccess), ReadAccess},
		{"default may hand on", nil, named(IDToken, WriteAccess), UnknownAccess},
		{"read-all hands on none", &Permissions{Kind: ReadAll}, &Permissions{Kind: WriteAll}, NoAccess},
		{"unread is unknown", &Permissions{Kind: Unread}, named(IDToken, WriteAccess), UnknownAccess},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Intersect(c.caller, c.callee)
			check(t, "id-token", got.Of(IDToken), c.want)
		})
	}
}

func TestUses(t *testing.T) {
	sha := strings.Repeat("a1", 20)
	for _, c := range []struct {
		raw  string
		want Uses
	}{
		{"o/r@v1", Uses{Kind: Remote, Owner: "o", Repo: "r", Ref: "v1"}},
		{"o/r/p/q@" + sha, Uses{Kind: Remote, Owner: "o", Repo: "r", Path: "p/q", Ref: sha, Pinned: true}},
		{"o/r@" + sha[:39], Uses{Kind: Remote, Owner: "o", Repo: "r", Ref: sha[:39]}},
		{"o/r@refs/heads/a@b", Uses{Kind: Remote, Owner: "o", Repo: "r", Ref: "refs/heads/a@b"}},
		{"o/r@" + strings.Repeat("z", 40), Uses{Kind: Remote, Owner: "o", Repo: "r", Ref: strings.Repeat("z", 40)}},
		{"o/r", Uses{}}, {"o/r@", Uses{}}, {"o@v1", Uses{}}, {"/r@v1", Uses{}}, {"", Uses{}},
		{"o/${{ x }}@v1", Uses{}}, {"../a", Uses{}}, {".\\a", Uses{}},
		{"./", Uses{Kind: Local, Path: "."}}, {"./a/../b", Uses{Kind: Local, Path: "b"}}, {"./a/../..", Uses{Kind: Local}},
		{"./a\\..\\b", Uses{Kind: Local}}, {"./.github/actions/x/", Uses{Kind: Local, Path: ".github/actions/x"}},
		{"$/", Uses{Kind: Self, Path: "."}}, {"$/a", Uses{Kind: Self, Path: "a"}}, {"$/../a", Uses{Kind: Self}},
		{"docker://a:1", Uses{Kind: Docker, Path: "a:1"}},
		{"docker://a@sha256:" + strings.Repeat("0", 64), Uses{Kind: Docker, Path: "a@sha256:" + strings.Repeat("0", 64), Pinned: true}},
		{"docker://a@sha256:00", Uses{Kind: Docker, Path: "a@sha256:00"}},
	} {
		got := parseUses(Text{Value: c.raw})
		got.Raw = Text{}
		check(t, c.raw, got, c.want)
	}
}
