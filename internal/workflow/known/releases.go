// SPDX-License-Identifier: BSD-3-Clause

package known

// releaseRows make release pages and upload their assets.
var releaseRows = []row{
	{name: "shogo82148/actions-upload-release-asset", role: Releases, source: "shogo82148/actions-upload-release-asset action.yml at 048a9db"},
	{name: "softprops/action-gh-release", role: Releases, source: "softprops/action-gh-release action.yml at 030d4ce"},
	{name: "ncipollo/release-action", role: Releases, source: "ncipollo/release-action action.yml at 028c2af"},
	{name: "svenstaro/upload-release-action", role: Releases, source: "svenstaro/upload-release-action action.yml at 011f795"},
	{name: "actions/create-release", role: Releases, source: "actions/create-release action.yml at 131b819"},
	{name: "actions/upload-release-asset", role: Releases, source: "actions/upload-release-asset action.yml at 89977b7"},
	{name: "taiki-e/create-gh-release-action", role: Releases, source: "taiki-e/create-gh-release-action action.yml at 019afb6"},
	{name: "release-drafter/release-drafter", role: Releases, source: "release-drafter/release-drafter action.yml at 01bde76"},
	{name: "googleapis/release-please-action", role: Releases, source: "googleapis/release-please-action action.yml at 031c4c9"},
	{name: "python-semantic-release/publish-action", role: Releases, source: "python-semantic-release/publish-action action.yml at 3c29a4a"},
	{name: "python-semantic-release/upload-to-gh-release", role: Releases, source: "python-semantic-release/upload-to-gh-release action.yml at 1eeda76"},
}
