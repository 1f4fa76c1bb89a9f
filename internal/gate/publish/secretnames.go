// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// secretWords mark a secret by its name as a credential for PyPI or TestPyPI.
var secretWords = []string{"PYPI", "TWINE", "FLIT_", "HATCH_INDEX", "UV_PUBLISH", "MATURIN_PASSWORD", "PDM_PUBLISH", "POETRY_HTTP_BASIC"}

// otherWords mark one of them as something else: a credential for another
// index, or no credential of an index at all.
var otherWords = []string{"PRIVATE", "INTERNAL", "ARTIFACTORY", "JFROG", "NEXUS", "FURY", "CLOUDSMITH", "CODEARTIFACT", "GITLAB", "AZURE", "AWS", "GCP",
	"ANACONDA", "CONDA", "SLACK", "DISCORD", "WEBHOOK", "GPG", "SSH"}

// plainEnds end the names of secrets that hold no credential.
var plainEnds = []string{"_USERNAME", "_USER", "_URL", "_SERVER", "_HOST", "_NAME", "_PROJECT", "_REPOSITORY", "_REPO", "_PACKAGE", "_INDEX"}

// indexOfSecret guesses by a secret's name which index it is a credential for.
func indexOfSecret(name string) (string, bool) {
	name = strings.ToUpper(name)
	in := func(word string) bool { return strings.Contains(name, word) }
	if !slices.ContainsFunc(secretWords, in) || slices.ContainsFunc(otherWords, in) ||
		slices.ContainsFunc(plainEnds, func(end string) bool { return strings.HasSuffix(name, end) }) {
		return "", false
	}
	if isTestName(name) {
		return sinks.TestPyPI, true
	}
	return sinks.PyPI, true
}

// isTestName reports whether a name in upper case says that it is about the
// test index; PYTEST_PYPI_TOKEN does not.
func isTestName(name string) bool {
	return strings.Contains(name, "TESTPYPI") || strings.Contains(name, "PYPITEST") || slices.Contains(strings.Split(name, "_"), "TEST")
}

// credentialVariables are those that uploaders to PyPI read a password or a
// token from.
var credentialVariables = []string{"FLIT_PASSWORD", "HATCH_INDEX_AUTH", "MATURIN_PASSWORD", "MATURIN_PYPI_TOKEN", "PDM_PUBLISH_PASSWORD",
	"PYPI_PASSWORD", "PYPI_TOKEN", "PYPI_TOKEN_MAP", "RYE_TOKEN", "TWINE_PASSWORD", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_TOKEN"}

func isCredentialVariable(name string) bool {
	name = strings.ToUpper(name)
	return slices.Contains(credentialVariables, name) || strings.HasPrefix(name, "POETRY_PYPI_TOKEN_") ||
		strings.HasPrefix(name, "POETRY_HTTP_BASIC_") && strings.HasSuffix(name, "_PASSWORD")
}

// secretIndexes says which indexes the uploads in the files use a secret for,
// by its name in upper case. An index that is not constant counts as PyPI.
func (a *audit) secretIndexes() map[string][]string {
	out := map[string][]string{}
	for _, k := range a.in.Graph.Sinks {
		if k.Guessed {
			continue
		}
		for _, name := range k.Secrets {
			index := sinks.PyPI
			if k.IndexKnown {
				index = canonical(k.Index)
			} else if channelUploader(k) {
				index = policy.NightlyIndex
			} else if isTestName(strings.ToUpper(name)) {
				index = sinks.TestPyPI
			}
			name = strings.ToUpper(name)
			if !slices.Contains(out[name], index) {
				out[name] = append(out[name], index)
			}
		}
	}
	return out
}

// credentialFor is the index that a secret is a credential for: by its use,
// else by its name.
func credentialFor(uses map[string][]string, name string) (string, bool) {
	if used := uses[name]; len(used) > 0 {
		i := slices.IndexFunc(used, offersTrusted)
		if i < 0 {
			return "", false
		}
		return used[i], true
	}
	return indexOfSecret(name)
}
