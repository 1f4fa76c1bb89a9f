// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// setupRows put the repository's files, or Python and its tools, in place.
var setupRows = []row{
	{name: "actions/checkout", role: Checkout, source: "actions/checkout action.yml at 02c7380"},
	{name: "actions/setup-python", role: Setup, source: "actions/setup-python action.yml at 05b0430; its pip-install as zizmor 1.30's misfeature describes it",
		fill: installsIf("pip-install"), caches: []cacheRow{{
			name: "the package cache of actions/setup-python", on: named("cache"), honours: from(7, 0, 0), off: "cache: ''",
			advice: "remove its cache input where a release is built",
		}}},
	{name: "astral-sh/setup-uv", role: Setup, source: "astral-sh/setup-uv src/utils/inputs.ts at 04dcd36, action.yml at 0a4790f, pull requests 193 and 992", caches: []cacheRow{{
		name: "uv's cache of astral-sh/setup-uv", on: setupUV, honours: from(10, 0, 1),
		// The two inputs are in the action.yml of version 7; an older version may ignore them.
		restores: func(u use) expr.Truth {
			return or(u.isTrue("restore-cache", true), u.version.since(7, 0, 0).Not())
		},
		saves: func(u use) expr.Truth {
			return or(u.isFalse("save-cache", false).Not(), u.version.since(7, 0, 0).Not())
		},
		off: "enable-cache: false",
	}}},
	{name: "hynek/setup-cached-uv", role: Setup, source: "hynek/setup-cached-uv action.yml at 05c5387",
		loose: []string{"the uv installer from astral.sh", "actions/cache@v4"}, caches: []cacheRow{{
			name: "uv's cache of hynek/setup-cached-uv", on: func(u use) expr.Truth { return u.isTrue("use-cache-if", true) },
			off: "use-cache-if: 'false'",
		}}},
	{name: "ultralytics/actions/setup-uv", role: Setup, source: "ultralytics/actions setup-uv/action.yml at 0b8a5c1",
		loose: []string{"the uv installer from astral.sh", "ultralytics/actions/retry@main"}},
	{name: "pypa/hatch", role: Setup, source: "pypa/hatch action.yml at 05d55c4", fill: looseUnless("version", "the newest hatch")},
	{name: "pdm-project/setup-pdm", role: Setup, source: "pdm-project/setup-pdm action.yml at f94bfb2",
		fill: looseUnless("version", "the newest pdm"), caches: []cacheRow{{
			name: "the package cache of pdm-project/setup-pdm", on: when("cache"), off: "cache: false",
		}}},
	{name: "snok/install-poetry", role: Setup, source: "snok/install-poetry action.yml at 797d456"},
	{name: "abatilo/actions-poetry", role: Setup, source: "abatilo/actions-poetry action.yml at 0050c17"},
	{name: "wntrblm/nox", role: Setup, source: "wntrblm/nox action.yml at 02aa8e8"},
	{name: "yezz123/setup-uv", role: Setup, source: "yezz123/setup-uv action.yml at 1c9a220"},
	{name: "eifinger/setup-rye", role: Setup, source: "eifinger/setup-rye action.yml at 215bf3c", caches: []cacheRow{{
		name: "the environment cache of eifinger/setup-rye", on: when("enable-cache"), off: "enable-cache: false",
	}}},
	{name: "matteoh2o1999/setup-python", role: Setup, source: "MatteoH2O1999/setup-python action.yml at 00c5192", caches: []cacheRow{{
		name: "the package cache of MatteoH2O1999/setup-python", on: named("cache"), off: "cache: ''",
	}, {
		name: "the interpreter's cache of MatteoH2O1999/setup-python", on: when("cache-build"), off: "cache-build: false",
	}}},
	{name: "deadsnakes/action", role: Setup, source: "deadsnakes/action action.yml at 1a03c84"},
	{name: "py-actions/py-dependency-install", role: Installs, source: "py-actions/py-dependency-install action.yml at 1295787", loose: []string{"pip, setuptools and wheel in their newest versions"}},
	{name: "re-actors/checkout-python-sdist", role: Fetches, source: "re-actors/checkout-python-sdist action.yml at 0f52db0", fill: func(u use, f *Facts) {
		f.Fetches = []Fetched{{By: "name", Text: u.text("workflow-artifact-name", "python-package-distributions")}}
	}},
}

// setupUV: with "auto", and without the input from version 5 on, the cache is
// in use on GitHub's runners; from version 10 on not for a pushed tag and three
// events.
func setupUV(u use) expr.Truth {
	unset := and(u.version.since(5, 0, 0), setupUVAuto(u))
	return u.decide("enable-cache", unset, func(text string) expr.Truth {
		if strings.EqualFold(text, "auto") {
			return setupUVAuto(u)
		}
		return truth(strings.EqualFold(text, "true"))
	})
}

func setupUVAuto(u use) expr.Truth {
	hosted := u.decide(RunnerEnvironment, expr.True, func(text string) expr.Truth { return truth(text == "github-hosted") })
	careful := u.version.since(10, 0, 0)
	if careful == expr.False {
		return hosted
	}
	event := u.decide(EventName, expr.Unknown, func(text string) expr.Truth {
		switch text {
		case "pull_request_target", "workflow_run", "release":
			return expr.False
		case "push":
			return u.decide(Ref, expr.Unknown, func(ref string) expr.Truth { return truth(!strings.HasPrefix(ref, "refs/tags/")) })
		}
		return expr.True
	})
	return and(hosted, or(careful.Not(), event))
}

// installsIf: with this input the action installs what it names.
func installsIf(input string) func(use, *Facts) {
	return func(u use, f *Facts) {
		if u.isSet(input) != expr.False {
			f.Role = Installs
		}
	}
}

// looseUnless: without this input, or with "latest", the action fetches what
// is newest.
func looseUnless(input, what string) func(use, *Facts) {
	return func(u use, f *Facts) {
		pinned := u.decide(input, expr.False, func(text string) expr.Truth { return truth(text != "" && text != "latest") })
		if pinned == expr.False {
			f.Loose = append(f.Loose[:len(f.Loose):len(f.Loose)], what)
		}
	}
}
