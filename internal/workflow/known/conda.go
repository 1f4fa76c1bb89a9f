// SPDX-License-Identifier: BSD-3-Clause

package known

import "github.com/scientific-python/sallyport/internal/workflow/expr"

// condaRows set up conda, mamba and pixi, and install environments.
var condaRows = []row{
	{name: "prefix-dev/setup-pixi", role: Installs, source: "prefix-dev/setup-pixi src/options.ts at 0477b79, src/main.ts at 011e649, src/cache.ts at 0e1a15c, action.yml at 05bc823",
		fill: func(u use, f *Facts) {
			if u.isFalse("run-install", false) == expr.True && u.isSet("global-environments") == expr.False {
				f.Role = Setup
			}
		},
		caches: []cacheRow{{
			name: "the environment cache of prefix-dev/setup-pixi", needsFile: "pixi.lock", saves: unless("cache-write"), off: "cache: false",
			on: func(u use) expr.Truth {
				wanted := or(u.isSet("cache-key"), u.isFalse("cache", false).Not())
				return and(wanted, u.isFalse("run-install", false).Not())
			},
		}, {
			name: "the global cache of prefix-dev/setup-pixi", saves: unless("cache-write"), off: "global-cache: false",
			on: func(u use) expr.Truth {
				wanted := or(u.isSet("global-cache-key"), u.isTrue("global-cache", false))
				return and(wanted, u.isSet("global-environments"))
			},
		}}},
	{name: "mamba-org/setup-micromamba", role: Setup, source: "mamba-org/setup-micromamba src/options.ts at 00710c7",
		fill: installsIfAny("environment-file", "environment-name", "create-args"), caches: []cacheRow{{
			name: "the environment cache of mamba-org/setup-micromamba", on: switchOrKey("cache-environment", "cache-environment-key"), off: "cache-environment: false",
		}, {
			name: "the download cache of mamba-org/setup-micromamba", on: switchOrKey("cache-downloads", "cache-downloads-key"), off: "cache-downloads: false",
		}}},
	{name: "mamba-org/provision-with-micromamba", role: Installs, source: "mamba-org/provision-with-micromamba action.yml at 0262775", caches: []cacheRow{{
		name: "the environment cache of mamba-org/provision-with-micromamba", on: when("cache-env"), off: "cache-env: false",
	}, {
		name: "the download cache of mamba-org/provision-with-micromamba", on: when("cache-downloads"), off: "cache-downloads: false",
	}}},
	{name: "conda-incubator/setup-miniconda", role: Setup, source: "conda-incubator/setup-miniconda action.yml at 036481b", fill: installsIfAny("environment-file")},
	// pixi's own cache is switched off inside.
	{name: "holoviz-dev/holoviz_tasks/pixi-install", role: Installs, source: "holoviz-dev/holoviz_tasks pixi-install/action.yaml at 0d2b48d", fill: func(u use, f *Facts) {
		f.Fetches = []Fetched{{By: "name", Text: "pixi-lock", Dest: "."}}
	}},
	{name: "holoviz-dev/holoviz_tasks/pixi-lock", role: Setup, source: "holoviz-dev/holoviz_tasks pixi-lock/action.yaml at 463dcd2",
		fill: func(u use, f *Facts) {
			f.Stores = []Stored{{Name: "pixi-lock", Paths: []string{"pixi.lock"}}}
		},
		caches: []cacheRow{{
			name: "the lock file's cache of holoviz-dev/holoviz_tasks/pixi-lock", off: "cache: 'false'",
			on: func(u use) expr.Truth { return u.isTrue("cache", true) },
		}}},
}

// switchOrKey is a cache that its switch or its key turns on.
func switchOrKey(input, key string) func(use) expr.Truth {
	return func(u use) expr.Truth { return or(u.isTrue(input, false), u.isSet(key)) }
}

// installsIfAny: with one of these inputs the action installs packages.
func installsIfAny(inputs ...string) func(use, *Facts) {
	return func(u use, f *Facts) {
		for _, input := range inputs {
			if u.isSet(input) != expr.False {
				f.Role = Installs
				return
			}
		}
	}
}
