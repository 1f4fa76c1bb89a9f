// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// mdCode shows s as code. In a code element GitHub makes no mention, issue
// number or emoji of it; the characters that mean something to Markdown or HTML
// are written as entities, which never do.
func mdCode(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + apart.Replace(mdEntities(Sanitize(s))) + "</code>"
}

// apart puts what begins a mention, a reference or a link into an element of
// its own: GitHub looks for those in the finished text, where an entity is the
// character that it stands for.
var apart = strings.NewReplacer("&#64;", "<span>&#64;</span>", "&#35;", "<span>&#35;</span>",
	"&#58;//", "<span>&#58;</span>//", "&#46;", "<span>&#46;</span>")

// mdText shows a message: what it quotes as code, the rest as prose, in which
// nothing is a mention or a link.
func mdText(s string) string {
	var b strings.Builder
	for rest := Sanitize(s); rest != ""; {
		before, quoted, after := cutQuoted(rest)
		b.WriteString(apart.Replace(mdEntities(before)))
		b.WriteString(mdCode(quoted))
		rest = after
	}
	return b.String()
}

// cutQuoted finds the first "…" in s, as %q writes it, without its quotes.
func cutQuoted(s string) (before, quoted, after string) {
	start := strings.IndexByte(s, '"')
	if start < 0 {
		return s, "", ""
	}
	for i := start + 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if i == start+1 { // an empty value is still shown
				return s[:start] + "(empty)", "", s[i+1:]
			}
			return s[:start], s[start+1 : i], s[i+1:]
		}
	}
	return s, "", ""
}

// mdEntities writes the ASCII characters that may mean something to Markdown
// or HTML as numeric entities. A full stop means something only in "www.",
// which begins a link.
func mdEntities(s string) string {
	const harmless = " ,;?/%-()='\"+"
	var b strings.Builder
	last := ' '
	for _, r := range s {
		switch {
		case r >= utf8.RuneSelf, r|0x20 >= 'a' && r|0x20 <= 'z', r >= '0' && r <= '9',
			strings.ContainsRune(harmless, r), r == '.' && last|0x20 != 'w':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
		last = r
	}
	return b.String()
}

// rulePage is a rule's ID that may be part of an address: every other word in
// its place was made up by somebody else.
var rulePage = lazyregexp.New(`^[a-z]+(-[a-z0-9]+)*$`)

// mdRule shows a rule's ID, with a link to its page.
func mdRule(id string) string {
	if len(id) > 64 || !rulePage.MatchString(id) {
		return mdName(id)
	}
	return `<a href="` + rulePagesURL + id + `.md">` + id + `</a>`
}

func mdName(s string) string    { return mdCode(clip(s, maxName)) }
func mdMessage(s string) string { return mdText(clip(s, 2000)) }
