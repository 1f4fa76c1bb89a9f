// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
)

var _ = register(finding.Rule{
	ID:       "unpinned-image",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "A container image on the path to the index is not pinned by digest",
	Why: "A tag of an image points to whatever was pushed last. Whoever can push to that image decides what the job's shell, compiler " +
		"and Python are, and with them what is built or uploaded. A digest names one content for ever.",
	Bad:        "build:\n  container: quay.io/pypa/manylinux_2_28_x86_64:latest",
	Good:       "build:\n  container: quay.io/pypa/manylinux_2_28_x86_64@sha256:…",
	References: []string{"SPEC 8: pin actions to full release commit SHAs", "SSDF PO.5.1"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		j := sp.job
		if c := j.Job.Container; c != nil {
			a.judgeImage(rule, sp, "runs in", c.Image, j.File.Path)
		}
		for _, s := range j.Job.Services {
			if s.Container != nil {
				a.judgeImage(rule, sp, "has beside it the service", s.Container.Image, j.File.Path)
			}
		}
		for _, s := range sp.steps() {
			switch {
			case s.Uses != nil && s.Uses.Kind == workflow.Docker:
				image := s.Uses.Raw
				image.Value = s.Uses.Path
				a.judgeImage(rule, sp, "runs a step in", image, s.File)
			case s.Action != nil && s.Action.Kind == workflow.ActionDocker && strings.HasPrefix(s.Action.Image.Value, "docker://"):
				image := s.Action.Image
				image.Value = strings.TrimPrefix(image.Value, "docker://")
				a.judgeImage(rule, sp, "runs a step in", image, s.Action.Path)
			}
		}
	}
})

func (a *audit) judgeImage(rule *finding.Rule, sp *spot, how string, image workflow.Text, file string) {
	if strings.TrimSpace(image.Value) == "" {
		return
	}
	texts, all := comesTo(sp.job, image.Value)
	for _, t := range texts {
		if t == "" || digested(t) {
			continue
		}
		f := a.at(rule, sp.job, file, image.Line, "put the image's digest behind its name: docker buildx imagetools inspect IMAGE shows it",
			"job %q, which %s, %s the image %q, named by a tag that can be moved; expected a digest (@sha256:…)", sp.job.Job.ID.Value, sp.part(), how, t)
		if t == image.Value || strings.HasSuffix(a.source(file).Line(image.Line), t) {
			if f.Fix = a.source(file).Replace(image.Line, t, withDigest(t)); f.Fix != "" {
				f.Fix = indentOf(f.Fix) + "# sketch: the digest is what \"docker buildx imagetools inspect\" shows for it\n" + f.Fix
			}
		}
		a.add(f)
		return // one for each place: a matrix names its images together
	}
	if !all && len(texts) == 0 {
		u := rule.Undecided(subject(sp.job), "%s:%d: the image %q is not constant; see that every image it may name has a digest", file, image.Line, image.Value)
		a.skip(u)
	}
}

// withDigest is how an image is to be written. A tag may stay for readers.
func withDigest(image string) string { return image + "@sha256:<digest>" }
