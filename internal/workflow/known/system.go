// SPDX-License-Identifier: BSD-3-Clause

package known

import "github.com/scientific-python/sallyport/internal/workflow/expr"

// systemRows change the runner: system packages, displays, containers.
var systemRows = []row{
	{name: "conormacbride/install-package", role: Installs, source: "ConorMacBride/install-package action.yml at 1b3dfaa", scripts: []string{"apt", "brew", "brew-cask", "choco"}},
	{name: "awalsh128/cache-apt-pkgs-action", role: Installs, source: "awalsh128/cache-apt-pkgs-action action.yml at 00e34cb", loose: []string{"actions/cache@v3"},
		scripts: []string{"packages", "version"}, caches: []cacheRow{{
			name: "the system packages' cache of awalsh128/cache-apt-pkgs-action", on: always, advice: "install with apt-get in a step of your own",
		}}},
	{name: "mpi4py/setup-mpi", role: Installs, source: "mpi4py/setup-mpi action.yml at 97b08f1", scripts: []string{"mpi"}},
	{name: "pyvista/setup-headless-display-action", role: Installs, source: "pyvista/setup-headless-display-action action.yml at 05c7442"},
	{name: "tlambert03/setup-qt-libs", role: Installs, source: "tlambert03/setup-qt-libs action.yml at 19cc4b7"},
	{name: "al-cheb/configure-pagefile-action", role: Setup, source: "al-cheb/configure-pagefile-action action.yml at 0dced71"},
	{name: "samypr100/setup-dev-drive", role: Setup, source: "samypr100/setup-dev-drive action.yml at 1ac51ea"},
	{name: "jlumbroso/free-disk-space", role: Setup, source: "jlumbroso/free-disk-space action.yml at 0c90430"},
	{name: "pierotofy/set-swap-space", role: Setup, source: "pierotofy/set-swap-space action.yml at 0404882", scripts: []string{"swap-size-gb"}},
	{name: "step-security/harden-runner", role: Setup, source: "step-security/harden-runner action.yml at 018beb8"},
	{name: "webfactory/ssh-agent", role: Setup, source: "webfactory/ssh-agent action.yml at 1786038"},
	{name: "themrmilchmann/setup-msvc-dev", role: Setup, source: "TheMrMilchmann/setup-msvc-dev action.yml at 12f2ea5"},
	{name: "seanmiddleditch/gha-setup-vsdevenv", role: Setup, source: "seanmiddleditch/gha-setup-vsdevenv action.yml at 0c70e72"},
	{name: "arduino/setup-protoc", role: Setup, source: "arduino/setup-protoc action.yml at 0fb3d10", fill: func(u use, f *Facts) {
		if u.isSet("version") == expr.False {
			f.Loose = []string{"the newest protoc 3"}
		}
	}},
	// The image comes from the cache and is then pulled again; its layers are
	// named by their digests.
	{name: "docker/setup-qemu-action", role: Setup, source: "docker/setup-qemu-action action.yml at 02897d0, pull request 130 (v3.3.0)", fill: looseImage, caches: []cacheRow{{
		name: "the image cache of docker/setup-qemu-action", verified: true, off: "cache-image: false",
		on: after(3, 3, 0, unless("cache-image")),
	}}},
	{name: "docker/setup-buildx-action", role: Setup, source: "docker/setup-buildx-action action.yml at 03082a1, zizmor 1.30's cache-poisoning", caches: []cacheRow{{
		name: "the program's cache of docker/setup-buildx-action", off: "cache-binary: false",
		on: func(u use) expr.Truth { return and(u.isFalse("cache-binary", false).Not(), u.isSet("version")) },
	}}},
	{name: "docker/login-action", role: Setup, source: "docker/login-action action.yml at 087884b"},
}

// looseImage: the emulator's image moves unless the caller names one by digest.
func looseImage(u use, f *Facts) {
	if u.isSet("image") == expr.False {
		f.Loose = []string{"the image tonistiigi/binfmt:latest"}
	}
}
