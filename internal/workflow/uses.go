// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"io/fs"
	"path"
	"strings"
)

// UsesKind is where a "uses" points.
type UsesKind int

// The kinds of "uses".
const (
	UsesUnknown UsesKind = iota // no form that GitHub takes
	Remote                      // owner/repo[/path]@ref
	Local                       // ./path, in whatever the job has checked out
	Self                        // $/path, in the workflow's own repository and commit
	Docker                      // docker://image
)

// Uses is an action or a reusable workflow that is named.
type Uses struct {
	Raw  Text
	Kind UsesKind
	// Owner, Repo, Path and Ref of a Remote one; Path is the folder of the
	// action, or the file of the workflow, without a leading slash. Path of a
	// Local or Self one is from the root of the tree, "." for the root itself,
	// and empty where it leads out of it. Path of a Docker one is the image.
	Owner, Repo, Path, Ref string
	// Pinned is true for a Ref of 40 hexadecimal digits, and for a Docker image
	// named by digest.
	Pinned  bool
	Comment string // the comment at the line's end, without the #
	Pos     Pos
}

// Name returns owner/repo[/path] in lower case, or "" for what is not Remote.
func (u *Uses) Name() string {
	if u.Kind != Remote {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(u.Owner+"/"+u.Repo+"/"+u.Path, "/"))
}

func parseUses(t Text) Uses {
	u := Uses{Raw: t, Pos: t.Pos()}
	raw := strings.TrimSpace(t.Value)
	if image, ok := strings.CutPrefix(raw, "docker://"); ok {
		u.Kind, u.Path = Docker, image
		_, digest, ok := strings.Cut(image, "@sha256:")
		u.Pinned = ok && isHex(digest, 64)
		return u
	}
	if rest, ok := strings.CutPrefix(raw, "./"); ok {
		u.Kind, u.Path = Local, localPath(rest)
		return u
	}
	if rest, ok := strings.CutPrefix(raw, "$/"); ok {
		u.Kind, u.Path = Self, localPath(rest)
		return u
	}
	name, ref, ok := strings.Cut(raw, "@")
	parts := strings.SplitN(name, "/", 3)
	if !ok || ref == "" || len(parts) < 2 || parts[0] == "" || parts[1] == "" || strings.Contains(raw, "${{") {
		return u
	}
	u.Kind, u.Owner, u.Repo, u.Ref = Remote, parts[0], parts[1], ref
	if len(parts) == 3 {
		u.Path = strings.Trim(parts[2], "/")
	}
	u.Pinned = isHex(ref, 40)
	return u
}

// localPath cleans a path below the root; it is empty if it leads out of it or
// is none that can be looked up.
func localPath(p string) string {
	if strings.ContainsAny(p, "\\\x00") || strings.Contains(p, "${{") {
		return ""
	}
	p = path.Clean(strings.TrimLeft(p, "/"))
	if !fs.ValidPath(p) {
		return ""
	}
	return p
}

func isHex(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
