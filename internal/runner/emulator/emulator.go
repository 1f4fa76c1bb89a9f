// SPDX-License-Identifier: BSD-3-Clause

// Package emulator runs an action as GitHub's runner runs a container action,
// for tests: it lays out the folders, makes the environment, runs the program
// and reads what that wrote as the runner would. It follows actions/runner
// 2.336 (ContainerActionHandler, FileCommandManager, ActionCommandManager).
//
// It is stricter than the runner: whatever a hostile text could have made the
// runner do (another command, a variable, a path, an output that no action.yml
// declares), whatever the runner would drop or cut without a word, and every
// secret that reaches the log or a file, fails the test. It trusts the test,
// and nothing that the program writes.
//
// There is no container: what is /github/workspace in one is a folder in a
// temporary one here. Names below /github in inputs and variables are replaced
// by those folders before the program sees them, and put back into its log,
// outputs and state.
package emulator

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// Options say what a job is like. Only Action and Program are needed.
type Options struct {
	// Action is the path of an action.yml.
	Action string
	// Program is what the action's image would run.
	Program Program
	// Workspace is a folder that is copied into the job's workspace; "" leaves
	// that empty, as in a job without a checkout.
	Workspace string
	// Event is the event's payload; nil is {}.
	Event map[string]any
	// GitHub and Runner replace entries of the github and runner contexts by
	// their names there (ref, repository_id …). An entry "-" is left out. The
	// defaults are what TokenIssuer claims, or [runnertest.ReleaseClaims].
	GitHub, Runner map[string]string
	// Env is what env: of the workflow and the job say, and Needs the outputs
	// of other jobs by job, for expressions.
	Env   map[string]string
	Needs map[string]map[string]string
	// Secrets are the values of the secrets context by name. They are masked,
	// and must not be seen anywhere.
	Secrets map[string]string
	// TokenIssuer answers requests for identity tokens; nil is a job without
	// "id-token: write".
	TokenIssuer *runnertest.Issuer
	// Artifacts switches on the list of declared artifacts.
	Artifacts bool
	// Allow names what is not an injection in this job: commands by their
	// names, "GITHUB_ENV" and "GITHUB_PATH" for those files, and "NAME=VALUE"
	// for outputs and state without a delimiter that nobody can know.
	Allow []string
	// Titles is what the title of every annotation must begin with. An
	// annotation with another one is taken for a forged one.
	Titles string
}

// Token is the value of github.token, which is masked from the beginning.
const Token = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"

// Job is one job on a runner of its own. Its steps share a workspace, a
// temporary folder and a home. It is not for concurrent use.
type Job struct {
	tb      testing.TB
	options Options
	action  *action
	paths   paths
	masks   *masks
	vars    map[string]string // what steps wrote to GITHUB_ENV
	steps   map[string]Result // by ID
	post    []posted
	outputs int // of all steps, in bytes of UTF-16
	serial  int
	failed  bool
	ended   bool
	listed  []string        // declared artifacts
	marks   map[string]bool // delimiters that were used
}

// New starts a job. What cannot be emulated, and an action.yml that the runner
// would refuse, ends the test.
func New(tb testing.TB, o Options) *Job {
	tb.Helper()
	if o.Program == nil {
		tb.Fatal("emulator: no program is given")
	}
	j := &Job{tb: tb, options: o, masks: newMasks(), vars: map[string]string{}, steps: map[string]Result{}, marks: map[string]bool{}}
	j.options.GitHub = j.github()
	var err error
	if j.action, err = readAction(o.Action); err != nil {
		tb.Fatalf("emulator: %v", err)
	}
	if j.paths, err = layOut(tb.TempDir(), o.Workspace, o.Event, j.options.GitHub["repository"]); err != nil {
		tb.Fatalf("emulator: %v", err)
	}
	j.masks.add(Token)
	for _, name := range sortedKeys(o.Secrets) {
		j.masks.add(o.Secrets[name])
	}
	if o.TokenIssuer != nil {
		j.masks.add(o.TokenIssuer.Env("")["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
	}
	return j
}

// Path returns where a file of the job is on this machine: name is below
// /github, or relative to the workspace.
func (j *Job) Path(name string) string {
	if !strings.HasPrefix(name, "/") {
		return filepath.Join(j.paths.real("/github/workspace"), filepath.FromSlash(name))
	}
	return j.paths.real(name)
}

// Put writes a file of the job and makes its folder; name is as for [Job.Path].
func (j *Job) Put(name string, data []byte) {
	j.tb.Helper()
	path := j.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		j.tb.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		j.tb.Fatal(err)
	}
}

// SetEnv sets a variable for all further steps, as a step before them does
// through GITHUB_ENV: whoever runs in the job can.
func (j *Job) SetEnv(name, value string) { j.vars[name] = value }

// Failed reports whether a step has failed.
func (j *Job) Failed() bool { return j.failed }

// Outputs evaluates the outputs of the job, as jobs.<job>.outputs says them:
// each value is an expression such as ${{ steps.gate.outputs.ledger }}. As the
// runner does, it leaves out what is empty or holds a masked value.
func (j *Job) Outputs(expressions map[string]string) map[string]string {
	j.tb.Helper()
	out := map[string]string{}
	for _, name := range sortedKeys(expressions) {
		value, err := expand(expressions[name], j.contexts(nil))
		if err != nil {
			j.tb.Fatalf("emulator: output %q of the job: %v", name, err)
		}
		switch {
		case value == "":
		case j.masks.hide(value) != value:
			j.tb.Logf("Warning: Skip output '%s' since it may contain secret.", name)
		default:
			out[name] = value
		}
	}
	return out
}

// End runs the post steps, the last first, and returns their results in that
// order. It may be called once.
func (j *Job) End() []Result {
	j.tb.Helper()
	if j.ended {
		j.tb.Fatal("emulator: the job has ended already")
	}
	j.ended = true
	var out []Result
	for i := len(j.post) - 1; i >= 0; i-- {
		p := j.post[i]
		runs, err := condition(j.action.Runs.PostIf, j.failed)
		if err != nil {
			j.tb.Fatalf("emulator: post-if: %v", err)
		}
		if runs {
			out = append(out, j.stage(p.step, "post", p.state))
		}
	}
	return out
}

// posted is a step whose action has a post step, with the state it saved.
type posted struct {
	step  Step
	state map[string]string
}

// contexts are what an expression of a step can see.
func (j *Job) contexts(inputs map[string]string) map[string]map[string]string {
	c := map[string]map[string]string{
		"github": j.options.GitHub, "runner": j.runner(), "secrets": maps.Clone(j.options.Secrets),
		"env": mapsOver(j.options.Env, j.vars), "inputs": inputs,
	}
	if c["secrets"] == nil {
		c["secrets"] = map[string]string{}
	}
	c["secrets"]["GITHUB_TOKEN"] = Token
	for id, r := range j.steps {
		c["steps."+id+".outputs"] = r.Outputs
		outcome := "success"
		if r.Failed {
			outcome = "failure"
		}
		c["steps."+id] = map[string]string{"outcome": outcome}
	}
	for job, outputs := range j.options.Needs {
		c["needs."+job+".outputs"] = outputs
	}
	return c
}
