// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"path"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// artifacts adds what the table says that a step stores and fetches.
func (b *builder) artifacts(s *Step) {
	for _, a := range s.Known.Stores {
		s.Uploads = append(s.Uploads, &Upload{Step: s, Name: a.Name, Pattern: b.pattern(a.Name, s), Paths: a.Paths, Remote: s.Known.Role != known.Stores, idOutput: a.IDOutput})
	}
	for i, d := range s.Known.Fetches {
		if i > 0 && Selection(d.By) == All && b.handedOn(s, s.Known.Fetches[i-1].Text, s.Known.Fetches[i-1].By == string(ByID), 0) {
			continue // only if the output were empty
		}
		s.Downloads = append(s.Downloads, &Download{Step: s, By: Selection(d.By), Text: d.Text, Pattern: b.pattern(d.Text, s), Outside: d.Outside, Dest: d.Dest, File: s.File, Line: s.Line, input: d.Input})
	}
}

// handedOn reports whether a text is nothing but outputs of jobs and steps, by
// itself or through variables. Such an output is empty only where the job that
// made it went wrong. Of an id, which is followed, a condition may be in it too.
func (b *builder) handedOn(s *Step, text string, id bool, depth int) bool {
	all := b.template(text).Exprs()
	for _, e := range all {
		for _, ref := range e.Refs() {
			switch context := ref.Context(); {
			case context == "needs" || context == "steps":
			case context == "env" && depth < maxNested:
				value, ok := "", false
				for name, v := range s.found {
					if lower(name) == ref.Property(0) {
						if value, ok = v, true; !b.handedOn(s, v, id, depth+1) {
							return false
						}
					}
				}
				if !ok || !strings.Contains(value, "${{") {
					return false
				}
			case !id || ref.Flows:
				return false
			}
		}
	}
	return len(all) > 0
}

// fetches adds what the commands of a step fetch.
func (b *builder) fetches(s *Step) {
	for _, c := range s.Commands {
		words := make([]string, len(c.Words))
		for i, w := range c.Words {
			words[i] = w.Text
		}
		d := &Download{Step: s, File: c.File, Line: c.Line}
		switch c.Program() {
		case "gh":
			what, verb := ghVerb(words)
			if verb != "download" {
				continue
			}
			switch what {
			case "release":
				d.Outside, d.By = "a release", All
			case "run":
				d.By = All
				if name := option(words, "-n", "--name"); name != "" {
					d.By, d.Text, d.Pattern = ByName, name, "*"
				} else if name := option(words, "-p", "--pattern"); name != "" {
					d.By, d.Text, d.Pattern = ByPattern, name, "*"
				}
				if !slices.ContainsFunc(words, func(w string) bool {
					return strings.Contains(lower(w), "github.run_id") || strings.Contains(w, "GITHUB_RUN_ID")
				}) {
					d.Outside = "another run"
				}
			default:
				continue
			}
			d.Dest = option(words, "-D", "--dir")
		case "curl", "wget", "aria2c":
			if !slices.ContainsFunc(words, func(w string) bool {
				w, _, _ = strings.Cut(w, "?")
				return strings.HasSuffix(w, ".whl") || strings.HasSuffix(w, ".tar.gz") && strings.Contains(w, "/") && distribution(words)
			}) {
				continue
			}
			d.Outside, d.By, d.Dest = "an address", All, written(words)
		default:
			continue
		}
		s.Downloads = append(s.Downloads, d)
	}
}

// ghVerb is the first two words of a call of gh that are no flags.
func ghVerb(words []string) (what, verb string) {
	for i := 1; i < len(words); i++ {
		switch w := words[i]; {
		case w == "-R" || w == "--repo" || w == "--hostname":
			i++
		case strings.HasPrefix(w, "-"):
		case what == "":
			what = w
		default:
			return what, w
		}
	}
	return what, ""
}

// written is the folder that a download by curl, wget or aria2c goes to, ""
// for the current one.
func written(words []string) string {
	if dir := option(words, "--output-dir", "-P", "--directory-prefix", "-d", "--dir"); dir != "" {
		return dir
	}
	for i, w := range words {
		if !strings.HasPrefix(w, "-") || i+1 >= len(words) {
			continue
		}
		long, _, _ := strings.Cut(w, "=")
		if long == "--output" || long == "--output-document" {
			return path.Dir(option(words, long))
		}
		if !strings.HasPrefix(w, "--") && (strings.HasSuffix(w, "o") || words[0] == "wget" && strings.HasSuffix(w, "O")) {
			return path.Dir(words[i+1])
		}
	}
	return ""
}

// distribution reports whether a download is written to a dist folder.
func distribution(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(strings.TrimPrefix(w, "./"), "dist") })
}

func option(words []string, names ...string) string {
	for i, w := range words {
		for _, n := range names {
			if w == n && i+1 < len(words) {
				return words[i+1]
			}
			if strings.HasPrefix(n, "--") {
				if v, ok := strings.CutPrefix(w, n+"="); ok {
					return v
				}
			}
		}
	}
	return ""
}

// pattern puts "*" in place of each part of a name that is not constant in
// every run.
func (b *builder) pattern(text string, s *Step) string {
	if !strings.Contains(text, "${{") {
		return text
	}
	t := b.template(text)
	var out strings.Builder
	for _, p := range t.Parts {
		if p.Expr == nil && !p.Broken {
			out.WriteString(p.Text)
			continue
		}
		piece := "*"
		if p.Expr != nil {
			single := expr.Template{Parts: []expr.Part{p}}
			if text, ok := single.Value(s.scenario()); ok {
				piece = text
			}
		}
		if !(piece == "*" && strings.HasSuffix(out.String(), "*")) {
			out.WriteString(piece)
		}
	}
	return out.String()
}

// scenario is what is known of every run of a step: the variables that are set
// to a constant.
func (s *Step) scenario() *expr.Scenario {
	if s.constant == nil {
		env := map[string]expr.Value{}
		for name, text := range s.found {
			if !strings.Contains(text, "${{") && !strings.Contains(name, "$") {
				env[name] = expr.Known(text)
			}
		}
		s.constant = &expr.Scenario{Env: env}
	}
	return s.constant
}

// meet reports whether two patterns can match one name. "*" is any text; what
// else a pattern of the action may hold counts as any text too.
func meet(a, b string) bool {
	a, b = plainPattern(a), plainPattern(b)
	if len(a) > 1000 || len(b) > 1000 {
		return true
	}
	// row[j]: the rest of a from i and the rest of b from j can meet.
	row := make([]bool, len(b)+1)
	for i := len(a); i >= 0; i-- {
		next := slices.Clone(row)
		for j := len(b); j >= 0; j-- {
			switch {
			case i == len(a) && j == len(b):
				row[j] = true
			case i < len(a) && a[i] == '*':
				row[j] = next[j] || j < len(b) && row[j+1]
			case j < len(b) && b[j] == '*':
				row[j] = row[j+1] || i < len(a) && next[j]
			default:
				row[j] = i < len(a) && j < len(b) && a[i] == b[j] && next[j+1]
			}
		}
	}
	return row[0]
}

// plainPattern leaves "*" as the only sign with a meaning.
func plainPattern(p string) string {
	if !strings.ContainsAny(p, "?[{+@!(") {
		return p
	}
	var out strings.Builder
	depth := 0
	for i := range len(p) {
		switch c := p[i]; c {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			depth = max(0, depth-1)
			out.WriteByte('*')
		case '?', '+', '@', '!':
			if depth == 0 {
				out.WriteByte('*')
			}
		default:
			if depth == 0 {
				out.WriteByte(c)
			}
		}
	}
	if depth > 0 {
		return "*"
	}
	return out.String()
}

// link joins downloads with the uploads that they may take, and then the
// paths of all sinks.
func (b *builder) link() {
	b.join()
	for _, k := range b.g.Sinks {
		k.Path = b.path(k)
	}
}

func (b *builder) join() {
	ids := newIDs(b)
	b.g.ids = ids
	byRoot := map[*workflow.Workflow][]*Upload{}
	for _, j := range b.g.Jobs {
		for _, s := range j.Steps {
			byRoot[j.Root] = append(byRoot[j.Root], s.Uploads...)
		}
	}
	for _, j := range b.g.Jobs {
		for _, s := range j.Steps {
			for _, d := range s.Downloads {
				if d.Outside != "" {
					continue
				}
				if d.By == ByID {
					if d.From, d.Lost = ids.download(d); d.Lost == nil {
						continue
					}
					if d.led = len(d.From); d.Lost.fatal() {
						d.From = d.Lost.hidden()
					}
				}
				for _, u := range byRoot[j.Root] {
					if !b.spend(1+d.led+len(d.Pattern)*len(u.Pattern)/8, j.File.Path) {
						return
					}
					if u.Step.Job != j && (d.By == All || d.By == ByID && !slices.Contains(d.From[:d.led], u) || d.By != ByID && meet(d.Pattern, u.Pattern)) {
						d.From = append(d.From, u)
					}
				}
			}
		}
	}
}
