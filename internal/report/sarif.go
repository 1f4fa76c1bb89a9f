// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// SARIFOptions says how [SARIF] writes.
type SARIFOptions struct {
	// Root is the absolute path of the checkout: absolute paths below it are
	// written relative to it. Empty: none are.
	Root string
	// RulePages is the address below which a rule's page is ID.md. Empty: the
	// pages in the project's repository.
	RulePages string
}

const (
	projectURL   = "https://github.com/scientific-python/sallyport"
	rulePagesURL = projectURL + "/blob/main/docs/rules/"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	policyFile   = ".github/sallyport.yml" // where a finding without a place is fixed

	// GitHub refuses a run with more than 25,000 results and shows 5,000.
	maxResults = 20000
	// GitHub's limit is 1,024 characters for either description.
	maxDescription = 1000
)

// SARIF writes r as SARIF 2.1.0 that GitHub's code scanning takes in, with the
// pages of rules. A rule that is not among rules gets a page with its name
// only.
//
// Findings are results. A blocking unchecked item is a result of kind "open",
// which by the standard has the level "none", and also a notification of level
// "warning", so that a reader which overlooks either sees the other; an item
// that is only listed is a notification of level "note". What the policy
// waives is a result with an accepted suppression. All text is sanitised.
func SARIF(w io.Writer, r *Report, rules []finding.Rule, opts SARIFOptions) error {
	if opts.RulePages == "" {
		opts.RulePages = rulePagesURL
	}
	s := &sarifWriter{report: r, opts: opts, index: map[string]int{}, seen: map[string]int{}}
	s.addRules(rules)
	log := sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{s.run()}}
	return encode(w, log)
}

// sarifWriter holds what the results refer to.
type sarifWriter struct {
	report *Report
	opts   SARIFOptions
	rules  []sarifRule
	index  map[string]int // of a rule in rules, by ID
	seen   map[string]int // fingerprints given out
}

func (s *sarifWriter) run() sarifRun {
	r := s.report
	results, notes := []sarifResult{}, []sarifNotification{}
	for _, f := range r.Findings {
		results = append(results, s.result(f, "", level(f.Severity)))
	}
	for _, u := range r.Unchecked {
		f := Finding{Rule: u.Rule, Gate: u.Gate, Subject: u.Subject, Message: "not checked: " + u.Reason}
		note := sarifNotification{Level: "note", Message: s.message(f), Locations: []sarifLocation{s.location(f)}}
		note.AssociatedRule = &sarifReference{ID: s.ruleID(u.Rule), Index: s.index[s.ruleID(u.Rule)]}
		if u.Blocking {
			note.Level = "warning"
			results = append(results, s.result(f, "open", "none"))
		}
		notes = append(notes, note)
	}
	for _, w := range r.Ignored {
		f := Finding{Rule: w.Rule, Subject: w.Subject, Message: "waived by the policy until " + w.Until}
		result := s.result(f, "", "")
		result.Level = s.rules[result.RuleIndex].Default.Level
		result.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: clip(w.Reason, maxMessage)}}
		results = append(results, result)
	}
	if more := len(results) - maxResults; more > 0 {
		results = results[:maxResults]
		notes = append(notes, sarifNotification{
			Level:   "warning",
			Message: sarifText{Text: count(more, "more result") + " left out; the JSON report has all"},
		})
	}
	return sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: cmp.Or(clip(r.Tool.Name, maxName), "sallyport"), Version: clip(r.Tool.Version, maxName),
			InformationURI: projectURL, Rules: s.rules,
		}},
		Automation:  sarifAutomation{ID: "sallyport/" + clip(r.Command, maxName) + "/"},
		Invocations: []sarifInvocation{{ExecutionSuccessful: true, Notifications: notes}},
		ColumnKind:  "unicodeCodePoints",
		Results:     results,
		Properties:  map[string]string{"verdict": clip(string(r.Verdict), maxName)},
	}
}

// addRules takes in the given rules, then any other that the report names, so
// that every result has a rule to point to.
func (s *sarifWriter) addRules(rules []finding.Rule) {
	s.rules = []sarifRule{}
	for _, rule := range rules {
		s.addRule(rule)
	}
	var others []string
	for _, f := range s.report.Findings {
		others = append(others, f.Rule)
	}
	for _, u := range s.report.Unchecked {
		others = append(others, u.Rule)
	}
	for _, w := range s.report.Ignored {
		others = append(others, w.Rule)
	}
	slices.Sort(others)
	for _, id := range slices.Compact(others) {
		s.addRule(finding.Rule{ID: id, Severity: finding.Error})
	}
}

func (s *sarifWriter) addRule(rule finding.Rule) {
	id := s.ruleID(rule.ID)
	if _, known := s.index[id]; known {
		return
	}
	s.index[id] = len(s.rules)
	s.rules = append(s.rules, sarifRuleOf(id, rule, s.opts.RulePages))
}

// ruleID is a rule's ID as a result names it; one without an ID still needs one.
func (s *sarifWriter) ruleID(id string) string {
	if id == "" {
		return "unnamed-rule"
	}
	return clip(id, maxName)
}

// result makes one result. Its fingerprint depends on the rule and the place,
// not on the message, which holds digests, nor on the line, which moves.
func (s *sarifWriter) result(f Finding, kind, level string) sarifResult {
	id := s.ruleID(f.Rule)
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", id, f.Subject, f.File, kind))
	sum8 := hex.EncodeToString(sum[:8])
	s.seen[sum8]++
	at := s.location(f)
	if at.Physical.Region == nil {
		// GitHub wants a line of every result: the file is meant as a whole.
		at.Physical.Region = &sarifRegion{StartLine: 1}
	}
	return sarifResult{
		RuleID: id, RuleIndex: s.index[id], Kind: kind, Level: level, Message: s.message(f),
		Locations: []sarifLocation{at},
		// The one key that GitHub follows an alert by: hash, colon, ordinal.
		Fingerprints: map[string]string{"primaryLocationLineHash": fmt.Sprintf("%s:%d", sum8, s.seen[sum8])},
	}
}

// message puts message, hint and corrected lines in one plain text. The last
// are no SARIF "fix": that needs to know exactly which characters it replaces.
// SARIF takes "[text](n)" in a text for a link and "{n}" for an argument;
// neither is left standing.
func (s *sarifWriter) message(f Finding) sarifText {
	text := clip(f.Message, maxMessage)
	if text == "" {
		text = "no message"
	}
	if f.Hint != "" {
		text += "; hint: " + clip(f.Hint, maxMessage)
	}
	if corrected := fixLines(f.Fix); corrected != nil {
		text += "\n\nCorrected lines:\n\n" + strings.Join(corrected, "\n")
	}
	text = strings.ReplaceAll(text, "](", `]\(`)
	return sarifText{Text: sarifArgument.ReplaceAllString(text, "{{$1}}")}
}

var sarifArgument = lazyregexp.New(`\{+(\d+)\}+`)

// level maps a severity to SARIF's word.
func level(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "error"
	case finding.Warning:
		return "warning"
	}
	return "note"
}
