// SPDX-License-Identifier: BSD-3-Clause

package gate_test

import (
	"testing"
	"testing/fstest"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/policy"
)

// Whether the gate looks at its own job hangs on this: an odd spelling of the
// index's address must not take the job out of sight.
func TestUploads(t *testing.T) {
	const head = "on: push\njobs:\n  publish:\n    runs-on: ubuntu-24.04\n    steps:\n"
	const action = "      - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2\n        with:\n          repository-url: "
	for _, c := range []struct {
		step, job, index string
		want             bool
	}{
		{action + "https://upload.pypi.org/legacy/", "publish", policy.DefaultIndex, true},
		{action + "https://upload.pypi.org/legacy", "publish", policy.DefaultIndex, true},
		{action + "https://UPLOAD.pypi.org/legacy/", "publish", policy.DefaultIndex, true},
		{action + "https://upload.pypi.org:443/legacy/", "publish", policy.DefaultIndex, true},
		{action + "https://upload.pypi.org//legacy/", "publish", policy.DefaultIndex, true},
		{action + "https://pypi.org/legacy/", "publish", policy.DefaultIndex, true},
		{action + "http://upload.pypi.org/legacy/", "publish", policy.DefaultIndex, true},
		{action + "${{ vars.INDEX }}", "publish", policy.DefaultIndex, true},
		{action + "https://TEST.pypi.org/legacy/", "publish", policy.TestIndex, true},
		{action + "https://test.pypi.org/legacy/", "publish", policy.DefaultIndex, false},
		{action + "https://upload.pypi.org/legacy/", "publish", policy.TestIndex, false},
		{action + "https://anaconda.org/octo-sci", "publish", policy.DefaultIndex, false},
		{action + "https://upload.pypi.org/legacy/", "build", policy.DefaultIndex, false},
		{"      - run: twine upload dist/*", "publish", policy.DefaultIndex, true},
		{"      - run: uv publish --dry-run", "publish", policy.DefaultIndex, false},
		{"      - run: echo", "publish", policy.DefaultIndex, false},
	} {
		w, err := gate.ReadWorkflows(fstest.MapFS{".github/workflows/release.yml": {Data: []byte(head + c.step + "\n")}}, "octo-sci/samplepkg", "main")
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Uploads(".github/workflows/release.yml", c.job, c.index); got != c.want {
			t.Errorf("job %s, %q, index %q: %v, want %v", c.job, c.step, c.index, got, c.want)
		}
		if w.Uploads(".github/workflows/other.yml", c.job, c.index) {
			t.Errorf("%q: another file's job uploads", c.step)
		}
	}
}
