// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"strconv"
	"strings"
)

// call evaluates a function. One that is not known, or that is called with a
// number of arguments which the service refuses, is anything.
func (ev *evaluator) call(n *call) Value {
	switch n.fn {
	case "case":
		return ev.caseOf(n.args)
	case "success", "failure", "cancelled", "always":
		if len(n.args) > 0 {
			return AnyBool()
		}
		return known(boolean(map[string]bool{"success": ev.now.success, "failure": ev.now.failure,
			"cancelled": ev.now.cancelled, "always": true}[n.fn]))
	}
	args := make([]Value, len(n.args))
	for i, a := range n.args {
		args[i] = ev.eval(a).orAnything()
		for _, x := range args[i].items {
			if !ev.spend(x.size()) {
				return Anything()
			}
		}
	}
	switch {
	case n.fn == "contains" && len(args) == 2:
		return ev.pairs(args[0], args[1], contains)
	case n.fn == "startswith" && len(args) == 2:
		return ev.pairs(args[0], args[1], startsWith)
	case n.fn == "endswith" && len(args) == 2:
		return ev.pairs(args[0], args[1], endsWith)
	case n.fn == "format" && len(args) > 0:
		return ev.format(args)
	case n.fn == "join" && (len(args) == 1 || len(args) == 2):
		return ev.joined(args)
	case n.fn == "tojson" && len(args) == 1:
		return each(args[0], toJSON)
	case n.fn == "fromjson" && len(args) == 1:
		return each(args[0], fromJSON)
	case n.fn == "hashfiles" && len(args) > 0:
		return AnyString()
	}
	return Anything()
}

func each(v Value, f func(item) item) Value {
	var out Value
	for _, x := range v.items {
		out.add(f(x))
	}
	return out.cap()
}

// caseOf is case(condition, value, …, otherwise). A condition that is no
// boolean is an error of the run.
func (ev *evaluator) caseOf(args []node) Value {
	if len(args) < 3 || len(args)%2 == 0 {
		return Anything()
	}
	var out Value
	take := func(n node) {
		for _, x := range ev.eval(n).items {
			out.add(x)
		}
	}
	for i := 0; i+1 < len(args); i += 2 {
		condition := ev.eval(args[i]).orAnything()
		for _, x := range condition.items {
			if x.kinds() != kindBool {
				return Anything()
			}
		}
		t := condition.Truth()
		if t != False {
			take(args[i+1])
		}
		if t == True {
			return out.cap()
		}
	}
	take(args[len(args)-1])
	return out.cap()
}

// format replaces {0} and so on; {{ and }} are braces.
func (ev *evaluator) format(args []Value) Value {
	var out Value
	for _, f := range args[0].items {
		f = f.toText()
		if f.open != nil {
			out.add(item{open: &open{kinds: kindString}})
			continue
		}
		for _, x := range ev.formatOne(f.d.s, args[1:]).items {
			out.add(x)
		}
	}
	return out.cap()
}

// formatOne returns anything for a format that is an error of the run.
func (ev *evaluator) formatOne(f string, args []Value) Value {
	out := known(text(""))
	for f != "" {
		i := strings.IndexAny(f, "{}")
		if i < 0 {
			return ev.append(out, known(text(f)))
		}
		if i+1 < len(f) && f[i+1] == f[i] {
			out = ev.append(out, known(text(f[:i+1])))
			f = f[i+2:]
			continue
		}
		end := strings.IndexByte(f, '}')
		if f[i] == '}' || end < 0 {
			return Anything()
		}
		n, err := strconv.ParseUint(f[i+1:end], 10, 8)
		if err != nil || int(n) >= len(args) {
			return Anything()
		}
		out = ev.append(ev.append(out, known(text(f[:i]))), args[n])
		f = f[end+1:]
	}
	return out
}

// joined is join(list, separator).
func (ev *evaluator) joined(args []Value) Value {
	separators := known(text(","))
	if len(args) == 2 {
		separators = args[1]
	}
	var out Value
	for _, list := range args[0].items {
		for _, sep := range separators.items {
			for _, x := range ev.joinOne(list, sep).items {
				out.add(x)
			}
		}
	}
	return out.cap()
}

func (ev *evaluator) joinOne(list, sep item) Value {
	switch {
	case list.kinds()&collections == 0:
		return Value{[]item{list.toText()}}
	case list.open != nil || list.d.kind != kindArray || list.d.unordered && len(list.d.list) > 1 || sep.kinds()&collections != 0:
		return AnyString()
	}
	out := known(text(""))
	for i, x := range list.d.list {
		if x.kind&collections != 0 {
			return AnyString()
		}
		if i > 0 {
			out = ev.append(out, Value{[]item{sep.toText()}})
		}
		out = ev.append(out, known(x))
	}
	return out
}
