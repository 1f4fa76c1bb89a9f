// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// gateRows are this action.
var gateRows = []row{
	{name: "scientific-python/sallyport", role: Gates, source: "this repository", fill: sallyport},
	{name: "scientific-python/sallyport/composite", role: Gates, source: "this repository", fill: sallyport},
}

func sallyport(u use, f *Facts) {
	f.Command = strings.ToLower(strings.TrimSpace(u.text("command", "")))
	switch {
	case f.Command == "gate" && u.isTrue("seal", false) == expr.True:
		f.Command = "seal"
	case f.Command == "attest":
		f.Signs = &Signed{Kind: "provenance", Subjects: strings.Fields(u.text("dists", ""))}
	}
}
