// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"slices"
	"strings"
)

// shownWords are what names in a file may be made of to be shown. Any other
// could be a piece of a secret that stands where nobody expects it.
var shownWords = append([]string{
	"pypi", "testpypi", "distutils", "server-login", "username", "user", "pypi-token", "http-basic", "repository", "repositories", "url",
	"publish", "index", "repos", "main", "test", "tool", "uv", "pip", "poetry", "source", "credential", "service", "global", "install", "name",
	"index-url", "extra-index-url", "find-links", "default-index", "publish-url", "check-url", "keyring-provider", "trusted-publishing",
	"backend", "default-keyring", "project", "dependencies", "build-system", "requires", "dependency-groups",
}, secretKeys...)

// show names an entry as far as its names are known words.
func (s section) show(key string) string {
	if !known(key) {
		key = "an entry"
	}
	switch {
	case s.name == "":
		return key
	case !known(s.name):
		return key + " of another section"
	}
	return "[" + s.name + "] " + key
}

func known(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if !slices.Contains(shownWords, part) {
			return false
		}
	}
	return true
}
