// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// Of says what the table has on a use of an action. With are the inputs as
// written (names in lower case, values with their ${{ }} kept: names of
// artifacts and paths come from there); in gives what they may come to. Either
// may be nil. The lists of the answer belong to the table: do not change them.
func Of(a Action, with map[string]string, in Values) Facts {
	r := lookup(a)
	if r == nil {
		return Facts{}
	}
	f := Facts{Known: true, Role: r.role, Source: r.source, Loose: r.loose, Scripts: r.scripts, Shell: r.shell}
	u := use{version: versionOf(a), with: with, in: in}
	for i := range r.caches {
		f.Caches = append(f.Caches, r.caches[i].of(u, r.role))
	}
	if r.fill != nil {
		r.fill(u, &f)
	}
	if r.byCommit && !(len(a.Ref) == 40 && isCommit(a.Ref)) {
		// By its name it is still the one that hands the files on.
		return Facts{Stores: f.Stores, Fetches: f.Fetches, Ledger: f.Ledger}
	}
	return f
}

// Names lists the names of the table, OWNER/REPO[/PATH] in lower case, sorted.
func Names() []string { return slices.Sorted(maps.Keys(table())) }

// row is what the table has on an action or a reusable workflow.
type row struct {
	name    string // OWNER/REPO[/PATH] in lower case
	role    Role
	source  string
	caches  []cacheRow
	loose   []string
	scripts []string
	shell   []string
	// byCommit: what it does is not known by a tag or branch.
	byCommit bool
	// fill adds what depends on the inputs or on the version.
	fill func(use, *Facts)
}

// The longest name that GitHub takes: 39 for an owner, 100 for a repository.
// What has a longer path is in no table either.
const maxName = 300

func lookup(a Action) *row {
	if len(a.Owner)+len(a.Repo)+len(a.Path) > maxName || a.Owner == "" || a.Repo == "" {
		return nil
	}
	name := strings.ToLower(a.Owner + "/" + a.Repo)
	if now, ok := renamed[name]; ok {
		name = now
	}
	if path := strings.Trim(a.Path, "/"); path != "" {
		name += "/" + strings.ToLower(path)
	}
	return table()[name]
}

// renamed are repositories that are also reached by another name.
var renamed = map[string]string{
	"joerick/cibuildwheel":             "pypa/cibuildwheel",
	"jupyter-server/jupyter-releaser":  "jupyter-server/jupyter_releaser",
	"messense/maturin-action":          "pyo3/maturin-action",
	"nick-invision/retry":              "nick-fields/retry",
	"relekang/python-semantic-release": "python-semantic-release/python-semantic-release",
}

// tables are the rows by topic.
var tables = [][]row{
	setupRows, condaRows, toolchainRows, systemRows, cacheRows, artifactRows, releaseAssetRows, buildRows, jupyterRows,
	signRows, publishRows, releaseRows, commandRows, checkRows, reportRows, workflowRows, gateRows,
}

// table is made at first use: most commands never look at an action.
var table = sync.OnceValue(func() map[string]*row {
	n := 0
	for _, t := range tables {
		n += len(t)
	}
	m := make(map[string]*row, n)
	for _, t := range tables {
		for i := range t {
			m[t[i].name] = &t[i]
		}
	}
	return m
})
