// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// The actions that sketches name.
const (
	publishAction  = "pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2"
	uploadAction   = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1"
	downloadAction = "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1"
)

// sketch writes jobs in a file's own indentation.
type sketch struct {
	src        edit.Source
	own, inner string // of a job's id, of its keys
	lines      []string
}

// add writes a line of a job's keys, deeper by two spaces for each level.
func (s *sketch) add(level int, text string) {
	pad := s.own
	if level > 0 {
		pad = s.inner + strings.Repeat("  ", level-1)
	}
	s.lines = append(s.lines, pad+text)
}

// step writes the lines of a step as they are, at a step's place.
func (s *sketch) step(lines []string) {
	if len(lines) == 0 {
		return
	}
	cut := len(indentOf(lines[0]))
	for _, l := range lines {
		s.add(2, l[min(cut, len(indentOf(l))):])
	}
}

// splitSketch shows a publishing job that does more than to publish as two: one
// that does all but the upload, without an id-token, and one that only uploads.
// Where the job takes its files from another job already, only the second is
// shown. "" for what is not written in a job's own file.
func (a *audit) splitSketch(j *graph.Job, k *graph.Sink) string {
	src := a.source(j.File.Path)
	own, inner := src.JobIndent(j.Job)
	if inner == "" || ofReleaser(j) {
		return ""
	}
	s := &sketch{src: src, own: own, inner: inner}
	id := j.Job.ID.Value
	var downloads [][]string
	for _, st := range j.Steps {
		if len(st.Downloads) > 0 && st.Step != nil && st.File == j.File.Path && len(st.Chain) == 0 && st.Step.Uses != nil {
			downloads = append(downloads, strings.Split(pinnedText(src.WithoutLines(st.Step.Pos.Line, st.Step.End), st.Step.Uses), "\n"))
		}
	}
	if len(downloads) > 0 {
		s.add(0, "# sketch: job "+shownText(id)+" keeps only these steps; the others go into jobs without id-token: write, before it or after it")
		s.add(0, id+":")
		s.publishing(j, k, needsText(j))
		for _, d := range downloads {
			s.step(d)
		}
		s.upload(k)
		return strings.Join(s.lines, "\n")
	}
	build, publish := splitNames(j)
	name := "dist"
	if j.Job.Strategy != nil && j.Job.Strategy.Matrix != nil {
		name = "dist-${{ strategy.job-index }}"
	}
	s.add(0, "# sketch: two jobs in the place of "+shownText(id)+"; the first has all that it has now but the upload on line "+itoa(k.Line)+", the second only uploads")
	s.add(0, build+":")
	if n := needsText(j); n != "" {
		s.add(1, "needs: "+n)
	}
	s.add(1, "permissions:")
	s.add(1, "  contents: read")
	s.add(1, "steps:")
	s.add(2, "# … its steps")
	if command := buildOf(k.Uploader); command != "" {
		s.add(2, "- run: "+command+"  # "+k.Uploader+" did this as well")
	}
	s.add(2, "- uses: "+uploadAction)
	s.add(2, "  with:")
	s.add(2, "    name: "+name)
	s.add(2, "    path: "+distFolder(k)+"/")
	s.add(2, "    if-no-files-found: error")
	s.add(0, publish+":")
	s.publishing(j, k, build)
	s.add(2, "- uses: "+downloadAction)
	s.add(2, "  with:")
	if name == "dist" {
		s.add(2, "    name: dist")
	} else {
		s.add(2, "    pattern: dist-*")
		s.add(2, "    merge-multiple: true")
	}
	s.add(2, "    path: "+distFolder(k)+"/")
	s.upload(k)
	return strings.Join(s.lines, "\n")
}

// publishing writes the keys of the job that only uploads.
func (s *sketch) publishing(j *graph.Job, k *graph.Sink, needs string) {
	if needs != "" {
		s.add(1, "needs: "+needs)
	}
	if condition := liftedIf(k.Step); condition != "" {
		s.add(1, "if: "+condition)
	} else if own := j.Job.If; own.Written() && own.Style == workflow.Plain && len(own.Folds) == 0 && len(j.Job.Needs) > 0 {
		s.add(1, "if: "+own.Value)
	}
	s.add(1, "runs-on: ubuntu-latest")
	environment := environmentFor(canonical(k.Index))
	if e := j.Environment; e.Written && e.Constant && e.Name != "" {
		environment = e.Name
	}
	s.add(1, "environment: "+environment)
	s.add(1, "permissions:")
	s.add(1, "  id-token: write")
	s.add(1, "steps:")
}

// upload writes the step that uploads by trusted publishing.
func (s *sketch) upload(k *graph.Sink) {
	st := k.Step
	if st.Step != nil && st.Step.Uses != nil && len(st.Chain) == 0 && st.File == st.Job.File.Path && isPublishAction(k.Uploader) {
		lines := s.src.Lines(st.Step.Pos.Line, st.Step.End)
		if text := s.src.WithoutInput(st.Step, "password", "user"); text != "" {
			lines = strings.Split(text, "\n")
		}
		lines = strings.Split(strings.TrimRight(pinnedText(strings.Join(lines, "\n"), st.Step.Uses), "\n "), "\n")
		switch at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(strings.TrimLeft(l, " "), "if:") }); {
		case !st.Step.If.Written():
		case at > 0 && liftedIf(st) != "":
			lines = slices.Delete(lines, at, at+1)
		case usesSteps(st.Step.If.Value):
			s.add(2, "# its condition needs what only the first job knows: hand that on as an output of that job")
		}
		s.step(lines)
		return
	}
	s.add(2, "- uses: "+publishAction)
	var with []string
	if folder := distFolder(k); folder != "dist" {
		with = append(with, "packages-dir: "+folder+"/")
	}
	if canonical(k.Index) == sinks.TestPyPI {
		with = append(with, "repository-url: "+sinks.TestPyPI)
	}
	if len(with) > 0 {
		s.add(2, "  with:")
	}
	for _, w := range with {
		s.add(2, "    "+w)
	}
}

// isPublishAction reports whether an uploader is PyPI's own action.
func isPublishAction(uploader string) bool {
	return strings.EqualFold(uploader, "pypa/gh-action-pypi-publish")
}

// liftedIf is the condition of an upload's step, where a job can have it as it
// is; "" else.
func liftedIf(s *graph.Step) string {
	if s.Step == nil || len(s.Chain) > 0 {
		return ""
	}
	t := s.Step.If
	if !t.Written() || t.Style != workflow.Plain || len(t.Folds) > 0 || usesSteps(t.Value) {
		return ""
	}
	return t.Value
}

// usesSteps reports whether a condition looks at what a job's own condition
// cannot: steps, variables, the runner, how the job stands.
func usesSteps(condition string) bool {
	c := strings.ToLower(condition)
	return slices.ContainsFunc([]string{"steps.", "env.", "matrix.", "runner.", "job.", "strategy.", "secrets.", "hashfiles", "always(", "failure(", "cancelled("},
		func(w string) bool { return strings.Contains(c, w) })
}

// splitNames are ids for the two jobs, which no other job of the file has.
func splitNames(j *graph.Job) (build, publish string) {
	id := strings.ToLower(j.Job.ID.Value)
	build, publish = j.Job.ID.Value, "publish"
	if slices.ContainsFunc([]string{"publish", "release", "upload", "deploy", "pypi"}, func(w string) bool { return strings.Contains(id, w) }) {
		build, publish = "build", j.Job.ID.Value
	}
	taken := func(name string) bool { return name != j.Job.ID.Value && j.File.Job(name) != nil }
	for taken(build) {
		build += "-dist"
	}
	for taken(publish) {
		publish += "-dist"
	}
	return build, publish
}

// needsText is what a job waits for, as it would be written.
func needsText(j *graph.Job) string {
	var names []string
	for _, n := range j.Job.Needs {
		names = append(names, n.Value)
	}
	if len(names) > 1 {
		return "[" + strings.Join(names, ", ") + "]"
	}
	return strings.Join(names, "")
}

// distFolder is the folder that an upload takes its files from.
func distFolder(k *graph.Sink) string {
	for _, f := range k.Files {
		folder, _, ok := strings.Cut(strings.TrimPrefix(f, "./"), "/")
		if ok && folder != "" && !strings.ContainsAny(folder, "*?[]${}\"' ~#:") {
			return folder
		}
	}
	return "dist"
}

// buildOf is the command that makes the files which an uploader builds by
// itself before it sends them; "" for one that does not.
func buildOf(uploader string) string {
	switch {
	case strings.Contains(uploader, "flit publish"):
		return "flit build"
	case strings.Contains(uploader, "pdm publish"):
		return "pdm build"
	case strings.Contains(uploader, "maturin"):
		return "maturin build --release --out dist"
	case strings.Contains(uploader, "setup.py"):
		return "python -m build"
	}
	return ""
}

// ofReleaser reports whether a job releases by Jupyter's releaser, which
// builds in one of its actions and uploads in another.
func ofReleaser(j *graph.Job) bool {
	return slices.ContainsFunc(j.Steps, func(s *graph.Step) bool {
		return s.Uses != nil && s.Uses.Kind == workflow.Remote && strings.HasPrefix(strings.ReplaceAll(s.Uses.Name(), "-", "_"), "jupyter_server/jupyter_releaser/")
	})
}

// usesOwnToken is the line of the first step of a job that works on the
// repository with the run's own token; 0 for none.
func (a *audit) usesOwnToken(j *workflow.Job) int {
	names := func(t string) bool {
		t = strings.ToLower(t)
		return strings.Contains(t, "github.token") || strings.Contains(t, "secrets.github_token")
	}
	some := func(vars []workflow.Var) bool {
		return slices.ContainsFunc(vars, func(v workflow.Var) bool { return names(v.Value.Value) })
	}
	if some(j.Env) {
		return j.Env[0].Name.Line
	}
	for s := range workflow.All(j.Steps) {
		if some(s.Env) || some(s.With) || s.Run != nil && (names(s.Run.Script.Value) || strings.Contains(s.Run.Script.Value, "git push")) {
			return s.Pos.Line
		}
	}
	for _, g := range a.in.Graph.Jobs {
		for _, s := range g.Steps {
			if g.Job == j && s.Known.Role == known.Releases {
				return s.CallerLine
			}
		}
	}
	return 0
}
