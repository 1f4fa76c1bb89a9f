// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// TestCredentialFromElsewhere has uploads whose credential does not stand in
// the step, and one that only looks like a minted one.
func TestCredentialFromElsewhere(t *testing.T) {
	const job = "on: {push: {tags: [v*]}}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    permissions: {id-token: write}\n"
	const mint = "      - id: mint\n        run: curl -X POST https://pypi.org/_/oidc/mint-token -d x\n"
	const use = "      - uses: pypa/gh-action-pypi-publish@release/v1\n        with:\n          password: ${{ steps.%.outputs.token }}\n"
	for _, c := range []struct {
		name, text string
		want       sinks.Credential
	}{
		{"nothing", "    steps:\n      - run: uv publish\n", sinks.TrustedPublishing},
		{"a container's environment", "    container: {image: x, env: {UV_PUBLISH_TOKEN: \"${{ secrets.A }}\"}}\n    steps:\n      - run: uv publish\n", sinks.Token},
		{"a container's options", "    container: {image: x, options: \"--cpus 1 --env 'UV_PUBLISH_TOKEN=${{ vars.A }}'\"}\n    steps:\n      - run: uv publish\n", sinks.Token},
		{"a container's options, short", "    container: {image: x, options: -eUV_PUBLISH_TOKEN=a}\n    steps:\n      - run: uv publish\n", sinks.Token},
		{"other options", "    container: {image: x, options: --name UV_PUBLISH_TOKEN=a -e UV_PUBLISH_TOKEN}\n    steps:\n      - run: uv publish\n", sinks.TrustedPublishing},
		{"a script of the repository", "    steps:\n      - run: ./set.sh\n        env: {KEY: \"${{ secrets.A }}\"}\n      - run: uv publish\n", sinks.Token},
		{"the shell", "    steps:\n      - run: ls\n        shell: bash -c \"twine upload -p x dist/* && . {0}\"\n", sinks.Token},
		{"minted", "    steps:\n" + mint + strings.ReplaceAll(use, "%", "mint"), sinks.TrustedPublishing},
		{"minted by an action", "    steps:\n      - id: a\n        uses: a/b@v1\n" + mint + strings.ReplaceAll(use, "%", "a"), sinks.TrustedPublishing},
		{"minted beside a store of secrets", "    steps:\n      - id: mint\n        run: |\n          curl -X POST https://pypi.org/_/oidc/mint-token -d x\n          echo \"t=$(aws secretsmanager get-secret-value)\" >> $GITHUB_OUTPUT\n" + strings.ReplaceAll(use, "%", "mint"), sinks.Token},
		{"inputs as an expression", "    steps:\n      - uses: pypa/gh-action-pypi-publish@release/v1\n        with: ${{ fromJSON(vars.A) }}\n", sinks.Unknown},
		{"said to be minted", "    steps:\n" + mint + "      - id: key\n        run: echo token=$K >> $GITHUB_OUTPUT\n" + strings.ReplaceAll(use, "%", "key"), sinks.Token},
	} {
		fsys := fstest.MapFS{
			workflow.Folder + "/r.yml": {Data: []byte(job + c.text)},
			"set.sh":                   {Data: []byte("#!/bin/sh\necho \"UV_PUBLISH_TOKEN=$KEY\" >> \"$GITHUB_ENV\"\n")},
		}
		r, err := workflow.Read(fsys)
		if err != nil {
			t.Fatal(err)
		}
		var got sinks.Credential
		for _, k := range graph.Build(fsys, r, graph.Facts{}).Sinks {
			if !k.Mints && !k.Guessed {
				got = k.Credential
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
