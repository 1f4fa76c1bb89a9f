// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/scientific-python/sallyport/internal/finding"
)

// Limits of GitHub's runner for annotations: how many of each level one step
// may make (further ones vanish), and how many UTF-16 units one message may
// have (the rest is cut).
const (
	MaxAnnotations       = 10
	MaxAnnotationMessage = 4096
)

// Levels of annotations, in falling order.
const (
	AnnotateError   = "error"
	AnnotateWarning = "warning"
	AnnotateNotice  = "notice"
)

// Annotation is one message for the run's page. File may be empty; Line and
// Col are 0 where unknown. All strings are sanitised; lines of the message are
// parted by newlines.
type Annotation struct {
	Level     string
	File      string
	Line, Col int
	Title     string
	Message   string
}

// Annotations puts the findings of r into at most limit annotations a level (0
// or more than [MaxAnnotations]: that many), the worst first. Where there is
// not room for each, there is one a rule, with its count and its first files,
// and where there is not room for that, the last one names the other rules.
//
// A blocking unchecked item is an error where it decides the verdict, else a
// warning. Items that are only listed, and notes about no file, are left to the
// summary.
func Annotations(r *Report, limit int) []Annotation {
	if limit <= 0 || limit > MaxAnnotations {
		limit = MaxAnnotations
	}
	byLevel := map[string][]*cluster{}
	for _, b := range r.blocks() {
		for _, c := range b.clusters {
			if l := r.annotationLevel(c); l != "" {
				byLevel[l] = append(byLevel[l], c)
			}
		}
	}
	var out []Annotation
	for _, l := range []string{AnnotateError, AnnotateWarning, AnnotateNotice} {
		out = append(out, fit(l, byLevel[l], limit)...)
	}
	return out
}

func (r *Report) annotationLevel(c *cluster) string {
	switch {
	case c.unchecked && !c.blocking:
		return ""
	case c.unchecked && r.Verdict == Undecided:
		return AnnotateError
	case c.unchecked, c.Severity == finding.Warning:
		return AnnotateWarning
	case c.Severity == finding.Error:
		return AnnotateError
	}
	if c.File == "" {
		return "" // nothing to show it beside; the summary has it
	}
	return AnnotateNotice
}

// fit makes at most limit annotations of the clusters of one level.
func fit(level string, cs []*cluster, limit int) []Annotation {
	var rules []string
	byRule := map[string][]*cluster{}
	for _, c := range cs {
		if byRule[c.Rule] == nil {
			rules = append(rules, c.Rule)
		}
		byRule[c.Rule] = append(byRule[c.Rule], c)
	}
	var out []Annotation
	if len(cs) <= limit {
		for _, c := range cs {
			out = append(out, annotate(level, []*cluster{c}))
		}
		return out
	}
	for i, rule := range rules {
		if len(rules) > limit && i == limit-1 {
			return append(out, remainder(level, rules[i:]))
		}
		out = append(out, annotate(level, byRule[rule]))
	}
	return out
}

// annotate makes one annotation of clusters of the same rule: the first with
// its hint, then where else.
func annotate(level string, cs []*cluster) Annotation {
	first := cs[0]
	var subjects []string
	for _, c := range cs {
		subjects = append(subjects, c.subjects...)
	}
	title := "sallyport: " + clip(first.Rule, maxName)
	lines := []string{clip(first.Message, maxMessage)} // about the first file: it is named below
	if lines[0] == "" {
		lines[0] = "no message" // the runner drops an empty one
	}
	if first.unchecked {
		lines[0] = "could not be checked: " + lines[0]
	}
	if subject := shortSubject(first.Finding); subject != "" {
		lines[0] = clip(subject, maxName) + ": " + lines[0]
	}
	if first.Hint != "" {
		lines = append(lines, "hint: "+clip(first.Hint, maxMessage))
	}
	if n := len(subjects); n > 1 {
		title += fmt.Sprintf(" (%d times)", n)
		also := subjectLine(subjects[1:])
		if first.Gate == finding.Publish {
			also = otherPlaces(cs)
		}
		lines = append(lines, "also: "+also)
	}
	if corrected := fixLines(first.Fix); corrected != nil {
		lines = append(append(lines, "corrected lines:"), corrected...)
	}
	file := first.File
	if strings.Contains(file, "://") {
		file = "" // an attestation that came from an API
	}
	return Annotation{
		Level: level, File: clip(file, maxName), Line: max(0, first.Line), Col: max(0, first.Column),
		Title: title, Message: cutMessage(strings.Join(lines, "\n")),
	}
}

// shortSubject is a finding's subject without the file that the annotation is
// shown in.
func shortSubject(f Finding) string {
	if job, ok := strings.CutPrefix(f.Subject, f.File+" job "); ok && f.File != "" {
		return "job " + job
	}
	return f.Subject
}

// otherPlaces lists where else in the workflows something was found: of
// clusters of one rule, all places but the first.
func otherPlaces(cs []*cluster) string {
	var places []string
	for i, c := range cs {
		if i > 0 {
			if at := place(c.Finding); at != "" {
				places = append(places, at)
			} else {
				places = append(places, subjectLine(c.subjects[:1]))
			}
		}
		for _, s := range c.subjects[1:] {
			places = append(places, clip(s, maxName))
		}
	}
	return listed(places, 6)
}

// remainder names the rules for which no annotation is left.
func remainder(level string, rules []string) Annotation {
	names := make([]string, len(rules))
	for i, rule := range rules {
		names[i] = clip(rule, maxName)
	}
	return Annotation{
		Level: level, Title: "sallyport: " + count(len(rules), "more rule"),
		Message: cutMessage("more in the step summary and the JSON report: " + strings.Join(names, ", ")),
	}
}

// cutMessage keeps a message within the runner's limit and says where the
// rest is.
func cutMessage(s string) string {
	const note = "… (cut; the step summary and the JSON report have the rest)"
	room := MaxAnnotationMessage - len(utf16.Encode([]rune(note)))
	used, fits := 0, 0
	for i, r := range s {
		n := utf16.RuneLen(r)
		if used <= room {
			fits = i
		}
		used += n
	}
	if used <= MaxAnnotationMessage {
		return s
	}
	return s[:fits] + note
}
