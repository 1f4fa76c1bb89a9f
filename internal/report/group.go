// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// A cluster is one thing that was said of one or more subjects. The text and
// the summary say it once; the JSON form says it for each.
type cluster struct {
	Finding                     // as said of the first subject
	unchecked bool              // it is an unchecked item: Message is the reason
	blocking  bool              // only for unchecked items
	subjects  []string          // in order, without repetition
	general   *strings.Replacer // see generalise
}

// said is the message or hint as it holds for all subjects: of several, none
// is named in it.
func (c *cluster) said(text string) string {
	if len(c.subjects) < 2 {
		return text
	}
	return c.general.Replace(text)
}

// where is the place of the finding. Of several subjects whose findings lie
// each in a file named for it (its attestation), that is the ending.
func (c *cluster) where() string {
	ending, own := strings.CutPrefix(c.File, c.Subject)
	if len(c.subjects) < 2 || !own || ending == "" {
		return place(c.Finding)
	}
	f := c.Finding
	f.File = "*" + ending
	return place(f) + ", of each file"
}

// rank orders clusters: what decides the verdict comes first.
func (c *cluster) rank() int {
	switch {
	case c.unchecked && c.blocking:
		return 1
	case c.unchecked:
		return 3
	case c.Severity == finding.Error:
		return 0
	case c.Severity == finding.Warning:
		return 2
	}
	return 4
}

// A block is the clusters that were found of the same subjects.
type block struct {
	subjects []string
	clusters []*cluster
}

// blocks sums up the findings and unchecked items of r: identical ones of
// several subjects become one cluster, clusters of the same subjects one
// block. Within a block and among blocks the worst comes first; otherwise the
// order of the report is kept.
func (r *Report) blocks() []block {
	var order []string
	bySubjects := map[string][]*cluster{}
	for _, c := range r.clusters() {
		key := strings.Join(c.subjects, "\x00")
		if bySubjects[key] == nil {
			order = append(order, key)
		}
		bySubjects[key] = append(bySubjects[key], c)
	}
	out := make([]block, 0, len(order))
	for _, key := range order {
		cs := bySubjects[key]
		slices.SortStableFunc(cs, func(a, b *cluster) int { return a.rank() - b.rank() })
		out = append(out, block{cs[0].subjects, cs})
	}
	slices.SortStableFunc(out, func(a, b block) int { return a.clusters[0].rank() - b.clusters[0].rank() })
	return out
}

// clusters joins what is identical but for the subject's own name and digest.
func (r *Report) clusters() []*cluster {
	dists := map[string]Dist{}
	for _, d := range r.Dists {
		dists[d.Path] = d
	}
	var out []*cluster
	byKey := map[string]*cluster{}
	seen := map[[2]string]bool{}
	general := map[string]*strings.Replacer{}
	add := func(c *cluster) {
		if general[c.Subject] == nil {
			general[c.Subject] = generalise(dists, c.Subject)
		}
		c.general = general[c.Subject]
		key := fmt.Sprintf("%q", []any{c.Rule, c.Gate, c.Severity, c.general.Replace(c.File), c.Line, c.Column,
			c.general.Replace(c.Message), c.general.Replace(c.Hint), c.unchecked, c.blocking})
		first := byKey[key]
		if first == nil {
			byKey[key], first = c, c
			out = append(out, c)
		}
		if at := [2]string{key, c.Subject}; !seen[at] {
			seen[at] = true
			first.subjects = append(first.subjects, c.Subject)
		}
	}
	for _, f := range r.Findings {
		add(&cluster{Finding: f})
	}
	for _, u := range r.Unchecked {
		add(&cluster{
			Finding:   Finding{Rule: u.Rule, Gate: u.Gate, Subject: u.Subject, Message: u.Reason},
			unchecked: true, blocking: u.Blocking,
		})
	}
	return out
}

// generalise returns what puts "this file" and "its digest" in place of a
// subject's own path, name and digest. Names too short to be a distribution's are left:
// replacing them could make two different messages look alike.
func generalise(dists map[string]Dist, subject string) *strings.Replacer {
	var pairs []string
	for _, own := range []string{subject, path.Base(subject)} {
		if len(own) >= 8 {
			for _, kind := range []string{".publish.attestation", ".slsa.attestation", ".attestation", ".provenance", ".sigstore"} {
				pairs = append(pairs, strconv.Quote(own+kind), "its "+kind, own+kind, "its "+kind)
			}
			pairs = append(pairs, strconv.Quote(own), "this file", own, "this file")
		}
	}
	if sum := dists[subject].SHA256; len(sum) == 64 {
		pairs = append(pairs, " (sha256 "+sum+")", "", sum, "its digest")
	}
	return strings.NewReplacer(pairs...)
}

// tally counts what the last line of every form says.
type tally struct {
	errors, warnings, notes int
	blocking, listed        int
	badDists                int // dists with a finding of severity error
}

func (r *Report) tally() tally {
	var t tally
	bad := map[string]bool{}
	for _, f := range r.Findings {
		switch f.Severity {
		case finding.Error:
			t.errors++
			bad[f.Subject] = true
		case finding.Warning:
			t.warnings++
		default:
			t.notes++
		}
	}
	for _, u := range r.Unchecked {
		if u.Blocking {
			t.blocking++
		} else {
			t.listed++
		}
	}
	for _, d := range r.Dists {
		if bad[d.Path] {
			t.badDists++
		}
	}
	return t
}

// states says how one distribution came out: Fail with an error of its own,
// Undecided with a blocking item of its own, otherwise Pass.
func (r *Report) states() map[string]Verdict {
	out := make(map[string]Verdict, len(r.Dists))
	for _, d := range r.Dists {
		out[d.Path] = Pass
	}
	for _, u := range r.Unchecked {
		if _, ok := out[u.Subject]; ok && u.Blocking {
			out[u.Subject] = Undecided
		}
	}
	for _, f := range r.Findings {
		if _, ok := out[f.Subject]; ok && f.Severity == finding.Error {
			out[f.Subject] = Fail
		}
	}
	return out
}

// count writes a number with its noun: "1 file", "3 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
