// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// masks are the values that the runner replaces by *** in the log, in the
// summary, and because of which it leaves out outputs of a job.
type masks struct{ values []string }

func newMasks() *masks { return &masks{} }

// add adds a value with the spellings of it that the runner knows too.
func (m *masks) add(value string) {
	if strings.TrimSpace(value) == "" {
		return
	}
	for _, line := range append(strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' }), value) {
		quoted, _ := json.Marshal(line) // a string can be written
		for _, v := range []string{
			line, strings.Trim(line, `"`), string(quoted[1 : len(quoted)-1]), url.PathEscape(line),
			base64.StdEncoding.EncodeToString([]byte(line)), strings.ReplaceAll(line, `"`, `\"`), strings.ReplaceAll(line, "'", "''"),
		} {
			if v != "" && !slices.Contains(m.values, v) {
				m.values = append(m.values, v)
			}
		}
	}
	// The longest first, so that none hides a part of another.
	slices.SortStableFunc(m.values, func(a, b string) int { return len(b) - len(a) })
}

// hide replaces all masked values in a text.
func (m *masks) hide(text string) string {
	for _, v := range m.values {
		text = strings.ReplaceAll(text, v, "***")
	}
	return text
}

// secrets are the values that must not be seen: what the test says, the
// tokens of the runner, and every identity token that was handed out.
func (j *Job) secrets() []string {
	out := []string{Token}
	for _, name := range sortedKeys(j.options.Secrets) {
		if v := j.options.Secrets[name]; strings.TrimSpace(v) != "" {
			out = append(out, v)
		}
	}
	if i := j.options.TokenIssuer; i != nil {
		out = append(out, i.Env("")["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
		out = append(out, i.Tokens()...)
	}
	return out
}

// holdsAny returns a shortened secret that text holds, or "".
func holdsAny(text string, secrets []string) string {
	for _, s := range secrets {
		if strings.Contains(text, s) {
			return s[:min(len(s), 4)] + "…"
		}
	}
	return ""
}
