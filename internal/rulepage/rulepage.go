// SPDX-License-Identifier: BSD-3-Clause

// Package rulepage writes a rule's page: Markdown for docs/rules, text for
// "sallyport explain". It reads nothing but the rule.
package rulepage

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// Markdown returns the page docs/rules/ID.md.
func Markdown(r finding.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n", r.ID, r.Title)
	fmt.Fprintf(&b, "| gate | severity | where it cannot be checked | may be waived |\n|---|---|---|---|\n| %s | %s | %s | %s |\n\n", r.Gate, r.Severity, unchecked(r), yesNo(r.Waivable))
	fmt.Fprintf(&b, "## Why\n\n%s\n\n", r.Why)
	fmt.Fprintf(&b, "## What it refuses\n\n```text\n%s\n```\n\n", r.Bad)
	fmt.Fprintf(&b, "## What it accepts\n\n```text\n%s\n```\n\n", r.Good)
	fmt.Fprintf(&b, "## References\n\n")
	for _, ref := range r.References {
		fmt.Fprintf(&b, "- %s\n", ref)
	}
	return b.String()
}

// Index returns docs/rules/README.md: all rules by gate.
func Index(rules []finding.Rule) string {
	var b strings.Builder
	b.WriteString("# Rules\n\nOne page a rule, generated from the rule itself; `sallyport explain RULE` prints the same.\n")
	for _, g := range finding.Gates() {
		first := true
		for _, r := range rules {
			if r.Gate != g {
				continue
			}
			if first {
				fmt.Fprintf(&b, "\n## %s gate\n\n| rule | severity | |\n|---|---|---|\n", g)
				first = false
			}
			fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", r.ID, r.ID, r.Severity, r.Title)
		}
	}
	return b.String()
}

// Text returns the page for a terminal of the given width (0: 80).
func Text(r finding.Rule, width int) string {
	if width <= 0 || width > 100 {
		width = 80
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", r.ID, wrap(r.Title, width))
	fmt.Fprintf(&b, "gate: %s · severity: %s · where it cannot be checked: %s · may be waived: %s\n\n", r.Gate, r.Severity, unchecked(r), yesNo(r.Waivable))
	fmt.Fprintf(&b, "%s\n\n", wrap(r.Why, width))
	fmt.Fprintf(&b, "refuses:\n%s\naccepts:\n%s\n", indent(r.Bad), indent(r.Good))
	b.WriteString("references:\n")
	for _, ref := range r.References {
		fmt.Fprintf(&b, "  %s\n", ref)
	}
	return b.String()
}

func unchecked(r finding.Rule) string {
	if r.OnUnchecked == finding.List {
		return "listed"
	}
	return "blocks"
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func indent(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString("  " + line + "\n")
	}
	return b.String()
}

func wrap(s string, width int) string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}
