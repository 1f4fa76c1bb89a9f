// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// describe writes refs in one line: * after a dynamic path, ~ before one whose
// text does not flow into the value.
func describe(refs []Ref) string {
	var out []string
	for _, r := range refs {
		s := r.Path
		if r.Dynamic {
			s += "!"
		}
		if !r.Flows {
			s = "~" + s
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestRefs(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"github.head_ref || github.ref", "github.head_ref github.ref"},
		{"GitHub.HEAD_Ref", "github.head_ref"},
		{"github['head_ref']", "github.head_ref"},
		{"github.event.inputs['a b']", "github.event.inputs['a b']"},
		{"github.event.inputs['it''s']", "github.event.inputs['it''s']"},
		{"github.event.commits[0].message", "github.event.commits[0].message"},
		{"github.event.commits['0'].message", "github.event.commits['0'].message"},
		{"github.event.commits.*.author.email[0]", "github.event.commits.*.author.email[0]!"},
		{"github.event.inputs['-x']", "github.event.inputs['-x']"},
		{"github.event.commits.*.message", "github.event.commits.*.message!"},
		{"github.event.commits[*].message", "github.event.commits.*.message!"},
		{"secrets[matrix.name]", "secrets.*! ~matrix.name"},
		{"a[b[c.d].e].f", "a.*.f! ~b.*.e! ~c.d"},
		{"github.event_name == 'push' && github.ref || github.sha", "~github.event_name github.ref github.sha"},
		{"github.actor && 'x'", "~github.actor"},
		{"!github.actor", "~github.actor"},
		{"contains(github.ref, inputs.x)", "~github.ref ~inputs.x"},
		{"format('{0}', github.ref)", "github.ref"},
		{"fromJSON(needs.a.outputs.m).x[inputs.i]", "needs.a.outputs.m ~inputs.i"},
		{"toJSON(github)", "github"},
		{"case(inputs.a, vars.b, inputs.c, vars.d, vars.e)", "~inputs.a vars.b ~inputs.c vars.d vars.e"},
		{"hashFiles(inputs.a)", "~inputs.a"},
		{"nosuch(inputs.a)", "inputs.a"},
		{"'text'", ""},
		{"x ${{ vars.a }} y ${{ vars.b == 1 }}", "vars.a ~vars.b"},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		if got := describe(e.Refs()); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
	e, _ := Parse("needs.build.outputs.Name")
	if r := e.Refs()[0]; r.Context() != "needs" || r.Property(0) != "build" || r.Property(2) != "name" || r.Property(3) != "" {
		t.Errorf("%+v", r)
	}
}

func TestSecrets(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []string
	}{
		{"secrets.pypi_token", []string{"PYPI_TOKEN"}},
		{"secrets['Pypi_Token'] || secrets.B", []string{"B", "PYPI_TOKEN"}},
		{"secrets.A == '' && secrets.a", []string{"A"}},
		{"secrets[format('{0}', inputs.x)]", []string{"*"}},
		{"toJSON(secrets)", []string{"*"}},
		{"secrets", []string{"*"}},
		{"secrets.*", []string{"*"}},
		{"fromJSON(secrets.A).b", []string{"A"}},
		{"github.token", []string{"GITHUB_TOKEN"}},
		{"toJSON(github)", []string{"GITHUB_TOKEN"}},
		{"github[inputs.x]", []string{"GITHUB_TOKEN"}},
		{"contains(secrets.A, 'x')", []string{"A"}},
		{"github.ref", nil},
		{"'secrets.A'", nil},
		{"vars.secrets", nil},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, e.Secrets()); diff != "" {
			t.Errorf("%s: %s", c.src, diff)
		}
	}
}

func TestUntrusted(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"github.head_ref", "outsider"}, {"github.HEAD_REF", "outsider"}, {"github['head_ref']", "outsider"},
		{"github.event.pull_request.title", "outsider"}, {"github.event.pull_request.body", "outsider"},
		{"github.event.pull_request.head.ref", "outsider"}, {"github.event.pull_request.head.label", "outsider"},
		{"github.event.pull_request.head.repo.default_branch", "outsider"}, {"github.event.pull_request.head.repo.full_name", "outsider"},
		{"github.event.pull_request.head.sha", ""}, {"github.event.pull_request.number", ""}, {"github.event.pull_request.base.ref", "pusher"},
		{"toJSON(github.event.pull_request)", "outsider"}, {"toJSON(github.event)", "outsider"}, {"toJSON(github)", "outsider"},
		{"github.event.issue.title", "outsider"}, {"github.event.issue.number", ""}, {"github.event.comment.body", "outsider"},
		{"github.event.comment.id", ""}, {"github.event.review.body", "outsider"}, {"github.event.discussion.title", "outsider"},
		{"github.event.commits[0].message", "outsider"}, {"github.event.commits.*.author.email", "outsider"},
		{"github.event.commits[inputs.n].id", "dispatcher"}, {"github.event.commits.*.id", ""}, {"github.event.head_commit.message", "outsider"},
		{"github.event.head_commit.id", ""}, {"github.event.pages[0].page_name", "outsider"},
		{"github.event.workflow_run.head_branch", "outsider"}, {"github.event.workflow_run.head_commit.message", "outsider"},
		{"github.event.workflow_run.head_repository.full_name", "outsider"}, {"github.event.workflow_run.id", ""},
		{"github.event.workflow_run.conclusion", ""}, {"github.event[inputs.x]", "outsider dispatcher"},
		{"github.ref", "pusher"}, {"github.ref_name", "pusher"}, {"github.event.release.body", "pusher"}, {"github.base_ref", "pusher"},
		{"inputs.version", "dispatcher"}, {"github.event.inputs.version", "dispatcher"}, {"github.event.client_payload.x", "dispatcher"},
		{"github.actor", ""}, {"github.sha", ""}, {"github.repository", ""}, {"env.TITLE", ""}, {"vars.a", ""},
		{"github.head_ref || github.ref", "outsider pusher"}, {"contains(github.event.comment.body, 'x')", "outsider"},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, u := range e.Untrusted() {
			got = append(got, u.Setter.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.src, s, c.want)
		}
	}
}
