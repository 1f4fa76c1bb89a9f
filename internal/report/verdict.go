// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"slices"
	"strings"
)

// verdictLine is the verdict in words, with counts.
func (r *Report) verdictLine() string {
	verdict := clip(string(r.Verdict), maxName)
	said := append(r.verdictCounts(), r.rulesChecked()...)
	if len(said) == 0 {
		return verdict
	}
	return fmt.Sprintf("%s: %s", verdict, strings.Join(said, ", "))
}

// verdictCounts says what the verdict comes from.
func (r *Report) verdictCounts() []string {
	t := r.tally()
	var said []string
	say := func(n int, noun string) {
		if n > 0 {
			said = append(said, count(n, noun))
		}
	}
	switch r.Verdict {
	case Pass:
		if len(r.Dists) > 0 {
			said = append(said, count(len(r.Dists), "file"))
		}
		if words := r.wayWords(", all"); words != "" {
			said = append(said, words)
		}
	case Fail:
		what := count(t.errors, "error")
		if t.badDists > 0 {
			what += fmt.Sprintf(" in %d of %s", t.badDists, count(len(r.Dists), "file"))
		}
		said = append(said, what)
		say(t.blocking, "blocking unchecked item")
	case Undecided:
		if t.blocking == 0 {
			said = append(said, "nothing failed, but nothing was proved")
		} else {
			said = append(said, "nothing failed, but "+count(t.blocking, "item")+" could not be checked")
		}
	}
	say(t.warnings, "warning")
	say(t.notes, "note")
	if t.listed > 0 {
		said = append(said, fmt.Sprintf("%d unchecked (listed)", t.listed))
	}
	say(len(r.Ignored), "waiver")
	if words := r.wayWords(""); words != "" && r.Verdict != Pass {
		said = append(said, words)
	}
	return said
}

// rulesChecked counts the rules that were applied, of which gates.
func (r *Report) rulesChecked() []string {
	rules := 0
	var gates []string
	for _, g := range r.Gates {
		if g.Status != NotRun {
			rules += g.RulesChecked
			gates = append(gates, clip(string(g.Gate), maxName))
		}
	}
	if len(gates) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s checked (%s)", count(rules, "rule"), strings.Join(gates, ", "))}
}

// wayWords counts the ways to an index and says by what they are allowed. all
// stands before what allows all of several.
func (r *Report) wayWords(all string) string {
	if !r.forAudit() {
		return ""
	}
	var by []string
	n := map[string]int{}
	live, dead := 0, 0
	for _, p := range r.PublishPaths {
		if !p.Reachable {
			dead++
			continue
		}
		live++
		words := clip(credentialWords(p.Credential), maxLabel)
		if n[words]++; n[words] == 1 {
			by = append(by, words)
		}
	}
	slices.SortStableFunc(by, func(a, b string) int { return n[b] - n[a] })
	said := "no way to the index"
	switch {
	case live == 1:
		said = "1 way to the index" + strings.TrimSuffix(all, " all") + " by " + by[0]
	case live > 1 && len(by) == 1:
		said = fmt.Sprintf("%d ways to the index%s by %s", live, all, by[0])
	case live > 1:
		for i, words := range by {
			by[i] = fmt.Sprintf("%d by %s", n[words], words)
		}
		said = fmt.Sprintf("%d ways to the index (%s)", live, listed(by, 6))
	}
	if dead > 0 {
		said += fmt.Sprintf(", %d that never runs", dead)
		if dead > 1 {
			said = strings.TrimSuffix(said, "runs") + "run"
		}
	}
	return said
}
