// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
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
	line := k.Line
	if k.File != j.File.Path {
		line = k.Step.CallerLine
	}
	name := "dist"
	if j.Job.Strategy != nil && j.Job.Strategy.Matrix != nil {
		name = "dist-${{ strategy.job-index }}"
	}
	s.add(0, "# sketch: two jobs in the place of "+shownText(id)+"; the first has all that it has now but the upload on line "+itoa(line)+", the second only uploads")
	s.add(0, build+":")
	if n := needsText(j); n != "" {
		s.add(1, "needs: "+n)
	}
	s.add(1, "# … runs-on and all else that it has, without its environment")
	s.add(1, "permissions:")
	for _, l := range a.otherPermissions(j) {
		s.add(1, "  "+l)
	}
	s.add(1, "steps:")
	s.add(2, "# … its steps")
	switch command := buildOf(k.Uploader); {
	case command != "":
		s.add(2, "- run: "+command+"  # "+k.Uploader+" did this as well")
	case k.Guessed || len(k.Via) > 0 || k.File != j.File.Path:
		s.add(2, "# … and what line "+itoa(line)+" does beside the upload")
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
	} else if k.Step.Step != nil && k.Step.Step.If.Written() && !isPublishAction(k.Uploader) {
		s.add(1, "# if: what the condition of line "+itoa(k.Step.Step.If.Line)+" stands for, in terms of github, inputs and needs")
	} else if own := j.Job.If; own.Written() && own.Style == workflow.Plain && len(own.Folds) == 0 && len(j.Job.Needs) > 0 && !usesSteps(own.Value) {
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
