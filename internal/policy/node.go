// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// reader walks the nodes of one file and collects problems. It never stops at
// the first one.
type reader struct{ *problems }

// schema is the keys that a mapping may have.
type schema map[string]func(key, value *yaml.Node)

// plain refuses what makes YAML more than text in a tree: anchors, aliases,
// merge keys, explicit tags, and depth. Nothing is followed, so it is bounded
// by the file's size.
func (r *reader) plain(n *yaml.Node, depth int) bool {
	if depth > maxDepth {
		r.add(n.Line, "the nesting is deeper than %d levels; no policy needs that", maxDepth)
		return false
	}
	ok := true
	switch {
	case n.Kind == yaml.AliasNode:
		r.add(n.Line, "the alias *%s is not allowed in a policy; write the value out (in quotes, where a value begins with *)", n.Value)
		return false
	case n.Anchor != "":
		r.add(n.Line, "the anchor &%s is not allowed in a policy; write each value where it belongs", n.Anchor)
		ok = false
	case n.Style&yaml.TaggedStyle != 0:
		r.add(n.Line, "the tag %s is not allowed in a policy; remove it, and quote the value if it is text", n.Tag)
		ok = false
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!merge":
		r.add(n.Line, "the merge key << is not allowed in a policy; write the keys out")
		ok = false
	}
	for _, c := range n.Content {
		if !r.plain(c, depth+1) {
			ok = false
		}
	}
	return ok
}

// mapping walks the keys of n; where names n in messages. It reports whether
// n is a mapping at all.
func (r *reader) mapping(n *yaml.Node, where string, s schema) bool {
	if n.Kind != yaml.MappingNode {
		r.add(n.Line, "%s is %s; write keys below it, one a line: %s", where, kindName(n), strings.Join(sortedKeys(s), ", "))
		return false
	}
	if len(n.Content) == 0 {
		r.add(n.Line, "%s is empty; write its keys or remove it", where)
		return false
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" {
			r.add(key.Line, "a key of %s is not a word but %s; use one of %s", where, kindName(key), strings.Join(sortedKeys(s), ", "))
			continue
		}
		if line, dup := seen[key.Value]; dup {
			r.add(key.Line, "duplicate key %q: it stands on line %d already; keep one of the two", key.Value, line)
			continue
		}
		seen[key.Value] = key.Line
		read, known := s[key.Value]
		switch {
		case !known:
			r.add(key.Line, "unknown key %q in %s; %s", key.Value, where, suggestKey(key.Value, s))
		case isNull(value):
			r.add(key.Line, "%q has no value; write one or remove the key", key.Value)
		default:
			read(key, value)
		}
	}
	return true
}

// items calls each for every item of the list n. An empty list is an error
// unless it may be empty; a null item always is one.
func (r *reader) items(n *yaml.Node, where string, mayBeEmpty bool, each func(item *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		if n.Kind == yaml.ScalarNode {
			r.add(n.Line, "%s is the single value %q where a list belongs; write [%s]", where, clip(n.Value), clip(n.Value))
			return
		}
		r.add(n.Line, "%s is %s where a list belongs; begin each item with \"- \"", where, kindName(n))
		return
	}
	if len(n.Content) == 0 && !mayBeEmpty {
		r.add(n.Line, "%s is an empty list; write at least one item, or remove the key for the default", where)
		return
	}
	for _, item := range n.Content {
		if isNull(item) {
			r.add(item.Line, "%s has an empty item; write a value or remove the item", where)
			continue
		}
		each(item)
	}
}

// scalar returns the text of a single value. Values that YAML takes for
// numbers or dates are text only where the key's values look like that.
func (r *reader) scalar(n *yaml.Node, where string, numeric bool) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		if n.Style&yaml.FlowStyle != 0 {
			r.add(n.Line, "%s is %s where a single value belongs; a value that begins with { or [ needs quotes", where, kindName(n))
			break
		}
		r.add(n.Line, "%s is %s where a single value belongs; write the value on the key's own line", where, kindName(n))
	case strings.TrimSpace(n.Value) == "":
		r.add(n.Line, "%s is empty; write a value or remove the key", where)
	case len(n.Value) > maxValue:
		r.add(n.Line, "%s has %d bytes, more than the %d that a value may have", where, len(n.Value), maxValue)
	case n.ShortTag() == "!!null":
		r.add(n.Line, "%s has no value; write one or remove the key", where)
	case n.ShortTag() != "!!str" && !numeric:
		r.add(n.Line, "%s is %s where text belongs; write it in quotes: %q", where, kindName(n), clip(n.Value))
	default:
		return n.Value, true
	}
	return "", false
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// kindName describes a node for a message.
func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!bool":
		return "a boolean"
	case "!!int", "!!float":
		return "a number"
	case "!!timestamp":
		return "a date"
	}
	return "a single value"
}
