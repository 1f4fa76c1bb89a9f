// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// uploads tells each upload of a graph by its index and class.
func uploads(g *graph.Graph) []string {
	var out []string
	for _, k := range g.Sinks {
		out = append(out, fmt.Sprintf("%s %s", k.Index, k.Credential))
	}
	slices.Sort(out)
	return out
}

// TestEarlierSteps holds what a step finds of the steps before it.
func TestEarlierSteps(t *testing.T) {
	const (
		real  = "https://upload.pypi.org/legacy/ "
		test  = "https://test.pypi.org/legacy/ "
		oidc  = "trusted-publishing"
		where = "      - run: echo \"WHERE=https://test.pypi.org/legacy/\" >> $GITHUB_ENV\n        if: %s\n" +
			"      - run: echo \"WHERE=https://upload.pypi.org/legacy/\" >> $GITHUB_ENV\n        if: %s\n" +
			"      - uses: pypa/gh-action-pypi-publish@v1.13.0\n        with: {repository-url: '${{ env.WHERE }}'}\n"
		dispatch = "workflow_dispatch: {inputs: {to: {type: choice, required: true, options: [test, real]}}}"
	)
	two := func(a, b string) string { return fmt.Sprintf(where, a, b) }
	for _, c := range []struct {
		name, on, steps string
		want            []string
	}{
		{"a step's own variables end with it", "push: {}",
			"      - run: sed -i s/a/b/ x\n        env: {TWINE_PASSWORD: '${{ secrets.PYPI_TOKEN }}'}\n      - run: twine upload dist/*\n", []string{real + oidc}},
		{"unless it hands them on", "push: {}",
			"      - run: echo \"TWINE_PASSWORD=$TWINE_PASSWORD\" >> $GITHUB_ENV\n        env: {TWINE_PASSWORD: '${{ secrets.PYPI_TOKEN }}'}\n      - run: twine upload dist/*\n",
			[]string{" token", real + "token"}},
		{"one way in one run, another in another", "push: {branches: [main], tags: ['v*']}", two("github.ref_type == 'branch'", "github.ref_type == 'tag'"), []string{test + oidc, real + oidc}},
		{"one way only", "push: {tags: ['v*']}", two("github.ref_type == 'branch'", "github.ref_type == 'tag'"), []string{real + oidc}},
		{"by a choice of the dispatcher", dispatch, two("inputs.to == 'test'", "github.event.inputs.to == 'real'"), []string{test + oidc, real + oidc}},
		{"the upload's own condition counts", dispatch,
			strings.Replace(two("inputs.to == 'test'", "inputs.to == 'real'"), "        with:", "        if: inputs.to == 'test'\n        with:", 1), []string{test + oidc}},
		{"a condition that is not known leaves nothing as well", "push: {}", two("steps.x.outputs.y", "env.Z"), []string{" " + oidc, test + oidc, real + oidc}},
		{"without the step the default holds", "push: {}",
			"      - run: echo \"TWINE_REPOSITORY=testpypi\" >> $GITHUB_ENV\n        if: github.ref_type == 'branch'\n      - run: twine upload dist/*\n", []string{test + oidc, real + oidc}},
		{"the last of two that always run wins", "push: {}", two("success()", "success()"), []string{real + oidc}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := build(t, map[string]string{"r.yml": "on: {" + c.on + "}\njobs:\n  up:\n    permissions: {id-token: write}\n    steps:\n" + c.steps})
			want := slices.Sorted(slices.Values(c.want))
			if diff := cmp.Diff(want, uploads(g)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestManyEnvironments holds that steps whose conditions are not known give an
// address that is not known, not one for each way in which they may run.
func TestManyEnvironments(t *testing.T) {
	var steps strings.Builder
	for i := range 40 {
		fmt.Fprintf(&steps, "      - {run: 'echo \"WHERE=https://i%d.example/\" >> $GITHUB_ENV', if: 'steps.x.outputs.y%d'}\n", i, i)
	}
	g := build(t, map[string]string{"r.yml": "on: push\njobs:\n  up:\n    permissions: {id-token: write}\n    steps:\n" + steps.String() +
		"      - uses: pypa/gh-action-pypi-publish@v1.13.0\n        with: {repository-url: '${{ env.WHERE }}'}\n"})
	if diff := cmp.Diff([]string{" trusted-publishing"}, uploads(g)); diff != "" {
		t.Error(diff)
	}
}

// TestArtifactNamedByVariable holds that a name that the workflow keeps in a
// variable is a name.
func TestArtifactNamedByVariable(t *testing.T) {
	named := func(text, env, more string) *graph.Graph {
		return build(t, map[string]string{"r.yml": "on: push\nenv: {NAME: " + env + "}\njobs:" + strings.ReplaceAll(buildJob+
			strings.Replace(publishJob, "    steps:\n", "    steps:\n"+more, 1), "name: dist,", "name: '"+text+"',")})
	}
	for _, c := range []struct{ name, env, more, want string }{
		{"constant", "dists", "", "publish trusted-publishing <- build(dists)"},
		{"an expression", "'${{ github.sha }}'", "", "publish trusted-publishing <- build(*)"},
		{"set anew by a step", "dists", "      - {run: 'echo NAME=other >> $GITHUB_ENV', if: env.X}\n", "publish trusted-publishing <- build(dists)"},
	} {
		g := named("${{ env.NAME }}", c.env, c.more)
		got := said(g)
		if len(got) != 1 || !strings.HasSuffix(got[0], c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
		for _, s := range g.Sinks[0].Step.Job.Steps {
			for _, d := range s.Downloads {
				if all := d.By == graph.All; all && c.name == "constant" {
					t.Error("a download by name counts as one of everything")
				}
			}
		}
	}
}
