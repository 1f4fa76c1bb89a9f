// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestMermaidText(t *testing.T) {
	for in, want := range map[string]string{
		"":                   "#8203;",
		"build":              "build",
		"build wheels":       "build wheels",
		"1. list":            "#49;#46; list",
		"v1":                 "v1",
		"  code":             "#32;#32;code",
		"a  b":               "a #32;b",
		`"]`:                 "#34;#93;",
		"#quot;":             "#35;quot#59;",
		"$$x$$$":             "#36;#92;#36;x#36;#92;#36;#92;#36;", // no formula
		"fa:fa-x FA:FA-x":    "fa#58;#92;#102;a#45;x FA#58;#92;#70;A#45;x",
		"\ufb02\u00b0\u00b6": "\ufb02#92;u00b0#92;u00b6", // no mark of Mermaid's own
		"naïve 日本 e\u0301":   "naïve 日本 e\u0301",
		"\u202e\n":           "#92;u202e#92;n",
	} {
		if got := mmText(in, 60); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got, want := mmText("much too long", 8), "much too#8230; #40;cut#41;"; got != want {
		t.Errorf("cut to %q, want %q", got, want)
	}
}

// However much there is to draw, the graph stays one that GitHub draws.
func TestMermaidLimits(t *testing.T) {
	nodes := regexp.MustCompile(`(?m)^ +n\d+[\[(]`)
	many := func(n int, f func(i int) string) []Stage {
		out := []Stage{{Job: "publish"}}
		for i := range n {
			out = append(out, Stage{Job: f(i), To: "publish", Artifact: f(i)})
		}
		return out
	}
	long := func(i int) string { return fmt.Sprint(i, strings.Repeat("\"", 500)) }
	for name, paths := range map[string]func(i int) PublishPath{
		"files":   func(i int) PublishPath { return PublishPath{File: fmt.Sprint(i), Job: "publish", Index: pypiUpload} },
		"indexes": func(i int) PublishPath { return PublishPath{File: "x", Job: fmt.Sprint(i), Index: fmt.Sprint(i)} },
		"one file, many indexes": func(i int) PublishPath {
			return PublishPath{File: "x", Job: "publish", Index: fmt.Sprint(i), Reachable: true}
		},
		"jobs": func(i int) PublishPath {
			return PublishPath{File: fmt.Sprint(i % 3), Job: "publish", Reachable: true, Stages: many(40, func(j int) string { return fmt.Sprint(i, j) })}
		},
		"long names": func(i int) PublishPath {
			return PublishPath{File: long(i % 40), Job: long(i), Index: long(i), Environment: long(i), Stages: many(30, long)}
		},
		"events": func(i int) PublishPath {
			return PublishPath{File: "x", Job: "publish", Reachable: true, Stages: []Stage{{Job: "publish", Events: []string{fmt.Sprint(i)}}}}
		},
	} {
		r := &Report{Command: "audit", Verdict: Pass}
		for i := range 500 {
			r.PublishPaths = append(r.PublishPaths, paths(i))
		}
		graph, note := r.mermaid()
		if n := len(nodes.FindAllString(graph, -1)); n == 0 || n > maxNodes || len(graph) > maxGraphText {
			t.Errorf("%s: %d nodes, %d bytes", name, n, len(graph))
		}
		if n := strings.Count(graph, "-->") + strings.Count(graph, "-.->"); n > 400 {
			t.Errorf("%s: %d edges", name, n)
		}
		if note == "" {
			t.Errorf("%s: nothing is said of what is not drawn", name)
		}
	}
}
