// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"
)

// docs is a workflow off the path, with these lines in its job.
func docs(lines string) string {
	return "on: push\npermissions: {}\njobs:\n  docs:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n" + lines
}

func TestSecretReachesUnknown(t *testing.T) {
	const env = "        env:\n          T: ${{ secrets.DEPLOY }}\n"
	const sha = "@0123456789012345678901234567890123456789\n"
	for _, c := range []struct {
		name, want string // want is part of the one item, "" for none
		files      repo
	}{
		{"an action", `secret DEPLOY reaches "someone/ship@`, repo{"d.yml": docs("      - uses: someone/ship" + sha + "        with:\n          token: ${{ secrets.DEPLOY }}\n")}},
		{"an action, by the job", `secret DEPLOY reaches "someone/ship@`, repo{"d.yml": strings.Replace(docs("      - uses: someone/ship"+sha), "    steps:", "    env:\n      T: ${{ secrets.DEPLOY }}\n    steps:", 1)}},
		{"a local action in JavaScript", `"./ship"`, repo{"d.yml": docs("      - uses: ./ship\n        with:\n          t: ${{ secrets.DEPLOY }}\n"), "ship/action.yml": "name: s\nruns:\n  using: node24\n  main: x.js\n"}},
		{"an image as an action", `"docker://python:3"`, repo{"d.yml": docs("      - uses: docker://python:3\n        with:\n          args: x ${{ secrets.DEPLOY }}\n")}},
		{"another repository's workflow", `"someone/x/.github/workflows/y.yml@`, repo{"d.yml": "on: push\njobs:\n  x:\n    uses: someone/x/.github/workflows/y.yml" + sha + "    secrets:\n      t: ${{ secrets.DEPLOY }}\n"}},
		{"all secrets of a call", `one secret or all reaches`, repo{"d.yml": "on: push\njobs:\n  x:\n    uses: someone/x/.github/workflows/y.yml" + sha + "    secrets: inherit\n"}},
		{"a script that is fetched", `whose text was not read`, repo{"d.yml": docs("      - run: curl -s https://x.example/x | sh\n" + env)}},
		{"a program", `"shipit now"`, repo{"d.yml": docs("      - run: shipit now\n" + env)}},
		{"a command by a variable", `"${{ vars.CMD }}"`, repo{"d.yml": docs("      - run: ${{ vars.CMD }}\n" + env)}},
		{"tests", "the project's own tests or build", repo{"d.yml": docs("      - run: pytest\n" + env)}},
		{"a script of the tree, which is read", "", repo{"d.yml": docs("      - run: bash ci/x.sh\n" + env), "ci/x.sh": "echo hello\n"}},
		{"commands that are known", "", repo{"d.yml": docs("      - run: git push https://x:$T@github.com/x/y\n" + env)}},
		{"another service's secret", "", repo{"d.yml": docs("      - uses: someone/ship" + sha + "        with:\n          token: ${{ secrets.CODECOV_TOKEN }}\n          other: ${{ secrets.DEPLOY_SSH_KEY }}\n")}},
		{"the run's own token", "", repo{"d.yml": docs("      - uses: someone/ship" + sha + "        with:\n          token: ${{ secrets.GITHUB_TOKEN }}\n")}},
		{"an action that is known", "", repo{"d.yml": docs("      - uses: codecov/codecov-action" + sha + "        with:\n          token: ${{ secrets.COVERAGE }}\n")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			items := open(judge(t, c.files), "secret-reaches-unknown")
			switch {
			case c.want == "" && len(items) > 0:
				t.Errorf("it lists %q", items[0].Reason)
			case c.want != "" && (len(items) != 1 || !strings.Contains(items[0].Reason, c.want) || items[0].Blocking):
				t.Errorf("got %+v, want one with %s", items, c.want)
			}
		})
	}
	many := docs("")
	for _, name := range strings.Fields("a b c d e f g h i j k l") {
		many += "      - uses: someone/" + name + sha + "        with:\n          token: ${{ secrets.DEPLOY }}\n"
	}
	if items := open(judge(t, repo{"d.yml": many}), "secret-reaches-unknown"); len(items) != 7 || !strings.Contains(items[6].Reason, "6 more places") {
		t.Errorf("got %d items: %+v", len(items), items)
	}
}
