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
	unread   map[*graph.Step][]graph.Gap
	heads    map[*graph.Job]*graph.Step // see headBuilt
}

// deeds lists what a step does, in order.
func (a *audit) deeds(s *graph.Step) []deed {
	out, ok := a.doing.deeds[s]
	if !ok {
		if a.doing.deeds == nil {
			a.doing.deeds = map[*graph.Step][]deed{}
		}
		out = findDeeds(a, s)
		a.doing.deeds[s] = out
	}
	return out
}

func findDeeds(a *audit, s *graph.Step) []deed {
	if s.Step == nil {
		return nil
	}
	if s.Step.Uses != nil {
		d := actionDeed(s)
		out := []deed{d}
		for _, c := range s.Commands { // an input that a shell runs
			if k := kindOf(c); k > d.kind && k.foreign() {
				out = append(out, deed{step: s, kind: k, what: quoteCommand(c), file: c.File, line: c.Line, ignored: c.Ignored, command: c, sink: soldAt(s, c)})
			}
		}
		return out
	}
	var out []deed
	for _, c := range s.Commands {
		kind := kindOf(c)
		if kind < locked && findsModulesHere(c) && !soldAt(s, c) && afterCheckout(s) {
			kind = code // a file of the repository may bear the name of a module
		}
		if len(out) > 0 && inTask(c) {
			last := &out[len(out)-1]
			last.kind = max(last.kind, kind)
			last.sink = last.sink || soldAt(s, c)
			continue
		}
		if len(out) > 0 && out[len(out)-1].gate != "" && slices.ContainsFunc(c.Via, func(v string) bool { return strings.HasSuffix(v, " run") }) {
			continue // what the container of the gate runs
		}
		d := deed{step: s, kind: kind, what: quoteCommand(c), file: c.File, line: c.Line, ignored: c.Ignored, command: c, sink: soldAt(s, c)}
		d.gate = gateOf(c)
		if d.gate != "" {
			d.kind = harmless
		}
		out = append(out, d)
	}
	return append(out, a.unreadDeeds(s, out)...)
}

// unreadDeeds are what a script runs and no reader has seen: texts that are
// evaluated or piped into a shell, files that are not in the tree, and what is
// left of a script that could not be read.
func (a *audit) unreadDeeds(s *graph.Step, read []deed) []deed {
	var out []deed
	if a.doing.unread == nil {
		a.doing.unread = map[*graph.Step][]graph.Gap{}
		for _, g := range a.in.Graph.Gaps {
			if g.Step != nil && g.Kind == graph.UnreadScript && !activates(g) {
				a.doing.unread[g.Step] = append(a.doing.unread[g.Step], g)
			}
		}
	}
	for _, g := range a.doing.unread[s] {
		if slices.ContainsFunc(read, func(d deed) bool {
			return d.kind.foreign() || d.gate != "" || d.kind == changes && d.command.Words != nil && (d.command.Program() == "source" || d.command.Program() == ".") && strings.Contains(d.what, strings.Trim(shortName(g.Name), `"…`))
		}) {
			continue // said already, or judged by its name
		}
		line := g.Line
		if line < s.Line {
			line = s.Line
		}
		out = append(out, deed{step: s, kind: unheard, what: shortName(g.Name), file: s.File, line: line})
	}
	for _, w := range s.Written {
		if plants(w.Path.Text) && !strings.Contains(w.Path.Text, "pypirc") {
			out = append(out, deed{step: s, kind: code, what: fmt.Sprintf("a redirection to %s", shortName(w.Path.Text)), file: s.File, line: s.Line})
		}
	}
	return out
}

// afterCheckout reports whether files of a repository may lie in the workspace
// when a step runs.
func afterCheckout(s *graph.Step) bool {
	for _, o := range s.Job.Steps {
		if o == s {
			return false
		}
		if o.Known.Role == known.Checkout && together(o, s) {
			return true
		}
	}
	return false
}

// findsModulesHere reports whether a command is an interpreter of Python that
// looks for modules in the folder where it runs, before its own.
func findsModulesHere(c graph.Command) bool {
	switch c.Program() {
	case "python", "py", "pypy":
	default:
		return false
	}
	a := commandArgs(c.Command)
	for i, w := range a {
		switch {
		case !strings.HasPrefix(w, "-") || w == "-":
			return w == "-" && c.Stdin != nil && importsHere(c.Stdin.Text)
		case strings.HasPrefix(w, "--"):
			continue
		case strings.ContainsAny(w, "IP"):
			return false
		case strings.HasSuffix(w, "c") && i+1 < len(a):
			return importsHere(a[i+1])
		case strings.Contains(w, "m"):
			return i+1 < len(a) && !slices.Contains([]string{"venv", "pip", "twine"}, a[i+1]) // judged by what they do
		}
	}
	return c.Stdin != nil && importsHere(c.Stdin.Text)
}

// importsHere reports whether a text of Python imports what python has to look
// for.
func importsHere(text string) bool {
	return slices.ContainsFunc(imported(text), func(name string) bool { return !slices.Contains(strings.Fields(loaded), name) })
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
		d.kind = judgeScript(s)
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

// gateOf is the command of sallyport that a command is: of the program by its
// plain name, fetched by the Go tool at one version, or of its container image,
// pinned by digest. What only bears the name may be anything.
func gateOf(c graph.Command) string {
	if len(c.Words) == 0 || bent(c.Command) != "" {
		return ""
	}
	a := commandArgs(c.Command)
	switch c.Words[0].Text {
	case "sallyport":
	case "go":
		if !ownProgram(c.Command, a) || a[0] != "run" {
			return ""
		}
		a = a[2:]
	case "docker", "podman":
		i := imageAt(a)
		if i < 0 || !isImage(a[i]) {
			return ""
		}
		a = a[i+1:]
	default:
		return ""
	}
	verb := verbOf(a)
	if verb == "gate" && hasFlag(a, "--seal") {
		return "seal"
	}
	return verb
}

// imageAt is where the image stands in the arguments of "docker run", -1 where
// it is another command or the image is told to start another program.
func imageAt(a []string) int {
	if len(a) == 0 || a[0] != "run" {
		return -1
	}
	for i := 1; i < len(a); i++ {
		flag, _, inline := strings.Cut(a[i], "=")
		switch {
		case !strings.HasPrefix(flag, "-"):
			return i
		case flag == "--entrypoint":
			return -1
		case inline || strings.Contains(" --rm --interactive --tty --init --read-only --quiet ", " "+flag+" ") || !strings.HasPrefix(flag, "--") && strings.Trim(flag[1:], "it") == "":
		default:
			i++
		}
	}
	return -1
}

// isImage reports whether a word is sallyport's container image, by digest.
func isImage(word string) bool {
	name, digest, _ := strings.Cut(word, "@sha256:")
	name, _, _ = strings.Cut(name, ":")
	return name == "ghcr.io/scientific-python/sallyport" && len(digest) == 64 && strings.Trim(digest, "0123456789abcdef") == ""
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
	if out, ok := a.jobDeeds[j]; ok {
		return out
	}
	n := 0
	for _, s := range j.Steps {
		n += len(a.deeds(s))
	}
	out := make([]deed, 0, n)
	for _, s := range j.Steps {
		out = append(out, a.deeds(s)...)
	}
	if a.jobDeeds == nil {
		a.jobDeeds = map[*graph.Job][]deed{}
	}
	a.jobDeeds[j] = out
	return slices.Clip(out)
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
