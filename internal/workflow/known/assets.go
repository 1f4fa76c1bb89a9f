// SPDX-License-Identifier: BSD-3-Clause

package known

import "github.com/scientific-python/sallyport/internal/workflow/expr"

// releaseAssetRows fetch files of a release.
var releaseAssetRows = []row{
	{name: "robinraju/release-downloader", role: Fetches, source: "robinraju/release-downloader action.yml at ed416bb", fill: func(u use, f *Facts) {
		d := Fetched{By: "all", Outside: "a release", Dest: u.text("out-file-path", "."), Merge: true}
		if u.isSet("filename") != expr.False {
			d.By, d.Text = "pattern", u.text("filename", "")
		}
		f.Fetches = []Fetched{d}
	}},
}
