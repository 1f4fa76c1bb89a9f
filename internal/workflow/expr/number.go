// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"math"
	"strconv"
	"strings"
)

// parseNumber turns text into a number as comparisons do: blanks around it are
// ignored, no text is 0, 0x and 0o are 32-bit two's complement, anything else
// that is no decimal number is NaN. sure is false for the spellings where the
// service depends on its platform (infinity in other cases, non-ASCII text).
func parseNumber(s string) (n float64, sure bool) {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == 0 {
			return 0, false
		}
	}
	s = strings.TrimSpace(s)
	switch s {
	case "":
		return 0, true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	switch strings.ToLower(strings.TrimLeft(s, "+-")) {
	case "infinity", "nan":
		return 0, false
	}
	if isDecimal(s) {
		n, _ = strconv.ParseFloat(s, 64) // out of range: an infinity, as there
		return n, true
	}
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'o') {
		base := 16
		if s[1] == 'o' {
			base = 8
		}
		if u, err := strconv.ParseUint(s[2:], base, 32); err == nil && !strings.Contains(s, "_") {
			return float64(int32(u)), true
		}
	}
	return math.NaN(), true
}

// isDecimal accepts an optional sign, digits with at most one point, and an
// optional exponent.
func isDecimal(s string) bool {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	digits := func() int {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		s = s[i:]
		return i
	}
	n := digits()
	if s != "" && s[0] == '.' {
		s = s[1:]
		n += digits()
	}
	if n == 0 {
		return false
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if digits() == 0 {
			return false
		}
	}
	return s == ""
}

// formatNumber writes a number with 15 significant digits, without trailing
// zeros. sure is false for the few values that platforms write differently.
func formatNumber(n float64) (s string, sure bool) {
	switch {
	case n != n:
		return "NaN", true
	case math.IsInf(n, 0):
		return "", false
	case n == 0 && math.Signbit(n):
		return "", false
	case n == math.Trunc(n) && math.Abs(n) < 1e15:
		return strconv.FormatInt(int64(n), 10), true
	case math.Abs(n) >= 1e15 || math.Abs(n) < 1e-4:
		return "", false // with an exponent
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'e', 14, 64), 64)
	if err != nil {
		return "", false
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64), true
}
