// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// A drawn path is called good only where nothing says otherwise, also where
// its stages do not name the rule.
func TestTextPathState(t *testing.T) {
	ok := "──> upload.pypi.org   ok\n"
	for name, c := range map[string]struct {
		change func(r *report.Report)
		ok     bool
		mark   string
	}{
		"nothing found": {func(*report.Report) {}, true, ""},
		"error of the job": {func(r *report.Report) {
			r.Findings = []report.Finding{workflowFinding(finding.Error, "x", releaseFile, "publish", 9, "m", "", "")}
		}, false, "✗ x"},
		"warning of a build job": {func(r *report.Report) {
			r.Findings = []report.Finding{workflowFinding(finding.Warning, "x", releaseFile, "build_sdist", 9, "m", "", "")}
		}, false, "! x"},
		"blocking item": {func(r *report.Report) {
			r.Unchecked = []report.Unchecked{{Rule: "x", Gate: finding.Publish, Subject: releaseFile + " job publish", Reason: "m", Blocking: true}}
		}, false, "? x"},
		"listed item": {func(r *report.Report) {
			r.Unchecked = []report.Unchecked{{Rule: "x", Gate: finding.Publish, Subject: releaseFile + " job publish", Reason: "m"}}
		}, true, ""},
		"note": {func(r *report.Report) {
			r.PublishPaths[1].Stages[0].Deviations = []string{"x"}
			r.Findings = []report.Finding{workflowFinding(finding.Note, "x", releaseFile, "publish", 9, "m", "", "")}
		}, true, ""},
		"error of another job": {func(r *report.Report) {
			r.Findings = []report.Finding{workflowFinding(finding.Error, "x", releaseFile, "docs", 9, "m", "", "")}
		}, true, ""},
		"rule without a finding": {func(r *report.Report) { r.PublishPaths[1].Stages[2].Deviations = []string{"x"} }, false, "! x"},
		"found at another job":   {func(r *report.Report) { r.PublishPaths[1].Stages[0].Deviations = []string{"x"} }, false, "! x"},
		"no stages":              {func(r *report.Report) { r.PublishPaths[1].Stages = nil }, true, ""},
		"no stages, error": {func(r *report.Report) {
			r.PublishPaths[1].Stages = nil
			r.Findings = []report.Finding{workflowFinding(finding.Error, "x", releaseFile, "publish", 9, "m", "", "")}
		}, false, "✗ x"},
		"error of the file": {func(r *report.Report) {
			r.Findings = []report.Finding{workflowFinding(finding.Error, "x", releaseFile, "", 9, "m", "", "")}
		}, false, "release.yml: push of a tag v*, workflow_dispatch\n  ✗ x\n"},
		"warning of another file": {func(r *report.Report) {
			r.Findings = []report.Finding{workflowFinding(finding.Warning, "x", "other.yml", "", 9, "m", "", "")}
		}, true, ""},
		"error of the repository": {func(r *report.Report) {
			r.Findings = []report.Finding{{Rule: "x", Gate: finding.Publish, Severity: finding.Error, Message: "m"}}
		}, false, "error[x]"},
		"warning of the repository": {func(r *report.Report) {
			r.Findings = []report.Finding{{Rule: "x", Gate: finding.Publish, Severity: finding.Warning, Message: "m"}}
		}, true, ""},
		"never runs": {func(r *report.Report) { r.PublishPaths[1].Reachable = false }, false, "never runs"},
	} {
		r := auditClean()
		c.change(r)
		got := text(t, r, report.TextOptions{})
		if strings.Contains(got, ok) != c.ok || !strings.Contains(got, c.mark) {
			t.Errorf("%s: want ok %v and %q in:\n%s", name, c.ok, c.mark, got)
		}
		summary := report.Summary(r, 0)
		if good := strings.Contains(summary, "n6 good") || strings.Contains(summary, ",n6 good"); c.mark == "✗ x" && good {
			t.Errorf("%s: the graph calls it good:\n%s", name, summary)
		}
	}
}

// No drawn line is wider than the terminal while its pieces can be broken.
func TestTextDrawnWidth(t *testing.T) {
	for name, r := range samples() {
		if r.Command != "audit" || strings.Contains(name, "hostile") {
			continue
		}
		for _, width := range []int{80, 120} {
			got := text(t, r, report.TextOptions{Width: width})
			for _, line := range strings.Split(got, "\n") {
				if strings.ContainsAny(line, "┌├└│") && utf8.RuneCountInString(line) > width {
					t.Errorf("%s at %d: %d columns: %q", name, width, utf8.RuneCountInString(line), line)
				}
			}
		}
	}
}

// Every job of a path is drawn once, however the stages hang together.
func TestTextEveryStage(t *testing.T) {
	to := map[string][]string{
		"in a row":          {"publish", "j0", "j1", "j2"},
		"a circle":          {"j1", "j2", "j3", "j0"},
		"to itself":         {"j0", "j1", "j2", "j3"},
		"to nobody":         {"x", "", "y", "z"},
		"backwards":         {"j1", "j2", "j3", "publish"},
		"a circle and more": {"j1", "j0", "j0", "publish"},
	}
	for name, to := range to {
		r := auditBase(report.Pass)
		var from []report.Stage
		for i, job := range to {
			from = append(from, report.Stage{Job: fmt.Sprintf("j%d", i), Artifact: fmt.Sprintf("artifact-%d", i), To: job})
		}
		r.PublishPaths = []report.PublishPath{way(releaseFile, "publish", "pypi", pypiURL, 9, []string{"push"}, from...)}
		got, graph := text(t, r, report.TextOptions{}), report.Summary(r, 0)
		for i := range to {
			if n := strings.Count(got, fmt.Sprintf(`"artifact-%d"`, i)); n != 1 {
				t.Errorf("%s: job %d is drawn %d times:\n%s", name, i, n, got)
			}
			if n := strings.Count(graph, fmt.Sprintf(`artifact#45;%d`, i)); n != 1 {
				t.Errorf("%s: job %d is in the graph %d times:\n%s", name, i, n, graph)
			}
		}
	}
	deep := auditBase(report.Pass)
	var from []report.Stage
	for i := range 3000 {
		from = append(from, report.Stage{Job: fmt.Sprintf("j%d", i+1), Artifact: "a", To: fmt.Sprintf("j%d", i)})
	}
	deep.PublishPaths = []report.PublishPath{way(releaseFile, "j0", "pypi", pypiURL, 9, []string{"push"}, from...)}
	for form, got := range forms(t, deep) {
		if (form == "txt" || form == "md") && len(got) > 20000 {
			t.Errorf("%s of 3000 jobs in a row: %d bytes", form, len(got))
		}
	}
}

func TestTextVerdictOfWays(t *testing.T) {
	path := func(credential string, reachable bool) report.PublishPath {
		return report.PublishPath{File: releaseFile, Job: "p", Index: pypiURL, Credential: credential, Reachable: reachable}
	}
	const oidc = "trusted-publishing"
	for _, c := range []struct {
		verdict report.Verdict
		paths   []report.PublishPath
		want    string
	}{
		{report.Pass, []report.PublishPath{path(oidc, true)}, "pass: 1 way to the index, by trusted publishing, 49 rules"},
		{report.Pass, []report.PublishPath{path(oidc, true), path(oidc, true)}, "pass: 2 ways to the index, all by trusted publishing, 49 rules"},
		{report.Pass, []report.PublishPath{path("token", true), path(oidc, true), path(oidc, true)}, "pass: 3 ways to the index (2 by trusted publishing, 1 by a token), 49"},
		{report.Pass, []report.PublishPath{path(oidc, true), path("token", false)}, "pass: 1 way to the index, by trusted publishing, 1 that never runs, 49"},
		{report.Pass, []report.PublishPath{path(oidc, false), path("token", false)}, "pass: no way to the index, 2 that never run, 49"},
		{report.Fail, []report.PublishPath{path("ambient", true)}, "fail: 0 errors, 1 way to the index by a stored credential, 49"},
		{report.Undecided, nil, "undecided: nothing failed, but nothing was proved, no way to the index, 49"},
	} {
		r := auditBase(c.verdict)
		r.PublishPaths = c.paths
		lines := strings.Split(strings.TrimSpace(text(t, r, report.TextOptions{})), "\n")
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, c.want) {
			t.Errorf("the last line is %q, want %q", last, c.want)
		}
	}
}

// Identical findings of several lines and jobs of a path are said once.
func TestTextSameOnManyLines(t *testing.T) {
	r := auditClean()
	r.Verdict = report.Fail
	const fix = "      - uses: actions/checkout@0123456 # v5"
	for i, job := range []string{"build_wheels", "build_sdist", "build_sdist", "publish"} {
		r.Findings = append(r.Findings, workflowFinding(finding.Error, "unpinned-action", releaseFile, job, 20+10*i, `"a/b@v5" is a tag`, "pin it", fix))
	}
	got := text(t, r, report.TextOptions{})
	for _, want := range []string{
		"at: .github/workflows/release.yml lines 20, 30, 40, 50 (jobs build_wheels, build_sdist)\n",
		"change .github/workflows/release.yml lines 20, 30, 40, 50 to:\n      " + fix + "\n",
	} {
		if strings.Count(got, want) != 1 || strings.Count(got, "is a tag") != 1 {
			t.Errorf("want once %q in:\n%s", want, got)
		}
	}
	// With different corrections each is shown with its own line.
	r.Findings[3].Fix = "  other: lines"
	if got := text(t, r, report.TextOptions{}); strings.Count(got, "is a tag") != 1 || !strings.Contains(got, "release.yml:50 to:\n        other: lines\n") {
		t.Errorf("the other correction is missing:\n%s", got)
	}
}

func TestTextWhy(t *testing.T) {
	r := auditClean()
	r.Verdict = report.Fail
	for line := range 2 {
		r.Findings = append(r.Findings, workflowFinding(finding.Error, "ref-not-allowed", releaseFile, "publish", line+1, fmt.Sprint("m", line), "", ""))
	}
	got := text(t, r, report.TextOptions{Rules: rules})
	if strings.Count(got, "    why: A branch can be written by more people than a tag, and its builds are not releases.\n") != 1 {
		t.Errorf("why it matters is not said once:\n%s", got)
	}
}

// Every line of a correction is sanitised, what stands before it is kept, and
// it is in every form.
func TestFix(t *testing.T) {
	r := auditClean()
	r.Verdict = report.Fail
	r.Findings = []report.Finding{workflowFinding(finding.Error, "x", releaseFile, "publish", 3, "m", "h", "    a:\r\n      - b\n\n  ::error::x\n")}
	want := []string{"    a:", "      - b", "", `  :\:error:\:x`}
	got := forms(t, r)
	if block := "\n      " + strings.Join([]string{want[0], "      " + want[1], "", "      " + want[3]}, "\n") + "\n"; !strings.Contains(got["txt"], block) {
		t.Errorf("no %q in:\n%s", block, got["txt"])
	}
	if block := "\n```yaml\n" + strings.Join(want, "\n") + "\n```\n"; !strings.Contains(got["md"], block) {
		t.Errorf("no %q in:\n%s", block, got["md"])
	}
	joined := strings.Join(want, "\n")
	if a := report.Annotations(r, 0)[0]; !strings.HasSuffix(a.Message, "\nhint: h\ncorrected lines:\n"+joined) || !strings.HasPrefix(a.Message, "job publish: m\n") {
		t.Errorf("the annotation is %q", a.Message)
	}
	_, l := sarif(t, r, report.SARIFOptions{})
	if m := l.Runs[0].Results[0].Message.Text; !strings.HasSuffix(m, "; hint: h\n\nCorrected lines:\n\n"+joined) {
		t.Errorf("the SARIF message is %q", m)
	}
	back, err := report.ReadJSON(bytes.NewReader([]byte(got["json"])))
	if err != nil || back.Findings[0].Fix != r.Findings[0].Fix {
		t.Errorf("read back as %q, %v", back.Findings[0].Fix, err)
	}
	r.Findings[0].Fix = strings.Repeat("long line of text ", 5000) + strings.Repeat("\nx", 5000)
	for form, limit := range map[string]int{"txt": 3000, "md": 6000} {
		if n := len(forms(t, r)[form]); n > limit {
			t.Errorf("%s with a huge correction: %d bytes", form, n)
		}
	}
}

// A report written before corrections and stages were known is still read.
func TestReadJSONWithoutLaterKeys(t *testing.T) {
	r := auditMonorepo()
	for i := range r.PublishPaths {
		r.PublishPaths[i].Stages = nil
	}
	for i := range r.Findings {
		r.Findings[i].Fix = ""
	}
	whole := string(asJSON(t, r))
	old := strings.ReplaceAll(strings.ReplaceAll(whole, "      \"fix\": \"\",\n", ""), ",\n      \"stages\": []", "")
	if len(old) == len(whole) || strings.Contains(old, "\"stages\"") {
		t.Fatal("the keys were not taken out")
	}
	got, err := report.ReadJSON(strings.NewReader(old))
	if err != nil {
		t.Fatal(err)
	}
	if again := string(asJSON(t, got)); again != whole {
		t.Errorf("read back as\n%s", again)
	}
}

// Results about workflows point to the file, also where only the subject
// names it.
func TestSARIFPlacesOfWorkflows(t *testing.T) {
	r := auditClean()
	r.Verdict = report.Fail
	f := workflowFinding(finding.Error, "x", releaseFile, "publish", 3, "m", "", "")
	g := f
	g.File, g.Line, g.Column = "", 0, 0
	r.Findings = []report.Finding{f, g}
	_, l := sarif(t, r, report.SARIFOptions{})
	for i, result := range l.Runs[0].Results {
		at := result.Locations[0].PhysicalLocation
		if at.ArtifactLocation.URI != releaseFile || at.Region.StartLine != 3-2*i {
			t.Errorf("result %d: %+v", i, at)
		}
	}
}

// The release gate judges files and workflows at once: each is shown as what
// it is.
func TestTextGate(t *testing.T) {
	r := failures()
	r.Command = "gate"
	r.PublishPaths = auditClean().PublishPaths
	r.Findings = append(r.Findings, workflowFinding(finding.Error, "x", releaseFile, "build_sdist", 3, "m", "", ""))
	r.Unchecked = append(r.Unchecked, report.Unchecked{Rule: "y", Gate: finding.Publish, Reason: "r"})
	for form, got := range forms(t, r) {
		if form != "txt" && form != "md" {
			continue
		}
		if strings.Count(got, "built from \"refs/heads/main\"")+strings.Count(got, "built from <code>refs/heads/main</code>") != 1 || !strings.Contains(got, "the repository as a whole") {
			t.Errorf("%s:\n%s", form, got)
		}
	}
	got := text(t, r, report.TextOptions{})
	if !strings.Contains(got, "\n.github/workflows/release.yml job publish ──> upload.pypi.org\n  error[x]: m\n    at: .github/workflows/release.yml:3:9 (job build_sdist)\n") {
		t.Errorf("the finding is not below its path:\n%s", got)
	}
}
