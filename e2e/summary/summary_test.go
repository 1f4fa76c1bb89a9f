// SPDX-License-Identifier: BSD-3-Clause

package summary

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
)

// need ends the test where the tools are not installed: it is skipped, but in
// the end-to-end run (SALLYPORT_E2E) it fails.
func need(t *testing.T) Tools {
	t.Helper()
	tools, err := Installed()
	if err != nil {
		if os.Getenv("SALLYPORT_E2E") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return tools
}

// ours is what a summary may become. Anything else is somebody else's.
var ours = regexp.MustCompile(`^(h[234]|p|br|strong|sub|span|code|pre|blockquote|details|summary|table|thead|tbody|tr|th|td` +
	`|code className=language-(mermaid|yaml)|a href=https://github\.com/scientific-python/sallyport/blob/main/docs/rules/[a-z0-9-]+\.md)$`)

// write puts Markdown into a file.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// reports are those that the golden files hold.
func reports(t *testing.T) map[string]*report.Report {
	t.Helper()
	files, err := filepath.Glob("../../internal/report/testdata/*.json.golden")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*report.Report{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json.golden")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if name == "hostile" {
			continue // its words are none that a report may have
		}
		if out[name], err = report.ReadJSON(bytes.NewReader(data)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if len(out) < 10 {
		t.Fatalf("%d reports", len(out))
	}
	return out
}

// Whatever a report holds, its summary becomes our elements only, mentions
// nobody, links nowhere and loads nothing, and its graph is drawn.
func TestRendered(t *testing.T) {
	tools := need(t)
	dir := t.TempDir()
	var files []string
	for name, r := range reports(t) {
		files = append(files, write(t, dir, name, report.Summary(r, 0)))
	}
	texts := reporttest.Payloads()
	for i, evil := range append(texts, strings.Join(texts, "\n")) {
		r := reporttest.Full(2)
		reporttest.Strings(r, func(string, string) string { return evil })
		files = append(files, write(t, dir, "hostile-"+string(rune('a'+i)), report.Summary(r, 0)))
		if i < len(texts) {
			continue
		}
		// With the words that the program itself writes more branches are met.
		r.Verdict, r.Command, r.Findings[0].Severity, r.Unchecked[0].Blocking = report.Fail, "gate", finding.Error, false
		for j, g := range finding.Gates()[:2] {
			r.Gates[j].Gate, r.Gates[j].Status = g, report.Fail
		}
		files = append(files, write(t, dir, "half-hostile", report.Summary(r, 0)))
	}
	all, err := tools.Render(t.Context(), "", false, files...)
	if err != nil {
		t.Fatal(err)
	}
	graphs := 0
	for _, file := range files {
		name := filepath.Base(file)
		r, ok := all[name]
		if !ok {
			t.Fatalf("%s was not rendered", name)
		}
		for element, n := range r.Elements {
			if !ours.MatchString(element) {
				t.Errorf("%s: %d elements <%s> that are not ours", name, n, element)
			}
		}
		if r.Elements["h2"] != 1 || len(r.Loose) > 0 || len(r.Requests) > 0 || r.GraphLinks > 0 {
			t.Errorf("%s: %d titles; texts that could mean something %q; asked for %q; %d links in graphs", name, r.Elements["h2"], r.Loose, r.Requests, r.GraphLinks)
		}
		if r.GraphError != "" || r.Graphs != r.GraphsWanted {
			t.Errorf("%s: %d graphs drawn of %d: %s", name, r.Graphs, r.GraphsWanted, r.GraphError)
		}
		graphs += r.Graphs
	}
	if graphs < 10 {
		t.Errorf("only %d graphs were drawn", graphs)
	}
}

// The rendering shows what it is there to show: else the test above says
// nothing.
func TestRenderedSees(t *testing.T) {
	tools := need(t)
	dir := t.TempDir()
	file := write(t, dir, "bad", "# a\n\n- list\n\n![x](https://evil.example/x.png) see @octocat\n\n<b onclick=x>y</b>\n\n```mermaid\nflowchart LR\n a[\"x\"] -->\n```\n")
	all, err := tools.Render(t.Context(), "", false, file)
	if err != nil {
		t.Fatal(err)
	}
	r := all["bad"]
	for _, want := range []string{"h1", "li", "b onClick=x"} {
		if r.Elements[want] != 1 {
			t.Errorf("no %q among %v", want, r.Elements)
		}
	}
	if len(r.Loose) != 1 || r.GraphError == "" || len(r.Requests) == 0 {
		t.Errorf("overlooked: %+v", r)
	}
}

// GitHub's code scanning takes in what we write. Only one file has the pages of
// all rules: the validator takes ten seconds for them.
func TestSARIF(t *testing.T) {
	tools := need(t)
	dir := t.TempDir()
	all := reports(t)
	var files []string
	rules := gate.Rules()
	for _, name := range []string{"gate-fail", "gate-undecided", "audit-poisoned", "audit-hostile", "waivers"} {
		var b bytes.Buffer
		if err := report.SARIF(&b, all[name], rules, report.SARIFOptions{Root: "/github/workspace"}); err != nil {
			t.Fatal(err)
		}
		files = append(files, write(t, dir, name+".sarif", b.String()))
		rules = nil
	}
	complaints, err := tools.Validate(t.Context(), dir, files...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range complaints {
		if c.Level == "error" || c.Level == "warning" {
			t.Errorf("%+v", c)
		}
	}
}

// The validator asks GitHub's questions: else the test above says nothing.
func TestSARIFSees(t *testing.T) {
	tools := need(t)
	dir := t.TempDir()
	var b bytes.Buffer
	r := reports(t)["audit-poisoned"]
	if err := report.SARIF(&b, r, nil, report.SARIFOptions{}); err != nil {
		t.Fatal(err)
	}
	bad := regexp.MustCompile(`"(fullDescription|help)": \{[^}]*\},`).ReplaceAllString(b.String(), "")
	complaints, err := tools.Validate(t.Context(), dir, write(t, dir, "bad.sarif", bad))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range complaints {
		if strings.HasPrefix(c.Rule, "GH") {
			return
		}
	}
	t.Errorf("no rule of GitHub's among %+v", complaints)
}
