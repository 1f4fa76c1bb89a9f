// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// environmentUpstream is the nearest job that j waits for, directly or not,
// which runs in an environment; nil for none.
func environmentUpstream(j *graph.Job) *graph.Job {
	seen, calls := map[*graph.Job]bool{j: true}, map[*graph.Job]bool{}
	for queue := []*graph.Job{j}; len(queue) > 0; queue = queue[1:] {
		for _, n := range needs(queue[0], calls) {
			if n.Environment.Written && !ownEnvironment(n) {
				return n
			}
			if !seen[n] {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
	return nil
}

// ownEnvironment reports whether a job's environment is there for what the job
// itself does: its own upload, or GitHub's pages.
func ownEnvironment(j *graph.Job) bool {
	return len(sinksOf(j)) > 0 || strings.EqualFold(j.Environment.Name, "github-pages")
}

// environmentFor is the name that hints give to an index's environment.
func environmentFor(index string) string {
	if index == sinks.TestPyPI {
		return "testpypi"
	}
	return "pypi"
}
