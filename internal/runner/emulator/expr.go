// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// expand replaces each ${{ context.name }} in s. Anything but the name of one
// value is refused: an emulator that guessed would prove nothing.
func expand(s string, contexts map[string]map[string]string) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		inner, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return "", fmt.Errorf("%q has no end", "${{"+rest)
		}
		value, err := look(strings.TrimSpace(inner), contexts)
		if err != nil {
			return "", err
		}
		b.WriteString(value)
		s = after
	}
}

// look returns one value of a context. One that is not there is "", as for the
// runner; a context that is not there is an error.
func look(name string, contexts map[string]map[string]string) (string, error) {
	if name == "" || strings.ContainsAny(name, " \t\n()'[]!&|=<>*,") {
		return "", fmt.Errorf("the expression %q is not emulated", name)
	}
	if name == "github.token" && contexts["github"] != nil {
		return Token, nil
	}
	at := strings.LastIndex(name, ".")
	if at < 0 {
		return "", fmt.Errorf("the expression %q is not emulated", name)
	}
	context, key := name[:at], name[at+1:]
	values, known := contexts[context]
	if !known && (strings.HasPrefix(context, "steps.") || strings.HasPrefix(context, "needs.")) {
		return "", fmt.Errorf("%q: no such step or job has run", name)
	}
	if !known || values == nil && context == "inputs" {
		return "", fmt.Errorf("%q is not known here", name)
	}
	for k, v := range values {
		if strings.EqualFold(k, key) && v != absent {
			return v, nil
		}
	}
	return "", nil
}

// condition evaluates an if: of a step; "" is always().
func condition(s string, failed bool) (bool, error) {
	s = strings.TrimSpace(s)
	if inner, ok := strings.CutPrefix(s, "${{"); ok {
		s = strings.TrimSpace(strings.TrimSuffix(inner, "}}"))
	}
	not := false
	if strings.HasPrefix(s, "!") {
		s, not = strings.TrimSpace(s[1:]), true
	}
	results := map[string]bool{"": true, "always()": true, "success()": !failed, "failure()": failed, "cancelled()": false}
	result, known := results[s]
	if !known {
		return false, fmt.Errorf("the condition %q is not emulated", s)
	}
	return result != not, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// mapsOver merges maps; the later one wins.
func mapsOver(all ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}
