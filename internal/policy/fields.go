// SPDX-License-Identifier: BSD-3-Clause

package policy

import "strings"

// field is one key whose value is a word or a list of words. The same table
// serves the file, the flags and the runner's facts, so that all of them are
// held to the same rules.
type field struct {
	key string // with its section: "publisher.workflow"
	// numeric values may look like numbers to YAML: ids, digests.
	numeric bool
	// list fields hold any number of values, mayBeEmpty even none.
	list, mayBeEmpty bool
	// set checks one value and stores it; for a list it appends.
	set func(p *Policy, value string) error
	// clear forgets what was set.
	clear func(p *Policy)
	// said reports whether the policy has a value.
	said func(p *Policy) bool
}

// text makes a field of a single value.
func text(key string, check func(string) (string, error), at func(*Policy) *string) field {
	return field{
		key: key,
		set: func(p *Policy, value string) error {
			value, err := check(value)
			if err == nil {
				*at(p) = value
			}
			return err
		},
		clear: func(p *Policy) { *at(p) = "" },
		said:  func(p *Policy) bool { return *at(p) != "" },
	}
}

// digits makes a field of a single value that YAML may take for a number.
func digits(key string, check func(string) (string, error), at func(*Policy) *string) field {
	f := text(key, check, at)
	f.numeric = true
	return f
}

// words makes a field of a list in which no value stands twice.
func words(key string, check func(string) (string, error), at func(*Policy) *[]string) field {
	return field{
		key: key, list: true,
		set: func(p *Policy, value string) error {
			value, err := check(value)
			if err != nil {
				return err
			}
			for _, old := range *at(p) {
				if old == value {
					return badValue("%q stands there twice; remove one", value)
				}
			}
			*at(p) = append(*at(p), value)
			return nil
		},
		clear: func(p *Policy) { *at(p) = nil },
		said:  func(p *Policy) bool { return len(*at(p)) > 0 },
	}
}

var fields = []field{
	text("project", checkProject, func(p *Policy) *string { return &p.Project }),

	text("publisher.repository", checkRepository, func(p *Policy) *string { return &p.Publisher.Repository }),
	digits("publisher.repository-id", checkID, func(p *Policy) *string { return &p.Publisher.RepositoryID }),
	digits("publisher.owner-id", checkID, func(p *Policy) *string { return &p.Publisher.OwnerID }),
	text("publisher.workflow", checkWorkflow, func(p *Policy) *string { return &p.Publisher.Workflow }),
	text("publisher.environment", checkPublisherEnvironment, func(p *Policy) *string { return &p.Publisher.Environment }),
	text("publisher.index", checkIndex, func(p *Policy) *string { return &p.Publisher.Index }),

	words("builder.refs", checkRefTemplate, func(p *Policy) *[]string { return &p.Builder.Refs }),
	digits("builder.commit", checkCommit, func(p *Policy) *string { return &p.Builder.Commit }),
	words("builder.events", checkEvent, func(p *Policy) *[]string { return &p.Builder.Events }),
	text("builder.environment", checkBuilderEnvironment, func(p *Policy) *string { return &p.Builder.Environment }),
	text("builder.runners", oneOf(RunnersHosted, RunnersAny), func(p *Policy) *string { return &p.Builder.Runners }),
	text("builder.instance", oneOf(InstancePublicGood, InstanceGitHub), func(p *Policy) *string { return &p.Builder.Instance }),
	text("builder.run", oneOf(RunSame, RunAny), func(p *Policy) *string { return &p.Builder.Run }),
	{
		key: "builder.signers", list: true, mayBeEmpty: true,
		set: func(p *Policy, value string) error {
			s, err := ParseSigner(value)
			if err != nil {
				return err
			}
			for _, old := range p.Builder.Signers {
				if old == s {
					return badValue("%q stands there twice; remove one", value)
				}
			}
			p.Builder.Signers = append(p.Builder.Signers, s)
			return nil
		},
		clear: func(p *Policy) { p.Builder.Signers = nil },
		said:  func(p *Policy) bool { return len(p.Builder.Signers) > 0 },
	},

	text("source.repository", checkRepository, func(p *Policy) *string { return &p.Source.Repository }),
	text("source.path", checkPath, func(p *Policy) *string { return &p.Source.Path }),

	words("require", oneOf(RequireProvenance, RequirePublish), func(p *Policy) *[]string { return &p.Require }),
}

// Keys returns the full names of the keys that [Setting] may give, in the
// order of the policy's documentation.
func Keys() []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

func fieldByKey(key string) (field, bool) {
	for _, f := range fields {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

// inSection returns the fields under section, by their last name; "" is the
// top level.
func inSection(section string) map[string]field {
	in := map[string]field{}
	for _, f := range fields {
		head, last, nested := strings.Cut(f.key, ".")
		switch {
		case nested && head == section:
			in[last] = f
		case !nested && section == "":
			in[head] = f
		}
	}
	return in
}
