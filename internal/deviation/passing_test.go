// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// passing is a release that is in order.
type passing struct {
	name string
	base string
	do   func(*scene)
	// warnings and notes are the rules that have something to say all the
	// same, unchecked those that could not be decided and do not block. Nothing
	// else may appear.
	warnings, notes, unchecked []string
	// index is what the index would say of each dist.
	index string
}

var passingTables = map[string][]passing{}

func passes(theme string, rows ...passing) struct{} {
	passingTables[theme] = rows
	return struct{}{}
}

func TestPassing(t *testing.T) {
	t.Parallel()
	for _, theme := range slices.Sorted(maps.Keys(passingTables)) {
		t.Run(theme, func(t *testing.T) {
			t.Parallel()
			for _, p := range passingTables[theme] {
				t.Run(p.name, func(t *testing.T) {
					t.Parallel()
					p.test(t)
				})
			}
		})
	}
}

func (p passing) test(t *testing.T) {
	s := baseScene(t, p.base)
	if p.do != nil {
		p.do(s)
	}
	o := run(t, s)
	if o.report == nil {
		t.Fatalf("exit %d without a report\n%s", o.code, o.describe())
	}
	if o.code != 0 || o.report.Verdict != report.Pass || o.stderr != "" {
		t.Errorf("exit %d, verdict %q, want a pass and nothing on standard error", o.code, o.report.Verdict)
	}
	got := map[finding.Severity]map[string]bool{finding.Error: {}, finding.Warning: {}, finding.Note: {}}
	for _, f := range o.report.Findings {
		got[f.Severity][f.Rule] = true
	}
	skipped := map[string]bool{}
	for _, u := range o.report.Unchecked {
		skipped[u.Rule] = true
	}
	for _, want := range []struct {
		what  string
		got   map[string]bool
		rules []string
	}{
		{"errors", got[finding.Error], nil}, {"warnings", got[finding.Warning], p.warnings},
		{"notes", got[finding.Note], p.notes}, {"unchecked", skipped, p.unchecked},
	} {
		if rules := slices.Sorted(maps.Keys(want.got)); !slices.Equal(rules, want.rules) {
			t.Errorf("%s of %q, want %q", want.what, rules, want.rules)
		}
	}
	for _, d := range o.report.Dists {
		if len(d.Verified) == 0 {
			t.Errorf("nothing is proved of %s", base(d.Path))
		}
		if p.index != "" && d.Index.Verdict != p.index {
			t.Errorf("the index would say %q of %s, want %q: %+v", d.Index.Verdict, base(d.Path), p.index, d.Index.Attestations)
		}
	}
	if len(o.report.Dists) != len(s.dists) {
		t.Errorf("%d dists in the report, want %d", len(o.report.Dists), len(s.dists))
	}
	if t.Failed() {
		t.Log(o.describe())
	}
}

// versionIs rebuilds both dists in another version, built from a ref.
func versionIs(version, ref string) func(*scene) {
	return func(s *scene) {
		o := disttest.Options{Version: version}
		s.dists = []distFile{wheelOf(o), sdistOf(o)}
		s.change(func(a *attestation) { a.subjects = []subject{s.dists[0].subject()} }, wheelBuild)
		s.change(func(a *attestation) { a.subjects = []subject{s.dists[1].subject()} }, sdistBuild)
		s.claim(func(c claims) claims { return c.WithRef(ref) })
	}
}

// claiming changes all certificates.
func claiming(change func(claims) claims) func(*scene) {
	return func(s *scene) { s.claim(change) }
}

// all does several things in turn.
func all(steps ...func(*scene)) func(*scene) {
	return func(s *scene) {
		for _, f := range steps {
			f(s)
		}
	}
}
