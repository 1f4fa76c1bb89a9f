// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// signing is a step that makes build provenance.
type signing struct {
	deed
	signed *known.Signed // nil: it is the command sallyport attest
}

// signings are the steps of a job that make build provenance and may run.
// Attestations for the index, signatures and bills of materials are others.
func (a *audit) signings(j *graph.Job) []signing {
	if out, ok := a.doing.signings[j]; ok {
		return out
	}
	var out []signing
	for _, s := range j.Steps {
		if !s.Reachable() {
			continue
		}
		if k := s.Known.Signs; k != nil && s.Step != nil {
			if k.Kind == "provenance" || k.Kind == "" {
				out = append(out, signing{actionDeed(s), k})
			}
			continue
		}
		for _, d := range a.deeds(s) {
			if d.gate == "attest" {
				out = append(out, signing{deed: d})
			}
		}
	}
	if a.doing.signings == nil {
		a.doing.signings = map[*graph.Job][]signing{}
	}
	a.doing.signings[j] = out
	return out
}

// signsOwn reports whether a job calls another repository's workflow that makes
// provenance for the files that it builds and stores.
func signsOwn(j *graph.Job) bool {
	return j.Remote != nil && slices.ContainsFunc(j.Steps, func(s *graph.Step) bool {
		return s.Known.Role == known.Builds && s.Known.Signs != nil && s.Known.Signs.Kind == "provenance"
	})
}

// onPath reports whether a job on a path takes an artifact.
func (a *audit) onPath(u *graph.Upload) bool {
	if a.doing.taken == nil {
		a.doing.taken = map[*graph.Upload]bool{}
		for _, sp := range a.spots {
			for _, s := range sp.steps() {
				for _, d := range s.Downloads {
					for _, from := range d.From {
						a.doing.taken[from] = true
					}
				}
			}
		}
	}
	return a.doing.taken[u]
}

// spot is the spot of a job, nil where it is on no path.
func (a *audit) spot(j *graph.Job) *spot {
	if a.doing.spots == nil {
		a.doing.spots = map[*graph.Job]*spot{}
		for _, sp := range a.spots {
			a.doing.spots[sp.job] = sp
		}
	}
	return a.doing.spots[j]
}

// takesRelease is the download by which a job takes an artifact that a job on
// a path stores, before a step; nil for none.
func (a *audit) takesRelease(j *graph.Job, before *graph.Step) *graph.Download {
	for _, s := range j.Steps {
		if s == before {
			return nil
		}
		for _, d := range s.Downloads {
			for _, u := range d.From {
				if u.Step.Job != j && together(s, u.Step, before) && a.onPath(u) {
					return d
				}
			}
		}
	}
	return nil
}
