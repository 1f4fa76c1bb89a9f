// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// wholeRepository is the subject of a finding that is about no file.
const wholeRepository = "the repository as a whole"

// A spot is a place where one thing was found.
type spot struct {
	file         string
	line, column int
	job          string // "" where the finding is about no job
	fix          string
}

// A remark is one thing that was said of one or more places of a group.
type remark struct {
	cluster
	spots []spot
}

// A group is what was found on one publish path, or in one file that lies on
// none.
type group struct {
	file, job string
	index     string // where the path leads
	remarks   []*remark
}

// title names the group.
func (g *group) title() string {
	switch {
	case g.file == "" && g.job == "":
		return wholeRepository
	case g.job == "":
		return clip(g.file, maxName)
	}
	title := clip(g.file, maxName) + " job " + clip(g.job, maxName)
	if g.index != "" {
		title += " ──> " + clip(g.index, maxName)
	}
	return title
}

// ofWorkflows parts r for the forms of an audit: what the first report holds
// belongs to the workflows, the rest to distributions.
func (r *Report) ofWorkflows() (audit, rest *Report) {
	if r.Command == "audit" {
		return r, &Report{Command: r.Command, Verdict: r.Verdict}
	}
	a, b := *r, *r
	a.Findings, b.Findings = nil, nil
	for _, f := range r.Findings {
		if f.Gate == finding.Publish {
			a.Findings = append(a.Findings, f)
		} else {
			b.Findings = append(b.Findings, f)
		}
	}
	a.Unchecked, b.Unchecked = nil, nil
	for _, u := range r.Unchecked {
		if u.Gate == finding.Publish {
			a.Unchecked = append(a.Unchecked, u)
		} else {
			b.Unchecked = append(b.Unchecked, u)
		}
	}
	return &a, &b
}

// grouper sorts findings into groups.
type grouper struct {
	groups   []*group
	byKey    map[place2]int // file and job
	bySubj   map[string]int
	remarked map[string]*remark
}

// groups sorts what was found by publish path, the worst first: a job's
// findings belong to its own upload, else to the weightiest path that takes its
// files. Identical ones of a group are one remark with all its places.
func (r *Report) groups() []*group {
	g := &grouper{byKey: map[place2]int{}, bySubj: map[string]int{}, remarked: map[string]*remark{}}
	for _, p := range r.PublishPaths {
		at := g.group(p.File, p.Job)
		if name := indexName(p.Index); g.groups[at].index == "" {
			g.groups[at].index = name
		} else if !slices.Contains(strings.Split(g.groups[at].index, ", "), name) {
			g.groups[at].index += ", " + name
		}
		g.claim(p.stages()[:1], at)
	}
	byWeight := slices.Clone(r.PublishPaths)
	slices.SortStableFunc(byWeight, func(a, b PublishPath) int { return a.weight() - b.weight() })
	for _, p := range byWeight {
		g.claim(p.stages()[1:], g.group(p.File, p.Job))
	}
	for _, f := range r.Findings {
		g.add(f, false, false)
	}
	for _, u := range r.Unchecked {
		g.add(Finding{Rule: u.Rule, Gate: u.Gate, Subject: u.Subject, Message: u.Reason}, true, u.Blocking)
	}
	out := slices.DeleteFunc(g.groups, func(g *group) bool { return len(g.remarks) == 0 })
	for _, g := range out {
		slices.SortStableFunc(g.remarks, func(a, b *remark) int { return a.rank() - b.rank() })
	}
	slices.SortStableFunc(out, func(a, b *group) int { return a.remarks[0].rank() - b.remarks[0].rank() })
	return out
}

// weight orders paths that share a job: the first is what its faults endanger
// most.
func (p *PublishPath) weight() int {
	switch {
	case !p.Reachable:
		return 3
	case p.Index == testUpload:
		return 2
	case p.Index == pypiUpload:
		return 0
	}
	return 1
}

func (g *grouper) group(file, job string) int {
	key := place2{file, job}
	at, ok := g.byKey[key]
	if !ok {
		at = len(g.groups)
		g.byKey[key] = at
		g.groups = append(g.groups, &group{file: file, job: job})
	}
	return at
}

// claim gives the jobs of stages to a group, if no other has them.
func (g *grouper) claim(stages []Stage, at int) {
	for _, s := range stages {
		if _, ok := g.bySubj[stageSubject(s)]; !ok {
			g.bySubj[stageSubject(s)] = at
		}
	}
}

func (g *grouper) add(f Finding, unchecked, blocking bool) {
	file, job := splitSubject(f.Subject)
	at, ok := g.bySubj[f.Subject]
	if !ok {
		at = g.group(file, "")
	}
	key := fmt.Sprintf("%d %q", at, []any{f.Rule, f.Gate, f.Severity, f.Message, f.Hint, unchecked, blocking})
	r := g.remarked[key]
	if r == nil {
		r = &remark{cluster: cluster{Finding: f, unchecked: unchecked, blocking: blocking}}
		g.remarked[key] = r
		g.groups[at].remarks = append(g.groups[at].remarks, r)
	}
	s := spot{f.File, f.Line, f.Column, job, f.Fix}
	if !slices.Contains(r.spots, s) {
		r.spots = append(r.spots, s)
	}
}

// fixes are the different corrections of a remark, each with its places.
func (r *remark) fixes() []fix {
	var out []fix
	for _, s := range r.spots {
		if strings.Trim(s.fix, "\r\n ") == "" {
			continue
		}
		at := slices.IndexFunc(out, func(f fix) bool { return f.text == s.fix && f.spots[0].file == s.file })
		if at < 0 {
			at = len(out)
			out = append(out, fix{text: s.fix})
		}
		out[at].spots = append(out[at].spots, s)
	}
	return out
}

// where lists the places of a remark: each file once, with its lines and the
// jobs other than the group's own.
func (r *remark) where(g *group) string {
	var files, jobs []string
	lines := map[string][]spot{}
	for _, s := range r.spots {
		if s.file != "" {
			if lines[s.file] == nil {
				files = append(files, s.file)
			}
			lines[s.file] = append(lines[s.file], s)
		}
		if name := clip(s.job, maxName); s.job != "" && s.job != g.job && !slices.Contains(jobs, name) {
			jobs = append(jobs, name)
		}
	}
	var said []string
	for _, f := range files[:min(len(files), 8)] {
		said = append(said, placesIn(f, lines[f]))
	}
	if more := len(files) - len(said); more > 0 {
		said = append(said, "and "+count(more, "more file"))
	}
	at := strings.Join(said, "; ")
	if len(jobs) == 0 {
		return at
	}
	in := "job " + jobs[0]
	if len(jobs) > 1 {
		in = "jobs " + listed(jobs, 8)
	}
	if at == "" {
		return in
	}
	return at + " (" + in + ")"
}

// placesIn is a file with one or many lines.
func placesIn(file string, spots []spot) string {
	first := spots[0]
	var lines []string
	for _, s := range spots {
		if n := fmt.Sprint(s.line); s.line > 0 && !slices.Contains(lines, n) {
			lines = append(lines, n)
		}
	}
	if len(lines) < 2 {
		return place(Finding{File: file, Line: first.line, Column: first.column})
	}
	return clip(file, maxName) + " lines " + listed(lines, 12)
}

// listed joins words with commas and counts those above most.
func listed(words []string, most int) string {
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
}
