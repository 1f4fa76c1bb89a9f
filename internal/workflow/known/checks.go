// SPDX-License-Identifier: BSD-3-Clause

package known

// checkRows run linters and tests, which is code of packages or of the
// repository.
var checkRows = []row{
	{name: "pre-commit/action", role: Tests, source: "pre-commit/action action.yml at 91e5549", loose: []string{"the newest pre-commit"}, scripts: []string{"extra_args"}, caches: []cacheRow{{
		name: "pre-commit's cache of pre-commit/action", on: always, advice: "run it in a workflow that releases nothing",
	}}},
	{name: "tox-dev/action-pre-commit-uv", role: Tests, source: "tox-dev/action-pre-commit-uv action.yml at 03a3491", loose: []string{"astral-sh/setup-uv@v5", "actions/cache@v4"}, scripts: []string{"extra_args"}, caches: []cacheRow{{
		name: "the caches of uv and pre-commit inside tox-dev/action-pre-commit-uv", on: always, advice: "run it in a workflow that releases nothing",
	}}},
	{name: "neuroinformatics-unit/actions/lint", role: Tests, source: "neuroinformatics-unit/actions lint/action.yml at 19f76ea", loose: []string{"the newest pre-commit", "actions/cache@v4"}, caches: []cacheRow{{
		name: "the caches of Python and pre-commit inside neuroinformatics-unit/actions/lint", on: always, advice: "run it in a workflow that releases nothing",
	}}},
	{name: "neuroinformatics-unit/actions/check_manifest", role: Tests, source: "neuroinformatics-unit/actions check_manifest/action.yml at 36b3661", loose: []string{"the newest check-manifest"}},
	{name: "neuroinformatics-unit/actions/test", role: Tests, source: "neuroinformatics-unit/actions test/action.yml at 0eb2de3"},
	{name: "astral-sh/ruff-action", role: Tests, source: "astral-sh/ruff-action action.yml at 0a1ebca"},
	{name: "psf/black", role: Tests, source: "psf/black action.yml at 05832e2"},
	{name: "codespell-project/actions-codespell", role: Tests, source: "codespell-project/actions-codespell action.yml at 05ab9ab"},
	{name: "crate-ci/typos", role: Tests, source: "crate-ci/typos action.yml at 0708757"},
	{name: "jakebailey/pyright-action", role: Tests, source: "jakebailey/pyright-action action.yml at 16afd16"},
	{name: "pypa/gh-action-pip-audit", role: Tests, source: "pypa/gh-action-pip-audit action.yml at 0d82fb5", scripts: []string{"inputs"}},
	{name: "zizmorcore/zizmor-action", role: Tests, source: "zizmorcore/zizmor-action action.yml at 0c6b039"},
	{name: "ossf/scorecard-action", role: Tests, source: "ossf/scorecard-action action.yaml at 037e7b7"},
	{name: "lycheeverse/lychee-action", role: Tests, source: "lycheeverse/lychee-action action.yml at 00bb447", scripts: []string{"lycheeversion"}},
	{name: "github/codeql-action/init", role: Tests, source: "github/codeql-action init/action.yml at 010abe7"},
	{name: "github/codeql-action/autobuild", role: Builds, source: "github/codeql-action autobuild/action.yml at 03e7845"},
	{name: "github/codeql-action/analyze", role: Tests, source: "github/codeql-action analyze/action.yml at 03e7845"},
	{name: "ultralytics/actions", role: Installs, source: "ultralytics/actions action.yml at 89c1f38", loose: []string{"astral-sh/setup-uv@v4", "ultralytics-actions in its newest version"}},
}
