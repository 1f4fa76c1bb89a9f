// SPDX-License-Identifier: BSD-3-Clause

package pypi

import "testing"

// TestNormalise holds that letters which only Unicode's folding takes for ASCII
// ones (the Kelvin sign, the long s) never become another project's name.
func TestNormalise(t *testing.T) {
	for name, want := range map[string]string{
		"samplepkg": "samplepkg", "Sample.Pkg__x": "sample-pkg-x", "A": "a",
		"\u212aeras": "", "\u017fcipy": "", "-x": "", "x-": "", "": "", "a/b": "",
	} {
		if got, err := normalise(name); got != want || (err != nil) != (want == "") {
			t.Errorf("normalise(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
}
