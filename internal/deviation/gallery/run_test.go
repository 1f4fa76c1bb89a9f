// SPDX-License-Identifier: BSD-3-Clause

package gallery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
)

// audit runs the command on a folder and returns its JSON report.
func audit(t *testing.T, dir string, flags ...string) *report.Report {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := cli.Main(cli.Env{
		Args:   append([]string{"audit", "--offline", "--format", "json", dir}, flags...),
		Lookup: func(string) (string, bool) { return "", false },
		Stdin:  strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		Now: func() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) },
	})
	if stdout.Len() == 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	reporttest.ValidateJSON(t, stdout.Bytes())
	var r report.Report
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	want := map[report.Verdict]int{report.Pass: cli.ExitPass, report.Fail: cli.ExitFail, report.Undecided: cli.ExitUndecided}[r.Verdict]
	if code != want {
		t.Errorf("exit %d with verdict %q", code, r.Verdict)
	}
	return &r
}

// describe lists what a report says, for a failing test.
func describe(r *report.Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "\n  %s %s %s:%d %s", f.Severity, f.Rule, f.File, f.Line, f.Message)
	}
	for _, u := range r.Unchecked {
		fmt.Fprintf(&b, "\n  unchecked %s (blocking: %v) %s: %s", u.Rule, u.Blocking, u.Subject, u.Reason)
	}
	for _, p := range r.PublishPaths {
		fmt.Fprintf(&b, "\n  path %s:%d %s %s to %q by %s, reachable: %v", p.File, p.Line, p.Job, p.Uploader, p.Index, p.Credential, p.Reachable)
	}
	return b.String()
}
