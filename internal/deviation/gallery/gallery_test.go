// SPDX-License-Identifier: BSD-3-Clause

package gallery_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gate/publish"
	"github.com/scientific-python/sallyport/internal/report"
)

var folder = filepath.Join("..", "..", "..", "testdata", "audit")

// want is what a case's file "want" says of its half "bad": rules, each with
// the place where it must fire, "" for anywhere. A line "good RULE" says that
// the repaired twin keeps a warning of that rule, about something else.
type want struct{ rule, place string }

func readWant(t *testing.T, name string) (out []want, kept []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, name, "want"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if words[0] == "good" && len(words) == 2 {
			kept = append(kept, words[1])
			continue
		}
		if words[0] != "bad" || len(words) > 3 || len(words) < 2 {
			t.Fatalf("%s/want: %q is not \"bad RULE [FILE:LINE]\"", name, line)
		}
		w := want{rule: words[1]}
		if len(words) == 3 {
			w.place = words[2]
		}
		if !slices.ContainsFunc(gate.Rules(), func(r finding.Rule) bool { return r.ID == w.rule }) {
			t.Errorf("%s/want: there is no rule %q", name, w.rule)
		}
		out = append(out, w)
	}
	return out, kept
}

// TestGallery holds that each attack is found, by the rule that is about it
// and where it is, and that its repaired twin passes without a warning.
func TestGallery(t *testing.T) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	pairs := 0
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		wants, kept := readWant(t, e.Name())
		bad := filepath.Join(folder, e.Name(), "bad")
		if _, err := os.Stat(bad); err == nil {
			pairs++
			t.Run(e.Name()+"/bad", func(t *testing.T) {
				t.Parallel()
				if len(wants) == 0 {
					t.Fatal("its file \"want\" names no rule")
				}
				r := audit(t, bad)
				for _, w := range wants {
					if !fires(r, w) {
						t.Errorf("%s does not fire %s%s", w.rule, w.place, describe(r))
					}
				}
			})
		}
		t.Run(e.Name()+"/good", func(t *testing.T) {
			t.Parallel()
			r := audit(t, filepath.Join(folder, e.Name(), "good"))
			quiet := r.Verdict == report.Pass
			for _, f := range r.Findings {
				named := slices.ContainsFunc(wants, func(w want) bool { return w.rule == f.Rule })
				warned := f.Severity == finding.Warning && slices.Contains(kept, f.Rule)
				quiet = quiet && (f.Severity == finding.Note || warned) && !named
			}
			if !quiet {
				t.Errorf("it is in order, but: %s%s", r.Verdict, describe(r))
			}
		})
	}
	if pairs < 30 {
		t.Errorf("only %d pairs", pairs)
	}
}

func fires(r *report.Report, w want) bool {
	for _, f := range r.Findings {
		if f.Rule == w.rule && (w.place == "" || w.place == fmt.Sprintf("%s:%d", f.File, f.Line)) {
			return true
		}
	}
	return slices.ContainsFunc(r.Unchecked, func(u report.Unchecked) bool { return u.Rule == w.rule })
}

// TestEveryRule holds that each rule of the publish gate that needs nothing
// but files fires somewhere in the gallery.
func TestEveryRule(t *testing.T) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, e := range entries {
		if e.IsDir() {
			wants, _ := readWant(t, e.Name())
			for _, w := range wants {
				named[w.rule] = true
			}
		}
	}
	for _, r := range publish.Rules() {
		if r.Severity != finding.Note && !named[r.ID] && !slices.Contains(online, r.ID) {
			t.Errorf("no case of the gallery names %s", r.ID)
		}
	}
}

// online are the rules that judge settings which GitHub is asked for, and the
// one that only lists what is not known.
var online = []string{"unprotected-environment", "unprotected-tag", "unprotected-branch", "pin-is-no-release", "unknown-on-path"}
