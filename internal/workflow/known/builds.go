// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// buildRows build distributions.
var buildRows = []row{
	{name: "pypa/cibuildwheel", role: Builds, source: "pypa/cibuildwheel action.yml at 013a7cc", scripts: []string{"package-dir", "output-dir", "config-file", "only"}},
	{name: "hynek/build-and-inspect-python-package", role: Builds, source: "hynek/build-and-inspect-python-package action.yml v3.0.1",
		loose: []string{"the uv installer from astral.sh"}, fill: baipp, caches: []cacheRow{{
			name: "uv's cache inside hynek/build-and-inspect-python-package", on: always,
			advice: "build in a step of your own: python -m build with tools from requirements that carry hashes",
		}}},
	{name: "pyo3/maturin-action", role: Builds, source: "PyO3/maturin-action action.yml at 5ceaeea, zizmor 1.30's cache-poisoning", fill: maturin, caches: []cacheRow{{
		name: "sccache's cache of PyO3/maturin-action", on: when("sccache"), off: "sccache: false",
	}}},
	{name: "openastronomy/build-python-dist", role: Builds, source: "OpenAstronomy/build-python-dist action.yml at 3046faf",
		loose: []string{"pip, build and twine in their newest versions"}, scripts: []string{"test_command", "test_extras"}, shell: []string{"test_command"}},
	{name: "ralfg/python-wheels-manylinux-build", role: Builds, source: "RalfG/python-wheels-manylinux-build action.yml at 1570e77",
		scripts: []string{"build-requirements", "package-path", "pip-wheel-args", "pre-build-command", "python-versions", "system-packages"}, shell: []string{"pre-build-command"}},
	{name: "python-semantic-release/python-semantic-release", role: Builds, source: "python-semantic-release/python-semantic-release action.yml at 8f2185d, src/gh_action/action.sh at 55947f0",
		fill: func(u use, f *Facts) {
			// Without the build it only writes a version, a tag and a release.
			if u.isFalse("build", false) == expr.True && u.version.since(8, 0, 0) == expr.True {
				f.Role = Releases
			}
		}},
	{name: "prefix-dev/rattler-build-action", role: Builds, source: "prefix-dev/rattler-build-action action.yml at 00214cf", scripts: []string{"rattler-build-version", "recipe-path", "build-args"},
		fill: func(u use, f *Facts) {
			if u.isTrue("setup-only", false) == expr.True {
				f.Role = Setup
			} else if u.isTrue("upload-artifact", true) != expr.False {
				f.Stores = []Stored{{Name: u.text("artifact-name", "package"), Paths: []string{"output/**/*.tar.bz2", "output/**/*.conda"}}}
			}
		}},
	{name: "ansys/actions/build-library", role: Builds, source: "ansys/actions build-library/action.yml at 0153a3b",
		loose: []string{"build and twine in their newest versions"}, fill: ansysLibrary, caches: []cacheRow{{
			name: "Python's cache of ansys/actions/build-library", on: func(u use) expr.Truth { return u.isTrue("use-python-cache", true) }, off: "use-python-cache: false",
		}}},
	{name: "neuroinformatics-unit/actions/build_sdist_wheels", role: Builds, source: "neuroinformatics-unit/actions build_sdist_wheels/action.yml at 03f7355",
		loose: []string{"build in its newest version", "actions/upload-artifact@v5"}, fill: func(u use, f *Facts) {
			f.Outputs = []string{}
			f.Stores = []Stored{{Name: "artifact", Paths: []string{"dist/*"}}}
		}},
}

// baippOutputs are those of its README at 5ba5757 (version 2.14).
var baippOutputs = []string{"artifact-name", "dist", "package_name", "package_version", "supported_python_classifiers_json_array", "supported_python_classifiers_json_job_matrix_value"}

func baipp(u use, f *Facts) {
	if f.Outputs = baippOutputs; u.version.since(2, 15, 0) != expr.False {
		f.Outputs = append([]string{"artifact-id"}, baippOutputs...) // not looked up; it may have got this one
	}
	suffix := u.text("upload-name-suffix", "")
	f.Stores = []Stored{
		{Name: "Packages" + suffix, Paths: []string{"/tmp/baipp/dist/*"}},
		{Name: "Package Metadata" + suffix},
		{Name: "PyPI README" + suffix, Paths: []string{"/tmp/baipp/dist/PyPI-README.*"}},
	}
	if u.isTrue("attest-build-provenance-github", false) != expr.False {
		f.Signs = &Signed{Subjects: []string{"/tmp/baipp/dist/*"}, Kind: "provenance"}
	}
}

// maturin runs the command that it is told; "upload" builds nothing.
func maturin(u use, f *Facts) {
	switch strings.TrimSpace(u.text("command", "build")) {
	case "upload":
		f.Role = Publishes
	case "list-python", "new", "init":
		f.Role = Setup
	}
	if u.isSet("maturin-version") == expr.False {
		f.Loose = []string{"the newest maturin"}
	}
}

func ansysLibrary(u use, f *Facts) {
	f.Outputs = []string{}
	f.Stores = []Stored{{Name: u.text("library-name", "") + "-artifacts", Paths: []string{"dist/"}}}
	if u.isTrue("attest-provenance", false) != expr.False {
		f.Signs = &Signed{Subjects: []string{"dist/"}, Kind: "provenance"}
	}
}
