// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Index is the publisher's upload address: as written, or [DefaultIndex].
func (p *Policy) Index() string {
	if p.Publisher.Index != "" {
		return p.Publisher.Index
	}
	return DefaultIndex
}

// Choose returns the policy for a release of project through workflow (a file
// name) to index (an upload address). What is not known is given as "" and
// does not narrow the choice, but that of several that fit the only one for
// [DefaultIndex] is chosen; an entry that names no workflow is any workflow's.
//
// A file of one publisher is that publisher's policy whatever is asked for:
// that project or index differ is for the rules to find. Among several, none
// or more than one match is an [*Error] that lists them. The result is a copy.
func (f *File) Choose(project, index, workflow string) (*Policy, error) {
	if !f.Several && len(f.Policies) == 1 {
		return f.Policies[0].clone(), nil
	}
	var match []*Policy
	for _, p := range f.Policies {
		if project != "" && !SameProject(p.Project, project) ||
			index != "" && !sameURL(p.Index(), index) ||
			workflow != "" && p.Publisher.Workflow != "" && !Same(p.Publisher.Workflow, workflow) {
			continue
		}
		match = append(match, p)
	}
	if index == "" && len(match) > 1 {
		// A test index beside the real one is there for the sake of that.
		if real := slices.DeleteFunc(slices.Clone(match), func(p *Policy) bool { return !sameURL(p.Index(), DefaultIndex) }); len(real) == 1 {
			match = real
		}
	}
	if len(match) == 1 {
		return match[0].clone(), nil
	}
	var asked []string
	for _, a := range []struct{ name, value string }{{"project", project}, {"index", index}, {"workflow", workflow}} {
		if a.value == "" {
			asked = append(asked, a.name+" not known")
		} else {
			asked = append(asked, fmt.Sprintf("%s %q", a.name, clip(a.value)))
		}
	}
	if len(match) == 0 {
		return nil, oneError(f.Path, 0, "no entry of \"publishers\" fits this release (%s); there are %s; add an entry, or name one of these with --project, --index and --workflow",
			strings.Join(asked, ", "), describe(f.Policies))
	}
	return nil, oneError(f.Path, 0, "%d entries of \"publishers\" fit this release (%s): %s; choose one with --project, --index or --workflow",
		len(match), strings.Join(asked, ", "), describe(match))
}

// describe lists entries by what they are chosen by.
func describe(list []*Policy) string {
	const most = 10
	var all []string
	for i, p := range list {
		if i == most {
			all = append(all, fmt.Sprintf("%d more", len(list)-most))
			break
		}
		workflow := "any workflow"
		if p.Publisher.Workflow != "" {
			workflow = "workflow " + p.Publisher.Workflow
		}
		all = append(all, fmt.Sprintf("line %d: %s to %s (%s)", p.Lines["project"], p.Project, p.Index(), workflow))
	}
	return strings.Join(all, "; ")
}

// sameURL compares addresses byte for byte except for a final slash, which
// names the same channel to a reader.
func sameURL(expected, found string) bool {
	return Same(strings.TrimSuffix(expected, "/"), strings.TrimSuffix(found, "/"))
}
