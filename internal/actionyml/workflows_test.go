// SPDX-License-Identifier: BSD-3-Clause

package actionyml

import (
	"io"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rhysd/actionlint"
)

type workflow struct {
	Permissions any
	Concurrency any
	On          map[string]any
	Jobs        map[string]struct {
		Permissions any
		Uses        string
		With        map[string]any
		Secrets     any
		Timeout     int `yaml:"timeout-minutes"`
		Outputs     map[string]string
		Steps       []struct {
			Uses, Run string
			With, Env map[string]string
		}
	}
}

var (
	fullCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)
	usesLine   = regexp.MustCompile(`(?m)^\s*(?:- )?uses: (\S+)(.*)$`)
	version    = regexp.MustCompile(`^ # v[0-9]+\.[0-9]+\.[0-9]+$`)
)

// ourRepository begins whatever is used of this repository, whose commit a
// release fills in.
const ourRepository = "scientific-python/sallyport"

// TestWorkflows holds each workflow file to what README.md asks of others.
func TestWorkflows(t *testing.T) {
	pins := map[string]string{}
	for _, name := range workflows(t) {
		var w workflow
		load(t, name, false, &w)
		body := text(t, name)
		for _, m := range usesLine.FindAllStringSubmatch(body, -1) {
			used, ref, _ := strings.Cut(m[1], "@")
			ours := used == ourRepository || strings.HasPrefix(used, ourRepository+"/")
			if !fullCommit.MatchString(ref) || !ours && !version.MatchString(m[2]) {
				t.Errorf("%s: %q is not pinned by commit with its version beside it", name, m[0])
			}
			if pins[used] == "" {
				pins[used] = ref + m[2]
			}
			if !ours && pins[used] != ref+m[2] {
				t.Errorf("%s: %s is at %s here and at %s elsewhere", name, used, ref, pins[used])
			}
		}
		if p, ok := w.Permissions.(map[string]any); !ok || len(p) != 0 {
			t.Errorf("%s: the workflow's permissions are %v; want none ({})", name, w.Permissions)
		}
		if _, called := w.On["workflow_call"]; !called && w.Concurrency == nil {
			t.Errorf("%s: two runs may overtake each other: concurrency is missing", name)
		}
		for id, j := range w.Jobs {
			where := name + ": job " + id
			if len(j.Steps) == 0 && j.Uses == "" || j.Secrets != nil {
				t.Errorf("%s: %d steps, uses %q, secrets %v", where, len(j.Steps), j.Uses, j.Secrets)
			}
			if permissions, ok := j.Permissions.(map[string]any); !ok || permissions["contents"] == "write" && id != "page" {
				t.Errorf("%s: permissions %v", where, j.Permissions)
			}
			if !strings.HasPrefix(name, "examples/") && j.Timeout == 0 {
				t.Errorf("%s: no timeout-minutes", where)
			}
			for _, s := range j.Steps {
				if strings.Contains(s.Run, "${{") {
					t.Errorf("%s: an expression in %q; hand it on in env", where, s.Run)
				}
				if strings.HasPrefix(s.Uses, "actions/cache") || s.With["cache"] != "" {
					t.Errorf("%s: %s restores a cache", where, s.Uses)
				}
				if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != "false" {
					t.Errorf("%s: the checkout leaves the token in the folder", where)
				}
				if strings.HasPrefix(s.Uses, "actions/download-artifact@") && s.With["artifact-ids"] == "" && id != "collect" {
					t.Errorf("%s: an artifact is taken by name", where)
				}
				if strings.HasPrefix(s.Uses, ourRepository+"@") && s.With["command"] == "" {
					t.Errorf("%s: sallyport without its command", where)
				}
			}
		}
	}
	if len(pins) < 7 {
		t.Errorf("only %d actions were found", len(pins))
	}
}

// TestSigningJobs: a job that may sign runs nothing but actions: no code of the
// project, and none that its build fetched. Only the gate needs a checkout, and
// runs nothing of it. Storing the image needs a program.
func TestSigningJobs(t *testing.T) {
	n := 0
	for _, name := range workflows(t) {
		var w workflow
		load(t, name, false, &w)
		for id, j := range w.Jobs {
			permissions, _ := j.Permissions.(map[string]any)
			if permissions["id-token"] != "write" || j.Uses != "" {
				continue
			}
			n++
			gates := false
			for _, s := range j.Steps {
				gates = gates || strings.HasPrefix(s.Uses, ourRepository+"@") && s.With["command"] == "gate"
			}
			for _, s := range j.Steps {
				image := path.Base(name) == "release.yml" && id == "store" && !strings.Contains(s.Run, "./")
				if s.Run != "" && !image || strings.HasPrefix(s.Uses, "actions/checkout@") && !gates {
					t.Errorf("%s: job %s may sign, and runs %q%s", name, id, s.Run, s.Uses)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d jobs may sign", n)
	}
}

// TestCallersGrant: a job that calls a workflow of ours grants what that one's
// jobs ask for, no less (GitHub would not start the run) and no more.
func TestCallersGrant(t *testing.T) {
	called := regexp.MustCompile(`^scientific-python/sallyport/(\.github/workflows/\w+\.yml)@`)
	rank := map[any]int{nil: 0, "read": 1, "write": 2}
	n := 0
	for _, name := range workflows(t) {
		var w workflow
		load(t, name, false, &w)
		for id, j := range w.Jobs {
			m := called.FindStringSubmatch(j.Uses)
			if m == nil {
				continue
			}
			n++
			var ours workflow
			load(t, m[1], false, &ours)
			want := map[string]any{}
			for _, job := range ours.Jobs {
				asked, _ := job.Permissions.(map[string]any)
				for p, access := range asked {
					if rank[access] > rank[want[p]] {
						want[p] = access
					}
				}
			}
			if diff := cmp.Diff(want, j.Permissions); diff != "" {
				t.Errorf("%s: job %s grants other permissions than %s asks for (-asks +grants):\n%s", name, id, m[1], diff)
			}
			for input := range j.With {
				if inputs, _ := ours.On["workflow_call"].(map[string]any)["inputs"].(map[string]any); inputs[input] == nil {
					t.Errorf("%s: job %s gives %q, which %s does not take", name, id, input, m[1])
				}
			}
		}
	}
	if n < 2 {
		t.Errorf("only %d jobs call a workflow of ours", n)
	}
}

// TestSyntax has actionlint read each workflow: expressions, outputs that
// exist, inputs that actions have, events, runners.
func TestSyntax(t *testing.T) {
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range workflows(t) {
		problems, err := linter.Lint(name, []byte(text(t, name)), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s:%d:%d: %s [%s]", name, p.Line, p.Column, p.Message, p.Kind)
		}
	}
}
