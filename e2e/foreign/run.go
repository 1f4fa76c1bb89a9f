// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// spec is a command to run: program, arguments, what the environment has
// besides [bareEnvironment], and the working folder.
type spec struct {
	program string
	args    []string
	env     []string
	dir     string
}

// outcome is what a command left.
type outcome struct {
	code           int
	stdout, stderr string
}

func (o outcome) output() string { return o.stdout + o.stderr }

// verdict is how an outcome reads.
type verdict int

const (
	unclear verdict = iota
	accepted
	refused
)

// maxOutput is how much is kept of each of a tool's two streams, in bytes.
const maxOutput = 4 << 20

// isolate, where a test sets it, changes how a tool is started.
var isolate func(*exec.Cmd)

// run runs the command with nothing of the caller's environment. An error means
// that it did not run to an end of its own.
func (s spec) run(ctx context.Context, scratch string) (outcome, error) {
	cmd := exec.CommandContext(ctx, s.program, s.args...)
	cmd.Env = append(bareEnvironment(scratch), s.env...)
	cmd.Dir = s.dir
	if cmd.Dir == "" {
		cmd.Dir = scratch
	}
	cmd.WaitDelay = 5 * time.Second // a grandchild must not hold the pipes
	var stdout, stderr limited
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if isolate != nil {
		isolate(cmd)
	}
	err := cmd.Run()
	o := outcome{stdout: stdout.String(), stderr: stderr.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return o, fmt.Errorf("running %s: %w", filepath.Base(s.program), ctx.Err())
	case errors.As(err, &exit) && exit.Exited():
		o.code = exit.ExitCode()
	case err != nil:
		return o, fmt.Errorf("running %s: %w", filepath.Base(s.program), err)
	}
	return o, nil
}

// bareEnvironment has no home, no configuration, no token of the user's, and a
// proxy that nobody serves: a tool that asks the network fails instead of
// being answered.
func bareEnvironment(scratch string) []string {
	env := []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "NO_COLOR=1", "HOME=" + scratch, "TMPDIR=" + scratch}
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"} {
		env = append(env, name+"="+filepath.Join(scratch, strings.ToLower(name)))
	}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		env = append(env, name+"=http://127.0.0.1:1", strings.ToLower(name)+"=http://127.0.0.1:1")
	}
	return env
}

// limited keeps the first maxOutput bytes and passes over the rest.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if room := maxOutput - l.Len(); room > 0 {
		l.Builder.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
