// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"maps"
	"slices"
	"strings"
)

// lookup gives the value of a context property in the scenario.
func (s *Scenario) lookup(path []string) (Value, int) {
	if len(path) == 1 {
		if path[0] == "github" {
			return anyObject(), 1
		}
		return Anything(), 1
	}
	key := lowerASCII(path[1])
	if path[1] == "*" && path[0] != "needs" {
		return Anything(), 1
	}
	switch path[0] {
	case "github":
		return s.github(path)
	case "inputs":
		return s.input(s.Inputs, key, s.Event == "" || s.Event == "workflow_dispatch"), 2
	case "env":
		return s.env(path[1]), 2
	case "vars":
		if v, ok := s.Vars[key]; ok {
			return v, 2
		}
		return optional(AnyString()), 2
	case "secrets":
		if key == "github_token" {
			return SomeString(""), 2
		}
		return optional(AnyString()), 2
	case "matrix":
		if v, ok := s.Matrix[key]; ok {
			return v, 2
		}
		return Anything(), 2
	case "needs":
		return s.needs(path)
	case "steps":
		return steps(path)
	case "runner":
		return s.runner(key), 2
	case "job":
		if key == "status" {
			return OneOf("success", "failure", "cancelled"), 2
		}
	}
	return Anything(), len(path)
}

// input is a property of a map of inputs. A name that is not in it is null,
// unless the map is missing where there can be one.
func (s *Scenario) input(all map[string]Value, key string, expected bool) Value {
	if v, ok := all[key]; ok {
		return v
	}
	if all == nil && expected || !ascii(key) {
		return Anything()
	}
	return Known(nil)
}

// env is case-sensitive except on Windows. What is not given may have been set
// on the way.
func (s *Scenario) env(key string) Value {
	if v, ok := s.Env[key]; ok {
		return v
	}
	return optional(AnyString())
}

var results = OneOf("success", "failure", "cancelled", "skipped")

func (s *Scenario) needs(path []string) (Value, int) {
	if path[1] == "*" {
		if len(path) < 3 || !strings.EqualFold(path[2], "result") || !s.NeedsComplete {
			return anyArray(), min(len(path), 3)
		}
		all := datum{kind: kindArray, filtered: true, unordered: true}
		for _, job := range slices.Sorted(maps.Keys(s.Needs)) {
			all.list = append(all.list, text(s.Needs[job]))
		}
		return known(all), 3
	}
	if len(path) < 3 {
		return Anything(), 2
	}
	result, given := s.Needs[lowerASCII(path[1])]
	switch strings.ToLower(path[2]) {
	case "result":
		if given {
			return Known(result), 3
		}
		if s.NeedsComplete {
			return Known(nil), 3
		}
		return optional(results), 3
	case "outputs":
		if len(path) > 3 && path[3] != "*" {
			return optional(AnyString()), 4
		}
	}
	return Anything(), len(path)
}

func steps(path []string) (Value, int) {
	if len(path) < 3 {
		return Anything(), 2
	}
	switch strings.ToLower(path[2]) {
	case "outcome", "conclusion":
		return optional(results), 3
	case "outputs":
		if len(path) > 3 && path[3] != "*" {
			return optional(AnyString()), 4
		}
	}
	return Anything(), len(path)
}

func (s *Scenario) runner(key string) Value {
	switch key {
	case "os":
		if s.RunnerOS != "" {
			return Known(s.RunnerOS)
		}
		return OneOf("Linux", "Windows", "macOS")
	case "environment":
		return OneOf("github-hosted", "self-hosted")
	}
	return optional(AnyString())
}
