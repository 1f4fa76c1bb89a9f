// SPDX-License-Identifier: BSD-3-Clause

// Package shell reads the text of a workflow's run step, or a script file,
// and yields the commands that it may run.
//
// It judges nothing, knows no program that uploads, does no I/O and never runs
// anything. The text is hostile: it is bounded in size, in nesting, in the
// number of commands and in the work spent on it, and whatever a bound cut off
// is named in [Script.Problem]. What is read errs on the side of more
// commands: both branches of a condition, every value that a variable may
// have, text handed to eval or to another shell. A part whose value is not
// known in advance stays in the words as it is written, and says so.
//
// Shells of the Bourne family are read with a real parser. PowerShell and cmd
// have none here: their lines are split by their quoting rules and the result
// is marked [Script.Approximate].
package shell

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Limits on what is read of one script.
const (
	MaxText     = 1 << 20 // bytes of the script
	MaxCommands = 10_000  // commands yielded
	MaxDepth    = 16      // functions, evals and shells inside one another

	maxNesting = 20_000    // characters that may open a level of nesting
	maxWork    = 8_000_000 // units: about one for each byte or node handled
	maxValue   = 64 << 10  // bytes of a variable's value
	maxChoices = 8         // values that one variable is followed through
	maxEnv     = 200_000   // entries of all the environments together
	maxShown   = 200       // bytes of a text that is only shown
)

// Word is one argument of a command.
type Word struct {
	// Text is the value with quotes removed. Parts not known in advance
	// ($VAR, $(cmd), ${{ … }}) are kept as they are written.
	Text string
	// Static says that Text has no such part. Patterns such as dist/* and ~
	// count as known.
	Static bool
	// Line is the line of the script, counted from 1.
	Line int
}

// Command is one simple command as it would be executed, without the wrappers
// around it: sudo -E env A=b twine upload x is twine upload x, Via sudo and
// env.
type Command struct {
	// Words are the program as written and its arguments; never empty.
	Words []Word
	// Env holds the assignments in force: in front of the command, earlier in
	// the script (exported or not), and by env. Commands share the map: do not
	// change it. A variable with several possible values has the one written
	// last, and is not Static.
	Env map[string]Word
	// Line is the line of the script, counted from 1.
	Line int
	// Via are the wrappers and the nesting, outermost first: sudo, env, time,
	// xargs, "bash -c", eval, "docker run", ssh, "name()" for a function.
	Via []string
	// Ignored says that the script goes on and succeeds where the command
	// fails: cmd || true, set +e, a pipe without pipefail.
	Ignored bool
	// Conditional says that another command or a test decides whether it runs.
	Conditional bool
	// Background says that the script does not wait for it: cmd &.
	Background bool
	// Pipe says that it is part of a pipeline.
	Pipe bool
	// Piped is what stands on the left of it in a pipeline, at most 200 bytes.
	Piped string
	// Stdin is the text that it is given, where that is written in the script
	// (a here-document, or echo on the left of a pipe), else nil.
	Stdin *Word
	// Dir is the folder that cd and pushd have led to, from where the script
	// began, with slashes; "" for that one. Where it is not known it is the last
	// one that is.
	Dir string
}

// Write is a file that the script writes by redirection or tee.
type Write struct {
	Path Word
	// Content is what is written; where that is not known at all, its Text is
	// empty and Static is false.
	Content Word
	Append  bool
	Line    int
}

// AnyVariable is the name in [Script.EnvFile] of variables that are handed to
// later steps by text that is not known: there may be several, of any name.
const AnyVariable = "$(…)"

// Script is what was read of a text.
type Script struct {
	Commands []Command
	// Assigned are the variables that the script assigns, anywhere.
	Assigned map[string]Word
	// Written are the files that the script writes.
	Written []Write
	// EnvFile are the variables that it hands to later steps by $GITHUB_ENV.
	EnvFile map[string]Word
	// Unresolved names what is run but not read: sourced files, scripts given
	// to a shell or called by a relative path, and evaluated text that is not
	// in the script.
	Unresolved []string
	// Approximate says that no real parser read the text.
	Approximate bool
	// Problem says what was not read, or only approximately; nil without.
	Problem error
}

// Parse reads a script. The dialect is a workflow's shell: value ("bash",
// "bash -el {0}", "pwsh", "cmd", "python", …), or empty for what a runner
// other than Windows uses by default. A text for a shell that is not known is
// one opaque command: the program, "-c", and the text.
func Parse(text, dialect string) Script { return parse(text, dialect, nil, "") }

// ParseIn is [Parse] with variables that the script finds, templates of the
// workflow among their values.
func ParseIn(text, dialect string, env map[string]string) Script {
	return parse(text, dialect, env, "")
}

// ParseFile is [Parse] for a file that others may read in: functions that it
// does not call itself count where their names are words of the others' text.
func ParseFile(text, dialect, others string) Script { return parse(text, dialect, nil, others) }

func parse(text, dialect string, env map[string]string, others string) Script {
	in := newInterp()
	if len(text) > MaxText {
		in.problem("only the first %d of %d bytes are read", MaxText, len(text))
		text = strings.ToValidUTF8(text[:MaxText], "")
	}
	text = strings.ReplaceAll(text, "\x00", " ")
	kind := readDialect(dialect, text)
	c := ctx{tail: true, kind: kind}
	src := in.source(text, 1)
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if v := env[name]; syntax.ValidName(name) && len(v) <= maxValue && len(in.st.vars) < 1000 {
			in.st.vars[name] = scalar(in.source(v, 1).text)
		}
	}
	in.st.errexit, in.st.pipefail = kind.errexit, kind.pipefail
	in.approximate = kind.unsure
	switch kind.family {
	case famOpaque:
		in.approximate = true
		c.src = src
		in.emit(c, []Word{in.word(kind.program, 1), in.word("-c", 1), in.word(src.text, 1)})
	default:
		in.run(c, src)
		if others != "" && len(in.funcs) > 0 {
			in.uncalled(c, others)
		}
	}
	return in.script()
}

// problem records something that was not read. Each text is kept once.
func (in *interp) problem(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, p := range in.problems {
		if p == text {
			return
		}
	}
	if len(in.problems) < 20 {
		in.problems = append(in.problems, text)
	}
}

func (in *interp) script() Script {
	s := Script{
		Commands: in.commands, Assigned: in.assigned, EnvFile: in.envFile,
		Written: in.written, Unresolved: in.unresolved, Approximate: in.approximate,
	}
	if len(in.problems) > 0 {
		s.Problem = errors.New("reading the script: " + strings.Join(in.problems, "; "))
	}
	return s
}
