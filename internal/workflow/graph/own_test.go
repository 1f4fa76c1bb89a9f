// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

const (
	root      = "../../.."
	ourRows   = "scientific-python/sallyport/"
	ourFolder = ".github/workflows/"
)

// ownRow is what the table says of a workflow of this repository.
func ownRow(file string) known.Facts {
	with := map[string]string{"artifact-id": "x"}
	return known.Of(known.Action{Owner: "scientific-python", Repo: "sallyport", Path: ourFolder + file, Ref: ownHash[1:]}, with, nil)
}

// TestOwnRows: the table has a row for each workflow of this repository that
// can be called, and no other.
func TestOwnRows(t *testing.T) {
	repo, err := workflow.Read(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	var files, rows []string
	for _, w := range repo.Workflows {
		if w.Trigger("workflow_call") != nil {
			files = append(files, w.Path)
		}
	}
	for _, name := range known.Names() {
		if rest, ok := strings.CutPrefix(name, ourRows); ok && strings.HasPrefix(rest, ourFolder) {
			rows = append(rows, rest)
		}
	}
	if diff := cmp.Diff(files, rows); diff != "" || len(files) == 0 {
		t.Errorf("workflows of ours, and rows of them: %s", diff)
	}
	for folder, path := range map[string]string{".": "", "composite": "composite"} {
		name := filepath.Join(filepath.FromSlash(folder), "action.yml")
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		using, err := workflow.Read(fstest.MapFS{
			ourFolder + "r.yml":    {Data: []byte("on: push\njobs:\n  a:\n    steps: [{uses: ./" + path + "}]\n")},
			filepath.ToSlash(name): {Data: text},
		})
		if err != nil {
			t.Fatal(err)
		}
		a := using.Actions[folder]
		if a == nil {
			t.Fatalf("no action in %q", folder)
		}
		row := known.Of(known.Action{Owner: "scientific-python", Repo: "sallyport", Path: path, Ref: "v1"}, nil, nil)
		got := map[string]string{"command": row.Command, "dists": row.Dists}
		for _, in := range a.Inputs {
			if want, ok := got[in.Name.Value]; ok && want != in.Default.Value {
				t.Errorf("%s: %s is %q by default, and %q in the table", a.Path, in.Name.Value, in.Default.Value, want)
			}
			delete(got, in.Name.Value)
		}
		if !strings.Contains(string(text), "\n  "+row.Ledger+":\n") || row.Ledger == "" {
			t.Errorf("%s: no output %q", a.Path, row.Ledger)
		}
		if len(got) > 0 || row.Role != known.Gates {
			t.Errorf("%s: the table knows it as %d with the inputs %v", a.Path, row.Role, got)
		}
	}
}

// TestOwnWorkflows holds what the table says of this repository's workflows
// against the files. Another repository's audit looks no further than the row.
func TestOwnWorkflows(t *testing.T) {
	for _, file := range []string{"build.yml", "gate.yml"} {
		t.Run(file, func(t *testing.T) {
			row := ownRow(file)
			if !row.Known || len(row.Caches)+len(row.Loose)+len(row.Scripts)+len(row.Shell) > 0 {
				t.Fatalf("%+v", row)
			}
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(ourFolder), file))
			if err != nil {
				t.Fatal(err)
			}
			g := build(t, map[string]string{"r.yml": callerOf(t, string(text), file), file: string(text)})
			if len(g.Gaps) > 0 || len(g.Sinks) > 0 {
				t.Errorf("gaps %+v, uploads %+v", g.Gaps, g.Sinks)
			}
			o := own{t: t, row: row}
			for _, j := range g.Jobs {
				if len(j.Callers) > 0 {
					o.job(j)
				}
			}
			o.compare(g)
		})
	}
}

// callerOf is a workflow that gives a called one all rights, an artifact's id
// as the input that the row names, and takes an artifact by each of its outputs.
func callerOf(t *testing.T, text, file string) string {
	t.Helper()
	repo := build(t, map[string]string{file: text}).Repo
	on := repo.Workflows[0].Trigger("workflow_call")
	if on == nil || len(on.Secrets) > 0 {
		t.Fatalf("%s: it cannot be called, or takes secrets", file)
	}
	out := "on: {push: {tags: ['v*']}}\njobs:\n  made:\n    outputs: {id: \"${{ steps.up.outputs.artifact-id }}\"}\n    steps: [{id: up, uses: actions/upload-artifact@v7, with: {name: given}}]\n" +
		"  called:\n    needs: made\n    permissions: write-all\n    uses: ./" + ourFolder + file + "\n"
	for _, f := range ownRow(file).Fetches {
		out += "    with: {" + f.Input + ": \"${{ needs.made.outputs.id }}\"}\n"
	}
	for _, o := range on.Outputs {
		out += fmt.Sprintf("  take-%s:\n    needs: called\n    steps: [{uses: actions/download-artifact@v8, with: {artifact-ids: \"${{ needs.called.outputs.%s }}\"}}]\n", o.Name.Value, o.Name.Value)
	}
	return out
}

// own is what one of our workflows does, by its file.
type own struct {
	t       *testing.T
	row     known.Facts
	stores  []known.Stored
	fetches []known.Fetched
	foreign []*graph.Job // that run scripts
	signing []*graph.Job
	command []string // sallyport's
}

func (o *own) job(j *graph.Job) {
	id := j.Job.ID.Value
	if j.Environment.Written || len(j.Job.RunsOn.Labels) != 1 || !strings.HasPrefix(j.Job.RunsOn.Labels[0].Value, "ubuntu-") || j.Job.Container != nil || len(j.Job.Services) > 0 {
		o.t.Errorf("job %s: an environment, or not one of GitHub's machines as it is", id)
	}
	for _, s := range j.Steps {
		o.step(j, s)
	}
	if n := len(o.foreign); n > 0 && o.foreign[n-1] == j && j.IDToken() != expr.False {
		o.t.Errorf("job %s runs scripts and may sign", id)
	}
}

func (o *own) step(j *graph.Job, s *graph.Step) {
	id := j.Job.ID.Value
	if s.Step.Run != nil {
		if strings.Contains(s.Step.Run.Script.Value, "${{") {
			o.t.Errorf("job %s: a text of the caller's becomes part of %q", id, s.Step.Run.Script.Value)
		}
		if !slices.Contains(o.foreign, j) {
			o.foreign = append(o.foreign, j)
		}
	} else if s.Uses == nil || !s.Uses.Pinned || !s.Known.Known || len(s.Known.Loose) > 0 {
		o.t.Errorf("job %s: line %d uses what is not pinned or not known", id, s.Line)
	}
	for _, c := range s.Caches {
		if slices.ContainsFunc(c.On, func(on expr.Truth) bool { return on != expr.False }) {
			o.t.Errorf("job %s: %s", id, c.Name)
		}
	}
	if s.Known.Command != "" {
		o.command = append(o.command, s.Known.Command)
		if s.Known.Command == "attest" {
			o.signing = append(o.signing, j)
		}
		if s.Known.Command == "gate" && s.Known.Dists != o.row.Dists {
			o.t.Errorf("job %s: the gate looks at %q", id, s.Known.Dists)
		}
	}
	for _, u := range s.Uploads {
		paths := u.Paths
		if strings.Contains(strings.Join(paths, ""), "${{") {
			paths = nil // which they are is not known to callers
		}
		o.stores = append(o.stores, known.Stored{Name: u.Name, Paths: paths})
	}
	for _, d := range s.Downloads {
		if d.Lost != nil || len(d.From) != 1 {
			o.t.Errorf("job %s: a download of %d artifacts: %+v", id, len(d.From), d.Lost)
			continue
		}
		if len(d.From[0].Step.Job.Callers) == 0 { // the caller's
			o.fetches = append(o.fetches, known.Fetched{By: string(d.By), Dest: d.Dest})
		}
	}
}

// compare compares the row with what was seen.
func (o *own) compare(g *graph.Graph) {
	handed := map[string]string{} // artifacts by output
	var ledgers []string
	for _, j := range g.Jobs {
		output, ok := strings.CutPrefix(j.Job.ID.Value, "take-")
		if !ok {
			continue
		}
		for _, d := range j.Steps[0].Downloads {
			if d.Lost == nil && len(d.From) == 1 {
				handed[output] = d.From[0].Name
			}
		}
		s := j.Steps[0]
		text, _ := workflow.Lookup(s.Step.With, "artifact-ids")
		from, lost := g.Sources(s, text, "a ledger", "a gate")
		if lost == nil && len(from) == 1 && from[0].Step.Known.Ledger != "" && from[0].Output == from[0].Step.Known.Ledger {
			ledgers = append(ledgers, output)
		}
	}
	if o.row.Ledger == "" && len(ledgers) > 0 || o.row.Ledger != "" && !slices.Equal(ledgers, []string{o.row.Ledger}) {
		o.t.Errorf("the gate's ledger is the outputs %q, and %q in the row", ledgers, o.row.Ledger)
	}
	said := map[string]string{}
	var stores []known.Stored
	for _, s := range o.row.Stores {
		if s.IDOutput != "" {
			said[s.IDOutput] = s.Name
		}
		stores = append(stores, known.Stored{Name: s.Name, Paths: s.Paths})
	}
	var fetches []known.Fetched
	for _, f := range o.row.Fetches {
		fetches = append(fetches, known.Fetched{By: f.By, Dest: f.Dest})
	}
	if !maps.Equal(handed, said) || !cmp.Equal(stores, o.stores) || !cmp.Equal(fetches, o.fetches) {
		o.t.Errorf("the files differ from the row:\n%v %v\n%+v\n%+v\n%+v\n%+v", handed, said, o.stores, stores, o.fetches, fetches)
	}
	switch o.row.Role {
	case known.Builds:
		if len(o.foreign) != 1 || len(o.signing) != 1 || o.foreign[0] == o.signing[0] || o.row.Signs == nil || o.row.Signs.Kind != "provenance" || o.row.Command != "" {
			o.t.Errorf("%d jobs run scripts, %d sign, and the row says %+v", len(o.foreign), len(o.signing), o.row.Signs)
		}
		if diff := cmp.Diff([]string{"attest"}, o.command); diff != "" {
			o.t.Error(diff)
		}
	case known.Gates:
		if len(o.foreign)+len(o.signing) > 0 || o.row.Signs != nil {
			o.t.Errorf("%d jobs run scripts, %d make provenance", len(o.foreign), len(o.signing))
		}
		if diff := cmp.Diff([]string{o.row.Command}, o.command); diff != "" {
			o.t.Error(diff)
		}
		// Nothing stands between what was judged and what is stored.
		var roles []known.Role
		for _, j := range g.Jobs {
			for _, s := range j.Steps {
				if len(j.Callers) > 0 {
					roles = append(roles, s.Known.Role)
				}
			}
		}
		if diff := cmp.Diff([]known.Role{known.Checkout, known.Fetches, known.Gates, known.Stores}, slices.Compact(roles)); diff != "" {
			o.t.Error(diff)
		}
	default:
		o.t.Errorf("role %d", o.row.Role)
	}
}
