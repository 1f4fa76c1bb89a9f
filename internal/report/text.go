// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/finding"
)

// TextOptions says how [Text] writes.
type TextOptions struct {
	// Color marks words with ANSI colours. Only for a terminal.
	Color bool
	// Width is how many characters a line of prose may have before it is
	// wrapped; 0 never wraps.
	Width int
	// Verbose shows every file, also those without findings, every detail of
	// the publish paths, and the references of every finding.
	Verbose bool
	// Rules are the rules' pages: of a finding in a workflow the text says, by
	// the first sentence of its rule's Why, why it matters.
	Rules []finding.Rule
}

// Text writes r for a person: when all is well one line a distribution and the
// verdict, otherwise what is wrong, worst first, each with a hint, then the
// facts that it was judged by, and the verdict in words as the last line. The
// publish paths of a repository are drawn before what was found on each.
//
// Identical findings of several files or lines are said once. All text from
// outside is sanitised; see [Sanitize].
func Text(w io.Writer, r *Report, opts TextOptions) error {
	t := &textWriter{opts: opts, explained: map[string]bool{}, marked: map[string]bool{}}
	groups, blocks := []*group(nil), []block(nil)
	if r.forAudit() {
		audit, rest := r.ofWorkflows()
		groups, blocks = audit.groups(), rest.blocks()
	} else {
		blocks = r.blocks()
	}
	if r.Verdict == Pass || opts.Verbose {
		t.dists(r, r.Dists)
	} else {
		t.rest(r)
	}
	for _, b := range blocks {
		t.block(b)
	}
	t.index(r)
	t.made(r)
	t.drawn(r)
	for _, g := range groups {
		t.group(g)
	}
	t.waivers(r)
	t.paths(r)
	if len(blocks)+len(groups) > 0 || r.Verdict != Pass || opts.Verbose {
		t.basis(r)
	} else if len(r.PublishPaths)+len(r.Attestations)+len(r.Notes) > 0 {
		t.gap()
	}
	t.line("%s", t.paint(verdictColor(r.Verdict), r.verdictLine()))
	if _, err := io.WriteString(w, guard(t.b.String())); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// textWriter collects the text.
type textWriter struct {
	b         strings.Builder
	opts      TextOptions
	explained map[string]bool // rules whose page was already named
	marked    map[string]bool // files whose marks were already drawn
}

// line writes one line.
func (t *textWriter) line(format string, args ...any) {
	fmt.Fprintf(&t.b, format, args...)
	t.b.WriteByte('\n')
}

// gap writes an empty line between parts, but not at the beginning.
func (t *textWriter) gap() {
	if t.b.Len() > 0 {
		t.b.WriteByte('\n')
	}
}

// wrapped writes words after a head that is already coloured, and continues
// them on lines indented by indent.
func (t *textWriter) wrapped(head string, headLen, indent int, text string) {
	t.b.WriteString(head)
	used := headLen
	fresh := true
	for _, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		if t.opts.Width > 0 && !fresh && used+1+n > t.opts.Width {
			t.b.WriteString("\n" + strings.Repeat(" ", indent))
			used, fresh = indent, true
		}
		if !fresh {
			t.b.WriteByte(' ')
			used++
		}
		t.b.WriteString(word)
		used += n
		fresh = false
	}
	t.b.WriteByte('\n')
}

// block writes the findings of one set of subjects.
func (t *textWriter) block(b block) {
	t.gap()
	t.line("%s", t.paint(bold, subjectLine(b.subjects)))
	for _, c := range b.clusters {
		label, color := c.label()
		head := fmt.Sprintf("  %s[%s]: ", label, clip(c.Rule, maxName))
		t.wrapped(t.paint(color, strings.TrimSuffix(head, " "))+" ", utf8.RuneCountInString(head), 6, clip(c.said(c.Message), maxMessage))
		if at := c.where(); at != "" && at != clip(c.Subject, maxName) {
			t.wrapped("    at: ", 8, 8, at)
		}
		if c.Hint != "" {
			t.wrapped("    hint: ", 10, 10, clip(c.said(c.Hint), maxMessage))
		}
		if c.Fix != "" {
			t.fix(fix{c.Fix, []spot{{file: c.File, line: c.Line, column: c.Column}}})
		}
		if t.opts.Verbose {
			for _, ref := range c.References {
				t.wrapped("    reference: ", 15, 15, clip(ref, maxMessage))
			}
		}
		t.see(c.Rule, c.Severity)
	}
}

// label is the word before a finding and its colour.
func (c *cluster) label() (string, string) {
	switch {
	case c.unchecked && c.blocking:
		return "undecided", yellow
	case c.unchecked:
		return "unchecked", dim
	case c.Severity == finding.Error:
		return "error", red
	case c.Severity == finding.Warning:
		return "warning", yellow
	}
	return "note", dim
}

// subjectLine names up to three subjects, files of a release, and counts the
// others.
func subjectLine(subjects []string) string {
	var names []string
	for _, s := range subjects[:min(3, len(subjects))] {
		if s == "" {
			s = "the release as a whole"
		}
		names = append(names, clip(s, maxName))
	}
	line := strings.Join(names, ", ")
	if more := len(subjects) - len(names); more > 0 {
		line += " and " + count(more, "more file")
	}
	return line
}

// place is a finding's file, line and column as editors read them.
func place(f Finding) string {
	if f.File == "" {
		return ""
	}
	at := clip(f.File, maxName)
	if f.Line > 0 {
		at += fmt.Sprintf(":%d", f.Line)
		if f.Column > 0 {
			at += fmt.Sprintf(":%d", f.Column)
		}
	}
	return at
}

// Colours, as ANSI escape sequences.
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	plain  = "\x1b[0m"
)

// paint colours s where colours are asked for.
func (t *textWriter) paint(color, s string) string {
	if !t.opts.Color {
		return s
	}
	return color + s + plain
}

func verdictColor(v Verdict) string {
	switch v {
	case Pass:
		return green
	case Fail:
		return red
	}
	return yellow
}
