// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
)

// releaseCommit is a release of an action and the commit that it was made
// from, for corrected lines where GitHub was not asked. It is only proposed
// where a workflow names a branch, or a tag of the same major version that is
// not newer; whoever takes it looks at the release and lets Dependabot go on.
type releaseCommit struct {
	repo    string // OWNER/NAME in lower case
	version string // as the tag is written
	commit  string
	source  string // where the pair stands
}

// releaseCommits are the actions that release workflows use most, newest
// version first for each repository. The sources are the workflow in this
// repository's README, and pins with a version comment in release workflows of
// several projects, looked at in 2026.
var releaseCommits = []releaseCommit{
	{"actions/attest", "v4.2.2", "1e69f48acb82d1966a394da916b4c1698aa569d6", "README"},
	{"actions/attest-build-provenance", "v4.1.1", "0f67c3f4856b2e3261c31976d6725780e5e4c373", "7 projects"},
	{"actions/cache", "v6.1.0", "55cc8345863c7cc4c66a329aec7e433d2d1c52a9", "2 projects"},
	{"actions/checkout", "v7.0.1", "3d3c42e5aac5ba805825da76410c181273ba90b1", "README"},
	{"actions/checkout", "v6.0.3", "df4cb1c069e1874edd31b4311f1884172cec0e10", "3 projects"},
	{"actions/download-artifact", "v8.0.1", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "README"},
	{"actions/setup-python", "v7.0.0", "5fda3b95a4ea91299a34e894583c3862153e4b97", "README"},
	{"actions/setup-python", "v6.3.0", "ece7cb06caefa5fff74198d8649806c4678c61a1", "2 projects"},
	{"actions/upload-artifact", "v7.0.1", "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a", "README"},
	{"astral-sh/setup-uv", "v9.0.0", "c771a70e6277c0a99b617c7a806ffedaca235ff9", "3 projects"},
	{"docker/setup-buildx-action", "v4.1.0", "d7f5e7f509e45cec5c76c4d5afdd7de93d0b3df5", "2 projects"},
	{"docker/setup-qemu-action", "v4.1.0", "06116385d9baf250c9f4dcb4858b16962ea869c3", "8 projects"},
	{"hynek/build-and-inspect-python-package", "v3.0.1", "2abe76da66d0a6a4a227101f9348ee855797cfa5", "3 projects"},
	{"hynek/build-and-inspect-python-package", "v2.18.0", "d44ca7d91762de7a7d5436ddae667c6da6d1c3df", "4 projects"},
	{"jupyter-server/jupyter_releaser", "v2", "70e58c50c736ad496cca11fe4f2446033b68b027", "2 projects"},
	{"mamba-org/setup-micromamba", "v3.1.0", "ce51e99f4bb8a82ab7158c4dc59ef4634c59c4f9", "2 projects"},
	{"prefix-dev/setup-pixi", "v0.10.0", "a09b6247153796b190642a2b53fac4241043cf6f", "3 projects"},
	{"pypa/cibuildwheel", "v4.2.0", "1828c10ab37f080699c7b81cea34097c684a7074", "3 projects"},
	{"pypa/gh-action-pypi-publish", "v1.14.2", "dc37677b2e1c63e2034f94d8a5b11f265b73ba33", "README"},
	{"scientific-python/upload-nightly-action", "0.6.4", "e76cfec8a4611fd02808a801b0ff5a7d7c1b2d99", "10 projects"},
	{"softprops/action-gh-release", "v3.0.2", "3d0d9888cb7fd7b750713d6e236d1fcb99157228", "8 projects"},
}

// releaseOf is the release in the table that can stand in the place of a
// movable ref: nil where there is none.
func releaseOf(u *workflow.Uses) *releaseCommit {
	if u == nil || u.Kind != workflow.Remote || u.Pinned {
		return nil
	}
	repo := strings.ToLower(u.Owner + "/" + u.Repo)
	ref := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(u.Ref, "refs/heads/"), "refs/tags/"))
	ref = strings.TrimPrefix(strings.TrimPrefix(ref, "release/"), "releases/")
	asked, numbered := versionNumbers(ref)
	for i, r := range releaseCommits {
		have, _ := versionNumbers(r.version)
		switch {
		case r.repo != repo:
		case numbered && have[0] == 0 && len(asked) > 1 && have[1] != asked[1]:
			// Below 1.0 the second number is the major one.
		case numbered && have[0] == asked[0] && !newer(asked, have):
			return &releaseCommits[i]
		case !numbered && isBranch(u.Ref):
			return &releaseCommits[i]
		}
	}
	return nil
}

// versionNumbers are the numbers of a version such as v1.14.2 or 0.6.4; ok is
// false for any other text. At least one, at most four.
func versionNumbers(ref string) (out []int, ok bool) {
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "v"), ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || len(out) == 4 {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}

// newer reports whether a version is newer than another; numbers that one of
// them leaves out do not count.
func newer(a, b []int) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] > b[i]
		}
	}
	return false
}

// pinnedText writes the release of the table in place of a movable ref,
// wherever a text has it, with the version as a comment.
func pinnedText(text string, u *workflow.Uses) string {
	r := releaseOf(u)
	if r == nil {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if before, after, ok := strings.Cut(line, u.Raw.Value); ok && strings.Contains(before, "uses:") {
			lines[i] = before + strings.TrimSuffix(u.Raw.Value, u.Ref) + r.commit + versionComment(after, r.version)
		}
	}
	return strings.Join(lines, "\n")
}

// versionComment is what follows a pinned ref: what stood there, with the
// version as the comment.
func versionComment(after, version string) string {
	quote := after[:len(after)-len(strings.TrimLeft(after, `"'`))]
	rest := strings.TrimSpace(after[len(quote):])
	if rest == "" || strings.HasPrefix(rest, "#") {
		return quote + " # " + version
	}
	return after // a step in braces: no comment can stand inside it
}
