// SPDX-License-Identifier: BSD-3-Clause

// Package cli is the command line: one file a command. It maps flags, the
// runner's facts and files onto what the gates take, writes the report, and
// turns the verdict into an exit code. It judges nothing.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/trust"
)

// Exit codes. A code that is not listed is a failure too.
const (
	ExitPass      = 0 // every gate that ran holds
	ExitFail      = 1 // something deviates (whatever else could not be read)
	ExitUndecided = 2 // something could not be checked, read or reached
	ExitUsage     = 3 // bad usage or configuration, over all others
)

// Env is the world as the program sees it, so that tests can bring their own.
type Env struct {
	Args   []string // without the program's name
	Lookup func(name string) (value string, set bool)
	// Names are those of all variables, nil where they are not known.
	Names  []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Width is the terminal's width in characters, 0 where standard output is
	// none; Progress says that standard error is a terminal.
	Width    int
	Progress bool
	Now      func() time.Time
	// Client, TUF and Index replace the network's ends; nil and "" are the
	// real ones.
	Client *http.Client
	TUF    map[trust.Instance]trust.Repository
	Index  string
	// Issuer is where GitHub's token keys are, "" for GitHub's.
	Issuer string

	action bool // started as the action, by its inputs
}

// memory is what the collector aims at, in bytes. With the program itself this
// stays below 64 MiB on any input; a large heap is collected more often instead
// of growing to twice its size.
const memory = 36 << 20

// System returns the process's own environment, and makes the process frugal
// unless GOMEMLIMIT says otherwise.
func System() Env {
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memory)
	}
	e := Env{
		Args: os.Args[1:], Lookup: os.LookupEnv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Progress: term.IsTerminal(int(os.Stderr.Fd())), Now: time.Now, Names: names(),
	}
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "post" {
		// The runner starts the action's second look under this name, and can
		// give it no arguments of its own.
		e.Args = []string{"post"}
	}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		if e.Width, _, _ = term.GetSize(int(os.Stdout.Fd())); e.Width <= 0 {
			e.Width = 80
		}
	}
	return e
}

// names are the names of the environment's variables.
func names() []string {
	var out []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		out = append(out, name)
	}
	return out
}

// Version is the program's version: of the release, or "devel".
var Version = version()

// release is set by the linker where there is no build information: in the
// image.
var release string

func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

// usageError is an error of the invocation or configuration: exit 3.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitError carries a decided exit code; its report has been written.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// Main runs the program and returns its exit code.
func Main(e Env) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A bug in a reader must not look like a pass, nor print hostile text as
	// it is.
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(e.Stderr, "sallyport: error: %s\n", report.Sanitize(fmt.Sprintf("stopping on an internal error: %v; please report it", p)))
			code = ExitUndecided
		}
	}()
	end := func(err error) int {
		code := exitCode(e.Stderr, err)
		if (e.action || len(e.Args) > 0 && e.Args[0] == "post") && !errors.As(err, new(exitError)) && code != ExitPass {
			e.stopped(err, code)
		}
		return code
	}
	if len(e.Args) == 0 {
		args, action, err := actionArgs(e.Lookup)
		if e.action = action; err != nil {
			return end(err)
		}
		if action {
			e.Args = args
		}
	}
	root := rootCommand(&e)
	root.SetArgs(e.Args)
	root.SetIn(e.Stdin)
	root.SetOut(e.Stdout)
	root.SetErr(e.Stderr)
	return end(root.ExecuteContext(ctx))
}

func rootCommand(e *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "sallyport",
		Short: "Let Python releases out only on the trusted-publishing path",
		Long: `Let Python releases out only on the trusted-publishing path.

Begin with "sallyport audit" in a checkout of your project: it needs no policy
and changes nothing. In a release workflow use the GitHub Action, which is this
same program: https://github.com/scientific-python/sallyport

Exit code of each command: 0 all is well, 1 something deviates, 2 something
could not be checked, 3 bad usage or configuration.`,
		Version:       Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("reading the arguments: no command is given; \"sallyport --help\" lists them")
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetVersionTemplate("sallyport {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("reading the arguments: %w; \"%s --help\" lists the flags", err, cmd.CommandPath())
	})
	root.AddCommand(verifyCommand(e), auditCommand(e), attestCommand(e), gateCommand(e), postCommand(e), explainCommand(e))
	root.SetHelpCommand(helpCommand())
	return root
}

// knownCommand refuses a first argument that is no command, and names the one
// that may have been meant.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	const all = "\"sallyport --help\" lists the commands"
	root.SuggestionsMinimumDistance = 2
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		return usagef("reading the arguments: there is no command %q; did you mean %q? %s", args[0], near[0], all)
	}
	if _, err := os.Stat(args[0]); err == nil {
		return usagef("reading the arguments: %q is a path and no command; did you mean \"sallyport verify\"? %s", args[0], all)
	}
	return usagef("reading the arguments: there is no command %q; %s", args[0], all)
}

// helpCommand is cobra's, but for an unknown topic, which there is no error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return knownCommand(cmd.Root(), args)
			}
			about.InitDefaultHelpFlag()
			about.InitDefaultVersionFlag()
			return about.Help()
		},
	}
}

// exitCode prints what is left to be said and chooses the code.
func exitCode(stderr io.Writer, err error) int {
	var exit exitError
	if errors.As(err, &exit) {
		return int(exit)
	}
	if err == nil {
		return ExitPass
	}
	say(stderr, err)
	var usage usageError
	var bad *policy.Error
	var roots *trust.ConfigError
	if errors.As(err, &usage) || errors.As(err, &bad) || errors.As(err, &roots) {
		return ExitUsage
	}
	return ExitUndecided
}

// say prints an error, one line for each of its own.
func say(stderr io.Writer, err error) {
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintf(stderr, "sallyport: error: %s\n", report.Sanitize(line))
	}
}
