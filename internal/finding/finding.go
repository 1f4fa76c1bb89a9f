// SPDX-License-Identifier: BSD-3-Clause

// Package finding holds the common currency of sallyport: rules, what they
// found, and what could not be checked.
//
// A [Finding] is decided: the rule was applied and the answer is no (or, for a
// note, worth saying). An [Unchecked] item is undecided: the facts that the
// rule needs were not to be had. Neither is ever dropped, and an unchecked
// item never counts as passed. The package imports nothing of ours.
package finding

import "fmt"

// Severity says what a finding does to the verdict: an error makes it fail,
// warnings and notes never change it.
type Severity string

// The severities, in falling order.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Rank orders severities for sorting: 0 for errors, 1 for warnings, 2 for the rest.
func (s Severity) Rank() int {
	switch s {
	case Error:
		return 0
	case Warning:
		return 1
	}
	return 2
}

// Gate is one of the five gates a release file passes, in the order in which
// it passes them.
type Gate string

// The gates, by the names used in reports.
const (
	Source  Gate = "source"
	Build   Gate = "build"
	Handoff Gate = "hand-off"
	Publish Gate = "publish"
	Index   Gate = "index"
)

// Gates returns all gates in order.
func Gates() []Gate { return []Gate{Source, Build, Handoff, Publish, Index} }

// Location is a place in a file of the repository or release. Lines and
// columns count from 1; 0 means unknown.
type Location struct {
	File   string
	Line   int
	Column int
}

// Finding is one decided deviation (or remark).
type Finding struct {
	Rule     string
	Gate     Gate
	Severity Severity
	// Subject is what the finding is about, usually a distribution's path.
	Subject  string
	Location Location
	// Message says what was found and what was expected, values in %q.
	Message string
	// Hint says what to do.
	Hint string
	// Fix are the corrected lines of the file, ready to paste, in its own
	// indentation and without a final newline; "" where none can be given.
	Fix        string
	References []string
}

// Unchecked is one thing a rule could not decide.
type Unchecked struct {
	Rule    string
	Gate    Gate
	Subject string
	// Reason says why it could not be checked and how to have it checked.
	Reason string
	// Blocking items make the verdict undecided where nothing failed.
	Blocking bool
}

// OnUnchecked says what it means for the verdict when a rule cannot be decided.
type OnUnchecked string

// Block makes the verdict undecided; List only shows the item.
const (
	Block OnUnchecked = "block"
	List  OnUnchecked = "list"
)

// Rule is the description of one check: its identity, what it does to the
// verdict, and the page a maintainer reads about it.
type Rule struct {
	// ID is in kebab-case and explains itself. It is stable across versions.
	ID          string
	Gate        Gate
	Severity    Severity
	OnUnchecked OnUnchecked
	// Waivable rules may be named under the policy's "ignore".
	Waivable bool
	// Title is one line in sentence case without a full stop.
	Title string
	// Why is a paragraph: the attack or accident that the rule stops.
	Why string
	// Bad and Good are short examples: certificate claims, policy or workflow
	// lines that the rule refuses and accepts.
	Bad, Good string
	// References name sections of public documents ("SPEC 8: …", "SLSA: …").
	References []string
}

// Found makes a finding of r with r's severity. The message is formatted with
// args; hint is taken as it is.
func (r *Rule) Found(subject, hint, format string, args ...any) Finding {
	return Finding{
		Rule: r.ID, Gate: r.Gate, Severity: r.Severity, Subject: subject,
		Message: fmt.Sprintf(format, args...), Hint: hint, References: r.References,
	}
}

// Undecided makes an unchecked item of r.
func (r *Rule) Undecided(subject, format string, args ...any) Unchecked {
	return Unchecked{
		Rule: r.ID, Gate: r.Gate, Subject: subject,
		Reason: fmt.Sprintf(format, args...), Blocking: r.OnUnchecked != List,
	}
}

// Set is what judging yields. Rules append to it; nothing is removed from it.
type Set struct {
	Findings  []Finding
	Unchecked []Unchecked
}

// Add appends findings.
func (s *Set) Add(f ...Finding) { s.Findings = append(s.Findings, f...) }

// Skip appends unchecked items.
func (s *Set) Skip(u ...Unchecked) { s.Unchecked = append(s.Unchecked, u...) }

// Merge appends all of t.
func (s *Set) Merge(t Set) {
	s.Findings = append(s.Findings, t.Findings...)
	s.Unchecked = append(s.Unchecked, t.Unchecked...)
}
