// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/scientific-python/sallyport/e2e/lab"
	"github.com/scientific-python/sallyport/e2e/lab/instance"
	"github.com/scientific-python/sallyport/e2e/lab/netns"
)

// grace is how long the command may take to end after a signal.
const grace = 15 * time.Second

// inside is the second start, in the namespace: it starts the servers and runs
// the command.
func inside(work string, command []string) (int, error) {
	if err := netns.Enter(); err != nil {
		return 1, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	paths, err := programs(ctx) // all there: nothing is built
	if err != nil {
		return 1, err
	}
	if work == "" {
		if work, err = os.MkdirTemp("", "sallyport-e2e-"); err != nil {
			return 1, err
		}
		defer os.RemoveAll(work)
	}
	if work, err = filepath.Abs(work); err != nil {
		return 1, err
	}
	begin := time.Now()
	running, err := instance.Start(ctx, work, paths, os.Stderr)
	if err != nil {
		return 1, err
	}
	defer running.Stop()
	fmt.Fprintf(os.Stderr, "servers: up in %.1f s\n", time.Since(begin).Seconds())
	if len(command) == 0 {
		describe(running)
		<-ctx.Done()
		return 0, nil
	}
	return run(ctx, command, environment(running.File))
}

// run runs the command. A signal to this program is passed on to it.
func run(ctx context.Context, command, env []string) (int, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = grace
	err := cmd.Run()
	return status(cmd, err)
}

// environment is that of the command: with the servers, without proxies, which
// it could not reach, and with a go command that knows that there is no network.
func environment(file string) []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch strings.ToUpper(name) {
		case "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "GOPROXY", lab.Variable:
		default:
			env = append(env, v)
		}
	}
	return append(env, "GOPROXY=off", lab.Variable+"="+file)
}

func describe(i *instance.Instance) {
	l := i.Lab
	for _, line := range [][2]string{
		{"Fulcio", l.Fulcio}, {"CT log", l.CTLog}, {"Rekor v1", l.Rekor1}, {"Rekor v2", l.Rekor2},
		{"timestamps", l.TSA}, {"folder", l.Folder}, {lab.Variable, i.File},
	} {
		fmt.Printf("%-14s %s\n", line[0], line[1])
	}
	fmt.Printf("\nTo reach them, as root: nsenter -t %s -n COMMAND\nTo stop them: interrupt this.\n", pid())
}

// pid is this process's number for those outside, as /proc, which is theirs,
// tells it.
func pid() string {
	if name, err := os.Readlink("/proc/self"); err == nil {
		return name
	}
	return "PID"
}
