// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gittree"
	"github.com/scientific-python/sallyport/internal/policy"
)

// looser compares the policy with that of the previous release's tag, and shows
// what passes now and did not then.
func (g *gating) looser(a *auditFlags, commit string, now *policy.File, o *gate.GateOptions) error {
	unknown := func(format string, args ...any) error {
		o.Before.Skip(gate.LooserPolicy.Undecided("", "whether the policy lets more pass than at the previous release is not known: "+format, args...))
		return nil
	}
	switch {
	case g.flags.policy != "":
		return unknown("--policy names a file that is of no commit")
	case commit == "":
		return unknown("the files were read as they lie in a folder")
	case len(g.release.Files.Dists) == 0:
		return nil // there is no release to be previous to
	}
	repo, err := gittree.Open(a.repo)
	if err != nil {
		return err
	}
	// An ancestor's tag is an earlier release's whatever its version: a release
	// of an old line, or one that calls itself 0.0.1, is compared too.
	version := g.release.Files.Dists[0].Name.Canonical
	earlier := func(tag string) bool {
		v, ok := dist.TagVersion(tag)
		order, ordered := dist.CompareVersions(v, version)
		return ok && ordered && order != 0
	}
	newer := func(a, b string) int {
		x, _ := dist.TagVersion(a)
		y, _ := dist.TagVersion(b)
		order, _ := dist.CompareVersions(x, y)
		return order
	}
	tag, err := repo.Previous(commit, earlier, newer)
	if errors.Is(err, gittree.ErrNoPrevious) {
		// A history that was cut off or written anew: then by version.
		tag, err = repo.Newest(commit, func(tag string) bool {
			v, _ := dist.TagVersion(tag)
			order, _ := dist.CompareVersions(v, version)
			return earlier(tag) && order < 0
		}, newer)
	}
	switch {
	case errors.Is(err, gittree.ErrNoPrevious):
		return nil
	case errors.Is(err, gittree.ErrHistory):
		return unknown("%v", err)
	case err != nil:
		return err
	}
	tree, err := repo.Tree(tag.Commit)
	if err != nil {
		return unknown("reading %s: %v", tag.Ref, err)
	}
	then, err := readTreePolicy(&auditFlags{}, tree)
	if err != nil {
		return unknown("the policy at %s cannot be read: %v", tag.Ref, err)
	}
	if then == nil {
		return nil // there was none to be looser than
	}
	changes, err := policy.LooserFiles(then, now, g.facts())
	if err != nil {
		return err
	}
	for _, c := range changes {
		hint := "if the change is meant, approve the release (with strict, gate this one without it); if nobody knows of it, stop and find out who made it"
		if c.Key == policy.KeyFile {
			hint = "put the file back as it was there; if nobody knows why it is gone, stop and find out who removed it"
		}
		f := gate.LooserPolicy.Found(policyPath, hint, "since %s the policy is looser: %s", tag.Ref, c)
		f.Location = finding.Location{File: policyPath, Line: c.Line}
		o.Before.Add(f)
	}
	return nil
}

// facts are what completes both policies, so that what is written out for the
// first time is no change.
func (g *gating) facts() []policy.Setting {
	repository, ok := g.world.facts.Repository.Get()
	if !ok {
		return nil
	}
	out := []policy.Setting{{Key: "publisher.repository", Values: []string{repository}, From: "the running workflow"}}
	if w := g.world.facts.Workflow.File; w != "" {
		out = append(out, policy.Setting{Key: "publisher.workflow", Values: []string{w}, From: "the running workflow"})
	}
	return out
}
