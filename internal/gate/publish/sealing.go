// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// keeps reports whether a deed leaves the files alone that a gate has looked
// at.
func (d deed) keeps() bool {
	switch {
	case d.gate != "" || d.sink:
		return true
	case d.action:
		return (d.role == known.Signs || d.role == known.Reports) && len(d.step.Known.Scripts) == 0
	}
	return d.kind <= uploads && writes(d.step) == ""
}

// writes is a file that a step's script writes by redirection, "" for none
// but those that GitHub collects.
func writes(s *graph.Step) string {
	i := slices.IndexFunc(s.Written, func(w shell.Write) bool {
		path := strings.Trim(w.Path.Text, `"'{}`)
		return strings.Contains(path, "..") || !strings.Contains(path, "GITHUB_STEP_SUMMARY") && !strings.Contains(path, "GITHUB_OUTPUT") && !strings.HasPrefix(path, "/dev/") &&
			!strings.HasPrefix(path, "/tmp/") && !strings.EqualFold(path, "nul") && !strings.Contains(path, "RUNNER_TEMP")
	})
	if i < 0 {
		return ""
	}
	return s.Written[i].Path.Text
}

// before reports whether a deed may stand before the check against the ledger:
// it fetches the files of this run, or it can leave nothing behind that acts
// later. Where a command uploads, that command has to come from somewhere.
func (d deed) before(commandUploads bool) bool {
	switch {
	case d.gate != "":
		return true
	case d.action && len(d.step.Downloads) > 0:
		return true
	case d.action && d.step.Uses != nil && d.step.Uses.Name() == "step-security/harden-runner":
		return true // it watches the job and has to be its first step
	case d.action && d.role == known.Setup:
		return commandUploads && d.kind == locked
	case d.action:
		return d.role == known.Fetches || d.role == known.Reports && len(d.step.Known.Scripts) == 0
	case commandUploads && d.kind == locked:
		return true
	}
	return d.kind <= fetches
}
