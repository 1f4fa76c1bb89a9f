// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// gateRows are this action, and the workflows of its repository that others
// call. What the latter do is said of their files as they are now, which a test
// compares with these rows; so they are known by commit only.
var gateRows = []row{
	{name: "scientific-python/sallyport", role: Gates, source: "action.yml of this repository", fill: sallyport},
	{name: "scientific-python/sallyport/composite", role: Gates, source: "composite/action.yml of this repository", fill: sallyport},
	// One job builds, without an id-token; another one, which runs nothing of
	// the project, signs what the first one stored and stores it again.
	{name: "scientific-python/sallyport/.github/workflows/build.yml", role: Builds, byCommit: true, source: ".github/workflows/build.yml of this repository",
		fill: func(_ use, f *Facts) {
			f.Signs = &Signed{Kind: "provenance", Subjects: []string{"dist/"}}
			f.Outputs = []string{"artifact-id", "sums"}
			f.Stores = []Stored{{Name: "built", Paths: []string{"dist/"}}, {Name: "attested", Paths: []string{"dist/"}, IDOutput: "artifact-id"}}
		}},
	{name: "scientific-python/sallyport/.github/workflows/gate.yml", role: Gates, byCommit: true, source: ".github/workflows/gate.yml of this repository",
		fill: func(u use, f *Facts) {
			f.Command, f.Dists, f.Ledger = "gate", "dist/", ownLedger
			f.Outputs = []string{"artifact-id", "digests", ownLedger, "verdict", "verdict-artifact-id"}
			f.Fetches = []Fetched{{By: "id", Text: u.text("artifact-id", ""), Input: "artifact-id", Dest: "dist/"}}
			f.Stores = []Stored{{Name: "gated", Paths: []string{"dist/"}, IDOutput: "artifact-id"}, {Name: "verdict", IDOutput: "verdict-artifact-id"}}
		}},
}

// The action's defaults and outputs, which action.yml and composite/action.yml
// share.
const (
	ownCommand = "gate"
	ownDists   = "dist"
	ownLedger  = "ledger" // an output
)

func sallyport(u use, f *Facts) {
	f.Command, f.Dists = strings.ToLower(strings.TrimSpace(u.text("command", ownCommand))), u.text("dists", ownDists)
	switch {
	case f.Command == "gate" && u.isTrue("seal", false) == expr.True:
		f.Command = "seal"
	case f.Command == "gate":
		f.Ledger = ownLedger
	case f.Command == "attest":
		f.Signs = &Signed{Kind: "provenance", Subjects: strings.Fields(f.Dists)}
	}
}
