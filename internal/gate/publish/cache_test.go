// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"os"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/publish"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// inflowRelease is a release of two jobs; %BUILD% are steps of the first before its
// upload, %FETCH% inputs of the download.
const inflowRelease = `on: {push: {tags: ["v*"]}}
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
%BUILD%
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        id: up
        with: {name: dist, path: dist}
  publish:
    needs: build
    runs-on: ubuntu-latest
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with:
          %FETCH%
          path: dist
      - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0
`

// splitWith is inflowRelease with steps in the build job, which are indented by six.
func splitWith(steps string) string { return splitFetching(steps, "name: dist") }

// onPulls is a workflow that pull requests start as well.
func onPulls(text string) string {
	_, rest, _ := strings.Cut(text, "\npermissions:")
	return "on: {push: {tags: [\"v*\"]}, pull_request: {}}\npermissions:" + rest
}

func splitFetching(steps, fetch string) string {
	text := strings.Replace(inflowRelease, "%BUILD%", strings.TrimSuffix(steps, "\n"), 1)
	return strings.Replace(text, "%FETCH%", fetch, 1)
}

const (
	pipCache = "      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0\n        with:\n          cache: pip\n"
	ownCache = "      - uses: actions/cache@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3\n        with: {path: ~/.x, key: x}\n"
	noCache  = "      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0\n"
)

// pullTarget runs the code of a pull request beside the default branch's
// caches; %IF% is a condition of its job.
const pullTarget = `on: pull_request_target
jobs:
  format:
    %IF%
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: pip install -e .
`

func TestCacheReachesIndex(t *testing.T) {
	guard := strings.Replace(ownCache, "        with", "        if: github.event_name == 'pull_request'\n        with", 1)
	exposing := strings.Replace(pullTarget, "    %IF%\n", "", 1)
	const rule = "cache-reaches-index"
	for _, c := range []ruleCase{
		{
			rule: rule, name: "in a build job", severity: finding.Warning, line: 7, message: `job "build" restores a cache (the package cache of actions/setup-python) before it builds what is published: any other run`,
			fix: "cache: ''", bad: repo{"release.yml": splitWith(pipCache)}, good: repo{"release.yml": splitWith(noCache)},
		},
		{
			rule: rule, name: "actions/cache", severity: finding.Warning, fix: "if: github.event_name == 'pull_request'",
			bad: repo{"release.yml": onPulls(splitWith(ownCache))}, good: repo{"release.yml": splitWith(guard)},
		},
		{
			// Without pull requests, a condition on them would be the odd way to delete it.
			rule: rule, name: "actions/cache in releases only", severity: finding.Warning, fix: "      - run: make\n      # the step that was here (line 8) is gone\n      - uses: actions/upload-artifact@",
			bad: repo{"release.yml": splitWith("      - run: make\n" + ownCache)}, good: repo{"release.yml": splitWith("      - run: make\n")},
		},
		{
			rule: rule, name: "an outsider can write it", severity: finding.Error, message: "runs code of the pull request (.github/workflows/format.yml:9)",
			bad: repo{"release.yml": splitWith(pipCache), "format.yml": exposing}, good: repo{"release.yml": splitWith(noCache), "format.yml": exposing},
		},
		{
			rule: rule, name: "an outsider's text in a script", severity: finding.Error, message: "puts ${{ github.event.comment.body }} into a script",
			bad: repo{"release.yml": splitWith(pipCache), "x.yml": "on: issue_comment\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.comment.body }}\n"},
		},
		{
			rule: rule, name: "only some may start that run", severity: finding.Warning,
			bad: repo{"release.yml": splitWith(pipCache), "format.yml": strings.Replace(pullTarget, "%IF%", "if: github.event.pull_request.author_association == 'OWNER'", 1)},
		},
		{
			rule: rule, name: "forks do not reach that run", severity: finding.Warning,
			bad: repo{"release.yml": splitWith(pipCache), "format.yml": strings.Replace(pullTarget, "%IF%", "if: github.event.pull_request.head.repo.full_name == github.repository", 1)},
		},
		{
			rule: rule, name: "after a workflow that only pushes start", severity: finding.Warning,
			bad: repo{
				"release.yml": splitWith(pipCache), "ci.yml": "name: CI\non: push\njobs: {t: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n",
				"after.yml": strings.Replace(strings.Replace(exposing, "on: pull_request_target", "on: {workflow_run: {workflows: [CI]}}", 1), "pull_request.head.sha", "workflow_run.head_sha", 1),
			},
		},
		{
			rule: rule, name: "after a workflow that pull requests start", severity: finding.Error,
			bad: repo{
				"release.yml": splitWith(pipCache), "ci.yml": "name: CI\non: pull_request\njobs: {t: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n",
				"after.yml": strings.Replace(strings.Replace(exposing, "on: pull_request_target", "on: {workflow_run: {workflows: [CI]}}", 1), "pull_request.head.sha", "workflow_run.head_sha", 1),
			},
		},
		{
			rule: rule, name: "only data of the pull request", severity: finding.Warning,
			bad: repo{"release.yml": splitWith(pipCache), "format.yml": strings.Replace(exposing, "pip install -e .", "git log -1", 1)},
		},
		{
			rule: rule, name: "beside the token", severity: finding.Error, message: "beside the publishing token",
			bad:  repo{"release.yml": noEnvironment + "      - uses: actions/setup-python@v5\n        with: {cache: pip}\n"},
			good: repo{"release.yml": noEnvironment + "      - uses: actions/setup-python@v5\n"},
		},
		{
			rule: rule, name: "after the upload of the artifact",
			good: repo{"release.yml": strings.Replace(splitWith(noCache), "  publish:\n", ownCache+"  publish:\n", 1)},
		},
		{
			rule: rule, name: "a mode that the action obeys",
			good: repo{"release.yml": "env: {ACTIONS_CACHE_MODE: none}\n" + splitWith(pipCache)},
		},
		{rule: rule, name: "compared with its origin", good: repo{"release.yml": splitWith("      - uses: docker/setup-qemu-action@v4\n")}},
		{
			rule: rule, name: "docker's layers", severity: finding.Warning, message: "docker's layers", line: 7,
			bad:  repo{"release.yml": splitWith("      - run: docker buildx build --cache-from type=gha -o dist .\n")},
			good: repo{"release.yml": splitWith("      - run: docker buildx build -o dist .\n")},
		},
		{
			rule: rule, name: "sccache", severity: finding.Warning, message: "sccache",
			bad:  repo{"release.yml": splitWith("      - run: python -m build\n        env: {SCCACHE_GHA_ENABLED: \"true\"}\n")},
			good: repo{"release.yml": splitWith("      - run: python -m build\n        env: {SCCACHE_GHA_ENABLED: \"off\"}\n")},
		},
		{
			rule: rule, name: "only beside a lock file", severity: finding.Warning, message: "pixi.lock",
			bad:  repo{"release.yml": splitWith("      - uses: prefix-dev/setup-pixi@a09b6247153796b190642a2b53fac4241043cf6f # v0.10.0\n"), "pixi.toml": "[workspace]\n", "pixi.lock": "version: 6\n"},
			good: repo{"release.yml": splitWith("      - uses: prefix-dev/setup-pixi@a09b6247153796b190642a2b53fac4241043cf6f # v0.10.0\n"), "pixi.toml": "[workspace]\n"},
		},
		{
			rule: rule, name: "setup-uv by its default", severity: finding.Warning,
			bad:  repo{"release.yml": splitWith("      - uses: astral-sh/setup-uv@v7\n")},
			good: repo{"release.yml": splitWith("      - uses: astral-sh/setup-uv@v10.0.1\n")}, // off for pushed tags
		},
	} {
		c.run(t)
	}
}

// corpusFindings audits a case of the corpus.
func corpusFindings(t *testing.T, name string) finding.Set {
	t.Helper()
	fsys := os.DirFS(corpus.Path(t, "workflows/"+name))
	read, err := workflow.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	base, _, _ := strings.Cut(name, "@")
	in := publish.Input{Repository: strings.Replace(base, "__", "/", 1), Policies: []*policy.Policy{policy.New().WithDefaults()}}
	in.Graph = graph.Build(fsys, read, graph.Facts{Repository: in.Repository})
	return publish.Judge(in)
}

func TestCachesOfRealReleases(t *testing.T) {
	for name, want := range map[string]finding.Severity{
		"ultralytics__ultralytics@8.3.41-2024-12-04": finding.Error,
		"ultralytics__ultralytics@after":             finding.Warning,
		"networkx__networkx":                         finding.Error,
		"pytest-dev__pytest":                         finding.Warning,
		"shapely__shapely":                           finding.Warning,
		"h5py__h5py":                                 "",
		"sigstore__sigstore-python":                  "",
		"pallets__flask":                             "",
		"psf__requests":                              "",
	} {
		t.Run(name, func(t *testing.T) {
			found := fired(corpusFindings(t, name), "cache-reaches-index")
			if want == "" && len(found) > 0 {
				t.Errorf("%s:%d: %s", found[0].Location.File, found[0].Location.Line, found[0].Message)
			}
			if want != "" && (len(found) == 0 || found[0].Severity != want) {
				t.Errorf("got %+v, want %s", found, want)
			}
		})
	}
}
