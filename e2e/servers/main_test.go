// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/e2e/lab"
)

func TestEnvironment(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "http_proxy", "NO_PROXY", "all_proxy"} {
		t.Setenv(name, "http://proxy.example")
	}
	t.Setenv(lab.Variable, "/of/another/run")
	t.Setenv("GOPROXY", "https://proxy.example")
	t.Setenv("SALLYPORT_TEST_KEPT", "yes")
	env := environment("/some/lab.json")
	for _, v := range env {
		if strings.Contains(v, "proxy.example") || strings.Contains(v, "another") {
			t.Errorf("the command gets %q", v)
		}
	}
	for _, want := range []string{"GOPROXY=off", lab.Variable + "=/some/lab.json", "SALLYPORT_TEST_KEPT=yes"} {
		if !slices.Contains(env, want) {
			t.Errorf("the command does not get %q", want)
		}
	}
}

func TestRun(t *testing.T) {
	for script, want := range map[string]int{
		"exit 0": 0, "exit 3": 3, "kill -9 $$": 128 + 9,
	} {
		got, err := run(t.Context(), []string{"sh", "-c", script}, os.Environ())
		if got != want || (err != nil) != (want > 128) {
			t.Errorf("%s: %d, %v", script, got, err)
		}
	}
	if got, err := run(t.Context(), []string{"./no/such/program"}, nil); got != 1 || err == nil {
		t.Errorf("no program: %d, %v", got, err)
	}
	if got, err := status(exec.Command("none"), os.ErrNotExist); got != 1 || err == nil {
		t.Errorf("never started: %d, %v", got, err)
	}
}

// A signal to this program reaches the command, which may end in its own way.
func TestRunStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ready, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer ready.Close()
	stdout := os.Stdout
	os.Stdout = tell // the command's
	t.Cleanup(func() { os.Stdout = stdout })
	go func() {
		ready.Read(make([]byte, 1))
		cancel()
	}()
	got, err := run(ctx, []string{"sh", "-c", `sleep 600 & trap "kill $!; exit 5" TERM; echo; wait`}, os.Environ())
	os.Stdout = stdout
	tell.Close()
	if got != 5 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
}
