// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"regexp"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// ledger is what sallyport is told to compare the files with.
type ledger struct {
	deed
	text workflow.Text // as written; "" where none is handed over
	// command: it is a word of a command, where a shell has put variables in.
	command bool
	// from are the outputs that it comes from, or lost says where it ends.
	from []graph.Source
	lost *graph.Lost
	// path is the file that it is, "" for none.
	path string
	// unread: what the command is given cannot be told.
	unread bool
}

// ledgerOf reads the ledger that a deed is handed.
func (a *audit) ledgerOf(d deed) ledger {
	l := ledger{deed: d, command: !d.action}
	if d.action {
		l.text, _ = workflow.Lookup(d.step.Step.With, "ledger")
		if word := strings.TrimSpace(l.text.Value); word == "none" || word == "" {
			l.text = workflow.Text{}
			return l
		}
		a.followLedger(&l, d.step, l.text)
		return l
	}
	value := flagText(commandArgs(d.command.Command), "--ledger")
	l.text = workflow.Text{Value: value, Line: d.line}
	if value != "" {
		a.followLedger(&l, d.step, l.text)
	}
	return l
}

// aVariable is a word that is nothing but a variable, of a POSIX shell or of
// PowerShell.
var aVariable = regexp.MustCompile(`^\$(?:env:)?\{?([A-Za-z_][A-Za-z0-9_]*)\}?$`)

// followLedger follows a text that step s has.
func (a *audit) followLedger(l *ledger, s *graph.Step, text workflow.Text) {
	value := strings.TrimSpace(text.Value)
	name := aVariable.FindStringSubmatch(value)
	switch {
	case strings.Contains(value, "${{") && l.command && (len(s.Chain) > 0 || len(s.Job.Callers) > 0):
		l.unread = true // its inputs are put in place, and what they name is the caller's
	case strings.Contains(value, "${{"):
		l.from, l.lost = a.sourcesOf(s, text)
	case l.command && name != nil:
		if _, l.unread = l.deed.command.Env[name[1]]; !l.unread { // the script itself sets it
			l.from, l.lost = a.sourcesOf(s, variableNamed(name[1], text.Line))
		}
	case l.command && value == "-":
		if in := l.deed.command.Stdin; in != nil && strings.TrimSpace(in.Text) != "-" {
			a.followLedger(l, s, workflow.Text{Value: in.Text, Line: text.Line})
			return
		}
		l.unread = true
	case l.command && strings.ContainsAny(value, "$`") || l.deed.command.Words != nil && l.deed.command.Program() != "sallyport" && l.deed.command.Program() != "go":
		l.unread = true // a container has folders of its own
	default:
		l.path = strings.TrimPrefix(value, "./")
		a.followFile(l)
	}
}

func (a *audit) sourcesOf(s *graph.Step, text workflow.Text) ([]graph.Source, *graph.Lost) {
	return a.in.Graph.Sources(s, text, "a ledger", "a step that runs the gate")
}

// followFile follows a file that the script has written as it was handed to it,
// where nothing else in the script can have changed it.
func (a *audit) followFile(l *ledger) {
	if !l.command {
		return
	}
	content := ""
	for _, w := range l.step.Written {
		if strings.TrimPrefix(w.Path.Text, "./") != l.path || content != "" || w.Append {
			return
		}
		content = strings.TrimSpace(w.Content.Text)
	}
	name := aVariable.FindStringSubmatch(content)
	if name == nil || slices.ContainsFunc(a.deeds(l.step), func(d deed) bool {
		_, assigned := d.command.Env[name[1]]
		return d.gate == "" && d.kind > harmless || d.command.Dir != "" || assigned
	}) {
		return
	}
	l.path = ""
	l.from, l.lost = a.sourcesOf(l.step, variableNamed(name[1], l.text.Line))
}

// variableNamed is the value of a variable as a text.
func variableNamed(name string, line int) workflow.Text {
	return workflow.Text{Value: "${{ env." + name + " }}", Line: line}
}

// flagText is what stands behind a flag, "" for nothing.
func flagText(args []string, flag string) string {
	for i, w := range args {
		if w == flag && i+1 < len(args) {
			return args[i+1]
		}
		if value, ok := strings.CutPrefix(w, flag+"="); ok {
			return value
		}
	}
	return ""
}

// fetchedFile is the last download before a step that may bring a file, nil for
// none.
func fetchedFile(file string, before *graph.Step) *graph.Download {
	var out *graph.Download
	for _, s := range before.Job.Steps {
		if s == before {
			break
		}
		for _, d := range s.Downloads {
			if d.Dest == "" || coveredBy(file, []string{d.Dest}) {
				out = d
			}
		}
	}
	return out
}

// gateFile reports whether a download takes, by id, nothing but what jobs store
// in which sallyport gate has written its ledger to a file and nothing has
// changed it since: an output has no room for the ledger of a very long release.
func (a *audit) gateFile(d *graph.Download) bool {
	return d.By == graph.ByID && d.Lost == nil && d.Outside == "" && len(d.From) > 0 && !slices.ContainsFunc(d.From, func(u *graph.Upload) bool {
		all := a.deedsOf(u.Step.Job)
		up := slices.IndexFunc(all, func(o deed) bool { return o.step == u.Step })
		for i := up - 1; i >= 0; i-- {
			if all[i].gate == "gate" && !all[i].action {
				out := flagText(commandArgs(all[i].command.Command), "--ledger-out")
				return out == "" || !coveredBy(out, u.Paths)
			}
			if !all[i].keeps() && (all[i].role != known.Stores || len(all[i].step.Known.Scripts) > 0) {
				return true
			}
		}
		return true
	})
}

// doubt is how sure it is that an output is not the gate's ledger.
type doubt int

const (
	certain doubt = iota // it is not
	likely               // others than the gate may have written it
	unknown              // what makes it was not read
)

// ledgerFault says what is wrong with an output that a ledger comes from; "" for
// nothing.
func (a *audit) ledgerFault(src graph.Source) (fault string, sure doubt) {
	s := src.Step
	name := "job " + shownText(s.Job.Job.ID.Value) + " calls"
	if s.Step != nil {
		name = "step " + shownText(s.Step.ID.Value) + " (line " + itoa(s.Line) + ")"
	}
	switch {
	case s.Known.Ledger != "" && s.Known.Ledger == src.Output:
		return "", certain
	case s.Known.Ledger != "":
		return "the output " + shownText(src.Output) + " of the gate is not the ledger, which is its output " + shownText(s.Known.Ledger), certain
	case s.Step == nil && !s.Known.Known:
		return "what the workflow hands over that " + name + " is not known here", unknown
	case s.Step == nil:
		return "the workflow that " + name + " is not the gate", certain
	case s.Step.Run != nil:
		return a.scriptFault(s, src.Output, name)
	case s.Known.Role == known.Gates && strings.Contains(s.Known.Command, "$"):
		return "which command of sallyport the " + name + " runs cannot be told", unknown
	case s.Known.Role == known.Gates:
		return "the " + name + " runs sallyport " + s.Known.Command + ", which writes no ledger", certain
	case s.Uses != nil && !s.Known.Known && s.Step.Uses.Kind == workflow.Remote:
		return "what the " + name + " hands over is not known here", unknown
	}
	return "the " + name + " is not the gate", certain
}

// scriptFault is ledgerFault for a script: one that runs the gate and writes no
// output of its own is the gate.
func (a *audit) scriptFault(s *graph.Step, output, name string) (fault string, sure doubt) {
	gates, own, more, writes := false, false, strings.Contains(s.Script, "set-output"), 0
	for _, w := range s.Written {
		switch path := w.Path.Text; {
		case strings.Contains(path, "GITHUB_OUTPUT"):
			writes++
			// "name=" in front, and no line break, is another output.
			if text, value, ok := strings.Cut(strings.TrimSpace(w.Content.Text), "="); !ok || strings.ContainsAny(text, "$`< \n") || strings.EqualFold(text, output) || strings.ContainsAny(value, "$`\n") {
				own = true
			}
		case strings.Contains(path, "$") && !strings.Contains(path, "GITHUB_STEP_SUMMARY"):
			more = true
		}
	}
	more = more || strings.Count(s.Script, "GITHUB_OUTPUT") > writes
	for _, d := range a.deeds(s) {
		gates = gates || d.gate == "gate"
		more = more || d.gate == "" && d.kind > harmless && d.command.Words != nil && !slices.Contains([]string{"mkdir", "tee"}, d.command.Program()) || d.gate == "" && d.kind.foreign()
	}
	switch {
	case !gates:
		return "the " + name + " is a script, which may write what it likes", certain
	case own:
		return "the " + name + " is a script that writes outputs of its own", certain
	case more:
		return "the " + name + " does more than run the gate, and may write what it likes", likely
	case output != "ledger":
		return "the output " + shownText(output) + " of the gate is not the ledger, which is its output \"ledger\"", certain
	}
	return "", certain
}
