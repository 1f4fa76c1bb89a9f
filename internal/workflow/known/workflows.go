// SPDX-License-Identifier: BSD-3-Clause

package known

import "github.com/scientific-python/sallyport/internal/workflow/expr"

// workflowRows are reusable workflows. Their jobs run beside those of the
// caller; what they store, the caller can fetch.
var workflowRows = []row{
	{name: "openastronomy/github-actions-workflows/.github/workflows/publish.yml", role: Builds,
		source:  "OpenAstronomy/github-actions-workflows .github/workflows/publish.yml at 8c8bb6c (v3.0.2) and aa15c18",
		scripts: []string{"test_command", "test_extras", "test_groups"}, shell: []string{"test_command"},
		fill: func(u use, f *Facts) {
			f.Outputs = []string{}
			f.Stores = []Stored{{Name: "dist-*", Paths: []string{"dist/*"}}}
			oldPins(u, f)
		}},
	{name: "openastronomy/github-actions-workflows/.github/workflows/publish_pure_python.yml", role: Builds,
		source:  "OpenAstronomy/github-actions-workflows .github/workflows/publish_pure_python.yml at 8c8bb6c (v3.0.2) and e772a71",
		scripts: []string{"test_command", "test_extras", "test_groups"}, shell: []string{"test_command"},
		fill: func(u use, f *Facts) {
			f.Outputs = []string{}
			// Older versions store nothing.
			if u.isTrue("save_artifacts", false) != expr.False {
				f.Stores = []Stored{{Name: "dist-publish-pure", Paths: []string{"dist/*"}}}
			}
			oldPins(u, f)
		}},
	{name: "openastronomy/github-actions-workflows/.github/workflows/tox.yml", role: Tests,
		source:  "OpenAstronomy/github-actions-workflows .github/workflows/tox.yml at 0018d9e",
		scripts: []string{"envs", "libraries", "posargs", "toxdeps", "toxargs", "setenv", "coverage", "artifact-path", "cache-path", "cache-key"},
		caches: []cacheRow{{
			name: "micromamba's cache inside OpenAstronomy's tox.yml", off: "conda: 'false'",
			on: func(u use) expr.Truth {
				return u.decide("conda", expr.Unknown, func(text string) expr.Truth {
					if text == "false" {
						return expr.False
					}
					return expr.Unknown
				})
			},
		}, {
			name: "the cache that the caller asks OpenAstronomy's tox.yml for", on: named("cache-path"), advice: "remove its inputs cache-path and cache-key",
		}}},
	{name: "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml", role: Signs,
		source: "slsa-framework/slsa-github-generator .github/workflows/generator_generic_slsa3.yml at 00370b2",
		fill: func(u use, f *Facts) {
			f.Signs = &Signed{Kind: "provenance", Checksums: u.text("base64-subjects", u.text("base64-subjects-as-file", ""))}
			f.Stores = []Stored{{Name: u.text("provenance-name", u.text("attestation-name", "*.intoto.jsonl"))}}
		}},
	{name: "cvxpy/actions/.github/workflows/linting.yml", role: Tests, source: "cvxpy/actions .github/workflows/linting.yml at 04ac3af"},
}

// oldPins: version 3.0.2 pins what it uses, version 1 took branches.
func oldPins(u use, f *Facts) {
	if u.version.since(2, 0, 0) == expr.False {
		f.Loose = []string{"OpenAstronomy/build-python-dist@main", "pypa/gh-action-pypi-publish@release/v1"}
	}
}
