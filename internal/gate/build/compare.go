// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/policy"
)

const githubURL = "https://github.com/"

// workflowURI is "https://github.com/OWNER/REPO/.github/workflows/FILE@REF",
// the form of the certificate's signer and build config.
type workflowURI struct {
	Repository string // OWNER/REPO
	Path       string // .github/workflows/FILE
	File       string
	Ref        string // refs/… or a commit; compared, never searched
}

const workflowDir = ".github/workflows/"

// parseWorkflow takes a workflow URI apart. Both a file's name and a ref may
// hold an @, but a file's name has no slash: the first slash after the folder
// is that of "@refs/", and where there is none, a commit follows the last @.
func parseWorkflow(uri string) (w workflowURI, ok bool) {
	rest, ok := strings.CutPrefix(uri, githubURL)
	owner, rest, ok1 := strings.Cut(rest, "/")
	name, path, ok2 := strings.Cut(rest, "/")
	file, inDir := strings.CutPrefix(path, workflowDir)
	if !ok || !ok1 || !ok2 || !inDir || owner == "" || name == "" {
		return w, false
	}
	before, _, slash := strings.Cut(file, "/")
	at := strings.LastIndexByte(before, '@')
	if at <= 0 || at == len(file)-1 || slash && before[at:] != "@refs" {
		return w, false
	}
	w.Repository, w.Path, w.File, w.Ref = owner+"/"+name, workflowDir+file[:at], file[:at], file[at+1:]
	return w, true
}

// repositoryName takes OWNER/REPO out of a repository's URL; "" if it is none.
func repositoryName(uri string) string {
	name, ok := strings.CutPrefix(uri, githubURL)
	if !ok || strings.Count(name, "/") != 1 || strings.HasPrefix(name, "/") || strings.HasSuffix(name, "/") {
		return ""
	}
	return name
}

// refMatches reports whether ref is one that the templates allow for version.
// A template is compared byte for byte but for "{version}", which stands for
// any PEP 440 spelling of the version. Without templates, ref must be a tag
// that ends in the version.
func refMatches(templates []string, ref, version string) bool {
	if len(templates) == 0 {
		return tagEndsIn(ref, version)
	}
	for _, t := range templates {
		got, ok := policy.MatchRef(t, ref)
		if ok && (got == "" || startsWithDigit(got) && dist.EqualVersions(got, version)) {
			return true
		}
	}
	return false
}

// tagEndsIn is the default rule: refs/tags/ and a name that ends in the version;
// see [dist.TagVersion].
func tagEndsIn(ref, version string) bool {
	tag, ok := strings.CutPrefix(ref, "refs/tags/")
	if !ok {
		return false
	}
	found, ok := dist.TagVersion(tag)
	return ok && dist.EqualVersions(found, version)
}

// orNothing shows a certificate's value in a message, where it may be absent.
func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return `"` + s + `"`
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
