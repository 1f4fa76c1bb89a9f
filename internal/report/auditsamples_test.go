// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"fmt"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

const (
	releaseFile = ".github/workflows/release.yml"
	pypiURL     = "https://upload.pypi.org/legacy/"
	testURL     = "https://test.pypi.org/legacy/"
	pypiAction  = "pypa/gh-action-pypi-publish"
)

// auditBase is an audit without findings or paths.
func auditBase(verdict report.Verdict) *report.Report {
	r := base(verdict)
	r.Command, r.Trust = "audit", nil
	r.Policy = report.Policy{Source: "defaults"}
	r.Gates = []report.GateStatus{{Gate: finding.Publish, Status: verdict, RulesChecked: 49}}
	return r
}

// way is a publish path of a job that uploads by trusted publishing.
func way(file, job, environment, index string, line int, events []string, from ...report.Stage) report.PublishPath {
	for i := range from {
		if from[i].To == "" {
			from[i].To = job
		}
		from[i].File, from[i].Events = file, events
	}
	return report.PublishPath{
		File: file, Job: job, Step: 2, Line: line, Uploader: pypiAction, Index: index, Credential: "trusted-publishing",
		Environment: environment, Reachable: true,
		Stages: append([]report.Stage{{File: file, Job: job, Line: line - 8, Events: events}}, from...),
	}
}

func workflowFinding(s finding.Severity, rule, file, job string, line int, message, hint, fix string) report.Finding {
	subject := file
	if job != "" {
		subject += " job " + job
	}
	return report.Finding{
		Rule: rule, Gate: finding.Publish, Severity: s, Subject: subject, File: file, Line: line, Column: 9,
		Message: message, Hint: hint, Fix: fix, References: []string{"SPEC 8: publish from a job of its own"},
	}
}

// auditClean is a release workflow as it should be, tried on the test index.
func auditClean() *report.Report {
	r := auditBase(report.Pass)
	events := []string{"push of a tag v*", "workflow_dispatch"}
	builds := func() []report.Stage {
		return []report.Stage{
			{Job: "build_wheels", Line: 20, Artifact: "cibw-wheels-*"},
			{Job: "build_sdist", Line: 48, Artifact: "sdist"},
		}
	}
	r.PublishPaths = []report.PublishPath{
		way(releaseFile, "publish-test", "testpypi", testURL, 71, events, builds()...),
		way(releaseFile, "publish", "pypi", pypiURL, 90, events, builds()...),
	}
	return r
}

// auditPoisoned is a workflow that builds in the job that the index trusts.
func auditPoisoned() *report.Report {
	const file = ".github/workflows/publish.yml"
	r := auditBase(report.Fail)
	p := way(file, "publish", "", pypiURL, 112, []string{"push to main", "workflow_dispatch"})
	p.Uploader, p.Via, p.Credential = "twine", nil, "trusted-publishing"
	p.Stages[0].Line = 19
	p.Stages[0].Deviations = []string{"build-in-publish-job", "cache-reaches-index", "publish-without-environment",
		"unpinned-action", "unpinned-tool", "skip-existing", "publish-without-intent", "missing-concurrency"}
	r.PublishPaths = []report.PublishPath{p}
	add := func(s finding.Severity, rule string, line int, message, hint, fix string) {
		r.Findings = append(r.Findings, workflowFinding(s, rule, file, "publish", line, message, hint, fix))
	}
	add(finding.Error, "build-in-publish-job", 44, `the job that PyPI trusts runs "python -m build"`,
		"build in a job of its own without id-token, and hand the files on as an artifact", "")
	add(finding.Error, "build-in-publish-job", 41, `the job that PyPI trusts runs "pip install build twine"`,
		"build in a job of its own without id-token, and hand the files on as an artifact", "")
	add(finding.Error, "cache-reaches-index", 36, `"actions/setup-python" restores the cache of "pip" into the job that uploads`,
		"leave the cache out of release builds", "      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0\n"+
			"        with:\n          python-version: \"3.x\"")
	add(finding.Error, "publish-without-environment", 19, "the job uploads without an environment, so that every workflow change may publish",
		"make an environment with required reviewers, name it in the job and in PyPI's settings", "    environment: pypi")
	for _, line := range []int{30, 33, 36} {
		name, version := [...]string{"actions/checkout", "hynek/setup-cached-uv", "actions/setup-python"}[(line-30)/3], "v4"
		add(finding.Error, "unpinned-action", line, fmt.Sprintf(`"%s@%s" is a tag, which its owner can move`, name, version),
			"pin it to the commit of the release", fmt.Sprintf("      - uses: %s@%s # %s", name, commit, version))
	}
	for _, line := range []int{41, 58, 77} {
		add(finding.Warning, "unpinned-tool", line, `"pip install build twine" takes whatever the index has at that moment`,
			"install from a file of pinned versions with --require-hashes", "")
	}
	add(finding.Warning, "skip-existing", 112, `"twine upload --skip-existing" hides that a file was there before`, "leave the option out",
		"          twine upload dist/*")
	add(finding.Warning, "publish-without-intent", 3, `a push to "main" uploads to PyPI`, "publish for tags only", "on:\n  push:\n    tags: [\"v*\"]")
	add(finding.Note, "missing-concurrency", 1, "two runs can publish at the same time", "add a concurrency group", "")
	r.Findings = append(r.Findings, report.Finding{
		Rule: "no-dependabot", Gate: finding.Publish, Severity: finding.Note, Message: "nothing keeps the pinned actions up to date",
		Hint: "add .github/dependabot.yml for github-actions",
	})
	r.Unchecked = []report.Unchecked{
		{Rule: "unknown-on-path", Gate: finding.Publish, Subject: file + " job publish", Reason: `what "ultra/actions/retry@main" does is not known; read it`},
		{Rule: "unprotected-tag", Gate: finding.Publish, Reason: "the tag rules were not read: give GITHUB_TOKEN the permission actions: read"},
	}
	return r
}

// auditMonorepo has four publishers: a good one, one with a token beside it,
// one whose files come by two jobs, and one that never runs.
func auditMonorepo() *report.Report {
	r := auditBase(report.Fail)
	file := func(name string) string { return ".github/workflows/release-" + name + ".yml" }
	core := way(file("core"), "publish", "pypi-core", pypiURL, 60, []string{"push of a tag core-v*"},
		report.Stage{Job: "build", Line: 12, Artifact: "core-dist", Deviations: []string{"self-hosted-runner-on-path"}})
	plugins := way(file("plugins"), "upload", "pypi-plugins", pypiURL, 88, []string{"release published"},
		report.Stage{Job: "compile-the-native-libraries", Line: 10, Artifact: "native-libraries", To: "wheels"},
		report.Stage{Job: "download-models", Line: 22, Artifact: "models-${{ github.sha }}", To: "wheels", Deviations: []string{"unpinned-tool"}},
		report.Stage{Job: "wheels", Line: 30, Artifact: "plugin-wheels-*", Deviations: []string{"cache-reaches-index"}},
		report.Stage{Job: "sdist", Line: 55, Artifact: "plugin-sdist"})
	nightly := way(".github/workflows/nightly.yml", "upload_anaconda", "", "https://anaconda.org/scientific-python-nightly-wheels", 41,
		[]string{"schedule", "workflow_dispatch"}, report.Stage{Job: "wheels", Line: 9, Artifact: "*", Deviations: []string{"loose-artifact-selection"}})
	nightly.Credential, nightly.Uploader = "token", "scientific-python/upload-nightly-action"
	old := way(file("core"), "publish_old", "", pypiURL, 99, nil)
	old.Credential, old.Reachable, old.Uploader, old.Via = "token", false, "twine", []string{"tox -e release"}
	old.Stages[0].Deviations = []string{"leftover-credential"}
	r.PublishPaths = []report.PublishPath{core, old, plugins, nightly}
	r.Findings = []report.Finding{
		workflowFinding(finding.Error, "leftover-credential", file("core"), "publish_old", 99,
			`the secret "PYPI_TOKEN" is still there, although the project publishes by trusted publishing`, "delete the job, then the token on PyPI and the secret", ""),
		workflowFinding(finding.Error, "cache-reaches-index", file("plugins"), "wheels", 38,
			`"hendrikmuhs/ccache-action" restores what any run of this repository saved`, "leave the cache out of release builds", ""),
		workflowFinding(finding.Warning, "unpinned-tool", file("plugins"), "download-models", 25, `"pip install huggingface-hub" has no version`, "pin it with its hash", ""),
		workflowFinding(finding.Warning, "loose-artifact-selection", ".github/workflows/nightly.yml", "wheels", 36,
			`the download takes every artifact of the run`, "name the artifact", "        with:\n          name: wheels"),
		workflowFinding(finding.Warning, "missing-permissions", file("core"), "", 1, "the file has no permissions block", "add one at the top", "permissions: {}"),
	}
	r.Ignored = []report.Ignored{{Rule: "self-hosted-runner-on-path", Subject: file("core") + " job build", Reason: "the GPU machine is ours", Until: "2027-06-30"}}
	return r
}

// evilLabel tries to leave a label of the graph, a cell and a code fence.
const evilLabel = "x\"] --> n9[\"owned\"]\n  click n1 href \"https://evil.example\"\n%%{init: {\"securityLevel\": \"loose\"}}%%<img src=x onerror=alert(1)>``` www.evil.example #quot; end ::error::"

// auditHostile has such names wherever a name can be.
func auditHostile() *report.Report {
	r := auditBase(report.Fail)
	const file = ".github/workflows/\"]\n```\n::error::<b>.yml"
	p := way(file, evilLabel, "1. **pypi** [x](javascript:alert(1)) $$x$$ `y`", "https://evil.example/\"]\nclick n1 call alert()", 9,
		[]string{"push of a tag `*`\n- \"\u202e\x1b[31m", "- list", "# head"},
		report.Stage{Job: "end", Artifact: "subgraph x\nend\n", Deviations: []string{"unpinned-tool"}},
		report.Stage{Job: evilLabel, Artifact: evilLabel, To: evilLabel},
		report.Stage{Job: "loop-a", Artifact: "a", To: "loop-b"}, report.Stage{Job: "loop-b", Artifact: "b", To: "loop-a"},
		report.Stage{Job: "self", Artifact: "|x|--x", To: "self"}, report.Stage{Job: "style n1 fill:#f00;", Artifact: "classDef bad fill:#0f0;", To: "nobody"},
		report.Stage{Job: "&lt;b&gt;x&#60;b&#62; #60;img src=x onerror=alert(1)#62; fa:fa-bomb FAB:FA-x", Artifact: "fa:fa-bomb fab:fa-x"},
		report.Stage{Job: "\ufb02\u00b0\u00b060\u00b6\u00dfimg src=x\ufb02\u00b0\u00b062\u00b6\u00df", Artifact: "$$$\\href{https://evil.example}{x}$$$"},
		report.Stage{Job: "mailto:a@b.example https://c.example", Artifact: "    code"})
	p.Via = []string{evilLabel, "##[error]"}
	r.PublishPaths = []report.PublishPath{p}
	f := workflowFinding(finding.Error, "upload-with-token", file, evilLabel, 9, evilText, evilLabel,
		"      - run: |\n  ````\n</code></pre><script>alert(1)</script>\n::set-output name=verdict::pass\r\n##[error]x\n\t\x1b[31m@octocat #1 $(x)\n~~~\n```")
	f.Rule = "upload-with-token"
	g := f
	g.Subject, g.Line, g.Fix = file, 11, "\n\n"
	r.Findings = []report.Finding{f, g}
	r.Unchecked = []report.Unchecked{{Rule: "unknown-on-path", Gate: finding.Publish, Subject: file + " job " + evilLabel, Reason: evilText, Blocking: true}}
	return r
}

// auditNone has no path at all.
func auditNone() *report.Report {
	r := auditBase(report.Undecided)
	r.Unchecked = []report.Unchecked{{
		Rule: "no-publish-path", Gate: finding.Publish, Blocking: true,
		Reason: "no workflow uploads to an index; name the file that does with publisher.workflow, or audit the repository that publishes",
	}}
	return r
}

// auditLarge has more jobs and files than anyone can read in a graph.
func auditLarge() *report.Report {
	r := auditBase(report.Pass)
	for f := range 12 {
		file := fmt.Sprintf(".github/workflows/release-%02d.yml", f)
		var from []report.Stage
		for j := range 4 + 30*(f%2) {
			from = append(from, report.Stage{Job: fmt.Sprintf("wheels-%d", j), Line: 10 + j, Artifact: fmt.Sprintf("wheels-%d", j)})
		}
		r.PublishPaths = append(r.PublishPaths, way(file, "publish", "pypi", pypiURL, 400, []string{"release published"}, from...))
	}
	return r
}
