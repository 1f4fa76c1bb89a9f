// SPDX-License-Identifier: BSD-3-Clause

package expr

// Pos is a place in the text that was parsed. Offset is in bytes from its
// start; Line and Column (in characters) count from 1.
type Pos struct{ Offset, Line, Column int }

// The nodes of an expression. Parentheses leave no node.
type (
	node interface{}

	literal struct{ d datum }

	// name is a context, in lower case: the root of a path.
	name struct {
		context string
		pos     Pos
	}

	// index is recv.key, recv['key'], recv[key], recv.* or recv[*].
	index struct {
		recv node
		key  node // nil for *
	}

	not struct{ x node }

	compare struct {
		op   string // == != < <= > >=
		l, r node
	}

	// logic is a run of && (or of ||), flattened.
	logic struct {
		and bool
		xs  []node
	}

	// call is a function by its lower-case name.
	call struct {
		fn   string
		args []node
		pos  Pos
	}

	// concat is text with expressions in it; its value is a string.
	concat struct{ parts []node }
)

// children returns the nodes directly below n.
func children(n node) []node {
	switch n := n.(type) {
	case *index:
		if n.key == nil {
			return []node{n.recv}
		}
		return []node{n.recv, n.key}
	case *not:
		return []node{n.x}
	case *compare:
		return []node{n.l, n.r}
	case *logic:
		return n.xs
	case *call:
		return n.args
	case *concat:
		return n.parts
	}
	return nil
}

// calls reports whether a function that ok accepts is called anywhere in n.
func calls(n node, ok func(fn string) bool) bool {
	if c, is := n.(*call); is && ok(c.fn) {
		return true
	}
	for _, x := range children(n) {
		if calls(x, ok) {
			return true
		}
	}
	return false
}

// isStatus reports whether fn is a status function: an `if:` without one means
// success() && (the condition).
func isStatus(fn string) bool {
	switch fn {
	case "success", "failure", "cancelled", "always":
		return true
	}
	return false
}
