// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"
)

// Process is one run of a program, as the container would start it.
type Process struct {
	// Entrypoint is what action.yml names instead of the image's own; "" is
	// the image's. A post step runs with post-entrypoint and the same Args.
	Entrypoint string
	Args       []string
	Env        map[string]string // all of it: nothing of this machine is added
	Dir        string            // the workspace
	Stdout     io.Writer
	Stderr     io.Writer
}

// Lookup returns a variable, as [os.LookupEnv] does.
func (p Process) Lookup(name string) (string, bool) {
	v, ok := p.Env[name]
	return v, ok
}

// Program runs and returns an exit code.
type Program func(p Process) int

// Exec is a built program, at path whatever the entrypoint is; that becomes
// its argv[0].
func Exec(path string) Program {
	return func(p Process) int {
		cmd := exec.Command(path, p.Args...)
		if p.Entrypoint != "" {
			cmd.Args[0] = p.Entrypoint
		}
		cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, p.Stdout, p.Stderr
		cmd.Env = []string{}
		for _, name := range sortedKeys(p.Env) {
			cmd.Env = append(cmd.Env, name+"="+p.Env[name])
		}
		var exit *exec.ExitError
		switch err := cmd.Run(); {
		case err == nil:
			return 0
		case errors.As(err, &exit):
			return exit.ExitCode()
		default:
			fmt.Fprintf(p.Stderr, "docker: %v\n", err)
			return 127
		}
	}
}

// working is held while the folder of this process is a workspace.
var working sync.Mutex

// start runs the program in the workspace. For one within this process, the
// folder of the whole process is that for the time: tests that use the
// emulator do not run in parallel with others that depend on it. A panic is an
// error, and exit code 2, as a Go program's.
func start(run Program, p Process) (code int, err error) {
	working.Lock()
	defer working.Unlock()
	before, err := os.Getwd()
	if err == nil {
		err = os.Chdir(p.Dir)
	}
	if err != nil {
		return 0, err
	}
	defer func() {
		if p := recover(); p != nil {
			code, err = 2, fmt.Errorf("the program panicked: %v\n%s", p, debug.Stack())
		}
		err = errors.Join(err, os.Chdir(before))
	}()
	return run(p), nil
}

// arguments are what becomes of runs.args: the runner quotes each and makes
// one line of them, escaping quotes and nothing else, which the system's
// library takes apart again. A value that ends in a backslash spills over.
func arguments(args []string) []string {
	var line strings.Builder
	for _, a := range args {
		line.WriteString(` "` + strings.ReplaceAll(a, `"`, `\"`) + `"`)
	}
	return split(line.String())
}

// split takes a line apart as .NET does: blanks part arguments outside of
// quotes; 2n backslashes before a quote are n and the quote counts, one more
// and it is a character; two quotes within quotes are one character.
func split(line string) []string {
	var out []string
	for i := 0; ; {
		for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
			i++
		}
		if i == len(line) {
			return out
		}
		var b strings.Builder
		quoted := false
		for i < len(line) {
			slashes := 0
			for i < len(line) && line[i] == '\\' {
				slashes, i = slashes+1, i+1
			}
			if i == len(line) || line[i] != '"' {
				b.WriteString(strings.Repeat(`\`, slashes))
				if i == len(line) || !quoted && (line[i] == ' ' || line[i] == '\t') {
					break
				}
				b.WriteByte(line[i])
				i++
				continue
			}
			b.WriteString(strings.Repeat(`\`, slashes/2))
			switch {
			case slashes%2 == 1:
				b.WriteByte('"')
			case quoted && i+1 < len(line) && line[i+1] == '"':
				b.WriteByte('"')
				i++
			default:
				quoted = !quoted
			}
			i++
		}
		out = append(out, b.String())
	}
}
