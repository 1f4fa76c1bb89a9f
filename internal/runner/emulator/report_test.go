// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
)

// fill puts text into every string below v, n of them into every list.
func fill(v reflect.Value, text string, n int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), text, n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i), text, n)
		}
	}
}

// Every string of a report is hostile, and what reaches the runner is text. The
// last report has more of it than any limit allows.
func TestHostileReport(t *testing.T) {
	for i, evil := range append(slices.Clone(hostile), hostile[0]) {
		var rep report.Report
		fill(reflect.ValueOf(&rep).Elem(), evil, 1)
		n := 12
		if i == len(hostile) {
			n = 400
		}
		rep.Findings = slices.Repeat(rep.Findings, n)
		for k := range rep.Findings {
			rep.Findings[k].Severity = []finding.Severity{finding.Severity(evil), finding.Error, finding.Warning, finding.Note}[k%4]
			rep.Findings[k].Gate = []finding.Gate{finding.Gate(evil), finding.Build, finding.Publish}[k%3]
			rep.Findings[k].Rule += fmt.Sprint(k)
		}
		rep.Verdict = []report.Verdict{report.Pass, report.Fail, report.Undecided}[i%3]
		job := emulator.New(t, emulator.Options{Action: "testdata/action.yml", Titles: "sallyport", Program: func(p emulator.Process) int {
			return show(p, &rep)
		}})
		if r := job.Run(emulator.Step{}); r.Failed || len(r.Annotations) == 0 || r.Summary == "" || r.Outputs["verdict"] != string(rep.Verdict) {
			t.Errorf("%.60q: exit code %d, %d annotations, %d bytes of summary, outputs %q", evil, r.Code, len(r.Annotations), len(r.Summary), r.Outputs)
		}
	}
}

// show writes a report as the commands do.
func show(p emulator.Process, rep *report.Report) int {
	run := runner.New(p.Lookup, p.Stdout)
	errs := []error{
		report.Text(p.Stdout, rep, report.TextOptions{Verbose: true}), report.Text(p.Stderr, rep, report.TextOptions{Width: 40}),
		report.JSON(p.Stdout, rep), report.SARIF(p.Stdout, rep, nil, report.SARIFOptions{}),
	}
	for _, a := range report.Annotations(rep, 0) {
		errs = append(errs, run.Annotate(a.Level, a.File, a.Line, a.Col, a.Title, a.Message))
	}
	errs = append(errs, run.AppendSummary(report.Summary(rep, 0)), run.Output("verdict", string(rep.Verdict)))
	if err := errors.Join(errs...); err != nil {
		io.WriteString(p.Stdout, report.Sanitize(err.Error())+"\n")
		return 1
	}
	return 0
}
