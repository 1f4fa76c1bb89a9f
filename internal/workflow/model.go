// SPDX-License-Identifier: BSD-3-Clause

package workflow

// Repository is what the tree says. Actions has the local actions by their
// folder with slashes, "." being the root.
type Repository struct {
	Workflows []*Workflow // sorted by path
	Actions   map[string]*Action
	Problems  []Problem // sorted by file, line, column, message
	// Incomplete is true when files were left unread (links, too many).
	Incomplete bool
}

// Problem is something that could not be read, or that GitHub would not take.
type Problem struct {
	File         string
	Line, Column int // 1-based; 0 = the file as a whole
	Message      string
	// Lost is true when the model lacks something that is written there; what
	// it belongs to is marked Incomplete.
	Lost bool
}

// Workflow is one file of .github/workflows.
type Workflow struct {
	Path        string // with slashes, from the root of the tree
	Name        Text
	RunName     Text
	Triggers    []Trigger
	Permissions *Permissions // nil = absent
	Env         []Var
	Defaults    Defaults
	Concurrency *Concurrency // nil = absent
	Jobs        []*Job       // in the file's order
	Comments    []Comment    // in the file's order
	Source      []byte       // the file's bytes, without a byte order mark; not to be changed
	// Incomplete is true when something in the file, a job and a step
	// included, is not in the model.
	Incomplete bool
}

// Job returns the job with that id, compared without case, or nil.
func (w *Workflow) Job(id string) *Job {
	for _, j := range w.Jobs {
		if equalFold(j.ID.Value, id) {
			return j
		}
	}
	return nil
}

// Trigger returns the trigger for an event, or nil.
func (w *Workflow) Trigger(event string) *Trigger {
	for i := range w.Triggers {
		if w.Triggers[i].Event == event {
			return &w.Triggers[i]
		}
	}
	return nil
}

// Trigger is one event under "on". A filter that is absent is nil; one that is
// written but empty is not.
type Trigger struct {
	Event          string
	Types          []Text
	Branches       []Text
	BranchesIgnore []Text
	Tags           []Text
	TagsIgnore     []Text
	Paths          []Text
	PathsIgnore    []Text
	Workflows      []Text // workflow_run
	Cron           []Text // schedule
	Inputs         []Input
	Outputs        []Var    // workflow_call
	Secrets        []Secret // workflow_call
	Pos            Pos
}

// Input is a declared input of a workflow or an action.
type Input struct {
	Name     Text
	Type     Text // absent in actions
	Default  Text
	Required bool
	Options  []Text
}

// Secret is a declared secret of a reusable workflow.
type Secret struct {
	Name     Text
	Required bool
}

// Job is one entry of "jobs".
type Job struct {
	ID, Name, If    Text
	Needs           []Text
	RunsOn          RunsOn
	Permissions     *Permissions // nil = absent
	Environment     *Environment // nil = absent
	Env             []Var
	Defaults        Defaults
	Concurrency     *Concurrency
	Outputs         []Var
	Strategy        *Strategy
	Container       *Container
	Services        []Service
	ContinueOnError Text
	TimeoutMinutes  Text
	Steps           []*Step
	Call            *Call // the job calls a reusable workflow
	Pos             Pos   // of the job's id
	End             int   // last line of the job
	Incomplete      bool
}

// RunsOn says which runners take a job. Labels may hold expressions; one label
// that is a whole expression may stand for a list.
type RunsOn struct {
	Labels []Text
	Group  Text
}

// Environment is a job's deployment environment.
type Environment struct {
	Name, URL, Deployment Text
	Pos                   Pos
}

// Concurrency is a concurrency group.
type Concurrency struct {
	Group, CancelInProgress, Queue Text
	Pos                            Pos
}

// Defaults are the defaults of run steps.
type Defaults struct {
	Shell, WorkingDirectory Text
}

// Container is a job's container or one service's.
type Container struct {
	Image, Options, Username, Password Text
	Credentials                        Text // credentials given whole as an expression
	Env                                []Var
	Ports, Volumes                     []Text
	Pos                                Pos
}

// Service is a service container. Where "services" is given whole as an
// expression, there is one Service with an empty Name and the expression as
// its container's image.
type Service struct {
	Name      Text
	Container *Container
}

// Call is a job's call of a reusable workflow.
type Call struct {
	Uses    Uses
	With    []Var
	Secrets []Var
	Inherit bool // secrets: inherit
}

// Strategy is a job's strategy.
type Strategy struct {
	Matrix                *Matrix
	FailFast, MaxParallel Text
	Pos                   Pos
}

// Matrix is a job's matrix. Expr is set where it is given whole as an
// expression; IncludeExpr and ExcludeExpr likewise.
type Matrix struct {
	Axes                           []Axis // in the file's order
	Include, Exclude               []Value
	Expr, IncludeExpr, ExcludeExpr Text
}

// Axis is one variable of a matrix. Expr is set where its values are given as
// an expression.
type Axis struct {
	Name   Text
	Values []Value
	Expr   Text
}

// Step is one step. Exactly one of Uses, Run, Parallel and the waiting fields
// is set, unless Incomplete.
type Step struct {
	ID, Name, If    Text
	Uses            *Uses
	Run             *Run
	With            []Var
	Env             []Var
	ContinueOnError Text
	TimeoutMinutes  Text
	// Parallel are the steps of a group that run beside each other.
	Parallel []*Step
	// Background is set on a step that the job does not wait for.
	Background Text
	// Wait and Cancel name background steps; WaitAll is set on a step that
	// waits for all of them.
	Wait, Cancel []Text
	WaitAll      bool
	Pos          Pos // of the step's first key
	End          int // last line of the step
	// Alias is where the step stands in the list if it is written elsewhere in
	// the file and named here by a YAML alias; else it is zero.
	Alias      Pos
	Incomplete bool
}

// Run is a script step.
type Run struct {
	// Script is the text as GitHub gets it, expressions kept; the script's
	// first line stands at Script.FirstLine.
	Script                  Text
	Shell, WorkingDirectory Text
}

// Action is a local action.
type Action struct {
	Path    string // of the file, with slashes
	Folder  string
	Kind    ActionKind
	Using   Text
	Name    Text
	Inputs  []Input
	Outputs []Var
	Steps   []*Step // composite
	Image   Text    // docker
	Env     []Var   // docker
	Args    []Text  // docker
	// Main, Pre and Post are what a node action runs, or a docker action's
	// entrypoints.
	Main, Pre, Post Text
	Comments        []Comment
	Source          []byte
	Incomplete      bool
}

// ActionKind is how an action runs.
type ActionKind int

// The kinds of actions.
const (
	ActionUnknown ActionKind = iota
	ActionComposite
	ActionDocker
	ActionNode
)
