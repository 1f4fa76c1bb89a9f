// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// build joins files; a name without a slash is a workflow.
func build(t testing.TB, files map[string]string) *graph.Graph {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		if !strings.Contains(name, "/") && strings.HasSuffix(name, ".yml") {
			name = ".github/workflows/" + name
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	repo, err := workflow.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return graph.Build(fsys, repo, graph.Facts{Repository: "octo-sci/samplepkg", DefaultBranch: "main"})
}

// said is what tests look at: for each upload where, how, by which jobs.
func said(g *graph.Graph) []string {
	var out []string
	for _, k := range g.Sinks {
		line := fmt.Sprintf("%s:%d %s %s", k.File[strings.LastIndexByte(k.File, '/')+1:], k.Line, k.Step.Job.Job.ID.Value, k.Credential)
		if !k.Reachable {
			line += " never"
		}
		for _, st := range k.Path[1:] {
			line += " <- " + st.Job.Job.ID.Value + "(" + st.Upload.Pattern + ")"
		}
		if len(k.Via) > 0 {
			line += " via " + strings.Join(k.Via, ", ")
		}
		out = append(out, line)
	}
	return out
}

const publishJob = `
  publish:
    needs: build
    runs-on: ubuntu-latest
    environment: pypi
    permissions: {id-token: write}
    steps:
      - uses: actions/download-artifact@v8
        with: {name: dist, path: dist}
      - uses: pypa/gh-action-pypi-publish@v1.13.0
`

const buildJob = `
  build:
    runs-on: ubuntu-latest
    steps:
      - run: python -m build
      - uses: actions/upload-artifact@v7
        with: {name: dist, path: dist/}
`

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"build and publish", map[string]string{"r.yml": "on: {push: {tags: ['v*']}}\njobs:" + buildJob + publishJob},
			[]string{"r.yml:18 publish trusted-publishing <- build(dist)"}},
		{"another artifact is not on the path", map[string]string{"r.yml": "on: push\njobs:" + buildJob + strings.Replace(buildJob, "build:", "docs:", 1)[0:] + publishJob},
			[]string{"r.yml:25 publish trusted-publishing <- build(dist) <- docs(dist)"}},
		{"names of a matrix unify", map[string]string{"r.yml": `on: push
jobs:
  wheels:
    strategy: {matrix: {os: [ubuntu-latest, macos-14]}}
    runs-on: ${{ matrix.os }}
    steps:
      - uses: actions/upload-artifact@v7
        with: {name: "cibw-${{ matrix.os }}-${{ strategy.job-index }}", path: wheelhouse/*.whl}
  docs:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v7
        with: {name: docs-html, path: html}
  publish:
    needs: wheels
    permissions: {id-token: write}
    steps:
      - uses: actions/download-artifact@v8
        with: {pattern: "cibw-*", merge-multiple: true, path: dist}
      - uses: pypa/gh-action-pypi-publish@v1.13.0
`}, []string{"r.yml:20 publish trusted-publishing <- wheels(cibw-*-*)"}},
		{"by id", map[string]string{"r.yml": `on: push
jobs:
  build:
    outputs: {id: "${{ steps.up.outputs.artifact-id }}"}
    steps:
      - uses: actions/upload-artifact@v7
        id: up
        with: {name: "${{ github.sha }}", path: dist}
  other:
    steps:
      - uses: actions/upload-artifact@v7
        with: {name: other, path: x}
  publish:
    needs: build
    permissions: {id-token: write}
    steps:
      - uses: actions/download-artifact@v8
        with: {artifact-ids: "${{ needs.build.outputs.id }}", path: dist}
      - uses: pypa/gh-action-pypi-publish@v1.13.0
`}, []string{"r.yml:19 publish trusted-publishing <- build(*)"}},
		{"a job that is skipped skips those that need it", map[string]string{"r.yml": `on: {push: {branches: [main]}}
jobs:
  gate:
    if: startsWith(github.ref, 'refs/tags/')
    steps: [{run: "true"}]
  publish:
    needs: gate
    steps:
      - run: twine upload -u __token__ -p ${{ secrets.PYPI_TOKEN }} dist/*
  anyway:
    needs: gate
    if: always()
    steps:
      - run: twine upload -u __token__ -p ${{ secrets.PYPI_TOKEN }} dist/*
`}, []string{"r.yml:9 publish token never", "r.yml:14 anyway token"}},
		{"text around an expression is always true", map[string]string{"r.yml": `on: {push: {branches: [main]}}
jobs:
  publish:
    if: "${{ false }} "
    steps:
      - run: twine upload -u __token__ -p x dist/*
`}, []string{"r.yml:6 publish token"}},
		{"a called workflow", map[string]string{
			"r.yml": `on: {push: {tags: ['v*']}}
permissions: {contents: read}
jobs:
  up:
    permissions: {id-token: write, contents: read}
    uses: ./.github/workflows/up.yml
    with: {index: "https://test.pypi.org/legacy/"}
    secrets: {token: "${{ secrets.TEST_TOKEN }}"}
`,
			"up.yml": `on:
  workflow_call:
    inputs: {index: {type: string}, really: {type: boolean, default: false}}
    secrets: {token: {required: true}}
permissions: {id-token: write}
jobs:
  upload:
    steps:
      - uses: pypa/gh-action-pypi-publish@v1.13.0
        with: {repository-url: "${{ inputs.index }}", password: "${{ secrets.token }}"}
      - uses: pypa/gh-action-pypi-publish@v1.13.0
        if: inputs.really
`}, []string{"up.yml:9 upload token", "up.yml:11 upload trusted-publishing never"}},
		{"a composite action", map[string]string{
			"r.yml": `on: {push: {tags: ['v*']}}
jobs:
  up:
    steps:
      - uses: ./.github/actions/up
        with: {password: "${{ secrets.PYPI_TOKEN }}"}
`,
			".github/actions/up/action.yml": `inputs: {password: {required: true}}
runs:
  using: composite
  steps:
    - run: twine upload dist/*
      shell: bash
      env: {TWINE_PASSWORD: "${{ inputs.password }}", TWINE_USERNAME: __token__}
`}, []string{"action.yml:5 up token via ./.github/actions/up"}},
		{"an action that runs its input", map[string]string{
			"r.yml": "on: push\njobs:\n  up:\n    steps:\n      - uses: nick-fields/retry@v3\n        with:\n          command: twine upload dist/*\n        env: {TWINE_PASSWORD: '${{ secrets.PYPI_TOKEN }}'}\n",
		}, []string{"r.yml:7 up token via input command"}},
		{"a task", map[string]string{
			"r.yml":   "on: push\njobs:\n  up:\n    steps:\n      - run: tox -e release\n        env: {TWINE_PASSWORD: '${{ secrets.PYPI_TOKEN }}'}\n",
			"tox.ini": "[testenv:release]\npassenv = TWINE_PASSWORD\ncommands = python -m twine upload dist/*\n",
		}, []string{"tox.ini:3 up token via tox -e release -> tox.ini:1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, said(build(t, c.files))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPermissions(t *testing.T) {
	g := build(t, map[string]string{
		"r.yml":  "on: push\npermissions: {contents: read}\njobs:\n  up:\n    uses: ./.github/workflows/up.yml\n",
		"up.yml": "on: workflow_call\njobs:\n  upload:\n    permissions: {id-token: write}\n    steps: [{run: 'true'}]\n",
	})
	var seen []string
	for _, j := range g.Jobs {
		seen = append(seen, fmt.Sprintf("%s %v %s", j.Job.ID.Value, j.Calls, j.IDToken()))
	}
	// The caller has no id-token to hand on, whatever the callee asks for.
	if diff := cmp.Diff([]string{"upload false false", "up true false"}, seen); diff != "" {
		t.Error(diff)
	}
}

// TestRuns holds that a step which cannot run together with the upload is not
// in its runs.
func TestRuns(t *testing.T) {
	g := build(t, map[string]string{"r.yml": `on: {push: {tags: ['*']}, pull_request: {}}
jobs:
  build:
    steps:
      - uses: actions/cache@v4
        if: github.event_name == 'pull_request'
        with: {path: x, key: y}
      - uses: actions/cache@v4
        with: {path: x, key: y}
      - uses: actions/upload-artifact@v7
        with: {name: dist, path: dist/}
  publish:
    needs: build
    if: github.ref_type == 'tag'
    permissions: {id-token: write}
    steps:
      - uses: actions/download-artifact@v8
        with: {name: dist, path: dist}
      - uses: pypa/gh-action-pypi-publish@v1.13.0
`})
	if len(g.Sinks) != 1 || len(g.Sinks[0].Path) != 2 {
		t.Fatalf("%q", said(g))
	}
	st := g.Sinks[0].Path[1]
	for i, want := range []bool{false, true, true} {
		if got := st.In(st.Job.Steps[i]); got != want {
			t.Errorf("step %d: %v", i+1, got)
		}
	}
}

// TestCycles holds that workflows and actions that call themselves end.
func TestCycles(t *testing.T) {
	g := build(t, map[string]string{
		"a.yml":                        "on: [push, workflow_call]\njobs:\n  x:\n    uses: ./.github/workflows/b.yml\n",
		"b.yml":                        "on: workflow_call\njobs:\n  x:\n    uses: ./.github/workflows/a.yml\n  y:\n    steps: [{uses: ./.github/actions/c}]\n",
		".github/actions/c/action.yml": "runs:\n  using: composite\n  steps: [{uses: ./.github/actions/c}]\n",
		"n.yml":                        "on: push\njobs:\n  a: {needs: b, steps: [{run: x}]}\n  b: {needs: a, steps: [{run: x}]}\n",
	})
	if len(g.Jobs) > 10 || len(g.Gaps) < 2 {
		t.Errorf("%d jobs, %d gaps", len(g.Jobs), len(g.Gaps))
	}
}

// TestManyCalls holds that workflows which call two others each, ten deep,
// stop at the limit and say so.
func TestManyCalls(t *testing.T) {
	files := map[string]string{}
	for i := range 14 {
		on := "workflow_call"
		if i == 0 {
			on = "push"
		}
		text := "on: " + on + "\njobs:\n"
		for k := range 3 {
			text += fmt.Sprintf("  j%d:\n    uses: ./.github/workflows/w%02d.yml\n    with: {a: '${{ inputs.a }}${{ inputs.a }}x'}\n", k, i+1)
		}
		files[fmt.Sprintf("w%02d.yml", i)] = text
	}
	g := build(t, files)
	told := false
	for _, gap := range g.Gaps {
		told = told || strings.Contains(gap.Reason, "more than")
	}
	if len(g.Jobs) > 3*graph.MaxJobs || !told {
		t.Errorf("%d jobs, told: %v", len(g.Jobs), told)
	}
}

func FuzzBuild(f *testing.F) {
	f.Add("on: push\njobs:"+buildJob+publishJob, "twine upload dist/*")
	f.Add("on: [workflow_call, pull_request_target]\njobs:\n  a: {uses: ./.github/workflows/r.yml, secrets: inherit}\n", "x")
	f.Add("on: push\njobs:\n  a: {outputs: {i: '${{ steps.u.outputs.artifact-id }}'}, steps: [{id: u, uses: actions/upload-artifact@v7}, {id: v, uses: ./}]}\n"+
		"  b: {needs: a, uses: ./.github/workflows/r.yml, with: {i: '${{ needs.*.outputs.i }}'}}\n  c: {needs: [a, b], steps: [{uses: actions/download-artifact@v8, with: {artifact-ids: '${{ needs.b.outputs.i }},${{ inputs.i }}'}}]}\n", "x")
	f.Add("on: {workflow_call: {inputs: {a: {type: boolean}}}}\njobs:\n  a: {if: inputs.a, steps: [{uses: ./}, {run: '${{ inputs.a }}', env: {A: '${{ secrets[github.ref] }}'}}]}\n", "inputs.a }}")
	f.Fuzz(func(t *testing.T, text, script string) {
		g := build(t, map[string]string{
			"r.yml": text, "scripts/publish": script,
			"action.yml": "inputs: {a: {default: x}}\nruns:\n  using: composite\n  steps:\n    - {run: scripts/publish, shell: bash, env: {T: '${{ inputs.a }}'}}\n",
		})
		for _, k := range g.Sinks {
			if len(k.Path) == 0 || k.Path[0].Job != k.Step.Job {
				t.Errorf("a path that does not begin at its upload")
			}
			if k.Reachable != k.Step.Reachable() {
				t.Errorf("reachable: %v", k.Reachable)
			}
		}
		for _, j := range g.Jobs {
			for _, s := range j.Steps {
				for i, r := range s.Runs {
					if j.Runs[i].Runs == expr.False && r.Runs != expr.False {
						t.Errorf("a step runs where its job does not")
					}
				}
			}
		}
	})
}
