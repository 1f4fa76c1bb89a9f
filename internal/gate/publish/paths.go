// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// publisher is a trusted publisher as far as the files and the policy tell: a
// workflow file and an environment that some job uploads from by OIDC, or that
// the policy names.
type publisher struct {
	file string // path of the workflow
	// environment is "" for none; known is false where nothing tells.
	environment string
	known       bool
	index       string // upload address, "" where not constant
	// policy is the entry that names this publisher, nil for none.
	policy *policy.Policy
	sinks  []*graph.Sink
}

// findPublishers collects the publishers: one for each file, environment and
// index that is uploaded to by trusted publishing, and those of the policy.
func (a *audit) findPublishers() {
	for _, k := range a.in.Graph.Sinks {
		if k.Credential != sinks.TrustedPublishing || k.DryRun {
			continue
		}
		j := k.Step.Job
		p := &publisher{file: j.File.Path, environment: j.Environment.Name, known: j.Environment.Constant || !j.Environment.Written, index: k.Index}
		for _, o := range a.publishers {
			if o.file == p.file && o.index == p.index && o.known == p.known && strings.EqualFold(o.environment, p.environment) {
				p = o
			}
		}
		if p.sinks == nil {
			p.policy = a.policyOf(p.file, p.index)
			a.publishers = append(a.publishers, p)
		}
		p.sinks = append(p.sinks, k)
	}
}

// policyOf is the entry of the policy file for a workflow file and an index;
// nil where no file was read or no entry names it.
func (a *audit) policyOf(file, index string) *policy.Policy {
	if !a.in.FromFile {
		return nil
	}
	for _, p := range a.in.Policies {
		if p.Publisher.Workflow != "" && policy.Same(p.Publisher.Workflow, base(file)) && (index == "" || sameIndex(p.Index(), index)) {
			return p
		}
	}
	return nil
}

// accepts returns the publisher that accepts a job's id-token, nil for none:
// the job is in its file, may ask for a token, and runs in its environment
// where one is known. By the index's rules the file is the one that the job is
// written in.
func (a *audit) accepts(j *graph.Job) *publisher {
	if all := a.accepting(j); len(all) > 0 {
		return all[0]
	}
	return nil
}

// accepting is accepts for every publisher that would.
func (a *audit) accepting(j *graph.Job) []*publisher {
	if j.IDToken() == expr.False {
		return nil
	}
	var out []*publisher
	for _, p := range a.publishers {
		if p.file != j.File.Path {
			continue
		}
		environment, known := p.environment, p.known
		if p.policy != nil && p.policy.Publisher.Environment != "" {
			environment, known = p.policy.Publisher.Environment, true
			if environment == policy.NoEnvironment {
				environment = ""
			}
		}
		if !known || environment == "" || !j.Environment.Constant && j.Environment.Written || strings.EqualFold(environment, j.Environment.Name) {
			out = append(out, p)
		}
	}
	return out
}

// spot is a job on the path to an index that releases are taken from.
type spot struct {
	job *graph.Job
	// stages are the job's stages, one for each sink that its files reach.
	stages []*graph.Stage
	sinks  []*graph.Sink
	// publishes: one of the sinks is in this job. publisher: the trusted
	// publisher that would accept the job, nil for none.
	publishes bool
	publisher *publisher
	// test: its files only reach a test index.
	test bool
}

// findSpots collects the jobs on the paths of all releases: reachable uploads
// to an index, other than channels (see channel) and dry runs.
func (a *audit) findSpots() {
	byJob := map[*graph.Job]*spot{}
	for _, k := range a.releases() {
		for i, st := range k.Path {
			sp := byJob[st.Job]
			if sp == nil {
				sp = &spot{job: st.Job, test: true}
				if st.Job.Remote == nil { // what it calls of another repository has a name of its own
					sp.publisher = a.accepts(st.Job)
				}
				byJob[st.Job] = sp
				a.spots = append(a.spots, sp)
			}
			sp.stages = append(sp.stages, st)
			sp.sinks = append(sp.sinks, k)
			sp.publishes = sp.publishes || i == 0
			sp.test = sp.test && canonical(k.Index) == sinks.TestPyPI
		}
	}
}

// in reports whether a step may run in a run in which the job's files reach an
// index.
func (sp *spot) in(s *graph.Step) bool {
	return slices.ContainsFunc(sp.stages, func(st *graph.Stage) bool { return st.In(s) })
}

// runs reports, parallel to the job's runs, in which of them its files reach
// an index.
func (sp *spot) runs() []bool {
	out := make([]bool, len(sp.job.Runs))
	for _, st := range sp.stages {
		for i, on := range st.Runs {
			out[i] = out[i] || on
		}
	}
	return out
}

// steps are the job's steps that may run on the path.
func (sp *spot) steps() []*graph.Step {
	var out []*graph.Step
	for _, s := range sp.job.Steps {
		if sp.in(s) {
			out = append(out, s)
		}
	}
	return out
}

// cap lowers an error to a warning where a job's files only reach a test index.
func (sp *spot) cap(f finding.Finding) finding.Finding {
	if sp.test && f.Severity == finding.Error {
		f.Severity = finding.Warning
	}
	return f
}

// releases are the reachable uploads to an index that people install releases
// from, or to its test index, or to one that is not constant.
func (a *audit) releases() []*graph.Sink {
	if a.released == nil {
		out := []*graph.Sink{}
		for _, k := range a.in.Graph.Sinks {
			if k.Reachable && !k.DryRun && !a.isChannel(k) {
				out = append(out, k)
			}
		}
		a.released = slices.Clip(out)
	}
	return a.released
}

// trusted are the releases that go by trusted publishing.
func (a *audit) trusted() []*graph.Sink {
	if a.trustedOnes == nil {
		a.trustedOnes = slices.Clip(slices.DeleteFunc(slices.Clone(a.releases()), func(k *graph.Sink) bool { return k.Credential != sinks.TrustedPublishing }))
	}
	return a.trustedOnes
}

// isChannel reports whether an upload goes to a channel beside the index that
// releases come from: one of the policy's other-indexes, or anaconda.org.
func (a *audit) isChannel(k *graph.Sink) bool {
	if !k.IndexKnown {
		return channelUploader(k)
	}
	return a.channel(k.Index) != nil || host(k.Index) == "anaconda.org" || host(k.Index) == "api.anaconda.org"
}

// channel is the policy's entry for a channel without trusted publishing.
func (a *audit) channel(index string) *policy.OtherIndex {
	for _, p := range a.in.Policies {
		for i, o := range p.OtherIndexes {
			if index != "" && sameIndex(o.URL, index) {
				return &p.OtherIndexes[i]
			}
		}
	}
	return nil
}

// offersTrusted reports whether an index offers trusted publishing.
func offersTrusted(index string) bool { return index == sinks.PyPI || index == sinks.TestPyPI }

// sameIndex compares two addresses of an index, give or take a slash at the end.
// An empty one is none.
func sameIndex(a, b string) bool {
	return a != "" && strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/")
}

// ReachesIndex reports whether an upload to an address gets to an index, which
// may be by another of PyPI's names: in capitals, or with its port.
func ReachesIndex(address, index string) bool {
	return sameIndex(canonical(address), canonical(index))
}

// host is the host of an address, for messages; the address itself where it
// has none.
func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return strings.ToLower(u.Host)
	}
	return address
}

// indexName is how messages name an index.
func indexName(index string) string {
	switch index {
	case "":
		return "an index that is not constant"
	case sinks.PyPI:
		return "PyPI (upload.pypi.org)"
	case sinks.TestPyPI:
		return "TestPyPI (test.pypi.org)"
	}
	return host(index)
}

func base(file string) string { return file[strings.LastIndexByte(file, '/')+1:] }

func itoa(n int) string { return strconv.Itoa(n) }

// events are the names of the events that start the runs of a job in which on
// holds, each once, in order.
func events(j *graph.Job, on func(i int) bool) []string {
	var out []string
	for i, r := range j.Runs {
		e := r.Scenario.Event
		if e == "" {
			e = "a call by another workflow"
		}
		if on(i) && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}
