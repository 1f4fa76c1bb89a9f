// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// log is what the tests look at in a SARIF document.
type log struct {
	Schema  string `json:"$schema"`
	Version string
	Runs    []struct {
		Tool struct {
			Driver struct {
				Name  string
				Rules []struct {
					ID, Name, HelpURI                       string
					ShortDescription, FullDescription, Help struct{ Text, Markdown string }
				}
			}
		}
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct{ Level string }
		}
		Results []struct {
			RuleID              string
			RuleIndex           int
			Kind, Level         string
			Message             struct{ Text string }
			PartialFingerprints map[string]string
			Suppressions        []struct{ Kind, Status, Justification string }
			Locations           []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI, URIBaseID string }
					Region           *struct{ StartLine, StartColumn int }
				}
			}
		}
	}
}

func sarif(t testing.TB, r *report.Report, opts report.SARIFOptions) ([]byte, log) {
	t.Helper()
	var b bytes.Buffer
	if err := report.SARIF(&b, r, rules, opts); err != nil {
		t.Fatal(err)
	}
	var l log
	if err := json.Unmarshal(b.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), l
}

// What GitHub's code scanning asks of a file that it takes in.
func TestSARIFForGitHub(t *testing.T) {
	for name, r := range samples() {
		checkSARIF(t, name, r)
	}
}

func checkSARIF(t *testing.T, name string, r *report.Report) {
	t.Helper()
	_, l := sarif(t, r, report.SARIFOptions{})
	run := l.Runs[0]
	if l.Version != "2.1.0" || len(l.Runs) != 1 || run.Tool.Driver.Name == "" {
		t.Errorf("%s: version %q, %d runs, tool %q", name, l.Version, len(l.Runs), run.Tool.Driver.Name)
	}
	for _, rule := range run.Tool.Driver.Rules {
		for what, text := range map[string]string{
			"id": rule.ID, "name": rule.Name, "short description": rule.ShortDescription.Text,
			"full description": rule.FullDescription.Text, "help": rule.Help.Text, "help in Markdown": rule.Help.Markdown,
		} {
			if text == "" || len(text) > 1024 && !strings.HasPrefix(what, "help") {
				t.Errorf("%s: rule %q has a %s of %d bytes", name, rule.ID, what, len(text))
			}
		}
	}
	prints := map[string]bool{}
	for i, result := range run.Results {
		if result.RuleIndex >= len(run.Tool.Driver.Rules) || run.Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID {
			t.Errorf("%s: result %d: rule %q is not at index %d", name, i, result.RuleID, result.RuleIndex)
		}
		if len(result.Locations) != 1 || result.Message.Text == "" {
			t.Errorf("%s: result %d: %d locations, message %q", name, i, len(result.Locations), result.Message.Text)
			continue
		}
		at := result.Locations[0].PhysicalLocation
		u, err := url.Parse(at.ArtifactLocation.URI)
		if err != nil || u.Fragment != "" || u.RawQuery != "" || u.Path == "" || strings.ContainsAny(at.ArtifactLocation.URI, " \n\\:") {
			t.Errorf("%s: result %d: URI %q, %v", name, i, at.ArtifactLocation.URI, err)
		}
		if at.Region == nil || at.Region.StartLine < 1 {
			t.Errorf("%s: result %d: no line", name, i)
		}
		if at.ArtifactLocation.URIBaseID != "%SRCROOT%" || u.IsAbs() {
			t.Errorf("%s: result %d: URI %q on %q", name, i, at.ArtifactLocation.URI, at.ArtifactLocation.URIBaseID)
		}
		mark := result.PartialFingerprints["primaryLocationLineHash"]
		if mark == "" || prints[mark] {
			t.Errorf("%s: result %d: fingerprint %q is empty or given twice", name, i, mark)
		}
		prints[mark] = true
		if wantNone := result.Kind == "open"; (result.Level == "none") != wantNone {
			t.Errorf("%s: result %d: kind %q with level %q", name, i, result.Kind, result.Level)
		}
	}
}

func TestSARIFResults(t *testing.T) {
	_, l := sarif(t, failures(), report.SARIFOptions{})
	if got := len(l.Runs[0].Results); got != 60 {
		t.Errorf("%d results for 59 errors and a warning", got)
	}
	_, l = sarif(t, undecided(), report.SARIFOptions{})
	var kinds, levels []string
	for _, r := range l.Runs[0].Results {
		kinds = append(kinds, r.Kind)
	}
	for _, n := range l.Runs[0].Invocations[0].ToolExecutionNotifications {
		levels = append(levels, n.Level)
	}
	if diff := cmp.Diff([]string{"open", "open"}, kinds); diff != "" {
		t.Errorf("blocking unchecked items (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"warning", "warning", "note"}, levels); diff != "" {
		t.Errorf("notifications (-want +got):\n%s", diff)
	}
	_, l = sarif(t, waivers(), report.SARIFOptions{})
	last := l.Runs[0].Results[2]
	if len(last.Suppressions) != 1 || last.Suppressions[0].Status != "accepted" || last.Suppressions[0].Justification == "" || last.Level != "warning" {
		t.Errorf("the waived result is %+v", last)
	}
	if at := l.Runs[0].Results[1].Locations[0].PhysicalLocation; at.Region == nil || at.Region.StartLine != 31 || at.Region.StartColumn != 15 {
		t.Errorf("the place of line 31 is %+v", at)
	}
}

// An alert must stay the same one when digests, lines and words change.
func TestSARIFFingerprints(t *testing.T) {
	_, first := sarif(t, waivers(), report.SARIFOptions{})
	r := waivers()
	for i := range r.Findings {
		r.Findings[i].Line += 5
		r.Findings[i].Message += " (again)"
	}
	_, second := sarif(t, r, report.SARIFOptions{})
	for i := range first.Runs[0].Results {
		a, b := first.Runs[0].Results[i].PartialFingerprints, second.Runs[0].Results[i].PartialFingerprints
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("result %d (-first +second):\n%s", i, diff)
		}
	}
}

func TestSARIFPlaces(t *testing.T) {
	whole := struct{ StartLine, StartColumn int }{StartLine: 1}
	for _, c := range []struct{ file, subject, root, uri, base string }{
		{"", "dist/a b#c?.whl", "", "dist/a%20b%23c%3F.whl", "%SRCROOT%"},
		{"", "./dist//a.whl", "", "dist/a.whl", "%SRCROOT%"},
		{"", "C:x\n\xff.whl", "", "C%3Ax%0A%5Cxff.whl", "%SRCROOT%"},
		{"", "é%.whl", "", "%C3%A9%25.whl", "%SRCROOT%"},
		{"", "/github/workspace/dist/a.whl", "/github/workspace/", "dist/a.whl", "%SRCROOT%"},
		{"", "/github/workspace-2/a.whl", "/github/workspace", "file:///github/workspace-2/a.whl", ""},
		{"", "/tmp/a b.whl", "", "file:///tmp/a%20b.whl", ""},
		{"pyproject.toml", "dist/a.whl", "", "pyproject.toml", "%SRCROOT%"},
		{"", "", "", ".github/sallyport.yml", "%SRCROOT%"},
	} {
		r := base(report.Fail)
		f := finding1("x", c.subject, "m", "")
		f.File = c.file
		r.Findings = []report.Finding{f}
		_, l := sarif(t, r, report.SARIFOptions{Root: c.root})
		at := l.Runs[0].Results[0].Locations[0].PhysicalLocation
		if at.ArtifactLocation.URI != c.uri || at.ArtifactLocation.URIBaseID != c.base || *at.Region != whole {
			t.Errorf("%+v: place %+v", c, at)
		}
	}
}

func TestSARIFTooManyResults(t *testing.T) {
	r := base(report.Fail)
	for range 20001 {
		r.Findings = append(r.Findings, report.Finding{Rule: "x", Gate: finding.Build, Severity: finding.Error, Message: "m"})
	}
	_, l := sarif(t, r, report.SARIFOptions{})
	if got := len(l.Runs[0].Results); got != 20000 {
		t.Errorf("%d results", got)
	}
	if got := len(l.Runs[0].Invocations[0].ToolExecutionNotifications); got != 1 {
		t.Errorf("%d notifications of what was left out", got)
	}
}

// The official schema is not part of the project; name it to have it checked.
func TestSARIFSchema(t *testing.T) {
	path := os.Getenv("SALLYPORT_SARIF_SCHEMA")
	if path == "" {
		t.Skip("SALLYPORT_SARIF_SCHEMA does not name sarif-2.1.0-rtm.5.json (npm pack @microsoft/jest-sarif)")
	}
	schema, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(map[string]any{"version": "2.0.0", "runs": []any{}}); err == nil {
		t.Fatalf("%s accepts another version: it is not the schema of SARIF 2.1.0", path)
	}
	for name, r := range samples() {
		data, _ := sarif(t, r, report.SARIFOptions{Root: "/x"})
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
