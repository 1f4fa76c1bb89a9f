// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"errors"
	"fmt"
	"os"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// Step is one use of the action. Values may hold ${{ context.name }}: of
// github, runner, env, secrets, steps.ID.outputs and needs.JOB.outputs.
type Step struct {
	// ID is how later expressions name the step.
	ID        string
	With, Env map[string]string
	// ContinueOnError leaves the job as it was when the step fails.
	ContinueOnError bool
	// Tamper changes the variables before the program runs, for what no runner
	// does: a file that is not there, a variable that is not set.
	Tamper func(env map[string]string)
	// Program replaces the job's.
	Program Program
}

// Result is what the runner makes of one stage of a step. Paths in its texts
// are the container's.
type Result struct {
	// Code is the exit code, Failed whether the step is red: any other code
	// than 0, or a command file that the runner cannot read.
	Code   int
	Failed bool
	// Log is what the run's page shows: masked, with annotations as
	// ##[error]… lines. Raw is what the program wrote.
	Log, Raw string
	// Annotations are those that are shown, Summary the Markdown as the page
	// gets it.
	Annotations []Annotation
	Summary     string
	// Outputs and State have the values that hold, by name. Artifacts are the
	// lines by which artifacts were declared.
	Outputs, State map[string]string
	Artifacts      []string
	// OnlyInside are outputs that name a file below /github: no later step but
	// a container's finds it there. It is no fault, since that may be one.
	OnlyInside []string
}

// Annotation is one message of the run's page.
type Annotation struct {
	Level              string // error, warning or notice
	File               string // relative to the repository
	Line, EndLine, Col int
	Title, Message     string
}

// Run runs the action as one step, whatever became of the steps before it.
func (j *Job) Run(step Step) Result {
	j.tb.Helper()
	if j.ended {
		j.tb.Fatal("emulator: the job has ended")
	}
	r := j.stage(step, "main", nil)
	if step.ID != "" {
		j.steps[step.ID] = r
	}
	if j.action.Runs.PostEntrypoint != "" {
		j.post = append(j.post, posted{step, r.State})
	}
	return r
}

// stage runs one stage of a step.
func (j *Job) stage(step Step, stage string, state map[string]string) Result {
	j.tb.Helper()
	j.serial++
	name := fmt.Sprintf("step %d (%s %s)", j.serial, stage, step.ID)
	r := Result{Outputs: map[string]string{}, State: map[string]string{}}
	fault := func(format string, args ...any) {
		j.tb.Helper()
		j.tb.Errorf("emulator: "+name+": "+format, args...)
	}
	defer func() {
		if r.Failed && !step.ContinueOnError {
			j.failed = true
		}
	}()
	inputs, unexpected, err := j.inputs(step)
	if err != nil {
		j.tb.Fatalf("emulator: %s: %v", name, err)
	}
	log := &stepLog{job: j, result: &r, fault: fault}
	for _, u := range unexpected {
		log.annotate(Annotation{Level: "warning", Message: fmt.Sprintf("Unexpected input(s) '%s'", u)})
	}
	args, err := j.arguments(inputs)
	if err != nil {
		j.tb.Fatalf("emulator: %s: runs.args: %v", name, err)
	}
	files, err := j.makeFiles()
	if err != nil {
		j.tb.Fatalf("emulator: %s: %v", name, err)
	}
	env, err := j.environment(step, inputs, state, files)
	if tooLong := new(startError); errors.As(err, &tooLong) {
		r.Failed, r.Code = true, 125
		log.annotate(Annotation{Level: "error", Message: err.Error()})
		r.Log = log.shown.String()
		return r
	} else if err != nil {
		j.tb.Fatalf("emulator: %s: %v", name, err)
	}
	if step.Tamper != nil {
		step.Tamper(env)
	}
	before := j.holding(nil)
	entrypoint, program := j.action.Runs.Entrypoint, j.options.Program
	if stage == "post" {
		entrypoint = j.action.Runs.PostEntrypoint
	}
	if step.Program != nil {
		program = step.Program
	}
	r.Code, err = start(program, Process{
		Entrypoint: entrypoint, Args: args, Env: env, Dir: j.Path("/github/workspace"),
		Stdout: log.stream(), Stderr: log.stream(),
	})
	if err != nil {
		fault("%v", err)
	}
	r.Failed = r.Code != 0
	log.read()
	j.readFiles(files, &r, log, fault)
	for path, hint := range j.holding(before) {
		fault("a secret (%s) is in the file %s", hint, path)
	}
	r.Log = log.shown.String()
	return r
}

func (j *Job) arguments(inputs map[string]string) ([]string, error) {
	var args []string
	if j.action.Runs.Args == nil {
		for _, a := range split(inputs["args"]) {
			args = append(args, j.paths.enter(a))
		}
		return args, nil
	}
	for _, a := range j.action.Runs.Args {
		// Expressions of args see the inputs and nothing else.
		v, err := expand(a, map[string]map[string]string{"inputs": inputs})
		if err != nil {
			return nil, err
		}
		args = append(args, j.paths.enter(v)) // no translation of host paths here
	}
	return arguments(args), nil
}

// allowed reports whether the test expects what would be an injection.
func (j *Job) allowed(what string) bool {
	for _, a := range j.options.Allow {
		if a == what {
			return true
		}
	}
	return false
}

// readPairs reads a command file of names and values. One that is not there
// says nothing, as for the runner.
func readPairs(path string) ([]runnertest.Pair, string, error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	pairs, err := runnertest.ParseFile(string(data))
	return pairs, string(data), err
}
