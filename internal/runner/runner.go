// SPDX-License-Identifier: BSD-3-Clause

// Package runner speaks to GitHub's runner: it reads the facts and inputs of
// the running job from the environment, and writes outputs, annotations,
// masks, groups and the step summary.
//
// The environment is trusted as far as the runner wrote it: earlier steps of
// the same job can set most variables (through GITHUB_ENV), so no fact here is
// proof of anything; a gate compares them with verified claims. Whatever is
// written is not trusted at all: the runner executes commands that it finds
// in the log and in its command files, so every value is checked or sanitised
// here, once more, whoever sanitised it before.
//
// It is the only package that imports go-githubactions, whose two holes are
// covered here: it panics where a file cannot be written (here: an error), and
// parts multi-line values by a constant delimiter, which a value may contain
// (here: a random one, checked).
package runner

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/sethvargo/go-githubactions"
)

// Lookup returns a variable of the environment and whether it is set, as
// [os.LookupEnv] does.
type Lookup func(name string) (value string, set bool)

// Runner is the runner of the current job. A nil Runner is one outside of
// Actions: it has no facts and no inputs, and what is written to it vanishes.
//
// Methods are safe for use by several goroutines.
type Runner struct {
	lookup Lookup
	act    *githubactions.Action

	mu          sync.Mutex     // held while writing
	annotations map[string]int // how many of each level
	outputSize  int            // of all outputs, as the runner counts it
}

// New returns the runner of the current job, or nil outside of Actions
// (GITHUB_ACTIONS is not "true"). Commands are written to log, which must be
// the standard output of the step.
func New(lookup Lookup, log io.Writer) *Runner {
	if v, _ := lookup("GITHUB_ACTIONS"); v != "true" {
		return nil
	}
	return newRunner(lookup, log)
}

func newRunner(lookup Lookup, log io.Writer) *Runner {
	getenv := func(name string) string {
		v, _ := lookup(name)
		return v
	}
	return &Runner{
		lookup:      lookup,
		act:         githubactions.New(githubactions.WithWriter(log), githubactions.WithGetenv(getenv)),
		annotations: map[string]int{},
	}
}

// NewOffering is [New], and also the runner of a job that is offered identity
// tokens though it does not say that it runs in Actions: a step of a job may
// start programs with less of an environment than its own.
func NewOffering(lookup Lookup, log io.Writer) *Runner {
	if r := New(lookup, log); r != nil {
		return r
	}
	for _, name := range []string{tokenURL, tokenBearer} {
		if v, _ := lookup(name); v == "" {
			return nil
		}
	}
	return newRunner(lookup, log)
}

// Active reports whether the program runs in Actions.
func (r *Runner) Active() bool { return r != nil }

// guarded runs a call into go-githubactions and turns its panics into errors.
// what names the call, with a gerund first.
func guarded(what string, call func()) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("%s: %w", what, p)
		default:
			err = fmt.Errorf("%s: %v", what, p)
		}
	}()
	call()
	return nil
}

// ErrFull is returned where one more annotation or output would go over a
// limit of the runner, which would drop it (or all of them) without a word.
var ErrFull = errors.New("the runner's limit is reached")
