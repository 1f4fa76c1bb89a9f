// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// trustedFix writes an upload with a token as one by trusted publishing: the
// lines that the job needs and the step, or two jobs where the job does more
// than to upload. "" for an upload that is not written in a job's own file.
func (a *audit) trustedFix(k *graph.Sink) string {
	s := k.Step
	if s.Step == nil || len(s.Chain) > 0 || s.Job.File.Path != s.File || ofReleaser(s.Job) {
		return ""
	}
	src := a.source(s.File)
	if a.doesMore(k) {
		return a.splitSketch(s.Job, k)
	}
	var step string
	switch {
	case s.Step.Uses != nil && !k.Guessed && isPublishAction(k.Uploader):
		if step = src.WithoutInput(s.Step, "password", "user"); step == "" {
			return "" // the credential is not handed over by an input
		}
		step = pinnedText(step, s.Step.Uses)
	case exchanges(k.Uploader) && withoutSecrets(src, k) != "":
		step = withoutSecrets(src, k)
	case s.Step.Uses != nil:
		return "" // what it does besides is not known here
	case k.File == s.File || len(k.Via) == 0:
		own, inner := src.JobIndent(s.Job.Job)
		if inner == "" {
			return ""
		}
		to := sketch{src: src, own: own, inner: inner}
		to.upload(k)
		step = strings.Join(to.lines, "\n")
	default:
		return ""
	}
	lines := a.permissionLines(s.Job)
	if s.Job.Job.Environment == nil {
		lines = append([]string{"environment: " + environmentFor(canonical(k.Index))}, lines...)
	}
	if len(lines) == 0 {
		return step
	}
	head := src.InJob(s.Job.Job, append(lines, "# …", "steps:")...)
	if head == "" {
		return ""
	}
	own, _ := src.JobIndent(s.Job.Job)
	step = indentOf(step) + "# …\n" + step
	return own + "# sketch: job " + shownText(s.Job.Job.ID.Value) + " with these lines, and this step in the place of the one on line " + itoa(s.Step.Pos.Line) + "\n" + head + "\n" + step
}

// doesMore reports whether the job of an upload does what must not happen
// beside an id-token: it runs other code, builds with the uploader itself, or
// runs for pull requests.
func (a *audit) doesMore(k *graph.Sink) bool {
	j := k.Step.Job
	if buildOf(k.Uploader) != "" || j.Job.Strategy != nil && j.Job.Strategy.Matrix != nil {
		return true
	}
	if slices.ContainsFunc(j.Runs, func(r graph.Run) bool {
		return r.Runs != expr.False && strings.HasPrefix(r.Scenario.Event, "pull_request")
	}) {
		return true
	}
	return slices.ContainsFunc(a.deedsOf(j), func(d deed) bool { return d.kind.foreign() && (!d.sink || d.kind >= code) })
}

// withoutSecrets writes an upload's step without the variables that hold its
// credential; "" where there are none on the step.
func withoutSecrets(src edit.Source, k *graph.Sink) string {
	if strings.HasPrefix(k.Why, "-") {
		return "" // an option of the command hands it over
	}
	var names []string
	for _, v := range k.Step.Step.Env {
		if isCredentialVariable(v.Name.Value) {
			names = append(names, v.Name.Value)
			continue
		}
		for _, secret := range k.Secrets {
			if strings.Contains(strings.ToUpper(v.Value.Value), "SECRETS."+strings.ToUpper(secret)) {
				names = append(names, v.Name.Value)
			}
		}
	}
	return src.WithoutEnv(k.Step.Step, names...)
}

// permissionLines are the lines that give a job an id-token, with what it may
// do already; nil where it may have one.
func (a *audit) permissionLines(j *graph.Job) []string {
	if j.Permissions.Of(workflow.IDToken) == workflow.WriteAccess {
		return nil
	}
	lines := []string{"permissions:"}
	line, _ := a.ownToken(j.Job)
	if j.Job.Permissions != nil || line != 0 || checksOut(j) {
		for _, l := range a.otherPermissions(j) {
			lines = append(lines, "  "+l)
		}
	}
	lines = append(lines, "  "+workflow.IDToken+": write")
	if j.Job.Permissions == nil && line == 0 && slices.ContainsFunc(j.Steps, mayNeedToken) {
		lines = append(lines, "  # and what the other steps need")
	}
	return lines
}

// mayNeedToken reports whether a step is an action that may work with the
// run's own token without being handed it.
func mayNeedToken(s *graph.Step) bool {
	switch s.Known.Role {
	case known.Fetches, known.Checkout, known.Setup, known.Publishes, known.Stores, known.Caching:
		return false
	}
	return s.Uses != nil && len(s.Sinks) == 0
}

// checksOut reports whether a job fetches the repository.
func checksOut(j *graph.Job) bool {
	for _, s := range j.Steps {
		if s.Known.Role == known.Checkout {
			return true
		}
	}
	return false
}

// withoutMention writes the lines around a secret's mention without it; ""
// where it is not an entry of a step's inputs or environment.
func withoutMention(src edit.Source, m mention) string {
	if m.step == nil {
		return ""
	}
	for _, v := range m.step.With {
		if v.Name.Written() && v.Value.Line <= m.line && m.in == `input "`+v.Name.Value+`"` {
			return src.WithoutInput(m.step, v.Name.Value)
		}
	}
	for _, v := range m.step.Env {
		if v.Name.Written() && v.Value.Line <= m.line && m.in == `env "`+v.Name.Value+`"` {
			return src.WithoutEnv(m.step, v.Name.Value)
		}
	}
	return ""
}

// keyLine is the line, within from..to, that begins with a key; from where
// there is none.
func keyLine(src edit.Source, from, to int, key string) int {
	for n := from; n <= to; n++ {
		if strings.HasPrefix(strings.TrimLeft(src.Line(n), " "), key+":") {
			return n
		}
	}
	return from
}
