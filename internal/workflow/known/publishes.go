// SPDX-License-Identifier: BSD-3-Clause

package known

import "github.com/scientific-python/sallyport/internal/workflow/expr"

// publishRows upload to an index. What, where and with which credential is the
// sinks package's business.
var publishRows = []row{
	{name: "pypa/gh-action-pypi-publish", role: Publishes, source: "pypa/gh-action-pypi-publish action.yml v1.14.0"},
	{name: "step-security/gh-action-pypi-publish", role: Publishes, source: "step-security/gh-action-pypi-publish action.yml at 40d2dc3"},
	{name: "casperdcl/deploy-pypi", role: Publishes, source: "casperdcl/deploy-pypi action.yml at 10cf4cd", loose: []string{"twine, build and wheel in their newest versions"}, fill: func(u use, f *Facts) {
		for _, input := range []string{"build", "setup", "pip"} {
			if u.isFalse(input, true) != expr.True {
				f.Role = Builds
			}
		}
	}},
	// These build what they upload.
	{name: "jrubics/poetry-publish", role: Builds, source: "JRubics/poetry-publish action.yml at 0598997", fill: looseUnless("poetry_version", "the newest poetry")},
	{name: "etils-actions/pypi-auto-publish", role: Builds, source: "etils-actions/pypi-auto-publish action.yml at 0a850a9",
		loose: []string{"etils-actions/pypi-build-publish@v1", "packaging in its newest version"}},
	{name: "aio-libs/create-release", role: Releases, source: "aio-libs/create-release action.yml at 03b1279",
		loose: []string{"pypa/gh-action-pypi-publish@v1.5.0", "ncipollo/release-action@v1", "aio-libs/get-releasenote@v1.4.0"}, fill: func(u use, f *Facts) {
			if u.isSet("pypi_token") != expr.False {
				f.Role = Publishes
			}
		}},
	{name: "ansys/actions/release-pypi-public", role: Publishes, source: "ansys/actions release-pypi-public/action.yml at 0396d02", fill: func(u use, f *Facts) {
		f.Fetches = []Fetched{{By: "name", Text: u.text("library-name", "") + "-artifacts"}}
	}},
	{name: "scientific-python/upload-nightly-action", role: Publishes, source: "scientific-python/upload-nightly-action action.yml 0.6.4", caches: []cacheRow{{
		name: "pixi's cache inside scientific-python/upload-nightly-action", on: func(u use) expr.Truth {
			return or(u.version.since(0, 6, 4), expr.Unknown)
		},
		advice: "upload nightly wheels from a job and an environment of their own",
	}}},
	{name: "openastronomy/publish-wheels-anaconda", role: Publishes, source: "OpenAstronomy/publish-wheels-anaconda action.yml at 0c6269d",
		loose:   []string{"conda-incubator/setup-miniconda@v2", "anaconda-client and click in their newest versions"},
		scripts: []string{"anaconda_user", "anaconda_package", "anaconda_token", "keep_n_latest"}},
	{name: "anaconda/actions/upload-package", role: Publishes, source: "anaconda/actions upload-package/action.yml at 003fb68", loose: []string{"the installer from anaconda.sh"}},
	{name: "neuroinformatics-unit/actions/upload_pypi", role: Publishes, source: "neuroinformatics-unit/actions upload_pypi/action.yml at 115c6ad",
		loose: []string{"actions/download-artifact@v4", "pypa/gh-action-pypi-publish@v1.12.3"}, fill: func(u use, f *Facts) {
			f.Fetches = []Fetched{{By: "name", Text: "artifact", Dest: "dist"}}
		}},
}
