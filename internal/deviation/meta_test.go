// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"slices"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
)

// elsewhere are rules that no deviation here makes fire, and why.
var elsewhere = map[string]string{
	"hidden-file":   "only ever a note, also with --strict: in the passing releases",
	"unused-ignore": "only ever a note: in the passing releases",
}

// ofGate are rules that need to know the running workflow, or more than one
// commit or moment: the tests of the gate command have them.
var ofGate = map[string]bool{"other-run": true, "looser-policy": true, "changed-after-seal": true}

// aside are rules that fire beside another one, whose row they are in.
var aside = map[string]string{
	"stale-trust-root":     "a warning; that it decides anything takes an attestation of a real instance",
	"subject-without-file": "a note; it is shown beside what else was lost",
}

// TestEveryRule holds the tables against the list of rules: each is the subject
// of a row, and what no gate knows is in none.
func TestEveryRule(t *testing.T) {
	main, beside, quiet := map[string]bool{}, map[string]bool{}, map[string]bool{}
	rows := 0
	for _, list := range tables {
		for _, r := range list {
			rows++
			main[r.rule] = true
			for _, id := range r.also {
				beside[id] = true
			}
		}
	}
	for _, list := range passingTables {
		for _, p := range list {
			for _, id := range slices.Concat(p.warnings, p.notes, p.unchecked) {
				quiet[id] = true
			}
		}
	}
	known := map[string]finding.Severity{}
	for _, r := range gate.Rules() {
		known[r.ID] = r.Severity
		if r.Gate == finding.Publish || ofGate[r.ID] {
			continue // the gallery's, or the gate command's
		}
		switch _, never := elsewhere[r.ID]; {
		case never && (main[r.ID] || beside[r.ID]):
			t.Errorf("%s fires in a row: take it out of the list of those that do not", r.ID)
		case never && !quiet[r.ID]:
			t.Errorf("%s fires in no passing release either", r.ID)
		case never:
		case aside[r.ID] != "" && (main[r.ID] || !beside[r.ID]):
			t.Errorf("%s fires by itself, or never: see to the list of those that fire beside others", r.ID)
		case aside[r.ID] == "" && !main[r.ID]:
			t.Errorf("no row is about %s", r.ID)
		}
	}
	for _, ids := range []map[string]bool{main, beside, quiet} {
		for id := range ids {
			if known[id] == "" {
				t.Errorf("a row names %s, which is no rule", id)
			}
		}
	}
	if rows < 400 {
		t.Errorf("%d deviations, fewer than there were", rows)
	}
}

// TestRowsAreDifferent keeps a row from hiding behind another one's name.
func TestRowsAreDifferent(t *testing.T) {
	for theme, rows := range tables {
		seen := map[string]bool{}
		for _, r := range rows {
			if seen[r.name] || r.do == nil || r.rule == "" {
				t.Errorf("%s: %q is there twice, or is no row", theme, r.name)
			}
			if len(r.says) == 0 && theme != "authority" && theme != "form" {
				t.Errorf("%s: %q does not say what its message must", theme, r.name)
			}
			seen[r.name] = true
		}
	}
}
