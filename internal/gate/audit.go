// SPDX-License-Identifier: BSD-3-Clause

package gate

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/publish"
	"github.com/scientific-python/sallyport/internal/github"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// AuditOptions are what a repository's workflows are judged by.
type AuditOptions struct {
	// Policies are complete, one for each publisher; at least one. FromFile
	// says that a policy file was read.
	Policies []*policy.Policy
	FromFile bool
	// Repository is OWNER/NAME and DefaultBranch its branch; "" where not known.
	Repository, DefaultBranch string
	// Commit is the commit that the workflows were read at, "" where they lie in
	// a folder.
	Commit string
	// Settings are what GitHub says of the repository.
	Settings publish.Settings
	// Before is what was found on the way here.
	Before finding.Set
	Strict bool
	Tool   report.Tool
}

// Workflows is a repository's workflow files, read and joined.
type Workflows struct {
	Graph *graph.Graph
	Files publish.Files
}

// ReadWorkflows reads the workflows of a tree. The error is for a tree that
// cannot be listed; everything else that cannot be read is in the graph.
func ReadWorkflows(tree fs.FS, repository, defaultBranch string) (*Workflows, error) {
	read, err := workflow.Read(tree)
	if err != nil {
		return nil, err
	}
	return &Workflows{
		Graph: graph.Build(tree, read, graph.Facts{Repository: repository, DefaultBranch: defaultBranch}),
		Files: repositoryFiles(tree),
	}, nil
}

// Audit judges the publish gate over a repository's workflows.
func Audit(w *Workflows, o AuditOptions) *report.Report {
	return join("audit", o.Tool, o.Policies[0], o.Strict, o.Before, o.workflows(w))
}

// workflows judges the repository's workflows.
func (o AuditOptions) workflows(w *Workflows) part {
	return part{
		Set: publish.Judge(o.input(w)), gates: []finding.Gate{finding.Publish}, rules: countRules(finding.Publish),
		fill: func(rep *report.Report, all []finding.Finding) {
			// Waived paths stay marked: the drawing shows what is there.
			rep.PublishPaths = publishPaths(w.Graph, all)
		},
	}
}

func (o AuditOptions) input(w *Workflows) publish.Input {
	return publish.Input{
		Graph: w.Graph, Policies: o.Policies, FromFile: o.FromFile, Repository: o.Repository, Commit: o.Commit, Files: w.Files, Settings: o.Settings,
	}
}

// Questions are what GitHub is to be asked before workflows are judged.
func Questions(w *Workflows, o AuditOptions) github.SettingsQuery { return publish.Query(o.input(w)) }

// publishPaths lists every upload, one row for each job, step and credential,
// however often a workflow is called.
func publishPaths(g *graph.Graph, findings []finding.Finding) []report.PublishPath {
	marks := map[string][]string{} // deviations by job
	for _, f := range findings {
		if f.Severity != finding.Note && !slices.Contains(marks[f.Subject], f.Rule) {
			marks[f.Subject] = append(marks[f.Subject], f.Rule)
		}
	}
	out := []report.PublishPath{}
	at := map[string]int{}
	for _, k := range g.Sinks {
		if k.DryRun {
			continue
		}
		p := publishPath(k, marks)
		key := fmt.Sprintf("%q", []any{p.File, p.Job, p.Step, p.Line, p.Uploader, p.Index, p.Credential, p.Environment, p.Via})
		if i, ok := at[key]; ok {
			if p.Reachable && !out[i].Reachable {
				out[i] = p
			}
			continue
		}
		at[key] = len(out)
		out = append(out, p)
	}
	return out
}

func publishPath(k *graph.Sink, marks map[string][]string) report.PublishPath {
	s := k.Step
	p := report.PublishPath{
		File: s.Job.File.Path, Job: s.Job.Job.ID.Value, Step: s.Index, Line: s.CallerLine, Uploader: k.Uploader, Index: k.Index,
		Credential: string(k.Credential), Environment: s.Job.Environment.Name, Reachable: k.Reachable, Via: append([]string{}, k.Via...),
	}
	if k.File == p.File {
		p.Line = k.Line
	}
	for _, st := range k.Path {
		out := report.Stage{File: st.Job.File.Path, Job: st.Job.Job.ID.Value, Line: st.Job.Job.Pos.Line, Events: events(st), Deviations: marks[st.Job.File.Path+" job "+st.Job.Job.ID.Value]}
		if st.To != nil {
			out.To, out.Artifact = st.To.Job.ID.Value, st.Upload.Pattern
		}
		p.Stages = append(p.Stages, out)
	}
	return p
}

// events are what starts the runs in which a stage is on the path.
func events(st *graph.Stage) []string {
	var out []string
	for i, r := range st.Job.Runs {
		if st.Runs[i] {
			if e := eventName(r.Scenario); !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}

// eventName is how the drawing names a way in which a run starts.
func eventName(s *expr.Scenario) string {
	switch {
	case s.Event == "":
		return "call by another workflow"
	case s.Event == "push" && s.Ref.Type == "tag":
		return "push of a tag" + matching(s.Ref)
	case s.Event == "push" && s.Ref.Type == "branch":
		return "push to a branch" + matching(s.Ref)
	}
	return s.Event
}

func matching(r expr.GitRef) string {
	switch {
	case r.Name != "":
		return " " + r.Name
	case r.Pattern != nil:
		return " " + r.Pattern.String()
	}
	return ""
}

// repositoryFiles looks for the files that rules ask for.
func repositoryFiles(tree fs.FS) publish.Files {
	var out publish.Files
	first := func(names ...string) string {
		for _, n := range names {
			if info, err := fs.Stat(tree, n); err == nil && info.Mode().IsRegular() {
				return n
			}
		}
		return ""
	}
	for _, name := range []string{".github/dependabot.yml", ".github/dependabot.yaml"} {
		if info, err := fs.Stat(tree, name); err == nil && info.Mode().IsRegular() && info.Size() < 1<<20 {
			// Which ecosystems it lists decides; a name is enough to see that.
			if data, err := fs.ReadFile(tree, name); err == nil && strings.Contains(string(data), "github-actions") {
				out.Dependabot = name
			}
		}
	}
	if out.Dependabot == "" {
		out.Dependabot = first("renovate.json", "renovate.json5", ".github/renovate.json", ".github/renovate.json5", ".renovaterc", ".renovaterc.json")
	}
	for _, dir := range []string{".", "docs", "doc", ".github", "doc/source", "docs/source", "docs/dev", "docs/development", "doc/devel", "docs/developer", "docs/contributing", "docs/maintainers"} {
		entries, err := fs.ReadDir(tree, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			name := strings.ToLower(e.Name())
			stem := strings.TrimSuffix(name, path.Ext(name))
			if e.Type().IsRegular() && slices.Contains([]string{"releasing", "release", "release_process", "release-process", "how_to_release", "howto_release", "release_guide", "release-guide", "making_a_release", "making_releases", "release-procedure", "release_procedure", "maintainers", "maintaining", "maintainer"}, stem) &&
				slices.Contains([]string{".md", ".rst", ".txt", ".adoc", ""}, path.Ext(name)) {
				out.ReleaseDoc = path.Join(dir, e.Name())
				return out
			}
		}
	}
	return out
}
