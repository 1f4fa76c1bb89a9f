// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// A mark says at a job of a drawn path that a rule found something there.
type mark struct {
	rule string
	kind markKind
}

// markKind orders marks, the worst first.
type markKind int

const (
	markError   markKind = iota
	markOpen             // could not be checked, and blocks
	markWarning          // also a rule of which the report says no more
	markListed           // could not be checked, and is only listed
	markNote
	markWaived
	markNone // of a path without any
)

// sign is what stands before a mark's rule.
func (k markKind) sign() string {
	switch k {
	case markError:
		return "✗"
	case markOpen, markListed:
		return "?"
	case markWarning:
		return "!"
	case markWaived:
		return "waived:"
	}
	return "·"
}

// drawn reports whether such a mark belongs into a drawing: what may need
// doing, and what the policy lets pass.
func (k markKind) drawn() bool { return k <= markWarning || k == markWaived }

func (k markKind) color() string {
	switch k {
	case markError:
		return red
	case markOpen, markWarning:
		return yellow
	}
	return dim
}

// place2 is a subject and a rule.
type place2 struct{ subject, rule string }

// marker knows what was found of each job.
type marker struct {
	kinds  map[place2]markKind
	byRule map[string]markKind
	// loose are the rules that found something of a job which no stage names
	// among its deviations: the drawing must not call that job good.
	loose map[string][]string
}

// stageSubject is the subject of a finding about a stage's job.
func stageSubject(s Stage) string { return s.File + " job " + s.Job }

// splitSubject parts "FILE job JOB"; another subject has no job.
func splitSubject(subject string) (file, job string) {
	file, job, _ = strings.Cut(subject, " job ")
	return file, job
}

func (r *Report) marker() *marker {
	m := &marker{kinds: map[place2]markKind{}, byRule: map[string]markKind{}, loose: map[string][]string{}}
	placed := map[place2]bool{}
	for _, p := range r.PublishPaths {
		for _, s := range p.stages() {
			for _, rule := range s.Deviations {
				placed[place2{stageSubject(s), rule}] = true
			}
		}
	}
	add := func(subject, rule string, k markKind) {
		at := place2{subject, rule}
		if old, ok := m.kinds[at]; !ok || k < old {
			m.kinds[at] = k
		}
		if old, ok := m.byRule[rule]; !ok || k < old {
			m.byRule[rule] = k
		}
		if k < markListed && !placed[at] {
			placed[at] = true
			m.loose[subject] = append(m.loose[subject], rule)
		}
	}
	for _, f := range r.Findings {
		switch f.Severity {
		case finding.Error:
			add(f.Subject, f.Rule, markError)
		case finding.Warning:
			add(f.Subject, f.Rule, markWarning)
		default:
			add(f.Subject, f.Rule, markNote)
		}
	}
	for _, u := range r.Unchecked {
		if u.Blocking {
			add(u.Subject, u.Rule, markOpen)
		} else {
			add(u.Subject, u.Rule, markListed)
		}
	}
	for _, w := range r.Ignored {
		add(w.Subject, w.Rule, markWaived)
	}
	return m
}

// of returns the marks of a stage, the worst first, each rule once.
func (m *marker) of(s Stage) []mark { return m.marks(stageSubject(s), s.Deviations) }

// marks are those of a subject: named are rules that are said to have found
// something there.
func (m *marker) marks(subject string, named []string) []mark {
	var out []mark
	seen := map[string]bool{}
	for _, rules := range [][]string{named, m.loose[subject]} {
		for _, rule := range rules {
			if seen[rule] {
				continue
			}
			seen[rule] = true
			kind, ok := m.kinds[place2{subject, rule}]
			if !ok {
				kind, ok = m.byRule[rule]
			}
			if !ok {
				kind = markWarning
			}
			out = append(out, mark{rule, kind})
		}
	}
	slices.SortStableFunc(out, func(a, b mark) int { return int(a.kind - b.kind) })
	return out
}

// ofFile returns the marks of a workflow file as a whole: what was found of
// none of its jobs.
func (m *marker) ofFile(file string) []mark { return m.marks(file, nil) }

// around is the worst that was found of the files of stages as wholes, and of
// the repository where that decides the verdict: no path that may be touched
// by it is called good.
func (m *marker) around(stages []Stage) markKind {
	k := markNone
	if whole := worst(m.ofFile("")); whole <= markOpen {
		k = whole
	}
	last := ""
	for _, s := range stages {
		if s.File != last && s.File != "" {
			last = s.File
			k = min(k, worst(m.ofFile(s.File)))
		}
	}
	return k
}

// worst is the kind of the worst of ms.
func worst(ms []mark) markKind {
	k := markNone
	for _, m := range ms {
		k = min(k, m.kind)
	}
	return k
}
