// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// publishAction is what fixes put in place of another uploader.
const publishAction = "pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2"

// trustedFix writes an upload with a token as one by trusted publishing: the
// lines that the job needs, and the step. "" for an upload that is not written
// in a job's own file.
func (a *audit) trustedFix(k *graph.Sink) string {
	s := k.Step
	if s.Step == nil || len(s.Chain) > 0 || s.Job.File.Path != s.File {
		return ""
	}
	src := a.source(s.File)
	var step string
	switch {
	case s.Step.Uses != nil && !k.Guessed && strings.HasSuffix(k.Uploader, "/gh-action-pypi-publish"):
		if step = src.WithoutInput(s.Step, "password", "user"); step == "" {
			return "" // the credential is not handed over by an input
		}
	case exchanges(k.Uploader) && withoutSecrets(src, k) != "":
		step = withoutSecrets(src, k)
	case s.Step.Uses != nil:
		return "" // what it does besides is not known here
	case k.File == s.File || len(k.Via) == 0:
		step = src.InStep(s.Step)
		first := strings.TrimLeft(step, " ")
		if !strings.HasPrefix(first, "- ") {
			return ""
		}
		step = step[:len(step)-len(first)] + "- uses: " + publishAction
		if canonical(k.Index) == sinks.TestPyPI {
			pad := strings.Repeat(" ", len(step)-len(strings.TrimLeft(step, " "))+2)
			step += "\n" + pad + "with:\n" + pad + "  repository-url: " + sinks.TestPyPI
		}
	default:
		return ""
	}
	lines := permissionLines(s.Job)
	if s.Job.Job.Environment == nil {
		lines = append([]string{"environment: " + environmentFor(canonical(k.Index))}, lines...)
	}
	if len(lines) == 0 {
		return step
	}
	head := src.InJob(s.Job.Job, append(lines, "# …", "steps:", "  # …")...)
	if head == "" {
		return ""
	}
	return head + "\n" + step
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
func permissionLines(j *graph.Job) []string {
	if j.Permissions.Of(workflow.IDToken) == workflow.WriteAccess {
		return nil
	}
	lines := []string{"permissions:"}
	if p := j.Job.Permissions; p != nil {
		for _, scope := range p.Scopes {
			if !strings.EqualFold(scope.Name.Value, workflow.IDToken) {
				lines = append(lines, "  "+scope.Name.Value+": "+scope.Access.String())
			}
		}
	} else if checksOut(j) {
		lines = append(lines, "  contents: read")
	}
	return append(lines, "  "+workflow.IDToken+": write")
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
