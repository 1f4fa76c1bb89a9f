// SPDX-License-Identifier: BSD-3-Clause

package known

// jupyterRows are Jupyter's release actions and its maintainers' tools. The
// releaser's actions put their inputs into a script as they are.
var jupyterRows = []row{
	{name: "jupyter-server/jupyter_releaser/.github/actions/install-releaser", role: Installs,
		source: "jupyter-server/jupyter_releaser .github/actions/install-releaser/action.yml at 05bc39e", loose: releaser},
	{name: "jupyter-server/jupyter_releaser/.github/actions/prep-release", role: Builds,
		source: "jupyter-server/jupyter_releaser .github/actions/prep-release/action.yml at 05bc39e", loose: releaser,
		scripts: []string{"target", "branch", "version_spec", "post_version_spec", "dry_run", "since", "since_last_stable"}},
	{name: "jupyter-server/jupyter_releaser/.github/actions/populate-release", role: Builds,
		source: "jupyter-server/jupyter_releaser .github/actions/populate-release/action.yml at 0ad0f61", loose: releaser,
		scripts: []string{"target", "branch", "release_url", "dry_run", "steps_to_skip"}},
	{name: "jupyter-server/jupyter_releaser/.github/actions/finalize-release", role: Publishes,
		source: "jupyter-server/jupyter_releaser .github/actions/finalize-release/action.yml v2", loose: releaser, fill: fromDraft,
		scripts: []string{"target", "branch", "release_url", "dry_run", "steps_to_skip", "admin_check", "shell"}},
	{name: "jupyter-server/jupyter_releaser/.github/actions/publish-release", role: Publishes,
		source: "jupyter-server/jupyter_releaser .github/actions/publish-release/action.yml at 166a2ce", loose: releaser, fill: fromDraft,
		scripts: []string{"target", "release_url", "dry_run", "steps_to_skip"}},
	{name: "jupyter-server/jupyter_releaser/.github/actions/check-release", role: Builds,
		source: "jupyter-server/jupyter_releaser .github/actions/check-release/action.yml at 05bc39e", loose: releaser,
		scripts: []string{"version_spec", "steps_to_skip"}},

	{name: "jupyterlab/maintainer-tools/.github/actions/base-setup", role: Installs,
		source: "jupyterlab/maintainer-tools .github/actions/base-setup/action.yml at 05fe383", loose: []string{"pip, pipx and hatch in their newest versions"},
		scripts: []string{"python_version", "node_version"}, caches: []cacheRow{{
			name: "the caches of pip, npm and conda inside jupyterlab/maintainer-tools base-setup", on: always,
			advice: "set up Python and Node with their own actions, without a cache, where a release is built",
		}}},
	{name: "jupyterlab/maintainer-tools/.github/actions/make-sdist", role: Builds,
		source: "jupyterlab/maintainer-tools .github/actions/make-sdist/action.yml at 08a5b0f", loose: []string{"build in its newest version"},
		fill: func(u use, f *Facts) { f.Stores = []Stored{{Name: "sdist", Paths: []string{"dist/*.tar.gz"}}} }},
	{name: "jupyterlab/maintainer-tools/.github/actions/test-sdist", role: Tests,
		source:  "jupyterlab/maintainer-tools .github/actions/test-sdist/action.yml at 09b0a4f",
		scripts: []string{"test_command", "extra_test", "env_values"}, shell: []string{"test_command", "extra_test", "env_values"},
		fill: func(u use, f *Facts) { f.Fetches = []Fetched{{By: "all"}} }},
	{name: "jupyterlab/maintainer-tools/.github/actions/downstream-test", role: Tests,
		source:  "jupyterlab/maintainer-tools .github/actions/downstream-test/action.yml at 0723cf0",
		scripts: []string{"package_name", "package_spec", "test_command", "extra_test", "env_values"}, shell: []string{"test_command", "extra_test", "env_values"}},
	{name: "jupyterlab/maintainer-tools/.github/actions/check-links", role: Tests,
		source: "jupyterlab/maintainer-tools .github/actions/check-links/action.yml at 09b0a4f"},
	{name: "jupyterlab/maintainer-tools/.github/actions/pre-commit", role: Tests,
		source: "jupyterlab/maintainer-tools .github/actions/pre-commit/action.yml at 60763eb", loose: []string{"pre-commit/action@v2.0.0"}, caches: []cacheRow{{
			name: "pre-commit's cache inside jupyterlab/maintainer-tools pre-commit", on: perhaps,
		}}},
	{name: "jupyterlab/maintainer-tools/.github/actions/enforce-label", role: Reports,
		source: "jupyterlab/maintainer-tools .github/actions/enforce-label/action.yml at 09b0a4f"},
	{name: "jupyterlab/maintainer-tools/.github/actions/binder-link", role: Reports,
		source: "jupyterlab/maintainer-tools .github/actions/binder-link/action.yml at 0723cf0"},
	{name: "jupyterlab/maintainer-tools/.github/actions/upload-coverage", role: Stores,
		source: "jupyterlab/maintainer-tools .github/actions/upload-coverage/action.yml at 11576ce",
		// Later versions of upload-artifact want a name for each job.
		fill: func(u use, f *Facts) {
			f.Stores = []Stored{{Name: "coverage-data*", Paths: []string{u.text("file_pattern", ".coverage")}}}
		}},
	{name: "jupyterlab/maintainer-tools/.github/actions/report-coverage", role: Reports,
		source: "jupyterlab/maintainer-tools .github/actions/report-coverage/action.yml at 008e121", scripts: []string{"fail_under"},
		fill: func(u use, f *Facts) { f.Fetches = []Fetched{{By: "pattern", Text: "coverage-data*"}} }},
}

var releaser = []string{"jupyter_releaser's dependencies in their newest versions"}

// fromDraft: what is uploaded are the assets of the draft release.
func fromDraft(_ use, f *Facts) {
	f.Fetches = []Fetched{{By: "all", Outside: "a release", Merge: true}}
}
