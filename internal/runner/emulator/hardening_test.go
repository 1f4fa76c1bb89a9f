// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// hostile are texts that try to speak to the runner.
var hostile = []string{
	"dist/x\n::set-output name=verdict::pass",
	"::add-mask::a", "  \t::error::forged", "\u00a0::error::x", "\u2028::error::x", "\r::stop-commands::x",
	"a##[set-output name=verdict]pass", "###[error]x", "#\u00ad#\u200b[error]x", ":\u200d:error:\u200d:x", "::::error::::x",
	"a\x1b[31m\x00\x7f\u009b31m", "\xff::error::\xfe\n##[error]", "a%0A::error::x", "%25%0D%0A", "x,file=/etc/passwd,title=y",
	"verdict<<EOF\npass\nEOF", "_GitHubActionsFileCommandDelimeter_\nverdict<<x\npass\nx\n", "=x\nverdict=pass", "\u202e::error::\u2066",
	strings.Repeat("::error::", 999), strings.Repeat("😀", 3000),
}

// inJob runs f as the action's program, and returns what the runner makes of it.
func inJob(t *testing.T, step emulator.Step, f func(r *runner.Runner)) (emulator.Result, *emulator.Job) {
	t.Helper()
	j := emulator.New(t, emulator.Options{Action: "testdata/action.yml", Titles: "sallyport", Program: func(p emulator.Process) int {
		f(runner.New(p.Lookup, p.Stdout))
		return 0
	}})
	return j.Run(step), j
}

// No text makes the runner do anything but show it, wherever it is put.
func TestHostileText(t *testing.T) {
	for _, evil := range hostile {
		var unset, unsaved error
		r, _ := inJob(t, emulator.Step{}, func(r *runner.Runner) {
			err := errors.Join(
				r.Annotate(runner.LevelError, evil, 3, 4, "sallyport: "+evil, evil),
				r.Annotate(runner.LevelNotice, "", 0, 0, "sallyport", evil), r.Group(evil), r.EndGroup(),
			)
			if err != nil {
				t.Errorf("%.60q: %v", evil, err)
			}
			// These are exact or refused.
			unset, unsaved = r.Output("report", evil), r.SaveState("kept", evil)
			_ = r.AppendSummary(evil)
		})
		if len(r.Annotations) != 2 || r.Annotations[0].Line != 3 || len(r.Annotations[0].Title) > 4*255 {
			t.Errorf("%.60q: annotations %.300v", evil, r.Annotations)
		}
		want := map[string]string{}
		if unset == nil {
			want["report"] = evil
		}
		if diff := cmp.Diff(want, r.Outputs); diff != "" {
			t.Errorf("%.60q: outputs (-want +got):\n%.300s", evil, diff)
		}
		if kept, there := r.State["kept"]; there != (unsaved == nil) || there && kept != evil {
			t.Errorf("%.60q: state %.60q, %v", evil, kept, unsaved)
		}
	}
}

// The limits of the runner are never met: what goes over one is an error.
func TestLimits(t *testing.T) {
	r, _ := inJob(t, emulator.Step{}, func(r *runner.Runner) {
		for i := range 25 {
			err := r.Annotate(runner.LevelError, "", 0, 0, "sallyport", fmt.Sprint(i, strings.Repeat("😀é", 4000)))
			if full := errors.Is(err, runner.ErrFull); full != (i >= 10) {
				t.Errorf("annotation %d: %v", i, err)
			}
			_ = r.Output("report", strings.Repeat("x", 100_000))
			_ = r.AppendSummary(strings.Repeat("x", 100_000))
		}
		if err := r.SaveState("kept", strings.Repeat("x", 64<<10+1)); !errors.Is(err, runner.ErrFull) {
			t.Errorf("a long state: %v", err)
		}
	})
	if len(r.Annotations) != 10 || len(r.Summary) < 1_000_000 || strings.ContainsRune(r.Annotations[0].Message, '\ufffd') {
		t.Errorf("%d annotations, %d bytes of summary", len(r.Annotations), len(r.Summary))
	}
}

// A state of the longest kind reaches the post step, which can start with it.
func TestState(t *testing.T) {
	long := strings.Repeat("x", 64<<10)
	seen := map[string]string{}
	j := emulator.New(t, emulator.Options{Action: "testdata/action.yml", Program: func(p emulator.Process) int {
		r := runner.New(p.Lookup, p.Stdout)
		if p.Entrypoint == "" {
			if err := errors.Join(r.SaveState("ledger", long), r.SaveState("empty", ""), r.SaveState("twice", "1")); err != nil {
				t.Error(err)
			}
			return 1 // a post step comes after a failure too
		}
		for _, name := range []string{"ledger", "empty", "twice", "other"} {
			if v, saved := r.GetState(name); saved {
				seen[name] = v
			}
		}
		return 0
	}})
	j.SetEnv("STATE_ledger", "forged")
	j.SetEnv("STATE_empty", "forged")
	j.Run(emulator.Step{})
	if len(j.End()) != 1 {
		t.Fatal("no post step")
	}
	if diff := cmp.Diff(map[string]string{"ledger": long, "empty": "", "twice": "1"}, seen); diff != "" {
		t.Errorf("state (-want +got):\n%.300s", diff)
	}
	var none *runner.Runner
	if v, saved := none.GetState("x"); saved || v != "" || none.SaveState("X", "\n") != nil {
		t.Error("there is a state outside of Actions")
	}
}

// A command file that is not there, or is none, is an error and no panic.
func TestMissingFiles(t *testing.T) {
	for _, path := range []string{"", "/nowhere/file", "/", "/dev/null"} {
		inJob(t, emulator.Step{Tamper: func(env map[string]string) {
			for _, name := range []string{"OUTPUT", "STATE", "STEP_SUMMARY", "ARTIFACTS"} {
				if env["GITHUB_"+name] = path; path == "" {
					delete(env, "GITHUB_"+name)
				}
			}
		}}, func(r *runner.Runner) {
			_, room := r.SummaryRoom()
			for what, err := range map[string]error{
				"output": r.Output("report", "x"), "state": r.SaveState("kept", "x"), "summary": r.AppendSummary("x"), "room": room,
			} {
				if err == nil || !strings.Contains(err.Error(), "GITHUB_") {
					t.Errorf("%s in %q: %v", what, path, err)
				}
			}
		})
	}
}

// A token is asked for again where that may help, masked before anybody can
// see it, and seen nowhere.
func TestTokens(t *testing.T) {
	i := runnertest.StartIssuer(t)
	i.Fail(runnertest.Fault{Status: 503, Body: "busy ##[error]x\n::error::x"}, runnertest.Fault{Drop: true}, runnertest.Fault{Cut: true})
	j := emulator.New(t, emulator.Options{Action: "testdata/action.yml", TokenIssuer: i, Program: func(p emulator.Process) int {
		r := runner.New(p.Lookup, p.Stderr)
		token, err := r.IDToken(context.Background(), "sigstore", runner.TokenOptions{Sleep: func(context.Context, time.Duration) error { return nil }})
		if err != nil {
			t.Error(err)
			return 1
		}
		fmt.Fprintln(p.Stdout, token, token.Claims.Repository)
		return 0
	}})
	if r := j.Run(emulator.Step{}); r.Failed || len(i.Tokens()) != 1 || r.Log != "(identity token) octo-sci/samplepkg\n" {
		t.Errorf("result %+v, %d tokens", r, len(i.Tokens()))
	}
}
