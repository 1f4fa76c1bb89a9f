// SPDX-License-Identifier: BSD-3-Clause

package policy

import "strings"

// versionMark stands for the release's version in a ref template.
const versionMark = "{version}"

func checkRefTemplate(s string) (string, error) {
	const want = "write it in full, such as refs/tags/v{version}"
	switch {
	case strings.Contains(s, "${{"):
		return "", badValue("%q is an expression; %s", clip(s), want)
	case strings.HasPrefix(s, "refs/pull/"):
		return "", badValue("%q is a pull request's ref, which outsiders write; releases come from a tag: refs/tags/v{version}", clip(s))
	case strings.ContainsAny(s, "*?["):
		return "", badValue("%q has a wildcard; write {version} for the version, and each branch by its name", clip(s))
	case strings.HasPrefix(s, "tags/"), strings.HasPrefix(s, "heads/"):
		return "", badValue("%q does not begin with refs/; write refs/%s", clip(s), clip(s))
	case !strings.HasPrefix(s, "refs/tags/") && !strings.HasPrefix(s, "refs/heads/"):
		return "", badValue("%q begins with neither refs/tags/ nor refs/heads/; %s", clip(s), want)
	case strings.Count(s, versionMark) > 1:
		return "", badValue("%q has {version} more than once; write it once", clip(s))
	}
	plain := strings.Replace(s, versionMark, "0", 1)
	if strings.ContainsAny(plain, "{}") {
		return "", badValue("%q has a placeholder that is not known; the only one is {version}", clip(s))
	}
	if !validRef(plain) {
		return "", badValue("%q is not a name that git allows; %s", clip(s), want)
	}
	return s, nil
}

// validRef holds s to the rules of git check-ref-format.
func validRef(s string) bool {
	if !isPrintable(s) || strings.ContainsAny(s, " ~^:?*[\\") || strings.Contains(s, "..") || strings.Contains(s, "@{") || strings.HasSuffix(s, ".") {
		return false
	}
	for part := range strings.SplitSeq(s, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}

// MatchRef compares a ref (byte for byte, in full: "refs/tags/v1.0") with a
// template of [Builder.Refs]. Where the template has {version}, version is what
// stands in its place, never empty, and the caller compares it with the
// distributions' by PEP 440; otherwise version is "". An empty template matches
// nothing.
func MatchRef(template, ref string) (version string, ok bool) {
	before, after, marked := strings.Cut(template, versionMark)
	if !marked {
		return "", Same(template, ref)
	}
	rest, ok := strings.CutPrefix(ref, before)
	if !ok {
		return "", false
	}
	version, ok = strings.CutSuffix(rest, after)
	return version, ok && version != ""
}
