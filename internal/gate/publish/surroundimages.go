// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// images tells of images around a job that can publish: what runs in them, or
// has the job's files, sees its id-token.
func (c *surroundings) images(j *graph.Job) {
	if j.IDToken() == expr.False {
		return // unpinned-image says what is to be said
	}
	judge := func(what string, con *workflow.Container, own bool) {
		if con == nil {
			return
		}
		texts, all := comesTo(j, con.Image.Value)
		for _, t := range texts {
			if t == "" || c.knownImage(t) {
				continue
			}
			u := c.rule.Undecided(subject(j), "%s:%d: %s %s around a job that can publish is not known here, and what is in it can use the job's id-token; run the job without it", j.File.Path, con.Image.Line, what, shownText(t))
			// Where the repository is not known, an image may be its owner's.
			u.Blocking = (own || mounts(con)) && (c.in.Repository != "" || !digested(t))
			c.skip(u)
		}
		if !all && own {
			c.skip(c.rule.Undecided(subject(j), "%s:%d: %s %q around a job that can publish is not constant; run the job without it", j.File.Path, con.Image.Line, what, con.Image.Value))
		}
		if own && strings.Contains(con.Options.Value, "--entrypoint") || mounts(con) && !own || strings.Contains(con.Options.Value, "--env-file") || strings.Contains(con.Options.Value, "${{") {
			c.skip(c.rule.Undecided(subject(j), "%s:%d: the options of %s %q start or share what is not known here, beside an id-token; take them out", j.File.Path, con.Pos.Line, what, con.Image.Value))
		}
	}
	judge("the image", j.Job.Container, true)
	for _, s := range j.Job.Services {
		judge("the service", s.Container, false)
	}
}

// mounts reports whether a container shares folders or rights of the machine.
func mounts(con *workflow.Container) bool {
	if len(con.Volumes) > 0 {
		return true
	}
	for _, w := range strings.Fields(con.Options.Value) {
		if w == "-v" || strings.HasPrefix(w, "--volume") || strings.HasPrefix(w, "--mount") || strings.HasPrefix(w, "--privileged") || strings.HasPrefix(w, "--pid") ||
			strings.HasPrefix(w, "--cap-add") || strings.HasPrefix(w, "--device") || strings.HasPrefix(w, "-v/") {
			return true
		}
	}
	return false
}

// knownImages begin the names of images that projects build on: systems and
// languages of Docker's own library, and those of Python's packaging.
var knownImages = []string{"quay.io/pypa/", "ghcr.io/pypa/", "ghcr.io/astral-sh/", "mcr.microsoft.com/", "public.ecr.aws/docker/library/", "docker.io/library/", "ghcr.io/scientific-python/"}

// libraryImages are of Docker's own library.
var libraryImages = []string{"python", "ubuntu", "debian", "alpine", "fedora", "rockylinux", "almalinux", "node", "rust", "golang", "buildpack-deps", "gcc", "amazonlinux", "pypy"}

// knownImage reports whether an image's name says that it is one of those, or
// the repository's owner's.
func (c *surroundings) knownImage(image string) bool {
	image = strings.ToLower(strings.TrimPrefix(image, "docker://"))
	name, _, _ := strings.Cut(image, "@")
	if owner, _, ok := strings.Cut(c.in.Repository, "/"); ok && owner != "" && strings.HasPrefix(name, "ghcr.io/"+strings.ToLower(owner)+"/") {
		return true
	}
	if slices.ContainsFunc(knownImages, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return true
	}
	name, _, _ = strings.Cut(name, ":")
	return slices.Contains(libraryImages, name)
}
