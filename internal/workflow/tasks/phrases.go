// SPDX-License-Identifier: BSD-3-Clause

package tasks

import "strings"

// maxPhrases bounds what is looked at of one text.
const maxPhrases = 50

// Phrases are the shell texts in a text that speak of an upload: the text
// itself, and the strings and lists of strings in it, as a script in another
// language has them. Nothing where no phrase of an upload is in it.
func Phrases(text string) []string {
	if len(text) > MaxFile || !uploads().MatchString(text) && !strings.Contains(text, "twine") && !strings.Contains(text, "upload") {
		return nil
	}
	out := []string{text}
	for _, t := range foreign(text) {
		out = append(out, t.Text)
	}
	return out
}

// foreign are the commands in the strings of a text in a language that has its
// strings in quotes, and its lists in brackets.
func foreign(text string) []Text {
	s := source{tokens: pyTokens(strings.ReplaceAll(strings.ReplaceAll(text, "`", "\""), "#", " "))}
	var out []Text
	for i, t := range s.tokens {
		if len(out) >= maxPhrases {
			break
		}
		switch {
		case t.kind == 's' && uploads().MatchString(t.text):
			out = append(out, Text{Text: t.text, Line: t.line})
		case t.kind == 's' && i+1 < len(s.tokens) && s.tokens[i+1].kind == ',' && (i == 0 || s.tokens[i-1].kind != ','): // ("twine", ["upload"])
			var words []string
			for _, n := range s.tokens[i:min(len(s.tokens), i+60)] {
				if n.kind == 's' {
					words = append(words, n.text)
				} else if n.kind != ',' && n.kind != '[' && n.kind != 'n' {
					break
				}
			}
			if joined := join(words); uploads().MatchString(joined) {
				out = append(out, Text{Text: joined, Line: t.line})
			}
		}
	}
	return out
}
