// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// byID says of each download by id in a graph what it takes, or where and why
// its id is lost.
func byID(g *graph.Graph) []string {
	kinds := map[graph.LostKind]string{graph.LostHere: "here", graph.LostEmpty: "empty", graph.LostInUnknown: "unknown", graph.LostToCaller: "caller"}
	var out []string
	for _, j := range g.Jobs {
		for _, s := range j.Steps {
			for _, d := range s.Downloads {
				if d.By != graph.ByID {
					continue
				}
				line := j.Job.ID.Value
				if d.Lost != nil && d.Lost.Runs != nil {
					line += fmt.Sprintf(": in %v, %s:%d %s", d.Lost.Runs, d.Lost.File[strings.LastIndexByte(d.Lost.File, '/')+1:], d.Lost.Line, d.Lost.Reason)
				} else if d.Lost != nil {
					line += fmt.Sprintf(": %s, %s:%d %s", kinds[d.Lost.Kind], d.Lost.File[strings.LastIndexByte(d.Lost.File, '/')+1:], d.Lost.Line, d.Lost.Reason)
				} else {
					for _, u := range d.From {
						line += " <- " + u.Step.Job.Job.ID.Value + "(" + u.Name + ")"
					}
				}
				out = append(out, line)
			}
		}
	}
	return out
}

const storing = `  build:
    outputs:
      id: ${{ steps.up.outputs.artifact-id }}
      url: ${{ steps.up.outputs.artifact-url }}
      made: ${{ steps.made.outputs.id }}
      either: ${{ steps.made.outputs.id || steps.up.outputs.artifact-id }}
      kept: ${{ github.ref == 'x' && steps.up.outputs.artifact-id || steps.up.outputs.artifact-id }}
      none: ${{ steps.other.outputs.id }}
      unknown: ${{ steps.unknown.outputs.id }}
    steps:
      - {id: made, run: make}
      - {id: unknown, uses: octo-sci/make@v1}
      - {id: up, uses: actions/upload-artifact@v7, with: {name: dist, path: dist/}}
  other:
    steps:
      - {uses: actions/upload-artifact@v7, with: {name: other, path: x}}
`

// taking is a workflow that takes an artifact by an input, beside a job of the
// name that a job of the caller has too.
const taking = `on: {workflow_call: {inputs: {id: {type: string}, fixed: {type: string, default: '7'}}}}
jobs:
  build:
    outputs: {id: "${{ steps.up.outputs.artifact-id }}"}
    steps:
      - {id: up, uses: actions/upload-artifact@v7, with: {name: trap, path: x}}
  gate:
    needs: build
    steps:
      - uses: actions/download-artifact@v8
        with: {artifact-ids: "${{ inputs.id }}"}
`

const takeUp = "      - {uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ steps.up.outputs.artifact-id }}\"}}\n"

const ownHash = "@0123456789abcdef0123456789abcdef01234567"

func TestIDs(t *testing.T) {
	in := func(with string) map[string]string {
		return map[string]string{"r.yml": "on: push\njobs:\n" + storing + "  take:\n    needs: build\n    steps:\n      - uses: actions/download-artifact@v8\n        with: {artifact-ids: \"" + with + "\"}\n"}
	}
	call := func(with string) map[string]string {
		return map[string]string{"r.yml": "on: push\njobs:\n" + storing + "  call:\n    needs: build\n    uses: ./.github/workflows/t.yml\n    with: {" + with + "}\n", "t.yml": taking}
	}
	for _, c := range []struct {
		name, want string
		files      map[string]string
	}{
		{"the output of a step", "take <- build(dist)", in("${{ needs.build.outputs.id }}")},
		{"in other letters", "take <- build(dist)", in("${{ needs.BUILD.outputs['ID'] }}")},
		{"twice", "take <- build(dist)", in("${{ needs.build.outputs.id }}, ${{ needs.build.outputs.kept }}")},
		{"of all jobs", "take <- build(dist)", in("${{ join(needs.*.outputs.id, ',') }}")},
		{"of a condition", "take <- build(dist)", in("${{ needs.build.result == 'success' && needs.build.outputs.id }}")},
		{"an output of a script", `take: here, r.yml:7 the step "made" (line 13) is a script, which may write what it likes`, in("${{ needs.build.outputs.made }}")},
		{"an output of a script or a step", `take: here, r.yml:8 the step "made" (line 13) is a script, which may write what it likes`, in("${{ needs.build.outputs.either }}")},
		{"another output of the step", `take: here, r.yml:6 the output "artifact-url" of the step "up" (line 15) is not the id of an artifact`, in("${{ needs.build.outputs.url }}")},
		{"an output of an action that nobody knows", `take: here, r.yml:11 what the step "unknown" (line 14) hands over is not known here`, in("${{ needs.build.outputs.unknown }}")},
		{"no such step", `take: empty, r.yml:10 no step "other" runs before`, in("${{ needs.build.outputs.none }}")},
		{"no such output", `take: empty, r.yml:23 job "build" has no output "di"`, in("${{ needs.build.outputs.di }}")},
		{"not needed", `take: empty, r.yml:23 job "take" does not name "other" in its needs, and without that its outputs are empty`, in("${{ needs.other.outputs.id }}")},
		{"a constant", `take: here, r.yml:23 it is a constant, and the id of an artifact is made in the run`, in("17")},
		{"a constant as an expression", `take: here, r.yml:23 it is a constant, and the id of an artifact is made in the run`, in("${{ '17' }}")},
		{"a constant beside an id", `take: here, r.yml:23 it is a constant, and the id of an artifact is made in the run`, in("17,${{ needs.build.outputs.id }}")},
		{"a variable", `take: here, r.yml:23 "vars.id" is not the output of a step that stores an artifact`, in("${{ vars.ID }}")},
		{"an expression that does not end", `take: here, r.yml:23 it cannot be read`, in("${{ needs.build.outputs.id")},

		{"through a call", "gate <- build(dist)", call(`id: "${{ needs.build.outputs.id }}"`)},
		{"a script through a call", `gate: here, r.yml:7 the step "made" (line 13) is a script, which may write what it likes`, call(`id: "${{ needs.build.outputs.made }}"`)},
		{"a pattern through a call", `gate: here, r.yml:22 it is a constant, and the id of an artifact is made in the run`, call(`id: "dist-*"`)},
		{"nothing through a call", `gate: here, r.yml:22 it is a constant, and the id of an artifact is made in the run`, call(`id: "${{ 'x' }}"`)},
		{"an empty text through a call", `gate: empty, r.yml:22 it is empty`, map[string]string{
			"r.yml": call("id: ''")["r.yml"], "t.yml": strings.Replace(taking, "${{ inputs.id }}", "${{ inputs.id }}${{ vars.X }}", 1)}},
		{"a default", `gate: here, t.yml:11 job "call" does not hand over "fixed"; it is the default of an input, and the id of an artifact is made in the run`,
			map[string]string{"r.yml": call("id: x")["r.yml"], "t.yml": strings.Replace(taking, "inputs.id }}", "inputs.fixed }}", 1)}},
		{"called by others", `gate: caller, t.yml:11 the input "id" is what a caller hands over`, map[string]string{"t.yml": taking}},
		{"called by others, and started by hand", `gate: here, t.yml:11 the input "id" is what somebody writes who starts the run, or nothing where it starts by itself`,
			map[string]string{"t.yml": strings.Replace(taking, "on: {", "on: {workflow_dispatch: {inputs: {id: {}}}, ", 1)}},

		{"calls within calls", "gate <- build(dist)", map[string]string{
			"r.yml":    "on: push\njobs:\n  made:\n    uses: ./.github/workflows/b1.yml\n  judged:\n    needs: made\n    uses: ./.github/workflows/t1.yml\n    with: {given: \"${{ needs.made.outputs.far }}\"}\n",
			"b1.yml":   "on: {workflow_call: {outputs: {far: {value: \"${{ jobs.inner.outputs.near }}\"}}}}\njobs:\n  inner:\n    uses: ./.github/workflows/b2.yml\n",
			"b2.yml":   "on: {workflow_call: {outputs: {near: {value: \"${{ jobs.pass.outputs.on }}\"}}}}\njobs:\n" + storing + "  pass:\n    needs: build\n    outputs: {on: \"${{ needs.build.outputs.id }}\"}\n    steps: [{run: 'true'}]\n",
			"t1.yml":   "on: {workflow_call: {inputs: {given: {type: string}}}}\njobs:\n  build:\n    uses: ./.github/workflows/t.yml\n    with: {id: \"${{ inputs.given }}\"}\n",
			"t.yml":    taking,
			"else.yml": "on: push\njobs:\n" + storing,
		}},
		{"an input handed back", "gate <- build(dist)", map[string]string{
			"r.yml": "on: push\njobs:\n" + storing + "  call:\n    needs: build\n    uses: ./.github/workflows/t.yml\n    with: {id: \"${{ needs.build.outputs.id }}\"}\n" +
				"  gate:\n    needs: call\n    steps:\n      - {uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ needs.call.outputs.same }}\"}}\n",
			"t.yml": "on: {workflow_call: {inputs: {id: {type: string}}, outputs: {same: {value: \"${{ inputs.id }}\"}}}}\njobs:\n  x:\n    steps: [{run: 'true'}]\n",
		}},
		{"outputs that refer to one another", `a: here, r.yml:3 it refers to itself`, map[string]string{
			"r.yml": "on: push\njobs:\n  a: {needs: b, outputs: {id: \"${{ needs.b.outputs.id }}\"}, steps: [{uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ needs.b.outputs.id }}\"}}]}\n" +
				"  b: {needs: a, outputs: {id: \"${{ needs.a.outputs.id }}\"}, steps: [{run: x}]}\n"}},

		{"through a composite action", "take <- build(dist)", composite("${{ needs.build.outputs.id }}", "${{ inputs.id }}")},
		{"a job's name in a composite action", `take: here, action.yml:5 "needs.build.outputs.id" is not the output of a step that stores an artifact`, composite("x", "${{ needs.build.outputs.id }}")},
		{"its default", `take: here, action.yml:5 it is the default of an input, and the id of an artifact is made in the run`, composite("x", "${{ inputs.other }}")},
		{"stored in a composite action", "take <- build(dist)", stores("${{ steps.up.outputs.artifact-id }}")},
		{"made up in a composite action", `take: here, action.yml:1 the step "made" (line 5) is a script, which may write what it likes`, stores("${{ steps.made.outputs.id }}")},

		{"a step before it", "take <- take(own)", map[string]string{"r.yml": "on: push\njobs:\n  take:\n    steps:\n      - {id: up, uses: actions/upload-artifact@v7, with: {name: own}}\n" + takeUp}},
		{"a step behind it", `take: empty, r.yml:5 no step "up" runs before`, map[string]string{"r.yml": "on: push\njobs:\n  take:\n    steps:\n" + takeUp + "      - {id: up, uses: actions/upload-artifact@v7, with: {name: own}}\n"}},
		{"called workflows of ours", "gate <- build(attested)\npublish <- gate(gated)", ownRelease("${{ needs.build.outputs.artifact-id }}", ownHash)},
		{"another output of ours", `gate: here, r.yml:7 the output "sums" of "scientific-python/sallyport/.github/workflows/build.yml" is not the id of an artifact` + "\npublish <- gate(gated)",
			ownRelease("${{ needs.build.outputs.sums }}", ownHash)},
		{"no such output of ours", `gate: empty, r.yml:7 the workflow "scientific-python/sallyport/.github/workflows/build.yml" has no output "id"` + "\npublish <- gate(gated)",
			ownRelease("${{ needs.build.outputs.id }}", ownHash)},
		{"a pattern for ours", `gate: here, r.yml:7 it is a constant, and the id of an artifact is made in the run` + "\npublish <- gate(gated)", ownRelease("attested", ownHash)},
		{"ours by a tag", "gate <- build(attested)\npublish <- gate(gated)", ownRelease("${{ needs.build.outputs.artifact-id }}", "@v1")},
		{"ours by a short commit", "gate <- build(attested)\npublish <- gate(gated)", ownRelease("${{ needs.build.outputs.artifact-id }}", ownHash[:20])},
		{"of the name, of somebody else", `publish: unknown, r.yml:12 what the workflow hands over that job "gate" calls is not known here`,
			map[string]string{"r.yml": strings.ReplaceAll(ownRelease("${{ needs.build.outputs.artifact-id }}", ownHash)["r.yml"], "scientific-python/", "scientific-pythons/")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, strings.Join(byID(build(t, c.files)), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// composite is a release whose job takes its files in a local action.
func composite(given, taken string) map[string]string {
	return map[string]string{
		"r.yml": "on: push\njobs:\n" + storing + "  take:\n    needs: build\n    steps: [{uses: ./.github/actions/take, with: {id: \"" + given + "\"}}]\n",
		".github/actions/take/action.yml": "inputs: {id: {required: true}, other: {default: '3'}}\nruns:\n  using: composite\n  steps:\n" +
			"    - {uses: actions/download-artifact@v8, with: {artifact-ids: \"" + taken + "\"}}\n",
	}
}

// stores is a release whose job stores its files in a local action.
func stores(output string) map[string]string {
	return map[string]string{
		"r.yml": "on: push\njobs:\n  build:\n    outputs: {id: \"${{ steps.st.outputs.id }}\"}\n    steps:\n      - {id: made, uses: actions/upload-artifact@v7, with: {name: trap}}\n      - {id: st, uses: ./.github/actions/st}\n" +
			"  take:\n    needs: build\n    steps: [{uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ needs.build.outputs.id }}\"}}]\n",
		".github/actions/st/action.yml": "outputs: {id: {value: \"" + output + "\"}}\nruns:\n  using: composite\n  steps:\n" +
			"    - {id: made, run: make, shell: bash}\n    - {id: up, uses: actions/upload-artifact@v7, with: {name: dist, path: dist/}}\n",
	}
}

// ownRelease is a release by the workflows of this repository.
func ownRelease(id, ref string) map[string]string {
	const ours = "scientific-python/sallyport/.github/workflows/"
	return map[string]string{"r.yml": "on: push\njobs:\n  build: {uses: " + ours + "build.yml" + ref + "}\n  gate:\n    needs: build\n    uses: " + ours + "gate.yml" + ref + "\n    with: {artifact-id: \"" + id + "\"}\n" +
		"  publish:\n    needs: gate\n    steps:\n      - uses: actions/download-artifact@v8\n        with: {artifact-ids: \"${{ needs.gate.outputs.artifact-id }}\"}\n"}
}

// TestManyIDs holds that outputs which name two others each do not double the
// work with each job.
func TestManyIDs(t *testing.T) {
	var text strings.Builder
	text.WriteString("on: push\njobs:\n  j0:\n    outputs: {a: \"${{ steps.u.outputs.artifact-id }}\", b: \"${{ steps.u.outputs.artifact-id }}\"}\n    steps: [{id: u, uses: actions/upload-artifact@v7}]\n")
	const n = 400
	for i := 1; i < n; i++ {
		both := fmt.Sprintf("${{ needs.j%d.outputs.a || needs.j%d.outputs.b }}", i-1, i-1)
		fmt.Fprintf(&text, "  j%d:\n    needs: j%d\n    outputs: {a: \"%s\", b: \"%s\"}\n    steps: [{uses: actions/download-artifact@v8, with: {artifact-ids: \"%s\"}}]\n", i, i-1, both, both, both)
	}
	got := byID(build(t, map[string]string{"r.yml": text.String()}))
	if len(got) != n-1 || got[n-2] != fmt.Sprintf("j%d <- j0(artifact)", n-1) {
		t.Errorf("%d downloads: %q", len(got), got)
	}
}
