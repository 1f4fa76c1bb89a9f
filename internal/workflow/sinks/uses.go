// SPDX-License-Identifier: BSD-3-Clause

package sinks

import "strings"

// Uses is what a uses: key names.
type Uses struct {
	Owner, Repo string
	Path        string // folder or file below the repository, without slashes around
	Ref         string
}

// ParseUses reads OWNER/REPO[/PATH]@REF, and docker://ghcr.io/OWNER/REPO:TAG,
// the image of an action. Local actions and everything else are false.
func ParseUses(text string) (Uses, bool) {
	text = strings.TrimSpace(text)
	sep := "@"
	if image, ok := strings.CutPrefix(text, "docker://ghcr.io/"); ok {
		if text = image; !strings.Contains(text, "@") {
			sep = ":"
		}
	}
	name, ref, _ := strings.Cut(text, sep)
	parts := strings.Split(name, "/")
	if len(parts) < 2 || parts[0] == "" || parts[1] == "" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "$") || strings.Contains(name, ":") {
		return Uses{}, false
	}
	return Uses{Owner: parts[0], Repo: parts[1], Path: strings.Trim(strings.Join(parts[2:], "/"), "/"), Ref: ref}, true
}

// String is OWNER/REPO[/PATH].
func (u Uses) String() string {
	s := u.Owner + "/" + u.Repo
	if u.Path != "" {
		s += "/" + u.Path
	}
	return s
}

// version reads the major and minor version that a ref, or the comment beside
// it, names; ok is false for a bare commit. A branch or a tag of the major
// version alone moves and counts as the newest minor.
func (u Uses) version(comment string) (major, minor int, ok bool) {
	text := u.Ref
	if isCommit(text) {
		text = strings.TrimSpace(comment)
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "release/"), "unstable/")
	switch text {
	case "":
		return 0, 0, false
	case "main", "master":
		return 1 << 20, 1 << 20, true
	}
	text = strings.TrimPrefix(text, "v")
	major, rest, ok := number(text)
	if !ok {
		return 0, 0, false
	}
	if rest, dotted := strings.CutPrefix(rest, "."); dotted {
		minor, _, ok = number(rest)
		return major, minor, ok
	}
	return major, 1 << 20, rest == ""
}

func number(text string) (n int, rest string, ok bool) {
	i := 0
	for i < len(text) && i < 6 && text[i] >= '0' && text[i] <= '9' {
		n = n*10 + int(text[i]-'0')
		i++
	}
	return n, text[i:], i > 0
}

func isCommit(ref string) bool {
	return len(ref) >= 7 && strings.Trim(strings.ToLower(ref), "0123456789abcdef") == "" && (len(ref) == 40 || len(ref) == 64 || strings.ContainsAny(ref, "abcdef"))
}
