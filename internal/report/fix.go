// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of a correction in the forms for people.
const (
	maxFixLines = 60
	maxFixLine  = 400 // characters
)

// A fix is corrected lines and the places that they are for, all of one file.
type fix struct {
	text  string
	spots []spot
}

// place names the lines that the correction replaces.
func (f *fix) place() string {
	at := slices.Clone(f.spots)
	for i := range at {
		at[i].column = 0 // whole lines
	}
	return placesIn(at[0].file, at)
}

// lines are the corrected lines, each sanitised by itself: the line breaks are
// ours, and what stands before a line's text stays, since YAML reads it.
func (f *fix) lines() []string { return fixLines(f.text) }

func fixLines(text string) []string {
	if strings.Trim(text, "\r\n ") == "" {
		return nil
	}
	lines := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	more := len(lines) - maxFixLines
	lines = lines[:min(len(lines), maxFixLines)]
	for i, line := range lines {
		lines[i] = clip(strings.TrimRight(line, " \r"), maxFixLine)
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("# … %s; the JSON report has all", count(more, "more line")))
	}
	return lines
}

// fence is a code fence that nothing in lines can close.
func fence(lines []string) string {
	longest := 2
	for _, line := range lines {
		run := 0
		for _, c := range line {
			run = trail(run, c, '`')
			longest = max(longest, run)
		}
	}
	return strings.Repeat("`", longest+1)
}
