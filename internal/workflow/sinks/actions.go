// SPDX-License-Identifier: BSD-3-Clause

package sinks

import "strings"

// OfAction says what an action uploads. Known is false for an action that no
// table names; what it is handed may then still look like a credential for an
// index, which gives a guessed sink. Inputs are matched without case.
func OfAction(uses Uses, with map[string]string, ctx Context) (found []Sink, isKnown bool) {
	in := newInputs(with, ctx)
	row, ok := actionRow(uses)
	if !ok {
		values := in.values()
		for _, name := range ctx.StepEnv {
			values["env "+name] = ctx.env(name)
		}
		return guess(uses.String(), values, ctx), false
	}
	found = row.sinks(in, uses)
	for i := range found {
		if found[i].Uploader == "" {
			found[i].Uploader = uses.String()
		}
		found[i].Spare = in.c.spare(found[i])
	}
	return found, true
}

// inputs are what an action or reusable workflow is called with.
type inputs struct {
	c    *call
	with map[string]string
}

func newInputs(with map[string]string, ctx Context) inputs {
	in := inputs{c: newCall(ctx, nil), with: map[string]string{}}
	for name, text := range with {
		in.with[strings.ToLower(name)] = text
	}
	return in
}

// get is the first of the named inputs that is there.
func (in inputs) get(names ...string) value {
	for _, name := range names {
		if text, ok := in.with[strings.ToLower(name)]; ok {
			return in.c.ctx.written(text, "input "+name)
		}
	}
	for key := range in.with {
		if strings.Contains(key, "${{") {
			// Inputs whose names are computed: this may be one of them.
			return value{text: computed, given: true, open: true, from: "input " + names[0]}
		}
	}
	return value{from: "input " + names[0]}
}

func (in inputs) values() map[string]value {
	all := map[string]value{}
	for name := range in.with {
		all[name] = in.get(name)
	}
	return all
}

// index is the address of an input, or the action's default.
func (in inputs) index(otherwise string, names ...string) address {
	if v := in.get(names...); v.set() {
		return at(v)
	}
	if otherwise == "" {
		return address{from: "the default"}
	}
	return known(otherwise, "the default")
}

// folder are the files of a folder input.
func (in inputs) folder(otherwise string, names ...string) []string {
	if v := in.get(names...); v.set() {
		return []string{strings.TrimSuffix(v.text, "/") + "/*"}
	}
	return []string{otherwise + "/*"}
}

// row is an action and what it uploads.
type row struct {
	sinks func(in inputs, uses Uses) []Sink
}

func actionRow(uses Uses) (row, bool) {
	name := strings.ToLower(uses.String())
	if strings.EqualFold(uses.Repo, "gh-action-pypi-publish") && uses.Path == "" {
		return row{ghAction}, true
	}
	r, ok := actionTable[name]
	return r, ok
}
