// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"fmt"
	"path/filepath"
	"testing"
)

// BenchmarkEighty opens a repository and reads eighty small files, as an audit
// does.
func BenchmarkEighty(b *testing.B) {
	h := newHandmade(b)
	var entries []packed
	var tree string
	add := func(k kind, typ byte, data string) objectID {
		id := hashOf(k, data)
		entries = append(entries, packed{id: id, typ: typ, data: data})
		return id
	}
	for i := range 80 {
		name := fmt.Sprintf("%03d.yml", i)
		tree += line("100644", name, add(kindBlob, 3, fmt.Sprintf("%s\n%4000d", name, i)))
	}
	root := line("40000", ".github", add(kindTree, 2, tree))
	commit := add(kindCommit, 1, commitText(add(kindTree, 2, root)))
	h.pack("1", entries...)
	for b.Loop() {
		r, err := Open(h.dir)
		if err != nil {
			b.Fatal(err)
		}
		t, err := r.Tree(commit.String())
		if err != nil {
			b.Fatal(err)
		}
		list, err := t.ReadDir(".github")
		if err != nil || len(list) != 80 {
			b.Fatal(len(list), err)
		}
		for _, e := range list {
			if _, err := t.ReadFile(filepath.Join(".github", e.Name())); err != nil {
				b.Fatal(err)
			}
		}
		r.Close()
	}
}
