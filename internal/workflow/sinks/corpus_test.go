// SPDX-License-Identifier: BSD-3-Clause

package sinks_test

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
	"github.com/scientific-python/sallyport/internal/workflow/tasks"
)

// agreement is how many of the corpus's labelled workflows get their label.
// It may only rise.
const agreement = 90

// TestCorpus walks real workflows, step by step, and compares the class of
// credential per file with the label that a reader gave it. A file's class is
// that of its uploads to the indexes that offer trusted publishing, where it
// has any; a token or what the runner has (ambient) outweighs.
func TestCorpus(t *testing.T) {
	f, err := os.Open(corpus.Path(t, "workflows", "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	confusion := map[string]int{}
	agree, total := 0, 0
	for _, row := range rows[1:] {
		label := row[5]
		if label == "support" || label == "other" {
			continue
		}
		found := walk(t, corpus.Path(t, "workflows", row[0]), row[1])
		got := class(found)
		confusion[label+" -> "+got]++
		total++
		if got == label {
			agree++
		} else {
			t.Logf("%s %s: %s, labelled %s\n\t%s", row[0], row[1], got, label, describe(found))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(confusion)) {
		t.Logf("%-45s %d", k, confusion[k])
	}
	if agree != agreement {
		t.Errorf("%d of %d workflows get their label, want %d", agree, total, agreement)
	}
}

func describe(found []sinks.Sink) string {
	var lines []string
	for _, s := range found {
		lines = append(lines, fmt.Sprintf("%s to %q: %s (%s) %v", s.Uploader, s.Index, s.Credential, s.Why, s.Via))
	}
	return strings.Join(lines, "\n\t")
}

func class(found []sinks.Sink) string {
	main := slices.DeleteFunc(slices.Clone(found), func(s sinks.Sink) bool { return strings.HasPrefix(s.Index, "https://anaconda.org/") })
	if len(main) == 0 {
		main = found
	}
	got := "none"
	for _, s := range main {
		switch s.Credential {
		case sinks.Token, sinks.Ambient:
			return "token"
		case sinks.TrustedPublishing:
			got = "trusted-publishing"
		default:
			if got == "none" {
				got = string(s.Credential)
			}
		}
	}
	return got
}

// walk finds the sinks of a workflow file.
func walk(t *testing.T, dir, file string) []sinks.Sink {
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	w, errs := actionlint.Parse(data)
	if w == nil {
		t.Fatalf("%s: %v", file, errs)
	}
	repo := os.DirFS(dir)
	var found []sinks.Sink
	for _, id := range slices.Sorted(maps.Keys(w.Jobs)) {
		job := w.Jobs[id]
		ctx := sinks.Context{Env: map[string]string{}, IDToken: idToken(w.Permissions, job.Permissions)}
		if text, err := fs.ReadFile(repo, "pyproject.toml"); err == nil {
			ctx.Pyproject = string(text)
		}
		merge(ctx.Env, w.Env)
		merge(ctx.Env, job.Env)
		if c := job.WorkflowCall; c != nil && c.Uses != nil {
			if uses, ok := sinks.ParseUses(c.Uses.Value); ok {
				with, secrets := map[string]string{}, sinks.Secrets{Inherit: c.InheritSecrets, Named: map[string]string{}}
				for _, in := range c.Inputs {
					with[in.Name.Value] = in.Value.Value
				}
				for _, s := range c.Secrets {
					secrets.Named[s.Name.Value] = s.Value.Value
				}
				s, _ := sinks.OfReusable(uses, with, secrets, ctx)
				found = append(found, s...)
			}
		}
		for _, step := range job.Steps {
			here := ctx
			here.Env = maps.Clone(ctx.Env)
			here.StepEnv = merge(here.Env, step.Env)
			switch exec := step.Exec.(type) {
			case *actionlint.ExecAction:
				uses, ok := sinks.ParseUses(exec.Uses.Value)
				if !ok {
					continue
				}
				with := map[string]string{}
				for _, in := range exec.Inputs {
					if in.Value != nil {
						with[in.Name.Value] = in.Value.Value
					}
				}
				s, _ := sinks.OfAction(uses, with, here)
				found = append(found, s...)
			case *actionlint.ExecRun:
				dialect := ""
				if exec.Shell != nil {
					dialect = exec.Shell.Value
				}
				script := shell.Parse(exec.Run.Value, dialect)
				s := ofRun(t, repo, script, here)
				if len(s) == 0 {
					s = sinks.OfUnknown("run", here)
				}
				found = append(found, s...)
				ctx = ctx.After(sinks.SetupOf(script, here))
			}
		}
	}
	return found
}

// ofRun finds the sinks of a script and of the tasks that it names.
func ofRun(t *testing.T, repo fs.FS, script shell.Script, ctx sinks.Context) []sinks.Sink {
	found := sinks.OfScript(script, ctx)
	for _, c := range script.Commands {
		var words []string
		for _, w := range c.Words {
			words = append(words, w.Text)
		}
		resolved, err := tasks.Resolve(repo, ".", words)
		if err != nil {
			t.Logf("%q: %v", words, err)
		}
		for _, task := range resolved {
			for _, text := range task.Scripts {
				for _, s := range sinks.OfScript(shell.Parse(text.Text, text.Dialect), ctx) {
					s.Via = append([]string{task.Via}, s.Via...)
					found = append(found, s)
				}
			}
		}
	}
	return found
}

func merge(into map[string]string, env *actionlint.Env) []string {
	var names []string
	if env == nil {
		return nil
	}
	for _, v := range env.Vars {
		if v.Name == nil || v.Value == nil {
			continue
		}
		into[v.Name.Value] = v.Value.Value
		names = append(names, v.Name.Value)
	}
	return names
}

// idToken: a job's permissions replace the workflow's; where nobody says
// anything, the token has no id-token.
func idToken(workflow, job *actionlint.Permissions) sinks.Truth {
	p := workflow
	if job != nil {
		p = job
	}
	switch {
	case p == nil:
		return sinks.No
	case p.All != nil:
		if p.All.Value == "write-all" {
			return sinks.Yes
		}
		return sinks.No
	}
	if s := p.Scopes["id-token"]; s != nil && s.Value.Value == "write" {
		return sinks.Yes
	}
	return sinks.No
}
