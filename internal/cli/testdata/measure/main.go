// SPDX-License-Identifier: BSD-3-Clause

// Command measure FILE COMMAND ARGS... runs a command and writes its peak
// resident memory in KiB into FILE. A process starts with its parent's peak on
// its account, so that only a small parent measures right; a test is none.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(100)
	}
	peak := fmt.Sprint(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	if err := os.WriteFile(os.Args[1], []byte(peak), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(100)
	}
	os.Exit(cmd.ProcessState.ExitCode())
}
