// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// maxValue is the longest single value, in bytes.
const maxValue = 1024

// clip shortens a value for a message.
func clip(s string) string {
	const most = 160
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func sortedKeys(s schema) []string {
	keys := make([]string, 0, len(s))
	for k := range s {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// suggestKey says what to write instead of an unknown key: the place where the
// key belongs, the nearest known key, or all known keys.
func suggestKey(key string, s schema) string {
	keys := sortedKeys(s)
	plain := strings.ReplaceAll(strings.ToLower(key), "_", "-")
	if i := slices.Index(keys, plain); i >= 0 {
		return fmt.Sprintf("write %q", keys[i])
	}
	var sections []string
	for _, f := range fields {
		if section, last, nested := strings.Cut(f.key, "."); nested && last == plain {
			sections = append(sections, fmt.Sprintf("%q", section))
		}
	}
	switch plain {
	case "generated":
		sections = append(sections, `"source"`)
	case "project", "require", "other-indexes", "ignore", "publishers":
		return fmt.Sprintf("%q belongs at the top level of the file", plain)
	}
	if len(sections) > 0 {
		return "it belongs under " + strings.Join(sections, " or ")
	}
	if best := nearest(plain, keys); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "known keys here: " + strings.Join(keys, ", ")
}

// suggestWord says what to write instead of a word outside a closed list.
func suggestWord(word string, words []string) string {
	if best := nearest(strings.ToLower(word), words); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "write one of " + strings.Join(words, ", ")
}

// nearest returns the one of words that is at most a third of its letters away
// from word, or "".
func nearest(word string, words []string) string {
	best, least := "", 1<<30
	if len(word) > 64 {
		return ""
	}
	for _, w := range words {
		if d := distance(word, w); d < least && d <= max(1, len(w)/3) {
			best, least = w, d
		}
	}
	return best
}

// distance counts the insertions, deletions and replacements between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
