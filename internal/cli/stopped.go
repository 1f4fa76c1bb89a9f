// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"
	"strings"

	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// maxStopped is how many errors are annotated and summarised; the log has all.
const maxStopped = 8

// stopped tells the run's page of an error that no report was written of: of
// the action's step it otherwise shows the exit code alone. What the runner
// does not take is left to the log.
func (e *Env) stopped(err error, code int) {
	r := runner.New(e.Lookup, e.Stdout)
	if !r.Active() {
		return
	}
	var bad *policy.Error
	var messages []string
	if errors.As(err, &bad) {
		for _, p := range bad.Problems[:min(len(bad.Problems), maxStopped)] {
			messages = append(messages, p.String())
			_ = r.Annotate(runner.LevelError, p.Source, p.Line, 0, "sallyport: policy", p.String())
		}
	} else {
		for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
			if len(messages) < maxStopped && strings.TrimSpace(line) != "" {
				messages = append(messages, line)
				_ = r.Annotate(runner.LevelError, "", 0, 0, "sallyport: stopped", line)
			}
		}
	}
	command, _ := e.Lookup("INPUT_COMMAND")
	if len(e.Args) > 0 && e.Args[0] == "post" {
		command = "post"
	}
	_ = r.AppendSummary(report.Stopped(command, code == ExitUsage, messages))
}
