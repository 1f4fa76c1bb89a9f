// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/report"
)

// cleanLines sanitises each line of s and keeps the newlines between them.
func cleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = report.Sanitize(lines[i])
	}
	return strings.Join(lines, "\n")
}

// control returns the first control character, or byte that is not UTF-8, in
// s and where it is; allowed characters are passed over.
func control(s, allowed string) (what string, at int, found bool) {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return fmt.Sprintf("byte 0x%02x, which is not UTF-8", s[i]), i, true
			}
		}
		if unicode.IsControl(r) && !strings.ContainsRune(allowed, r) {
			return fmt.Sprintf("control character %U", r), i, true
		}
	}
	return "", 0, false
}
