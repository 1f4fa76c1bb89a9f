// SPDX-License-Identifier: BSD-3-Clause

// Command servers runs another command beside the real Sigstore servers:
//
//	go run ./e2e/servers go test -p 1 ./e2e/...
//
// It builds them where its cache lacks them, starts them on loopback in a
// network namespace that nobody else can reach, and stops them when the command
// ends, whose exit status is its own. The command finds them by the environment
// variable SALLYPORT_E2E (package lab); as it may stop single servers, no two
// packages' tests should use them at once. Without a command it says where they
// are and waits for an interrupt. It needs Linux and, where not run by root, a
// kernel that lets users make namespaces.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/scientific-python/sallyport/e2e/lab/binaries"
	"github.com/scientific-python/sallyport/e2e/lab/netns"
)

// The kernel ends the second start of this program with the thread that
// started it: that must be the main one, which lives as long as the program.
func init() { runtime.LockOSThread() }

func main() {
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: servers [-install] [-work FOLDER] [COMMAND ARGS...]\n")
		flag.PrintDefaults()
	}
	install := flag.Bool("install", false, "build the servers that the cache lacks, and end")
	work := flag.String("work", "", "`folder` for keys, logs and everything the servers write, which is kept (default: a temporary one)")
	flag.Parse()

	code, err := 0, error(nil)
	switch {
	case *install:
		_, err = programs(context.Background())
	case netns.Inside():
		code, err = inside(*work, flag.Args())
	default:
		code, err = outside()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// programs returns the servers' programs, built where they are missing.
func programs(ctx context.Context) (map[string]string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/scientific-python/sallyport").Output()
	if err != nil {
		return nil, fmt.Errorf("finding sallyport's module (run this inside of it): %w", err)
	}
	cache, err := binaries.Folder()
	if err != nil {
		return nil, err
	}
	return binaries.Install(ctx, cache, strings.TrimSpace(string(out)), os.Stderr)
}

// outside builds the servers, for which it needs the network, and starts this
// program again without one. It ends with that one's exit status.
func outside() (int, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if _, err := programs(ctx); err != nil {
		return 1, err
	}
	cmd, err := netns.Command(os.Args[1:])
	if err != nil {
		return 1, err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 1, netns.Explain(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	parent := time.NewTicker(time.Second)
	defer parent.Stop()
	for ppid := os.Getppid(); ; {
		select {
		case err := <-ended:
			return status(cmd, err)
		case <-ctx.Done():
			// An interrupt at the terminal has reached the inner one as well; a
			// second one does no harm. A third ends this one.
			stop()
			cmd.Process.Signal(syscall.SIGTERM)
			return status(cmd, <-ended)
		case <-parent.C:
			// go run does not pass a SIGTERM on: it is gone, and we remain.
			if os.Getppid() != ppid {
				cmd.Process.Signal(syscall.SIGTERM)
				return status(cmd, <-ended)
			}
		}
	}
}

// status is the exit status of a command that has ended: its own, or 128 and
// the signal's number, as shells have it.
func status(cmd *exec.Cmd, err error) (int, error) {
	if cmd.ProcessState == nil {
		return 1, err
	}
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal()), fmt.Errorf("running %s: %w", filepath.Base(cmd.Path), err)
	}
	return cmd.ProcessState.ExitCode(), nil
}
