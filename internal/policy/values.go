// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"path"
	"strings"
	"unicode"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// badValue is the error of a value: what is wrong, then what to write.
func badValue(format string, args ...any) error { return fmt.Errorf(format, args...) }

var (
	// projectName is a name by the core metadata specification (PEP 508).
	projectName = lazyregexp.New(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	// ownerName also takes the underscore of enterprise-managed users and the
	// trailing hyphens that old accounts have.
	ownerName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$`)
	repoName  = lazyregexp.New(`^[A-Za-z0-9._-]{1,100}$`)
	decimal   = lazyregexp.New(`^[1-9][0-9]{0,18}$`)
	hexCommit = lazyregexp.New(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	hexDigits = lazyregexp.New(`^[0-9A-Fa-f]+$`)
	hexSHA256 = lazyregexp.New(`^[0-9a-f]{64}$`)
)

func checkProject(s string) (string, error) {
	if !projectName.MatchString(s) {
		return "", badValue("%q is not a project name; write the name of pyproject.toml: letters, digits, \"-\", \"_\" and \".\", beginning and ending with a letter or digit", clip(s))
	}
	return s, nil
}

func checkRepository(s string) (string, error) {
	short := s
	for _, prefix := range []string{"https://", "http://", "github.com/", "git@github.com:"} {
		short = strings.TrimPrefix(short, prefix)
	}
	short = strings.TrimSuffix(strings.TrimSuffix(short, "/"), ".git")
	if isRepository(short) && short != s {
		return "", badValue("%q is not OWNER/NAME; write %s", clip(s), short)
	}
	if !isRepository(s) {
		return "", badValue("%q is not OWNER/NAME; write a GitHub repository such as octo-sci/samplepkg", clip(s))
	}
	return s, nil
}

func isRepository(s string) bool {
	owner, name, ok := strings.Cut(s, "/")
	return ok && ownerName.MatchString(owner) && repoName.MatchString(name) && name != "." && name != ".."
}

func checkID(s string) (string, error) {
	if !decimal.MatchString(s) {
		return "", badValue("%q is not a numeric id; write the decimal number that GitHub's API gives (gh api repos/OWNER/NAME --jq \"[.id, .owner.id]\")", clip(s))
	}
	return s, nil
}

func checkWorkflow(s string) (string, error) {
	const want = "write the workflow's file name in .github/workflows, such as release.yml"
	base := path.Base(s)
	switch {
	case strings.Contains(s, "/"):
		if isWorkflowFile(base) {
			return "", badValue("%q is a path; write the file name alone: %s", clip(s), base)
		}
		return "", badValue("%q is a path; %s", clip(s), want)
	case !isWorkflowFile(s):
		return "", badValue("%q is not a file name that ends in .yml or .yaml; %s", clip(s), want)
	}
	return s, nil
}

// isWorkflowFile reports whether s may be a file in .github/workflows.
func isWorkflowFile(s string) bool {
	stem, ok := strings.CutSuffix(s, ".yml")
	if !ok {
		stem, ok = strings.CutSuffix(s, ".yaml")
	}
	return ok && stem != "" && len(s) <= 255 && !strings.ContainsAny(s, `/\`) && isPrintable(s) && strings.TrimSpace(s) == s
}

// isPrintable refuses control and formatting characters.
func isPrintable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func checkPublisherEnvironment(s string) (string, error) {
	if Same(NoEnvironment, strings.ToLower(s)) {
		return NoEnvironment, nil
	}
	return checkEnvironment(s)
}

func checkBuilderEnvironment(s string) (string, error) {
	if Same(NoEnvironment, strings.ToLower(s)) {
		return "", badValue("%q is no environment for a builder; remove the key, as only an environment that must be there can be asked for", s)
	}
	return checkEnvironment(s)
}

func checkEnvironment(s string) (string, error) {
	if len(s) > 255 || strings.TrimSpace(s) != s || !isPrintable(s) || strings.ContainsAny(s, "'\"`,;\\") {
		return "", badValue("%q is not the name of a GitHub environment; write it as in the repository's settings, such as pypi", clip(s))
	}
	if strings.Contains(s, "${{") {
		return "", badValue("%q is an expression; write the environment's name itself", clip(s))
	}
	return s, nil
}

func checkCommit(s string) (string, error) {
	switch {
	case hexCommit.MatchString(s):
		return s, nil
	case hexCommit.MatchString(strings.ToLower(s)):
		return "", badValue("%q has capital letters; write %s", s, strings.ToLower(s))
	case hexDigits.MatchString(s) && len(s) < 40:
		return "", badValue("%q is a shortened commit; write all 40 digits (git rev-parse %s)", s, s)
	}
	return "", badValue("%q is not a commit; write its 40 (or, for SHA-256 repositories, 64) hexadecimal digits", clip(s))
}

func checkSHA256(s string) (string, error) {
	if l := strings.ToLower(s); hexSHA256.MatchString(l) {
		return l, nil
	}
	return "", badValue("%q is not a SHA-256; write 64 hexadecimal digits", clip(s))
}

// checkPath takes a slash-separated path inside the repository.
func checkPath(s string) (string, error) {
	const want = "write a folder of the repository, such as python/samplepkg, or \".\" for its root"
	clean := path.Clean(s)
	switch {
	case strings.Contains(s, `\`):
		return "", badValue("%q has a backslash; separate folders with \"/\"", clip(s))
	case path.IsAbs(s), clean == "..", strings.HasPrefix(clean, "../"), !isPrintable(s):
		return "", badValue("%q leaves the repository; %s", clip(s), want)
	case clean != s:
		return "", badValue("%q is written in a roundabout way; write %s", clip(s), clean)
	}
	return s, nil
}

// oneOf takes one word of a closed list.
func oneOf(list ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		for _, w := range list {
			if s == w {
				return s, nil
			}
		}
		return "", badValue("%q is not known here; %s", clip(s), suggestWord(s, list))
	}
}

// checkProse takes a reason or a name in words; runs of white space become one
// space, as YAML's folded text has line ends.
func checkProse(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if !isPrintable(s) {
		return "", badValue("%q has control characters; write plain text", clip(s))
	}
	return s, nil
}
