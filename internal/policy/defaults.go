// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"maps"
	"slices"
)

// New returns a policy that says nothing yet, for runs without a policy file.
func New() *Policy {
	return &Policy{Origin: Origin{Source: SourceDefaults}, Lines: map[string]int{}}
}

// WithDefaults returns a copy in which every key that has a fixed default has
// a value. What stays empty is what only the release itself can tell:
//
//   - Project, Publisher.Repository, ids and Workflow: not known;
//   - Publisher.Environment: not said, which is different from "none";
//   - Builder.Refs: the rule that a tag ends in the version;
//   - Builder.Commit and Builder.Environment: not judged;
//   - Builder.Instance: by the repository's visibility.
//
// Source.Repository becomes Publisher.Repository, so give flags and facts
// first ([Policy.With]).
func (p *Policy) WithDefaults() *Policy {
	d := p.clone()
	fill(&d.Publisher.Index, DefaultIndex)
	fill(&d.Builder.Runners, RunnersHosted)
	fill(&d.Builder.Run, RunSame)
	fill(&d.Source.Repository, d.Publisher.Repository)
	fill(&d.Source.Path, ".")
	if len(d.Builder.Events) == 0 {
		d.Builder.Events = []string{"push", "release", "workflow_dispatch"}
	}
	if len(d.Require) == 0 {
		d.Require = []string{RequireProvenance}
	}
	if d.OtherIndexes == nil {
		d.OtherIndexes = []OtherIndex{{
			URL: NightlyIndex, Credential: "token",
			Reason: "the Scientific Python nightly channel offers no trusted publishing",
		}}
	}
	return d
}

// Written reports whether the policy file itself has the key, by its full name
// ("builder.instance").
func (p *Policy) Written(key string) bool { return p.Lines[key] > 0 }

func fill(at *string, value string) {
	if *at == "" {
		*at = value
	}
}

// clone copies everything that a caller may change.
func (p *Policy) clone() *Policy {
	c := *p
	c.Lines = maps.Clone(p.Lines)
	c.Builder.Refs = slices.Clone(p.Builder.Refs)
	c.Builder.Events = slices.Clone(p.Builder.Events)
	c.Builder.Signers = slices.Clone(p.Builder.Signers)
	c.Source.Generated = slices.Clone(p.Source.Generated)
	c.Require = slices.Clone(p.Require)
	c.OtherIndexes = slices.Clone(p.OtherIndexes)
	c.Ignore = slices.Clone(p.Ignore)
	return &c
}
