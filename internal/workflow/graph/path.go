// SPDX-License-Identifier: BSD-3-Clause

package graph

import "github.com/scientific-python/sallyport/internal/workflow/expr"

// path is the jobs whose work reaches an upload: its own, then those whose
// artifacts it takes, then theirs, in runs in which all of them run.
func (b *builder) path(k *Sink) []*Stage {
	first := &Stage{Job: k.Step.Job, Runs: make([]bool, len(k.Step.Runs))}
	for i, r := range k.Step.Runs {
		// A sink that can never run has a path too, that of any run: what is
		// wrong on it is said with the reachable ones only.
		first.Runs[i] = r.Runs != expr.False
	}
	out := []*Stage{first}
	seen := map[*Job]int{k.Step.Job: 0}
	for at := 0; at < len(out); at++ {
		st := out[at]
		for _, s := range st.Job.Steps {
			if at == 0 && after(s, k.Step) {
				break
			}
			for _, d := range s.Downloads {
				for n, u := range d.From {
					if !b.spend(1+len(st.Runs), st.Job.File.Path) {
						return out
					}
					b.extend(&out, seen, st, d, n, u)
				}
			}
		}
	}
	return out
}

// after reports whether a step runs after another one of the same job.
func after(s, than *Step) bool {
	for _, o := range than.Job.Steps {
		if o == than {
			return s != than
		}
		if o == s {
			return false
		}
	}
	return false
}

// extend adds the job of u, which is number n of what the download may take.
func (b *builder) extend(out *[]*Stage, seen map[*Job]int, to *Stage, d *Download, n int, u *Upload) {
	runs := make([]bool, len(to.Runs))
	some := false
	for i := range runs {
		runs[i] = to.Runs[i] && d.Step.Runs[i].Runs != expr.False && u.Step.Runs[i].Runs != expr.False && (n < d.led || d.Lost == nil || d.Lost.at(i))
		some = some || runs[i]
	}
	if !some {
		return
	}
	from := u.Step.Job
	k, ok := seen[from]
	if !ok {
		seen[from] = len(*out)
		*out = append(*out, &Stage{Job: from, To: to.Job, Upload: u, Download: d, Runs: runs})
		return
	}
	// Met before by another artifact: it reaches the sink in these runs too.
	// Stages before it were extended with fewer runs, which only matters for
	// what lies beyond them; so look again.
	grown := false
	for i := range runs {
		if runs[i] && !(*out)[k].Runs[i] {
			(*out)[k].Runs[i] = true
			grown = true
		}
	}
	if grown && k > 0 {
		b.again(out, seen, k)
	}
}

// again extends a stage whose runs have grown.
func (b *builder) again(out *[]*Stage, seen map[*Job]int, k int) {
	st := (*out)[k]
	for _, s := range st.Job.Steps {
		for _, d := range s.Downloads {
			for n, u := range d.From {
				if !b.spend(1+len(st.Runs), st.Job.File.Path) {
					return
				}
				if u.Step.Job != st.Job {
					b.extend(out, seen, st, d, n, u)
				}
			}
		}
	}
}

// In reports whether the step may run in a run in which st is on the path.
func (st *Stage) In(s *Step) bool {
	for i, on := range st.Runs {
		if on && s.Runs[i].Runs != expr.False {
			return true
		}
	}
	return false
}

// Stage returns the sink's stage for a job, nil where the job is not on its
// path.
func (k *Sink) Stage(j *Job) *Stage {
	for _, st := range k.Path {
		if st.Job == j {
			return st
		}
	}
	return nil
}
