// SPDX-License-Identifier: BSD-3-Clause

// Package graph joins what the readers of a repository's workflow files say
// into the publish-path graph: which runs can start, which jobs and steps run
// in them, what each step uploads to an index and with which credential, and
// by which artifacts files reach that step.
//
// It states facts and judges nothing. It reads the fs.FS that it is given and
// runs nothing. The files are hostile: what is read of them is bounded by the
// readers, cycles among called workflows and composite actions end, and what
// could not be read is a [Gap], never left out quietly.
//
// Every answer errs on the side of more paths: a condition that cannot be
// decided lets the step run, a name that is not constant matches what it may
// match.
package graph

import (
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// Graph is what the files of a repository say.
type Graph struct {
	Repo *workflow.Repository
	// Jobs are the jobs of every run that can start: a job of a reusable
	// workflow is there once for each local call, and once by itself where
	// nothing in the repository calls it. In the order of files and jobs.
	Jobs []*Job
	// Sinks are the uploads to an index, in the order of Jobs and steps.
	Sinks []*Sink
	// Gaps are what could not be read or followed.
	Gaps []Gap

	ids *ids
}

// Gap is something that is not known. Job and Step are nil where it concerns
// a file.
type Gap struct {
	Kind GapKind
	Job  *Job
	Step *Step
	File string
	Line int
	// Name is what is not known: an action, a script, a command, a file.
	Name string
	// Reason completes "Name …".
	Reason string
}

// GapKind says what a gap hides.
type GapKind int

// The kinds of gaps.
const (
	// UnreadFile: part of a workflow or action file is not in the model.
	UnreadFile GapKind = iota
	// UnknownAction: what a remote action does is not in the table.
	UnknownAction
	// UnknownWorkflow: a reusable workflow of another repository that is not
	// in the table, or a local one that cannot be called.
	UnknownWorkflow
	// UnreadScript: a script that is run but not read, or only approximately.
	UnreadScript
	// LocalCode: a local action that is no composite (JavaScript, a container).
	LocalCode
	// Missing: a reusable workflow of the repository's own that is called, or
	// an action that is named by $/, and is not in the tree. Other local actions
	// may come from a checkout: they are LocalCode.
	Missing
)

// Job is a job as it runs in the runs that Root starts.
type Job struct {
	// Root is the file whose triggers start the run; Callers are the jobs of
	// local reusable-workflow calls that lead here, outermost first.
	Root    *workflow.Workflow
	Callers []*Job
	// File is the file in which the job is written.
	File *workflow.Workflow
	Job  *workflow.Job
	// Runs has one entry for each way in which a run of Root can start; all
	// jobs of a Root have the same ways in the same order.
	Runs []Run
	// Permissions are those in force, callers considered.
	Permissions workflow.Permissions
	// Environment is the job's deployment environment.
	Environment Environment
	// Needs are the jobs that it waits for, those of a called workflow in
	// place of the calling job.
	Needs []*Job
	// Steps are what it runs, local composites expanded, in order. For a call
	// of a remote reusable workflow there is one step without a Step.Step.
	Steps []*Step
	// Remote is set where the job calls a reusable workflow of another
	// repository (or one that is not in the tree).
	Remote *workflow.Call
	// Calls is true for a job that only calls a local reusable workflow: what
	// it runs are other entries of Graph.Jobs.
	Calls bool
	// Windows: run steps use PowerShell unless they say otherwise.
	Windows bool

	variants []variant // the systems that it may run on
}

// Run is one way in which a run starts, and whether something runs in it.
type Run struct {
	Scenario *expr.Scenario
	Runs     expr.Truth
}

// Environment is a job's environment as written: Name "" with Written false
// for none. Constant is false where the name holds an expression; Names are
// then the names that are possible, if they can be listed.
type Environment struct {
	Name     string
	Written  bool
	Constant bool
	Names    []string
	Line     int
}

// Step is a step that a job runs.
type Step struct {
	Job *Job
	// Index is the number of the job's own step, from 1, also for a step
	// inside a composite action that the own step uses.
	Index int
	// File and Line say where the step is written; CallerFile and CallerLine
	// where the job's own step is. They differ inside local composites.
	File       string
	Line       int
	CallerFile string
	CallerLine int
	// Expanded.Step is the step as written; nil for a remote reusable workflow.
	workflow.Expanded
	// Runs are parallel to Job.Runs.
	Runs []Run
	// Env is the environment as written, outer values replaced by inner ones;
	// With are the inputs. In both, inputs of composites and called workflows
	// are put in place where the text is exactly that input.
	Env  map[string]string
	With map[string]string // names in lower case
	// Uses is the remote action or reusable workflow, nil for none.
	Uses *workflow.Uses
	// Known is what the table says of Uses (for a local step: nothing).
	Known known.Facts
	// Script is the text of a run step, inputs put in place as in Env.
	Script string
	// Shell is the command line that runs the script, as written for the step
	// or by default, "" where none is written; ShellLine is where.
	Shell     string
	ShellLine int
	// Commands are what a run step runs, with what tasks and scripts of the
	// repository run.
	Commands []Command
	// EnvWrites are what it hands to later steps by the files of $GITHUB_ENV
	// and $GITHUB_PATH, in a fixed order.
	EnvWrites []EnvWrite
	// Overlaid says why files of the repository that the step runs may not be
	// those that were read: an earlier step put others in their place. "" where
	// nothing did, or the step runs none.
	Overlaid string
	// Written are the files that its own script writes by redirection or tee.
	Written []shell.Write
	// Sinks are the uploads of this step.
	Sinks []*Sink
	// Uploads and Downloads are the artifacts it stores and fetches, Caches
	// the caches it restores or saves.
	Uploads   []*Upload
	Downloads []*Download
	Caches    []*Cache

	// found are the variables that it finds, or one way of what it may find;
	// leaves are those that it leaves for the steps behind it.
	found, leaves map[string]string
	constant      *expr.Scenario // found, where it is constant
}

// EnvWrite is a variable that a step sets for later steps ("PATH" for a folder
// that it puts in front of the others). Name is [shell.AnyVariable] where what
// is written is not known; Known says whether Text is.
type EnvWrite struct {
	Name, Text string
	Known      bool
	File       string
	Line       int
}

// Command is a command of a step.
type Command struct {
	shell.Command
	// Via are the tasks and scripts between the step and the command.
	Via []string
	// File and Line say where the command is written.
	File string
	Line int
	// Locked says of the requirement files that it names (pip's -r), as
	// written, whether each requirement in them has a hash. Files that are not
	// in the tree are missing.
	Locked map[string]bool
}

// Sink is an upload to an index.
type Sink struct {
	sinks.Sink
	Step *Step
	// File and Line say where the uploader is written: the step, the line of
	// its script, or the task that runs it.
	File string
	Line int
	// Reachable: there is a run in which it may happen.
	Reachable bool
	// Path are the jobs whose work reaches the upload, its own job first, then
	// those whose artifacts it takes, and so on, in a fixed order.
	Path []*Stage
}

// Stage is a job on the path to a sink.
type Stage struct {
	Job *Job
	// By is how its files get on: the download that takes them and the upload
	// that it takes; nil for the sink's own job.
	To       *Job
	Upload   *Upload
	Download *Download
	// Runs says, parallel to Job.Runs, in which runs both ends may run.
	Runs []bool
}

// Upload is an artifact that a step stores.
type Upload struct {
	Step *Step
	// Name as written. Pattern is the same with "*" in place of each part
	// that is not constant.
	Name, Pattern string
	// Paths are the files as written; empty where not known.
	Paths []string
	// Remote: it is stored inside a remote action or reusable workflow.
	Remote bool

	hidden   bool   // only its id is seen
	idOutput string // the output of its step or call that is its id, "" where not known
}

// Selection is by what a download chooses artifacts.
type Selection string

// The selections.
const (
	ByName    Selection = "name"
	ByPattern Selection = "pattern"
	ByID      Selection = "id"
	All       Selection = "all"
)

// Download is what a step fetches that may be distributions.
type Download struct {
	Step *Step
	By   Selection
	// Text is the name, pattern or ids as written; Pattern as in [Upload].
	Text, Pattern string
	// Outside says where the files come from if not from this run: "another
	// run", "a release", "another repository", "an address"; "" for this run.
	Outside string
	// Dest is the folder, "" for the workspace.
	Dest string
	// From are the uploads of this run that it may take.
	From []*Upload
	// Lost says, of a download by id, where the id could not be followed any
	// further; From is then all of the run, in the runs in which it is lost. It
	// is nil where the id leads to the steps that store what is in From.
	Lost *Lost
	// Line is where it is written, for a command.
	File string
	Line int

	input string // the input that Text stands in, "" where not known
	led   int    // how many of From the id leads to
}

// Cache is a cache that a step restores or saves.
type Cache struct {
	Step *Step
	known.Cache
	// On says, parallel to Step.Runs, whether it is in use in that run.
	On []expr.Truth
	// Inside: it is inside a remote action, which the caller cannot edit.
	Inside bool
}
