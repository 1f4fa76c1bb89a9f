// SPDX-License-Identifier: BSD-3-Clause

package expr

import "testing"

func TestAsksWho(t *testing.T) {
	for _, c := range []struct {
		src  string
		want bool
	}{
		{"github.actor == 'octocat'", true},
		{"${{ 'octocat' == github.triggering_actor }}", true},
		{"github.actor == 'a' || github.actor == 'b'", true},
		{"github.actor == 'a' && github.event.label.name == 'x'", true},
		{"contains(fromJSON('[\"OWNER\", \"MEMBER\"]'), github.event.comment.author_association)", true},
		{"contains(fromJSON(vars.PEOPLE), github.actor)", true},
		{"contains(github.event.comment.author_association, 'OWNER')", true},
		{"github.event.pull_request.user.login == github.repository_owner", true},
		{"github.event.workflow_run.event == 'push'", true},
		{"github.event.workflow_run.event != 'pull_request'", true},
		{"github.event.workflow_run.event == 'pull_request'", false},
		{"github.actor != 'dependabot[bot]'", false},
		{"!(github.actor == 'dependabot[bot]')", false},
		{"github.actor == 'a' || contains(github.event.comment.body, '/go')", false},
		{"github.event.comment.author_association != 'NONE'", false},
		{"github.event.comment.author_association == 'NONE'", false},
		{"contains('OWNER FIRST_TIME_CONTRIBUTOR', github.event.comment.author_association)", false},
		{"contains(github.actor, 'octo')", false},
		{"startsWith(github.actor, 'octo')", false},
		{"github.event.comment.user.login == github.event.issue.user.login", false},
		{"x ${{ github.actor == 'octocat' }}", false},
		{"github.event.pull_request.merged", false},
		{"github.actor == ''", false},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.AsksWho(); got != c.want {
			t.Errorf("%s: %v, want %v", c.src, got, c.want)
		}
	}
}
