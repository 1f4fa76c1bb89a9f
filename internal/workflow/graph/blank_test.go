// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// TestBlankIDs: an id that comes to nothing in some of the runs in which it is
// downloaded by. Of the two runs, the first is a push and the second a release.
func TestBlankIDs(t *testing.T) {
	release := func(cond, id, download string, more ...string) map[string]string {
		text := "on: {push: {branches: [main]}, release: {types: [published]}}\njobs:\n  build:\n    outputs: {id: \"${{ steps.up.outputs.artifact-id }}\", kept: \"" + id + "\", flag: \"${{ steps.made.outputs.flag }}\"}\n" +
			"    steps:\n      - {id: made, run: make}\n      - {id: up, " + cond + "uses: actions/upload-artifact@v7, with: {name: dist, path: dist/}}\n" +
			"  test:\n    steps: [{uses: actions/upload-artifact@v7, with: {name: log, path: x}}]\n" +
			"  take:\n    needs: build\n    steps:\n      - {" + download + "uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ needs.build.outputs.kept }}\"}}\n"
		return map[string]string{"r.yml": strings.NewReplacer(more...).Replace(text)}
	}
	const plain, onRelease = "${{ steps.up.outputs.artifact-id }}", "if: github.event_name == 'release', "
	const led = "take <- build(dist)"
	for _, c := range []struct {
		name, want string
		files      map[string]string
	}{
		{"always", led, release("", plain, "")},
		{"never stored", `take: in [true true], r.yml:4 the step "up" (line 7) does not run`, release("if: false, ", plain, "")},
		{"stored in other runs", `take: in [true false], r.yml:4 the step "up" (line 7) does not run`, release(onRelease, plain, "")},
		{"taken in the same runs", led, release(onRelease, plain, onRelease)},
		{"stored under a condition that nobody knows", led, release("if: vars.X == 'y', ", plain, "")},
		{"a job that is skipped", `take: in [true false], r.yml:5 the step "up" (line 8) does not run`, release("", plain, "", "  build:\n", "  build:\n    if: github.event_name == 'release'\n", "needs: build\n", "needs: build\n    if: always()\n")},
		{"a job that waits for it", led, release("", plain, "", "  build:\n", "  build:\n    if: github.event_name == 'release'\n")},
		{"a condition", `take: in [true false], r.yml:4 it comes to nothing where its condition does not hold`, release("", "${{ github.event_name == 'release' && steps.up.outputs.artifact-id || '' }}", "")},
		{"a condition that nobody knows", `take: in [true true], r.yml:13 it comes to nothing where its condition does not hold`, release("", plain, "", "needs.build.outputs.kept", "needs.build.outputs.flag == 'y' && needs.build.outputs.kept || ''")},
		{"a condition that is no id", led, release("", plain, "", "needs.build.outputs.kept", "needs.build.outputs.flag == 'y' && needs.build.outputs.kept")},
		{"a condition that holds", led, release("", plain, "", "needs.build.outputs.kept", "needs.build.result == 'success' && needs.build.outputs.kept || ''")},
		{"a condition that may not hold", `take: in [true true], r.yml:14 it comes to nothing where its condition does not hold`, release("", plain, "", "needs.build.outputs.kept", "needs.build.result == 'success' && needs.build.outputs.kept || ''", "needs: build\n", "needs: build\n    if: always()\n")},
		{"an empty text instead", led, release("", plain, "", "needs.build.outputs.kept", "needs.build.outputs.kept || ''")},
		{"nothing of nothing", `take: in [true false], r.yml:4 the step "up" (line 7) does not run`, release(onRelease, plain, "", "needs.build.outputs.kept", "needs.build.outputs.kept || ''")},
		{"one of two", led, release(onRelease, plain, "", "needs.build.outputs.kept }}", "needs.build.outputs.kept || needs.test.outputs.id }}", "  test:\n    steps: [{uses", "  test:\n    outputs: {id: \"${{ steps.t.outputs.artifact-id }}\"}\n    steps: [{id: t, uses", "needs: build\n", "needs: [build, test]\n")},
		{"two beside one another", led, release(onRelease, plain, "", "needs.build.outputs.kept }}", "needs.build.outputs.kept }},${{ needs.test.outputs.id }}", "  test:\n    steps: [{uses", "  test:\n    outputs: {id: \"${{ steps.t.outputs.artifact-id }}\"}\n    steps: [{id: t, uses", "needs: build\n", "needs: [build, test]\n")},
		{"of all jobs", led, release(onRelease, plain, "", "${{ needs.build.outputs.kept }}", "${{ join(needs.*.outputs.id, ',') }}", "  test:\n    steps: [{uses", "  test:\n    outputs: {id: \"${{ steps.t.outputs.artifact-id }}\"}\n    steps: [{id: t, uses", "needs: build\n", "needs: [build, test]\n")},
		{"a variable", `take: in [true false], r.yml:4 the step "up" (line 7) does not run`, release(onRelease, plain, "env: {AID: \"${{ needs.build.outputs.id }}\"}, ", "${{ needs.build.outputs.kept }}", "${{ env.AID }}")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := byID(build(t, c.files))
			if len(got) == 1 && c.want == led {
				got[0] = strings.Replace(got[0], " <- test(log)", "", 1)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBlankPath: in the runs in which an id comes to nothing, what any job
// stores is on the path, and in the others only what it leads to.
func TestBlankPath(t *testing.T) {
	text := "on: {push: {branches: [main]}, release: {types: [published]}}\njobs:\n" +
		"  build:\n    outputs: {id: \"${{ steps.up.outputs.artifact-id }}\"}\n    steps: [{id: up, if: github.event_name == 'release', uses: actions/upload-artifact@v7, with: {name: dist}}]\n" +
		"  test:\n    steps: [{uses: actions/upload-artifact@v7, with: {name: log}}]\n" +
		"  take:\n    needs: build\n    steps:\n      - {uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ needs.build.outputs.id }}\"}}\n      - {uses: pypa/gh-action-pypi-publish@v1}\n"
	g := build(t, map[string]string{"r.yml": text})
	got := map[string][]bool{}
	for _, st := range g.Sinks[0].Path {
		got[st.Job.Job.ID.Value] = st.Runs
	}
	if diff := cmp.Diff(map[string][]bool{"take": {true, true}, "build": {false, true}, "test": {true, false}}, got); diff != "" {
		t.Error(diff)
	}
}

// TestIDThroughVariable: a variable that is nothing but an output is as good as
// the output.
func TestIDThroughVariable(t *testing.T) {
	for env, want := range map[string]string{
		`"${{ needs.build.outputs.id }}"`: "id",
		`"${{ env.OTHER }}"`:              "id",
		`"${{ vars.AID }}"`:               "id all",
		`"17"`:                            "id",
	} {
		g := build(t, map[string]string{"r.yml": "on: push\nenv: {OTHER: x}\njobs:\n" + storing + "  take:\n    needs: build\n    env: {OTHER: \"${{ needs.build.outputs.id }}\"}\n    steps:\n      - uses: actions/download-artifact@v8\n" +
			"        env: {AID: " + env + "}\n        with: {artifact-ids: \"${{ env.AID }}\"}\n"})
		var by []string
		for _, j := range g.Jobs {
			for _, s := range j.Steps {
				for _, d := range s.Downloads {
					by = append(by, string(d.By))
				}
			}
		}
		if got := strings.Join(by, " "); got != want {
			t.Errorf("%s: by %s, want %s", env, got, want)
		}
	}
}

// TestOutputsOfKnownActions: an output that an action is known not to have is
// empty.
func TestOutputsOfKnownActions(t *testing.T) {
	const baipp, commit = "hynek/build-and-inspect-python-package@", "0123456789abcdef0123456789abcdef01234567 # v"
	for _, c := range []struct {
		uses, output string
		kind         graph.LostKind
		reason       string
	}{
		{"actions/upload-artifact@v7", "artifactid", graph.LostEmpty, `has no output "artifactid"`},
		{"actions/upload-artifact@v7", "artifact-url", graph.LostHere, "is not the id"},
		{"actions/upload-artifact@v3", "artifact-id", graph.LostEmpty, `has no output "artifact-id"`},
		{baipp + commit + "2.14.0", "artifact-id", graph.LostEmpty, `has no output "artifact-id"`},
		{baipp + commit + "3.0.1", "artifact-id", graph.LostHere, "is not known to be the id"},
		{baipp + commit + "3.0.1", "typo", graph.LostEmpty, `has no output "typo"`},
		{baipp + "v2", "dist", graph.LostHere, "is not known to be the id"},
		{"ansys/actions/build-library@v8", "id", graph.LostEmpty, "has no output"},
		{"anchore/sbom-action@v0", "id", graph.LostHere, "is not known to be the id"},
		{"actions/checkout@v6", "id", graph.LostHere, "is not the id"},
	} {
		g := build(t, map[string]string{"r.yml": "on: push\njobs:\n  build:\n    outputs: {id: \"${{ steps.s.outputs." + c.output + " }}\"}\n    steps:\n      - id: s\n        uses: " + c.uses +
			"\n  take:\n    needs: build\n    steps:\n      - {uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ needs.build.outputs.id }}\"}}\n"})
		for _, j := range g.Jobs {
			for _, s := range j.Steps {
				for _, d := range s.Downloads {
					if d.Lost == nil || d.Lost.Kind != c.kind || !strings.Contains(d.Lost.Reason, c.reason) {
						t.Errorf("%s of %s: %+v", c.output, c.uses, d.Lost)
					}
				}
			}
		}
	}
	called := build(t, map[string]string{"r.yml": "on: push\njobs:\n  build:\n    uses: OpenAstronomy/github-actions-workflows/.github/workflows/publish.yml@v2\n" +
		"  take:\n    needs: build\n    steps:\n      - {uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ needs.build.outputs.id }}\"}}\n"})
	want := `take: empty, r.yml:8 the workflow "openastronomy/github-actions-workflows/.github/workflows/publish.yml" has no output "id"`
	if diff := cmp.Diff(want, strings.Join(byID(called), "\n")); diff != "" {
		t.Error(diff)
	}
}

// TestOwnOutputs holds the outputs in the table against this repository's files.
func TestOwnOutputs(t *testing.T) {
	repo, err := workflow.Read(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range repo.Workflows {
		on := w.Trigger("workflow_call")
		if on == nil {
			continue
		}
		var names []string
		for _, o := range on.Outputs {
			names = append(names, o.Name.Value)
		}
		if diff := cmp.Diff(ownRow(strings.TrimPrefix(w.Path, ourFolder)).Outputs, names); diff != "" {
			t.Errorf("%s: outputs in the table, and in the file: %s", w.Path, diff)
		}
	}
}
