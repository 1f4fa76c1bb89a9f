// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// git has settings and flags that name programs to run: what none of the lists
// here has is taken for one of those.
func git(_ shell.Command, a []string) commandKind {
	kind, rest := harmless, a
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		flag, _, inline := strings.Cut(rest[0], "=")
		switch flag {
		case "-c":
			if len(rest) > 1 && !plainSetting(rest[1]) {
				return code
			}
			rest = rest[1:]
		case "-C", "--git-dir", "--work-tree", "--namespace":
			if !inline && len(rest) > 1 {
				rest = rest[1:]
			}
		case "-p", "--paginate", "-P", "--no-pager", "--bare", "--no-replace-objects", "--literal-pathspecs", "--no-optional-locks", "--version", "-v", "--help", "-h":
		default:
			return code // --exec-path, --config-env
		}
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return kind
	}
	verb, args := rest[0], rest[1:]
	if slices.ContainsFunc(args, func(w string) bool {
		return strings.Contains(w, "ext::") || strings.HasPrefix(w, "--ext-diff") || strings.HasPrefix(w, "--textconv")
	}) ||
		hasFlag(args, "--upload-pack", "--receive-pack", "--exec", "-x", "--open-files-in-pager", "--template") && verb != "clean" {
		return code
	}
	switch verb {
	case "describe", "log", "show", "status", "rev-parse", "diff", "diff-index", "diff-tree", "ls-files", "ls-remote", "ls-tree", "cat-file", "for-each-ref", "rev-list",
		"blame", "shortlog", "merge-base", "remote", "verify-commit", "verify-tag", "var", "version", "name-rev", "show-ref", "push",
		"symbolic-ref", "check-ref-format", "check-ignore", "fsck", "count-objects", "hash-object", "whatchanged", "cherry", "help":
		return harmless
	case "grep":
		if slices.ContainsFunc(args, func(w string) bool { return strings.HasPrefix(w, "-O") }) {
			return code
		}
		return harmless
	case "tag", "branch", "notes":
		return harmless // they write in .git only
	case "clone", "fetch", "pull", "lfs":
		return fetches
	case "submodule":
		if verbOf(args) == "foreach" {
			return code
		}
		return fetches
	case "config":
		return gitConfig(args)
	case "checkout", "switch", "restore", "reset", "clean", "stash", "add", "rm", "mv", "commit", "merge", "apply", "am", "cherry-pick", "revert",
		"init", "update-ref", "update-index", "read-tree", "checkout-index", "worktree", "gc", "prune", "archive", "format-patch", "bundle", "sparse-checkout", "maintenance":
		return changes
	case "rebase":
		return changes // --exec is looked for above
	}
	return code // an alias, a program git-VERB, or one that runs others (bisect run, filter-branch)
}

// gitConfig judges a setting: many name a program that git then runs.
func gitConfig(args []string) commandKind {
	if hasFlag(args, "--get", "--get-all", "--get-regexp", "--list", "-l", "--unset", "--unset-all", "--remove-section", "get", "list", "unset") {
		return changes
	}
	var words []string
	for i := 0; i < len(args); i++ {
		switch w := args[i]; {
		case w == "-f" || w == "--file" || w == "--type" || w == "--blob":
			i++
		case strings.HasPrefix(w, "-") || w == "set" && len(words) == 0:
		default:
			words = append(words, w)
		}
	}
	if len(words) < 2 || plainSetting(words[0]+"="+words[1]) {
		return changes
	}
	return code
}

// plainSetting reports whether a setting of git, KEY=VALUE, names no program.
func plainSetting(setting string) bool {
	key, _, _ := strings.Cut(strings.ToLower(setting), "=")
	if strings.Contains(key, "$") || strings.ContainsAny(key, "\n") {
		return false
	}
	for _, prefix := range []string{"user.", "author.", "committer.", "safe.", "advice.", "color.", "url.", "push.", "pull.", "fetch.", "branch.", "gc."} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	if strings.HasPrefix(key, "http.") && (strings.HasSuffix(key, ".extraheader") || key == "http.postbuffer") || strings.HasPrefix(key, "remote.") && strings.HasSuffix(key, "url") {
		return true
	}
	return slices.Contains([]string{
		"init.defaultbranch", "core.autocrlf", "core.eol", "core.longpaths", "core.quotepath", "core.filemode", "core.symlinks", "core.ignorecase", "core.safecrlf",
		"core.compression", "commit.gpgsign", "tag.gpgsign", "tag.forcesignannotated", "tag.sort", "versionsort.suffix", "log.showsignature", "protocol.version", "gpg.format",
		"merge.ff", "rebase.autostash", "diff.renames", "diff.renamelimit", "checkout.defaultremote", "submodule.recurse", "pack.threads",
	}, key)
}

// gh runs extensions and aliases as if they were commands of its own.
func gh(_ shell.Command, a []string) commandKind {
	var v []string
	for i := 0; i < len(a) && len(v) < 2; i++ {
		switch {
		case a[i] == "-R" || a[i] == "--repo" || a[i] == "--hostname":
			i++
		case !strings.HasPrefix(a[i], "-"):
			v = append(v, a[i])
		}
	}
	if len(v) == 0 {
		return harmless // --version, --help
	}
	switch strings.Join(v, " ") {
	case "release download", "run download", "attestation download", "at download", "repo clone", "gist clone", "pr checkout":
		return fetches
	case "extension list", "extension search", "alias list", "config get", "config list":
		return harmless
	case "extension install", "extension upgrade", "ext install", "ext upgrade", "extensions install":
		return installs
	}
	switch v[0] {
	case "api", "attestation", "at", "auth", "browse", "cache", "completion", "gist", "gpg-key", "help", "issue", "label", "org", "pr", "project",
		"release", "repo", "ruleset", "run", "search", "secret", "ssh-key", "status", "variable", "version", "workflow":
		return harmless
	}
	return code // an extension, an alias, or what makes one
}
