// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

const buildWithout = "build a release without it: leave the step out, or give it an if that is false in such runs"

// cacheRows restore or save a cache and do nothing else, or nothing else that
// matters.
var cacheRows = []row{
	{name: "actions/cache", role: Caching, source: "actions/cache action.yml at 592a609", caches: []cacheRow{{
		// With lookup-only it downloads nothing, but still saves what is missing.
		name: "the cache of actions/cache", on: always, restores: notLookup, advice: buildWithout,
	}}},
	{name: "actions/cache/restore", role: Caching, source: "actions/cache restore/action.yml at 11ab7cc, with lookup-only of action.yml at 592a609", caches: []cacheRow{{
		name: "the cache of actions/cache/restore", on: notLookup, saves: never, advice: buildWithout,
	}}},
	{name: "actions/cache/save", role: Caching, source: "actions/cache save/action.yml at 12a1a35", caches: []cacheRow{{
		name: "the cache of actions/cache/save", on: always, restores: never, advice: "save nothing that others can have changed",
	}}},
	{name: "swatinem/rust-cache", role: Caching, source: "Swatinem/rust-cache action.yml at f197456", caches: []cacheRow{{
		name: "the cache of Swatinem/rust-cache", on: always, restores: notLookup, saves: unless("save-if"), advice: buildWithout,
	}}},
	{name: "hendrikmuhs/ccache-action", role: Caching, source: "hendrikmuhs/ccache-action action.yml at 662d65c", caches: []cacheRow{{
		name: "the compiler cache of hendrikmuhs/ccache-action", on: always, restores: unless("restore"), saves: unless("save"), advice: buildWithout,
	}}},
	{name: "mozilla-actions/sccache-action", role: Caching, source: "Mozilla-Actions/sccache-action action.yml at 23c9b92, zizmor 1.30's cache-poisoning", caches: []cacheRow{{
		// sccache uses GitHub's cache where SCCACHE_GHA_ENABLED says so.
		name: "the compiler cache of Mozilla-Actions/sccache-action", on: perhaps, advice: buildWithout,
	}}},
	{name: "julia-actions/cache", role: Caching, source: "julia-actions/cache action.yml at 0144baa", caches: []cacheRow{{
		name: "the cache of julia-actions/cache", on: always, advice: buildWithout,
	}}},
	{name: "re-actors/cache-python-deps", role: Caching, source: "re-actors/cache-python-deps action.yml at 11bdba3",
		loose: []string{"actions/cache@v4"}, scripts: []string{"cache-directory-lookup-command"}, shell: []string{"cache-directory-lookup-command"}, caches: []cacheRow{{
			name: "the package cache of re-actors/cache-python-deps", on: always, advice: buildWithout,
		}}},
	{name: "docker/build-push-action", role: Builds, source: "docker/build-push-action action.yml at 0259cb0", caches: []cacheRow{{
		name: "the layer cache of docker/build-push-action", off: "no-cache: true",
		on: func(u use) expr.Truth {
			return and(or(usesGitHubCache(u, "cache-from"), usesGitHubCache(u, "cache-to")), u.isTrue("no-cache", false).Not())
		},
		restores: func(u use) expr.Truth { return usesGitHubCache(u, "cache-from") },
		saves:    func(u use) expr.Truth { return usesGitHubCache(u, "cache-to") },
	}}},
	{name: "docker/bake-action", role: Builds, source: "docker/bake-action action.yml at 063b84c", caches: []cacheRow{{
		// What bake's own file says is not known here.
		name: "the layer cache of docker/bake-action", off: "no-cache: true",
		on: func(u use) expr.Truth { return and(expr.Unknown, u.isTrue("no-cache", false).Not()) },
	}}},
}

func notLookup(u use) expr.Truth { return u.isTrue("lookup-only", false).Not() }

func perhaps(use) expr.Truth { return expr.Unknown }

// usesGitHubCache: BuildKit reads layers from GitHub's cache, or writes them.
// Its kind is mostly written out where its scope is not.
func usesGitHubCache(u use, input string) expr.Truth {
	if strings.Contains(strings.ReplaceAll(constant(u.text(input, "")), " ", ""), "type=gha") {
		return expr.True
	}
	return u.decide(input, expr.False, func(text string) expr.Truth {
		return truth(strings.Contains(strings.ReplaceAll(text, " ", ""), "type=gha"))
	})
}
