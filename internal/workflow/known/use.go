// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// use is one use of an action: its version and what it is handed.
type use struct {
	version version
	with    map[string]string
	in      Values
}

func truth(b bool) expr.Truth {
	if b {
		return expr.True
	}
	return expr.False
}

// values asks for an input; one that is not written is not given. Without
// anybody to ask, what is written is what it comes to if it is constant.
func (u use) values(input string) (texts []string, all, given bool) {
	if u.in != nil {
		return u.in(input)
	}
	text, given := u.with[input]
	if !given {
		return nil, false, false
	}
	if strings.Contains(text, "${{") {
		return nil, false, true
	}
	return []string{text}, true, true
}

// mayBeEmpty: one of the texts that can be listed is empty, or the input is not
// written.
func (u use) mayBeEmpty(input string) bool {
	texts, _, given := u.values(input)
	for _, t := range texts {
		if strings.TrimSpace(t) == "" {
			return true
		}
	}
	return !given
}

// decide puts a question to all possible texts of an input: the answer is
// theirs if they agree, otherwise Unknown. Unset is the answer for an input
// that is not written.
func (u use) decide(input string, unset expr.Truth, ask func(text string) expr.Truth) expr.Truth {
	texts, all, given := u.values(input)
	switch {
	case !given:
		return unset
	case !all || len(texts) == 0:
		return expr.Unknown
	}
	answer := ask(texts[0])
	for _, t := range texts[1:] {
		if ask(t) != answer {
			return expr.Unknown
		}
	}
	return answer
}

// isTrue: the action compares the input with "true", or reads it as YAML 1.2
// does.
func (u use) isTrue(input string, unset bool) expr.Truth {
	return u.decide(input, truth(unset), func(text string) expr.Truth {
		return truth(strings.EqualFold(strings.TrimSpace(text), "true"))
	})
}

// isFalse: the action takes anything but "false" for yes.
func (u use) isFalse(input string, unset bool) expr.Truth {
	return u.decide(input, truth(unset), func(text string) expr.Truth {
		return truth(strings.EqualFold(strings.TrimSpace(text), "false"))
	})
}

// isSet: there is a text, whichever.
func (u use) isSet(input string) expr.Truth {
	return u.decide(input, expr.False, func(text string) expr.Truth {
		return truth(strings.TrimSpace(text) != "")
	})
}

// text is an input as written, or what the action takes without it.
func (u use) text(input, unset string) string {
	if t, ok := u.with[input]; ok {
		return t
	}
	return unset
}

// split cuts a text at line ends, and at commas if asked to, and drops what is
// empty. An expression stays whole, whatever is in it.
func split(text string, commas bool) []string {
	var out []string
	start, inside := 0, false
	add := func(end int) {
		if s := strings.TrimSpace(text[start:end]); s != "" {
			out = append(out, s)
		}
	}
	for i := 0; i < len(text); i++ {
		switch {
		case inside:
			inside = !strings.HasPrefix(text[i:], "}}")
		case strings.HasPrefix(text[i:], "${{"):
			inside = true
		case text[i] == '\n' || commas && text[i] == ',':
			add(i)
			start = i + 1
		}
	}
	add(len(text))
	return out
}

// constant is a text with a NUL in place of each expression.
func constant(text string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteByte(0)
		_, text, found = strings.Cut(rest, "}}")
		if !found {
			return out.String()
		}
	}
}

func and(a, b expr.Truth) expr.Truth { return a.And(b) }

// or is the truth of one of two.
func or(a, b expr.Truth) expr.Truth { return a.Not().And(b.Not()).Not() }
