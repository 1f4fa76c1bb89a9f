// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

func asJSON(t testing.TB, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJSONRoundTrip(t *testing.T) {
	for name, r := range samples() {
		if name == "hostile" {
			continue // not UTF-8
		}
		first := asJSON(t, r)
		got, err := report.ReadJSON(bytes.NewReader(first))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if second := asJSON(t, got); !bytes.Equal(first, second) {
			t.Errorf("%s: writing what was read gives other bytes", name)
		}
		want := *r
		want.Dists = append([]report.Dist{}, r.Dists...)
		for i := range want.Dists {
			if want.Dists[i].Index.Verdict == "" {
				want.Dists[i].Index.Verdict = "unknown"
			}
		}
		if diff := cmp.Diff(&want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A reader of the JSON gets the exact strings, although none is in the text as
// it is.
func TestJSONValuesAreExact(t *testing.T) {
	for _, s := range []string{
		"##[error]x", "###[x", "::error::", ":::", "a\n::set-output::b", "\x1b[31m\x7f\u0085\u009b", "\u202e\u200b\u2028",
		"\\u003a \\\"::", "<&>", "😀\U000e0041\U0010fffd", "\ufffd", "e\u0301", "\u0301",
	} {
		r := base(report.Pass)
		r.Tool.Version = s
		data := asJSON(t, r)
		var got report.Report
		if err := json.Unmarshal(data, &got); err != nil || got.Tool.Version != s {
			t.Errorf("%q is read back as %q, %v", s, got.Tool.Version, err)
		}
		if text := string(data); strings.Contains(text, "::") || strings.Contains(text, "##[") || strings.ContainsAny(text, "\x1b\x7f\u0085\u202e\u200b") {
			t.Errorf("%q is in the text as it is:\n%s", s, data)
		}
	}
	r := base(report.Pass)
	r.Tool.Version = "a\xff\xc3b"
	var got report.Report
	if err := json.Unmarshal(asJSON(t, r), &got); err != nil || got.Tool.Version != `a\xff\xc3b` {
		t.Errorf("bytes that are not UTF-8 are read back as %q, %v", got.Tool.Version, err)
	}
	if r.Findings != nil || r.Tool.Version != "a\xff\xc3b" {
		t.Error("writing a report changed it")
	}
}

func TestJSONNeverNull(t *testing.T) {
	for name, r := range map[string]*report.Report{
		"empty": base(report.Undecided),
		"inner": {Findings: []report.Finding{{}}, Dists: []report.Dist{{}}, PublishPaths: []report.PublishPath{{}}},
	} {
		data := asJSON(t, r)
		if bytes.Contains(data, []byte("null")) || !bytes.HasSuffix(data, []byte("}\n")) {
			t.Errorf("%s:\n%s", name, data)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteErrors(t *testing.T) {
	r := good()
	for form, err := range map[string]error{
		"text":  report.Text(brokenWriter{}, r, report.TextOptions{}),
		"json":  report.JSON(brokenWriter{}, r),
		"sarif": report.SARIF(brokenWriter{}, r, nil, report.SARIFOptions{}),
	} {
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s to a closed pipe: %v", form, err)
		}
	}
}

func TestReadJSONRefuses(t *testing.T) {
	whole := string(asJSON(t, failures()))
	change := func(old, new string) string {
		if !strings.Contains(whole, old) {
			t.Fatalf("the report does not hold %q", old)
		}
		return strings.Replace(whole, old, new, 1)
	}
	for name, text := range map[string]string{
		"empty":             "",
		"not an object":     "[]",
		"null":              "null",
		"cut":               whole[:len(whole)-3],
		"cut in a list":     whole[:len(whole)/2],
		"two reports":       whole + whole,
		"text behind":       whole + "x",
		"unknown key":       change(`"tool"`, `"extra": 1, "tool"`),
		"repeated key":      change(`"tool"`, `"verdict": "pass", "tool"`),
		"wrong case":        change(`"verdict"`, `"Verdict"`),
		"missing key":       change(`"column": 0,`, ``),
		"null list":         change(`"ignored": []`, `"ignored": null`),
		"number for text":   change(`"verify"`, `1`),
		"text for number":   change(`"line": 0`, `"line": "0"`),
		"fraction":          change(`"line": 0`, `"line": 0.5`),
		"huge number":       change(`"line": 0`, `"line": 1e99`),
		"other version":     change(`"schema_version": 1`, `"schema_version": 2`),
		"other tool":        change(`"name": "sallyport"`, `"name": "other"`),
		"unknown verdict":   change(`"verdict": "fail"`, `"verdict": "passed"`),
		"verdict not-run":   change(`"verdict": "fail"`, `"verdict": "not-run"`),
		"verdict empty":     change(`"verdict": "fail"`, `"verdict": ""`),
		"forged pass":       change(`"verdict": "fail"`, `"verdict": "pass"`),
		"forged undecided":  change(`"verdict": "fail"`, `"verdict": "undecided"`),
		"unknown severity":  change(`"severity": "error"`, `"severity": "fatal"`),
		"unknown status":    change(`"status": "fail"`, `"status": "ok"`),
		"rule without name": change(`"rule": "ref-not-allowed"`, `"rule": ""`),
		"deep nesting":      change(`"ignored": []`, `"ignored": `+strings.Repeat("[", 100000)),
	} {
		if _, err := report.ReadJSON(strings.NewReader(text)); err == nil {
			t.Errorf("%s: accepted", name)
		} else if !strings.HasPrefix(err.Error(), "reading a report: ") {
			t.Errorf("%s: error %q", name, err)
		}
	}
	if _, err := report.ReadJSON(spaces{}); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("an endless report: %v", err)
	}
}

// spaces is an endless reader of spaces.
type spaces struct{}

var blank = bytes.Repeat([]byte(" "), 1<<16)

func (spaces) Read(p []byte) (int, error) { return copy(p, blank), nil }

func TestReadJSONVerdict(t *testing.T) {
	r := good()
	r.Unchecked = []report.Unchecked{{Rule: "a", Gate: finding.Build, Blocking: true}}
	if _, err := report.ReadJSON(bytes.NewReader(asJSON(t, r))); err == nil {
		t.Error("a pass with a blocking unchecked item is accepted")
	}
	r.Unchecked[0].Blocking = false
	if _, err := report.ReadJSON(bytes.NewReader(asJSON(t, r))); err != nil {
		t.Errorf("a pass with a listed item: %v", err)
	}
	r.Gates[1].Status = report.Fail
	if _, err := report.ReadJSON(bytes.NewReader(asJSON(t, r))); err == nil {
		t.Error("a pass with a failed gate is accepted")
	}
}

func FuzzReadJSON(f *testing.F) {
	for _, r := range []*report.Report{base(report.Pass), good(), undecided(), audit(), waivers()} {
		f.Add(asJSON(f, r))
	}
	f.Add([]byte(`{"schema_version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := report.ReadJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		out := asJSON(t, r)
		if cmds := runnertest.ParseLog(string(out)); len(cmds) > 0 {
			t.Fatalf("the runner executes %+v", cmds)
		}
		again, err := report.ReadJSON(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(asJSON(t, again), out); diff != "" {
			t.Fatal(diff)
		}
		forms(t, r)
	})
}
