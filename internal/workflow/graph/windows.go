// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// variant is a kind of job that a matrix makes, as far as the runner's system
// goes: what is known of its matrix, and runner.os; "" where that is not known.
type variant struct {
	matrix map[string]expr.Value
	os     string
}

// maxVariants bounds how many values of a matrix are looked at for a system.
const maxVariants = 100

// variants are the kinds of jobs that a job is. Each value of an axis is one,
// and each entry under include: what the others are is left open.
func (b *builder) variants(f frame, j *workflow.Job) []variant {
	if j.Container != nil {
		return []variant{{os: "Linux"}} // steps run in it
	}
	all := []variant{{}}
	if name := b.matrixName(f, j.RunsOn); name != "" && j.Strategy != nil && j.Strategy.Matrix != nil {
		if found := b.variantsBy(name, j.Strategy.Matrix); len(found) > 0 && len(found) <= maxVariants {
			all = found
		}
	}
	for i := range all {
		all[i].os = b.system(f, j.RunsOn, all[i])
	}
	return all
}

// matrixName is the one variable of the matrix that chooses the runner; "" where
// there is none or there are several.
func (b *builder) matrixName(f frame, on workflow.RunsOn) string {
	name := ""
	for _, l := range on.Labels {
		for _, e := range b.template(f.bound.apply(l.Value)).Exprs() {
			for _, r := range e.Refs() {
				switch {
				case r.Context() != "matrix" || name == r.Property(0):
				case name != "":
					return ""
				default:
					name = r.Property(0)
				}
			}
		}
	}
	return name
}

// variantsBy are the values of a variable, and what stands beside them under
// include; nil where they cannot be listed.
func (b *builder) variantsBy(name string, m *workflow.Matrix) []variant {
	if m.Expr.Written() || m.IncludeExpr.Written() {
		return nil
	}
	var out []variant
	axis := false
	for _, x := range m.Axes {
		if lower(x.Name.Value) != name {
			continue
		}
		if axis = true; x.Expr.Written() {
			return nil
		}
		for _, v := range x.Values {
			out = append(out, variant{matrix: map[string]expr.Value{name: b.literal(v)}})
		}
	}
	for _, v := range m.Include {
		one := variant{matrix: map[string]expr.Value{}}
		for _, e := range v.Entries {
			one.matrix[lower(e.Key.Value)] = b.literal(e.Value)
		}
		_, has := one.matrix[name]
		switch {
		case has:
			out = append(out, one)
		case !axis:
			return nil
		}
	}
	return out
}

// system is runner.os of the runners that a variant may get; "" where it is not
// known or there are several.
func (b *builder) system(f frame, on workflow.RunsOn, v variant) string {
	found := ""
	for _, l := range on.Labels {
		texts, all := b.template(f.bound.apply(l.Value)).Texts(&expr.Scenario{Matrix: v.matrix})
		if !all {
			return ""
		}
		for _, text := range texts {
			switch os := systemOf(lower(text)); {
			case os == "":
			case found != "" && found != os:
				return ""
			default:
				found = os
			}
		}
	}
	return found
}

func systemOf(label string) string {
	switch {
	case strings.HasPrefix(label, "windows"):
		return "Windows"
	case strings.HasPrefix(label, "ubuntu"), strings.HasPrefix(label, "linux"):
		return "Linux"
	case strings.HasPrefix(label, "macos"):
		return "macOS"
	}
	return ""
}

// windows reports whether every runner of a job is certainly a Windows one.
func windows(all []variant) bool {
	for _, v := range all {
		if v.os != "Windows" {
			return false
		}
	}
	return true
}

// onWindows says on which runners a step runs whose condition is e (nil: none):
// only is true where all of them are certainly Windows ones, some where one
// may be.
func onWindows(all []variant, e *expr.Expr) (only, some bool) {
	others := false
	for _, v := range all {
		systems := []string{v.os}
		if v.os == "" {
			systems = []string{"Linux", "macOS", "Windows"}
		}
		for _, os := range systems {
			if e != nil && e.Eval(&expr.Scenario{Matrix: v.matrix, RunnerOS: os}) == expr.False {
				continue
			}
			if os == "Windows" {
				some = true
			} else {
				others = true
			}
		}
	}
	return some && !others, some
}

// defaultShell is the shell of a step that names none: PowerShell on Windows,
// else "" for bash. A script for runners of several systems is read as bash,
// unless only PowerShell understands it and bash would upload nothing with it.
func (b *builder) defaultShell(s *Step, text, dir string, ctx sinks.Context) string {
	only, some := onWindows(s.Job.variants, b.condition(s.Step.If))
	if only {
		return "pwsh"
	}
	if some {
		bash, other := b.parse(scriptKey{text, "", dir, ""}).script, b.parse(scriptKey{text, "pwsh", dir, ""}).script
		if bash.Problem != nil && other.Problem == nil && len(sinks.OfScript(bash, ctx)) == 0 {
			return "pwsh"
		}
	}
	return ""
}
