// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// deed is one thing that a step does: its action, or one command of its
// script. What tasks and scripts of the repository run counts for the command
// that names them.
type deed struct {
	step *graph.Step
	kind commandKind
	// action: it is an action, not a command. role is what the table says.
	action bool
	role   known.Role
	// what names it for messages, quoted.
	what string
	// file and line say where it is written.
	file string
	line int
	// gate is the command of sallyport that it is, "" for none; the check
	// against the ledger is "seal".
	gate string
	// sink: it uploads to an index.
	sink bool
	// ignored: the script goes on where it fails.
	ignored bool
	command graph.Command
}

// doing is what the rules on deeds have worked out of steps and jobs, once.
type doing struct {
	deeds    map[*graph.Step][]deed
	signings map[*graph.Job][]signing
	spots    map[*graph.Job]*spot
	taken    map[*graph.Upload]bool // by jobs on a path
}

// deeds lists what a step does, in order.
func (a *audit) deeds(s *graph.Step) []deed {
	out, ok := a.doing.deeds[s]
	if !ok {
		if a.doing.deeds == nil {
			a.doing.deeds = map[*graph.Step][]deed{}
		}
		out = findDeeds(s)
		a.doing.deeds[s] = out
	}
	return out
}

func findDeeds(s *graph.Step) []deed {
	if s.Step == nil {
		return nil
	}
	if s.Step.Uses != nil {
		return []deed{actionDeed(s)}
	}
	var out []deed
	for _, c := range s.Commands {
		if len(out) > 0 && inTask(c) {
			last := &out[len(out)-1]
			last.kind = max(last.kind, kindOf(c))
			last.sink = last.sink || soldAt(s, c)
			continue
		}
		if len(out) > 0 && out[len(out)-1].gate != "" && slices.ContainsFunc(c.Via, func(v string) bool { return strings.HasSuffix(v, " run") }) {
			continue // what the container of the gate runs
		}
		d := deed{step: s, kind: kindOf(c), what: quoteCommand(c), file: c.File, line: c.Line, ignored: c.Ignored, command: c, sink: soldAt(s, c)}
		d.gate = gateOf(c)
		if d.gate != "" {
			d.kind = harmless
		}
		out = append(out, d)
	}
	return out
}

// inTask reports whether a task or script of the repository runs a command.
func inTask(c graph.Command) bool {
	return slices.ContainsFunc(c.Via, func(v string) bool { return strings.Contains(v, " -> ") })
}

func soldAt(s *graph.Step, c graph.Command) bool {
	return kindOf(c) >= uploads && slices.ContainsFunc(s.Sinks, func(k *graph.Sink) bool { return k.File == c.File && k.Line == c.Line })
}

func actionDeed(s *graph.Step) deed {
	u := s.Step.Uses
	d := deed{step: s, action: true, role: s.Known.Role, what: fmt.Sprintf("%q", u.Raw.Value), file: s.File, line: u.Pos.Line, sink: len(s.Sinks) > 0}
	if u.Kind == workflow.Remote {
		d.what = fmt.Sprintf("%q", u.Name())
	}
	switch {
	case u.Kind == workflow.Local || u.Kind == workflow.Self:
		d.kind = code // a program or a container; composites are expanded
		if s.Action == nil {
			d.kind = unheard
		}
		return d
	case s.Known.Role == known.Gates:
		d.gate = s.Known.Command
		if d.gate == "gate" && strings.EqualFold(strings.TrimSpace(s.With["seal"]), "true") {
			d.gate = "seal"
		}
		return d
	}
	switch s.Known.Role {
	case known.Builds:
		d.kind = builds
	case known.Tests:
		d.kind = tests
	case known.Installs:
		d.kind = installs
		if strings.EqualFold(strings.TrimSpace(s.With["run-install"]), "false") {
			d.kind = locked // setup-pixi without the environment
		}
	case known.Fetches:
		d.kind = fetches
	case known.Checkout, known.Caching:
		d.kind = changes
	case known.Setup:
		d.kind = locked
		if setupInstalls(s) {
			d.kind = installs
		}
	case known.Signs, known.Reports, known.Releases, known.Stores:
		d.kind = harmless
	case known.Publishes:
		d.kind = uploads
	default:
		d.kind = unheard
		if d.sink {
			d.kind = uploads
		}
	}
	return d
}

// setupInstalls reports whether a tool-chain action is told to install
// packages as well.
func setupInstalls(s *graph.Step) bool {
	for _, input := range []string{"pip-install", "environment-file", "create-args", "packages", "post-install-cmd"} {
		if strings.TrimSpace(s.With[input]) != "" {
			return true
		}
	}
	return false
}

// gateOf is the command of sallyport that a command is.
func gateOf(c graph.Command) string {
	for _, r := range c.Unwrap() {
		a := commandArgs(r)
		switch r.Program() {
		case "sallyport":
		case "docker", "podman":
			i := slices.IndexFunc(a, isImage)
			if i < 0 || verbOf(a) != "run" {
				continue
			}
			a = a[i+1:]
		default:
			continue
		}
		verb := verbOf(a)
		if verb == "gate" && hasFlag(a, "--seal") {
			return "seal"
		}
		return verb
	}
	return ""
}

// isImage reports whether a word names sallyport's container image.
func isImage(word string) bool {
	word, _, _ = strings.Cut(word, "@")
	word = word[strings.LastIndexByte(word, '/')+1:]
	name, _, _ := strings.Cut(word, ":")
	return name == "sallyport"
}

// quoteCommand is a command as messages show it.
func quoteCommand(c graph.Command) string {
	text := strings.Join(strings.Fields(strings.Join(commandWords(c.Command), " ")), " ")
	if len(text) > 60 {
		text = strings.ToValidUTF8(text[:57], "") + "…"
	}
	return fmt.Sprintf("%q", text)
}

// together reports whether there is a run in which all the steps may run.
func together(steps ...*graph.Step) bool {
	for i := range steps[0].Runs {
		if !slices.ContainsFunc(steps, func(s *graph.Step) bool { return i >= len(s.Runs) || s.Runs[i].Runs == expr.False }) {
			return true
		}
	}
	return false
}

// deedsOf lists what the steps of a job do.
func (a *audit) deedsOf(j *graph.Job) []deed {
	var out []deed
	for _, s := range j.Steps {
		out = append(out, a.deeds(s)...)
	}
	return out
}

// others says how many more there are, for the end of a message.
func others(all []deed) string {
	if len(all) < 2 {
		return ""
	}
	var names []string
	for _, d := range all[1:] {
		if n := d.what + " at line " + itoa(d.line); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if len(names) > 3 {
		return fmt.Sprintf("; also %s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return "; also " + strings.Join(names, ", ")
}
