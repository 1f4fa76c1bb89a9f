// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// isPublishAction reports whether an uploader is PyPI's own action.
func isPublishAction(uploader string) bool {
	return strings.EqualFold(uploader, "pypa/gh-action-pypi-publish")
}

// liftedIf is the condition of an upload's step, where a job can have it as it
// is; "" else.
func liftedIf(s *graph.Step) string {
	if s.Step == nil || len(s.Chain) > 0 {
		return ""
	}
	t := s.Step.If
	if !t.Written() || t.Style != workflow.Plain || len(t.Folds) > 0 || usesSteps(t.Value) {
		return ""
	}
	return t.Value
}

// usesSteps reports whether a condition looks at what a job's own condition
// cannot: steps, variables, the runner, how the job stands.
func usesSteps(condition string) bool {
	c := strings.ToLower(condition)
	return slices.ContainsFunc([]string{"steps.", "env.", "matrix.", "runner.", "job.", "strategy.", "secrets.", "hashfiles", "always(", "failure(", "cancelled("},
		func(w string) bool { return strings.Contains(c, w) })
}

// splitNames are ids for the two jobs, which no other job of the file has.
func splitNames(j *graph.Job) (build, publish string) {
	id := strings.ToLower(j.Job.ID.Value)
	build, publish = j.Job.ID.Value, "publish"
	if slices.ContainsFunc([]string{"publish", "release", "upload", "deploy", "pypi"}, func(w string) bool { return strings.Contains(id, w) }) {
		build, publish = "build", j.Job.ID.Value
	}
	taken := func(name string) bool { return name != j.Job.ID.Value && j.File.Job(name) != nil }
	for taken(build) {
		build += "-dist"
	}
	for taken(publish) {
		publish += "-dist"
	}
	return build, publish
}

// needsText is what a job waits for, as it would be written.
func needsText(j *graph.Job) string {
	var names []string
	for _, n := range j.Job.Needs {
		names = append(names, n.Value)
	}
	if len(names) > 1 {
		return "[" + strings.Join(names, ", ") + "]"
	}
	return strings.Join(names, "")
}

// distFolder is the folder that an upload takes its files from.
func distFolder(k *graph.Sink) string {
	for _, f := range k.Files {
		folder, _, ok := strings.Cut(strings.TrimPrefix(f, "./"), "/")
		if ok && folder != "" && !strings.ContainsAny(folder, "*?[]${}\"' ~#:") {
			return folder
		}
	}
	return "dist"
}

// buildOf is the command that makes the files which an uploader builds by
// itself before it sends them; "" for one that does not.
func buildOf(uploader string) string {
	switch {
	case strings.Contains(uploader, "flit publish"):
		return "flit build"
	case strings.Contains(uploader, "pdm publish"):
		return "pdm build"
	case strings.Contains(uploader, "maturin"):
		return "maturin build --release --out dist"
	case strings.Contains(uploader, "setup.py"):
		return "python -m build"
	}
	return ""
}

// ofReleaser reports whether a job releases by Jupyter's releaser, which
// builds in one of its actions and uploads in another.
func ofReleaser(j *graph.Job) bool {
	return slices.ContainsFunc(j.Steps, func(s *graph.Step) bool {
		return s.Uses != nil && s.Uses.Kind == workflow.Remote && strings.HasPrefix(strings.ReplaceAll(s.Uses.Name(), "-", "_"), "jupyter_server/jupyter_releaser/")
	})
}
