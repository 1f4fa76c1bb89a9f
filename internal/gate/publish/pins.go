// SPDX-License-Identifier: BSD-3-Clause

package publish

import "strings"

// isBranch reports whether a ref that is no commit is certainly, by the way
// refs are named, a branch: what it points to changes all the time.
func isBranch(ref string) bool {
	ref = strings.ToLower(strings.TrimPrefix(ref, "refs/heads/"))
	switch ref {
	case "main", "master", "head", "develop", "dev", "trunk", "devel", "next", "nightly":
		return true
	}
	return strings.HasPrefix(ref, "release/") || strings.HasPrefix(ref, "releases/")
}

// gitHubs reports whether GitHub itself keeps a repository.
func gitHubs(owner string) bool {
	return strings.EqualFold(owner, "actions") || strings.EqualFold(owner, "github")
}

// ours reports whether an action's owner is the owner of the repository.
func (a *audit) ours(owner string) bool {
	mine, _, ok := strings.Cut(a.in.Repository, "/")
	return ok && strings.EqualFold(mine, owner)
}

// digested reports whether an image is named by its digest.
func digested(image string) bool {
	_, digest, ok := strings.Cut(image, "@sha256:")
	return ok && len(digest) == 64
}
