// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// row is one deviation from a release that passes.
type row struct {
	name string
	base string // of bases
	// given changes the base into another release that passes.
	given func(*scene)
	// do is the deviation.
	do func(*scene)

	// rule must find it, with severity error, and say all of says: what was
	// found and what was expected.
	rule string
	says []string
	// also are the other rules that have something to say about it. No rule
	// but these may appear, and each of them must.
	also []string
	// about are the last elements of the subjects that findings may name, ""
	// for the release as a whole; nil is the wheel alone.
	about []string
	// undecided is for what cannot be checked: the rule is unchecked and
	// blocks, and the exit code is 2.
	undecided bool
}

// tables are all deviations, by theme. Each file of rows registers its own.
var tables = map[string][]row{}

func table(theme string, rows ...[]row) struct{} {
	tables[theme] = slices.Concat(rows...)
	return struct{}{}
}

func TestDeviations(t *testing.T) {
	t.Parallel()
	for _, theme := range slices.Sorted(maps.Keys(tables)) {
		t.Run(theme, func(t *testing.T) {
			t.Parallel()
			for i, r := range tables[theme] {
				if i%sample != 0 {
					continue
				}
				t.Run(r.name, func(t *testing.T) {
					t.Parallel()
					r.test(t)
				})
			}
		})
	}
}

func (r row) test(t *testing.T) {
	s := baseScene(t, r.base)
	if r.given != nil {
		r.given(s)
		if o := run(t, s); o.code != 0 || o.report.Verdict != report.Pass || slices.ContainsFunc(o.report.Findings, isError) {
			t.Fatalf("before the deviation: exit %d, want a release that passes\n%s", o.code, o.describe())
		}
	}
	r.do(s)
	o := run(t, s)
	if o.report == nil {
		t.Fatalf("exit %d without a report\n%s", o.code, o.describe())
	}
	code, verdict := 1, report.Fail
	if r.undecided {
		code, verdict = 2, report.Undecided
	}
	if o.code != code || o.report.Verdict != verdict {
		t.Errorf("exit %d, verdict %q, want %d, %q", o.code, o.report.Verdict, code, verdict)
	}
	got, want := slices.Sorted(maps.Keys(o.rules())), append([]string{r.rule}, r.also...)
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("rules %q, want %q", got, want)
	}
	about := r.about
	if about == nil {
		about = []string{wheelName}
	}
	for _, f := range o.report.Findings {
		if !slices.Contains(about, base(f.Subject)) {
			t.Errorf("a finding of %s is about %q, want it to be about one of %q", f.Rule, base(f.Subject), about)
		}
	}
	for _, u := range o.report.Unchecked {
		if !slices.Contains(about, base(u.Subject)) {
			t.Errorf("an unchecked item of %s is about %q, want it to be about one of %q", u.Rule, base(u.Subject), about)
		}
	}
	if !r.said(o, about) {
		t.Errorf("no finding of %s about %q says %q", r.rule, about, r.says)
	}
	if t.Failed() {
		t.Log(o.describe())
	}
}

// said reports whether the rule speaks of a subject as the row wants it.
func (r row) said(o outcome, about []string) bool {
	fits := func(rule, subject, text string) bool {
		return rule == r.rule && slices.Contains(about, base(subject)) &&
			!slices.ContainsFunc(r.says, func(s string) bool { return !strings.Contains(text, s) })
	}
	if r.undecided {
		return slices.ContainsFunc(o.report.Unchecked, func(u report.Unchecked) bool { return u.Blocking && fits(u.Rule, u.Subject, u.Reason) })
	}
	return slices.ContainsFunc(o.report.Findings, func(f report.Finding) bool {
		return isError(f) && f.Hint != "" && fits(f.Rule, f.Subject, f.Message)
	})
}

func isError(f report.Finding) bool { return f.Severity == finding.Error }

// set returns the changed claims of one row and one change.
func set(change func(*claims)) func(claims) claims {
	return func(c claims) claims { change(&c); return c }
}
