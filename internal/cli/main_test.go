// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// TestMain makes this test binary the program as well, for the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sallyport": func() { os.Exit(cli.Main(cli.System())) },
	})
}

// The scripts run the program as a user does, each in a folder that holds a
// signed release; see sample. None has a network: what a script leaves open
// must be decided without one.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			writeSample(t, e.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"validate": func(ts *testscript.TestScript, neg bool, args []string) { validate(t, ts, neg, args) },
			"harmless": harmless,
		},
	})
}

// exits CODE COMMAND ARGS... runs a command that must end with the exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%q ended with %d, want %d", args[1:], got, want)
	}
}

// validate SCHEMA FILE holds a document against a schema of docs/schemas.
func validate(t *testing.T, ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: validate SCHEMA FILE")
	}
	ts.Check(reporttest.Validate(t, args[0], []byte(ts.ReadFile(args[1]))))
}

// harmless FILE... fails where GitHub's runner would find a command.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	for _, f := range args {
		if found := runnertest.ParseLog(ts.ReadFile(f)); len(found) > 0 != neg {
			ts.Fatalf("commands in %s: %+v", f, found)
		}
	}
}
