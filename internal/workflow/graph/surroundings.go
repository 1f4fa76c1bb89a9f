// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
)

// containerEnv is the environment that a job's container brings, under what
// the workflow and the job say: its "env", and what its options hand to docker
// by -e or --env.
func containerEnv(c *workflow.Container, bound bindings) map[string]string {
	if c == nil {
		return nil
	}
	out := layer(nil, c.Env, bound)
	words := optionWords(bound.apply(c.Options.Value))
	for i, w := range words {
		text, ok := strings.CutPrefix(w, "--env=")
		if !ok && (w == "-e" || w == "--env") && i+1 < len(words) {
			text, ok = words[i+1], true
		} else if !ok && strings.HasPrefix(w, "-e") && strings.Contains(w, "=") {
			text, ok = strings.TrimPrefix(w[2:], "="), true
		}
		name, value, set := strings.Cut(text, "=")
		if !ok || !set || name == "" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = value
	}
	return out
}

// optionWords splits docker's options at spaces outside of quotes and
// expressions.
func optionWords(text string) []string {
	var words []string
	var word strings.Builder
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case strings.HasPrefix(text[i:], "${{") && end(text[i:]) > 0:
			n := end(text[i:])
			word.WriteString(text[i : i+n])
			i += n - 1
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
		default:
			word.WriteByte(c)
		}
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}
