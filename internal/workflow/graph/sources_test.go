// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/workflow"
)

// TestSources follows the text that the last step of the last job is handed as
// the input "list", through variables of all kinds.
func TestSources(t *testing.T) {
	job := func(around, step string) map[string]string {
		return map[string]string{"r.yml": "on: push\nenv: {TOP: \"${{ vars.TOP }}\"}\njobs:\n" + storing + "  take:\n    needs: build\n" + around +
			"    steps:\n      - {id: first, run: 'echo SET=x >> $GITHUB_ENV'}\n      - uses: a/b@v1\n        with: {list: \"" + step + "\"}\n"}
	}
	in := func(env, step string) map[string]string {
		files := job("    env: {"+env+"}\n", step)
		return files
	}
	own := func(env string) map[string]string {
		files := in(`A: "${{ needs.build.outputs.id }}"`, "${{ env.A }}")
		files["r.yml"] += "        env: {" + env + "}\n"
		return files
	}
	for _, c := range []struct {
		name, want string
		files      map[string]string
	}{
		{"an output", "up.artifact-id", job("", "${{ needs.build.outputs.id }}")},
		{"of a script", "made.id", job("", "${{ needs.build.outputs.made }}")},
		{"of either", "made.id up.artifact-id", job("", "${{ needs.build.outputs.either }}")},
		{"of one that nobody knows", "unknown.id", job("", "${{ needs.build.outputs.unknown }}")},
		{"a variable of the job", "up.artifact-id", in(`A: "${{ needs.build.outputs.id }}"`, "${{ env.A }}")},
		{"in other letters", "up.artifact-id", in(`a: "${{ needs.build.outputs.id }}"`, "${{ env.A }}")},
		{"two of a name", "up.artifact-id made.id", in(`a: "${{ needs.build.outputs.id }}", A: "${{ needs.build.outputs.made }}"`, "${{ env.A }}")},
		{"of the step, over the job's", "made.id", own(`A: "${{ needs.build.outputs.made }}"`)},
		{"of the step, from the job's", "up.artifact-id", own(`A: "${{ env.A }}"`)},
		{"of itself", `r.yml:22 the variable "a" is not set`, in(`A: "${{ env.A }}"`, "${{ env.A }}")},
		{"of the workflow", `r.yml:2 "vars.top" is not the output of a maker`, in("A: x", "${{ env.TOP }}")},
		{"of an earlier step", `r.yml:26 the variable "set" may be set by the step on line 24, a script, which may write what it likes`, in(`SET: "${{ needs.build.outputs.id }}"`, "${{ env.SET }}")},
		{"whose name is computed", `r.yml:26 the variable "a" may be among some whose names are computed`, in(`"${{ vars.X }}": x, A: "${{ needs.build.outputs.id }}"`, "${{ env.A }}")},
		{"a constant", "r.yml:25 it is a constant, and a thing is made in the run", job("", "x")},
		{"nothing", `r.yml:25 job "build" has no output "x"`, job("", "${{ needs.build.outputs.x }}")},
		{"in a composite action", "up.artifact-id", map[string]string{
			"r.yml":          "on: push\njobs:\n" + storing + "  take:\n    needs: build\n    steps:\n      - uses: ./act\n        env: {A: \"${{ needs.build.outputs.id }}\"}\n        with: {b: \"${{ env.A }}\"}\n",
			"act/action.yml": "inputs: {b: {}}\nruns:\n  using: composite\n  steps:\n    - uses: a/b@v1\n      env: {C: \"${{ inputs.b }}\"}\n      with: {list: \"${{ env.C }}${{ env.A }}\"}\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := build(t, c.files)
			j := g.Jobs[len(g.Jobs)-1]
			s := j.Steps[len(j.Steps)-1]
			text, _ := workflow.Lookup(s.Step.With, "list")
			from, lost := g.Sources(s, text, "a thing", "a maker")
			var got []string
			for _, src := range from {
				got = append(got, src.Step.Step.ID.Value+"."+src.Output)
			}
			if lost != nil {
				got = append(got, fmt.Sprintf("%s:%d %s", lost.File[strings.LastIndexByte(lost.File, '/')+1:], lost.Line, lost.Reason))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
