// SPDX-License-Identifier: BSD-3-Clause

// Package publish judges the ways by which a repository's workflows reach a
// package index: that trusted publishing, in its protected environment, is the
// only one, and that nothing an outsider can write flows into it.
//
// It sees the graph that a reader made, settings that another one fetched, and
// the policy; it reads nothing itself. Only what lies on a path to an index is
// judged: general linting of workflows is other tools' work.
package publish

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// Input is what the gate judges.
type Input struct {
	Graph *graph.Graph
	// Policies are complete (policy.WithDefaults), one for each publisher. At
	// least one; FromFile says that a policy file was read.
	Policies []*policy.Policy
	FromFile bool
	// Repository is OWNER/NAME, "" where not known.
	Repository string
	// Files are what the repository has beside its workflows.
	Files Files
	// Commit is the commit that is audited, "" for files that lie in a folder.
	Commit string
	// Settings are what GitHub says of the repository.
	Settings Settings
}

// Files says which files a repository has; each is a path, "" for none.
type Files struct {
	// Dependabot is the configuration that has actions kept up to date:
	// dependabot.yml with the github-actions ecosystem, or Renovate's.
	Dependabot string
	// ReleaseDoc is a document on how releases are made.
	ReleaseDoc string
}

// Judge applies every rule of the gate.
func Judge(in Input) finding.Set {
	a := newAudit(in)
	for _, c := range checks {
		c(a)
	}
	return a.res
}

var (
	checks   []func(*audit)
	allRules []*finding.Rule
)

// register puts a rule and its check into the gate's list; each rule's file
// calls it once.
func register(rule finding.Rule, check func(*audit, *finding.Rule)) *finding.Rule {
	rule.Gate = finding.Publish
	if rule.OnUnchecked == "" {
		rule.OnUnchecked = finding.List
	}
	p := &rule
	allRules = append(allRules, p)
	checks = append(checks, func(a *audit) { check(a, p) })
	return p
}

// Rules returns the gate's rules, sorted by id.
func Rules() []finding.Rule {
	out := make([]finding.Rule, len(allRules))
	for i, r := range allRules {
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// audit is one judgement on its way.
type audit struct {
	in         Input
	res        finding.Set
	seen       map[string]bool
	sources    map[string]edit.Source
	publishers []*publisher
	spots      []*spot
	doing      doing
	jobDeeds   map[*graph.Job][]deed
	mentioned  []mention
	waiting    map[*graph.Job][]*graph.Job // which jobs wait for one directly
	// released and trustedOnes are what releases and trusted found, once asked.
	released, trustedOnes []*graph.Sink
}

func newAudit(in Input) *audit {
	a := &audit{in: in, seen: map[string]bool{}, sources: map[string]edit.Source{}}
	a.findPublishers()
	a.findSpots()
	return a
}

// add adds a finding, once: a workflow that is called twice has each job twice.
func (a *audit) add(f finding.Finding) {
	key := strings.Join([]string{f.Rule, f.Location.File, itoa(f.Location.Line), f.Subject, f.Message}, "\x00")
	if !a.seen[key] {
		a.seen[key] = true
		a.res.Add(f)
	}
}

// skip adds an unchecked item, once.
func (a *audit) skip(u finding.Unchecked) {
	key := strings.Join([]string{"?", u.Rule, u.Subject, u.Reason}, "\x00")
	if !a.seen[key] {
		a.seen[key] = true
		a.res.Skip(u)
	}
}

// subject names a job as findings do.
func subject(j *graph.Job) string { return j.File.Path + " job " + j.Job.ID.Value }

// at makes a finding of a rule in a job, at a place.
func (a *audit) at(rule *finding.Rule, j *graph.Job, file string, line int, hint, format string, args ...any) finding.Finding {
	f := rule.Found(subject(j), hint, format, args...)
	f.Location = finding.Location{File: file, Line: line}
	return f
}

// atStep is at, at the step as it is written.
func (a *audit) atStep(rule *finding.Rule, s *graph.Step, hint, format string, args ...any) finding.Finding {
	return a.at(rule, s.Job, s.File, s.Line, hint, format, args...)
}

// source is the text of a workflow or local action file.
func (a *audit) source(file string) edit.Source {
	if s, ok := a.sources[file]; ok {
		return s
	}
	var src []byte
	for _, w := range a.in.Graph.Repo.Workflows {
		if w.Path == file {
			src = w.Source
		}
	}
	for _, act := range a.in.Graph.Repo.Actions {
		if act.Path == file {
			src = act.Source
		}
	}
	s := edit.Of(src)
	a.sources[file] = s
	return s
}
