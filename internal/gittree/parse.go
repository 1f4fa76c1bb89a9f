// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Commit is what a commit says of itself, under its id.
type Commit struct {
	ID      string   // 40 hexadecimal digits
	Tree    string   // id of its tree
	Parents []string // ids, in order; a shallow clone has them not
}

// parseCommit reads the head of a commit object: tree, parents, author.
func parseCommit(data []byte) (tree objectID, parents []objectID, err error) {
	line := func(word string) (id objectID, ok bool) {
		rest, ok := bytes.CutPrefix(data, []byte(word+" "))
		if !ok || len(rest) < 41 || rest[40] != '\n' {
			return id, false
		}
		if id, ok = parseID(string(rest[:40])); ok {
			data = rest[41:]
		}
		return id, ok
	}
	tree, ok := line("tree")
	if !ok {
		return tree, nil, errors.New("it does not begin with the id of a tree")
	}
	for {
		id, ok := line("parent")
		if !ok {
			break
		}
		parents = append(parents, id)
	}
	if !bytes.HasPrefix(data, []byte("author ")) {
		return tree, nil, errors.New("its head is not that of a commit")
	}
	return tree, parents, nil
}

// item is an entry of one folder.
type item struct {
	name      string
	mode      fs.FileMode
	submodule bool
	id        objectID
}

// errTooMany says that a tree is over [MaxTreeEntries].
var errTooMany = errors.New("too many entries")

// parseTree reads a tree object. What git itself would not check out, or not
// find again, is refused with the whole folder: names that lead elsewhere,
// names twice, entries out of order. The items are sorted by name.
func parseTree(data []byte) ([]item, error) {
	var items []item
	var last string
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		digits, name, ok2 := bytes.Cut(head, []byte(" "))
		if !ok || !ok2 || len(rest) < len(objectID{}) {
			return nil, errors.New("an entry of the tree is cut off")
		}
		if len(items) == MaxTreeEntries {
			return nil, errTooMany
		}
		it := item{name: string(name), id: objectID(rest[:len(objectID{})])}
		data = rest[len(objectID{}):]
		var err error
		if it.mode, it.submodule, err = parseMode(string(digits)); err != nil {
			return nil, err
		}
		if err := checkName(it.name); err != nil {
			return nil, err
		}
		// git sorts a folder as if its name ended in a slash, a submodule not.
		key := it.name
		if it.mode.IsDir() && !it.submodule {
			key += "/"
		}
		if key <= last {
			return nil, fmt.Errorf("its entry %.100q is out of order or there twice", it.name)
		}
		last = key
		items = append(items, it)
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(items); i++ {
		if items[i].name == items[i-1].name {
			return nil, fmt.Errorf("its entry %.100q is there twice", items[i].name)
		}
	}
	return items, nil
}

// parseMode reads the octal mode of an entry. Only the type and the owner's
// execute bit count; old repositories have other bits and leading zeros.
func parseMode(digits string) (mode fs.FileMode, submodule bool, err error) {
	v, err := strconv.ParseUint(digits, 8, 17)
	if err == nil {
		switch v &^ 0o7777 {
		case 0o040000:
			return fs.ModeDir | 0o755, false, nil
		case 0o120000:
			return fs.ModeSymlink | 0o777, false, nil
		case 0o160000:
			return fs.ModeDir | 0o755, true, nil
		case 0o100000:
			return 0o644 | fs.FileMode(v&0o100)*0o111/0o100, false, nil
		}
	}
	return 0, false, fmt.Errorf("an entry has the mode %.20q, which git does not have", digits)
}

// checkName refuses names that a path cannot hold, and .git.
func checkName(name string) error {
	switch {
	case name == "" || name == "." || name == ".." || strings.EqualFold(name, ".git"):
		return fmt.Errorf("it has an entry named %q, which git refuses to check out", name)
	case strings.Contains(name, "/"):
		return fmt.Errorf("the name of its entry %.100q has a slash", name)
	case len(name) > MaxNameLength:
		return fmt.Errorf("the name of an entry has more than %d bytes", MaxNameLength)
	}
	return nil
}
