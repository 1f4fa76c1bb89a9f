// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// toolchainRows set up compilers and languages other than Python.
var toolchainRows = []row{
	{name: "actions/setup-node", role: Setup, source: "actions/setup-node action.yml at 76a4cff, pull requests 1348 (v5) and 1374 (v6)", caches: []cacheRow{{
		name: "the package cache of actions/setup-node", on: setupNode, needsFile: "package.json", off: "package-manager-cache: false",
		advice: "also remove its cache input",
	}}},
	{name: "actions/setup-java", role: Setup, source: "actions/setup-java action.yml at 0097df8", caches: []cacheRow{{
		name: "the package cache of actions/setup-java", on: named("cache"), saves: func(u use) expr.Truth { return u.isTrue("cache-read-only", false).Not() },
		off: "cache: ''",
	}, {
		name: "the JDK's cache of actions/setup-java", off: "cache-jdk: false",
		on: func(u use) expr.Truth {
			return u.decide("cache-jdk", u.isSet("cache"), func(text string) expr.Truth { return truth(strings.EqualFold(text, "true")) })
		},
	}}},
	{name: "actions/setup-go", role: Setup, source: "actions/setup-go action.yml at 02aadfe", caches: []cacheRow{{
		name: "the module and build cache of actions/setup-go", on: unless("cache"), off: "cache: false",
	}}},
	{name: "actions/setup-dotnet", role: Setup, source: "actions/setup-dotnet action.yml at 00e970a, zizmor 1.30's cache-poisoning", caches: []cacheRow{{
		name: "the package cache of actions/setup-dotnet", on: when("cache"), off: "cache: false",
	}}},
	{name: "ruby/setup-ruby", role: Setup, source: "ruby/setup-ruby action.yml at 0effb2c", fill: installsIfTrue("bundler-cache"), caches: []cacheRow{{
		name: "bundler's cache of ruby/setup-ruby", on: when("bundler-cache"), off: "bundler-cache: false",
	}}},
	{name: "pnpm/action-setup", role: Setup, source: "pnpm/action-setup action.yml at 0aabe9d", fill: installsIfTrue("run_install"), caches: []cacheRow{{
		name: "the store cache of pnpm/action-setup", on: when("cache"), off: "cache: false",
	}}},
	{name: "oven-sh/setup-bun", role: Setup, source: "oven-sh/setup-bun action.yml at 01789a0", caches: []cacheRow{{
		name: "bun's cache of oven-sh/setup-bun", on: func(u use) expr.Truth { return u.isTrue("no-cache", false).Not() }, off: "no-cache: true",
	}}},
	{name: "dtolnay/rust-toolchain", role: Setup, source: "dtolnay/rust-toolchain action.yml at 00e2247"},
	{name: "actions-rs/toolchain", role: Setup, source: "actions-rs/toolchain action.yml at 00a8bf2"},
	{name: "actions-rust-lang/setup-rust-toolchain", role: Setup, source: "actions-rust-lang/setup-rust-toolchain action.yml at 063a3b9", caches: []cacheRow{{
		name: "the Rust cache of actions-rust-lang/setup-rust-toolchain", on: func(u use) expr.Truth { return u.isTrue("cache", true) }, off: "cache: false",
	}}},
	{name: "taiki-e/install-action", role: Setup, source: "taiki-e/install-action action.yml at 006361d"},
	{name: "extractions/setup-just", role: Setup, source: "extractions/setup-just action.yaml at 082a486"},
	{name: "jdx/mise-action", role: Installs, source: "jdx/mise-action action.yml at 0153d0f", caches: []cacheRow{{
		name: "the tool cache of jdx/mise-action", on: unless("cache"), saves: unless("cache_save"), off: "cache: false",
	}}},
	{name: "fortran-lang/setup-fortran", role: Setup, source: "fortran-lang/setup-fortran action.yml at 05091bb", caches: []cacheRow{{
		// Intel's compilers on Windows only, and nothing here says which runner it is.
		name: "the compiler's cache inside fortran-lang/setup-fortran", advice: "use another compiler on Windows",
		on: func(u use) expr.Truth {
			return u.decide("compiler", expr.False, func(text string) expr.Truth {
				if strings.Contains(text, "intel") {
					return expr.Unknown
				}
				return expr.False
			})
		},
	}}},
	{name: "julia-actions/setup-julia", role: Setup, source: "julia-actions/setup-julia action.yml at 0485cde"},
	{name: "r-lib/actions/setup-r", role: Setup, source: "r-lib/actions setup-r/action.yml at 00792c7"},
	{name: "r-lib/actions/setup-pandoc", role: Setup, source: "r-lib/actions setup-pandoc/action.yml at 06268e3"},
	{name: "r-lib/actions/setup-r-dependencies", role: Installs, source: "r-lib/actions setup-r-dependencies/action.yaml at 013dc2d", loose: []string{"actions/cache@v4"}, caches: []cacheRow{{
		name: "the package cache of r-lib/actions/setup-r-dependencies", on: unless("cache"), off: "cache: 'false'",
	}}},
	{name: "ilammy/msvc-dev-cmd", role: Setup, source: "ilammy/msvc-dev-cmd action.yml at 1e07d4d"},
	{name: "bus1/cabuild/action/msdevshell", role: Setup, source: "bus1/cabuild action/msdevshell/action.yml at 76921b7"},
	{name: "maxim-lobanov/setup-xcode", role: Setup, source: "maxim-lobanov/setup-xcode action.yml at 16d3b7b"},
	{name: "jwlawson/actions-setup-cmake", role: Setup, source: "jwlawson/actions-setup-cmake action.yml at 0d6a7d6"},
	{name: "seanmiddleditch/gha-setup-ninja", role: Setup, source: "seanmiddleditch/gha-setup-ninja action.yml at 07625c8"},
	{name: "lukka/get-cmake", role: Setup, source: "lukka/get-cmake action.yml at 0db9bc6", caches: []cacheRow{{
		name: "the tool cache of lukka/get-cmake", on: unless("usecloudcache"), off: "useCloudCache: false",
	}}},
	{name: "lukka/run-vcpkg", role: Installs, source: "lukka/run-vcpkg action.yml at 09d7db5", caches: []cacheRow{{
		// The default changed at some version that was not looked up.
		name: "the package cache of lukka/run-vcpkg", off: "doNotCache: true",
		on: func(u use) expr.Truth {
			return u.decide("donotcache", expr.Unknown, func(text string) expr.Truth { return truth(!strings.EqualFold(text, "true")) })
		},
	}}},
	{name: "mymindstorm/setup-emsdk", role: Setup, source: "mymindstorm/setup-emsdk action.yml at 02676ce", caches: []cacheRow{{
		name: "Emscripten's cache of mymindstorm/setup-emsdk", on: named("actions-cache-folder"), off: "actions-cache-folder: ''",
	}}},
	{name: "mlugg/setup-zig", role: Setup, source: "mlugg/setup-zig action.yml at 031c6b2", caches: []cacheRow{{
		name: "Zig's cache of mlugg/setup-zig", on: unless("use-cache"), off: "use-cache: false",
	}}},
	{name: "baptiste0928/cargo-install", role: Installs, source: "baptiste0928/cargo-install action.yml at 1883f6c", caches: []cacheRow{{
		name: "the program's cache of baptiste0928/cargo-install", on: always, advice: "run cargo install in a step of your own",
	}}},
	{name: "jurplel/install-qt-action", role: Setup, source: "jurplel/install-qt-action action.yml at 020b044", loose: []string{"actions/setup-python@v6"}, caches: []cacheRow{{
		name: "Qt's cache of jurplel/install-qt-action", on: when("cache"), off: "cache: false",
	}}},
	{name: "ilammy/setup-nasm", role: Setup, source: "ilammy/setup-nasm action.yml at 13cbeb3"},
	{name: "microsoft/setup-msbuild", role: Setup, source: "microsoft/setup-msbuild action.yml at 281b95d"},
	{name: "homebrew/actions/setup-homebrew", role: Setup, source: "Homebrew/actions setup-homebrew/action.yml at 07bca7a"},
	{name: "kylemayes/install-llvm-action", role: Setup, source: "KyleMayes/install-llvm-action action.yml at 01144dc"},
	{name: "jimver/cuda-toolkit", role: Setup, source: "Jimver/cuda-toolkit action.yml at 0ec4c62", caches: []cacheRow{{
		name: "the installer's cache of Jimver/cuda-toolkit", on: unless("use-github-cache"), off: "use-github-cache: false",
	}}},
	{name: "msys2/setup-msys2", role: Setup, source: "msys2/setup-msys2 action.yml at 0baa240", caches: []cacheRow{{
		name: "the package cache of msys2/setup-msys2", on: unless("cache"), off: "cache: false",
	}}},
}

// setupNode: version 5 caches where package.json names a package manager,
// version 6 where it names npm. What it says is not known here.
func setupNode(u use) expr.Truth {
	auto := and(u.version.since(5, 0, 0), and(u.isFalse("package-manager-cache", false).Not(), expr.Unknown))
	return u.decide("cache", auto, func(text string) expr.Truth {
		if strings.TrimSpace(text) == "" {
			return auto
		}
		return expr.True
	})
}

// installsIfTrue: with "true" here the action installs what the repository asks
// for.
func installsIfTrue(input string) func(use, *Facts) {
	return func(u use, f *Facts) {
		unwanted := u.decide(input, expr.True, func(text string) expr.Truth {
			return truth(text == "" || text == "false" || text == "null")
		})
		if unwanted != expr.True {
			f.Role = Installs
		}
	}
}
