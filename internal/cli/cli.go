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
}

// System returns the process's own environment.
func System() Env {
	e := Env{
		Args: os.Args[1:], Lookup: os.LookupEnv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Progress: term.IsTerminal(int(os.Stderr.Fd())), Now: time.Now,
	}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		if e.Width, _, _ = term.GetSize(int(os.Stdout.Fd())); e.Width <= 0 {
			e.Width = 80
		}
	}
	return e
}

// Version is the program's version: of the release, or "devel".
var Version = version()

func version() string {
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
	root := rootCommand(&e)
	root.SetArgs(e.Args)
	root.SetIn(e.Stdin)
	root.SetOut(e.Stdout)
	root.SetErr(e.Stderr)
	return exitCode(e.Stderr, root.ExecuteContext(ctx))
}

func rootCommand(e *Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "sallyport",
		Short:         "Let Python releases out only on the trusted-publishing path",
		Version:       Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("reading the arguments: no command is given; \"sallyport --help\" lists them")
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetVersionTemplate("sallyport {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usageError{fmt.Errorf("reading the arguments: %w", err)}
	})
	root.AddCommand(verifyCommand(e), explainCommand(e))
	return root
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
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintf(stderr, "sallyport: error: %s\n", report.Sanitize(line))
	}
	var usage usageError
	var bad *policy.Error
	var roots *trust.ConfigError
	if errors.As(err, &usage) || errors.As(err, &bad) || errors.As(err, &roots) || strings.HasPrefix(err.Error(), "unknown command") {
		return ExitUsage
	}
	return ExitUndecided
}
