// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"slices"
	"strings"
)

// comparison finds what is looser about one key. Both policies are complete.
type comparison struct {
	key     string
	compare func(old, new *Policy) []Change
}

var comparisons = []comparison{
	expected("project", SameProject, func(p *Policy) string { return p.Project }),
	expected("publisher.repository", SameName, func(p *Policy) string { return p.Publisher.Repository }),
	expected("publisher.repository-id", Same, func(p *Policy) string { return p.Publisher.RepositoryID }),
	expected("publisher.owner-id", Same, func(p *Policy) string { return p.Publisher.OwnerID }),
	expected("publisher.workflow", Same, func(p *Policy) string { return p.Publisher.Workflow }),
	{"publisher.environment", looserEnvironment},
	expected("publisher.index", sameURL, func(p *Policy) string { return p.Publisher.Index }),
	{"builder.refs", looserRefs},
	expected("builder.commit", Same, func(p *Policy) string { return p.Builder.Commit }),
	{"builder.events", func(old, new *Policy) []Change { return more(old.Builder.Events, new.Builder.Events) }},
	expected("builder.environment", SameName, func(p *Policy) string { return p.Builder.Environment }),
	ranked("builder.runners", func(p *Policy) string { return p.Builder.Runners }, RunnersHosted, RunnersAny),
	// Not said, a public repository must use the public instance, and others
	// may use either; of those two, only one keeps a public log.
	ranked("builder.instance", func(p *Policy) string { return p.Builder.Instance }, InstancePublicGood, "", InstanceGitHub),
	ranked("builder.run", func(p *Policy) string { return p.Builder.Run }, RunSame, RunAny),
	{"builder.signers", looserSigners},
	{"source.repository", looserSource},
	expected("source.path", Same, func(p *Policy) string { return p.Source.Path }),
	{"source.generated", looserGenerated},
	{"require", looserRequire},
	{"other-indexes", looserIndexes},
	{"ignore", looserIgnores},
}

// expected compares a value that what is found must equal: another one, or
// none any more, is looser.
func expected(key string, same func(expected, found string) bool, of func(*Policy) string) comparison {
	return comparison{key, func(old, new *Policy) []Change {
		was, now := of(old), of(new)
		if was == "" || same(was, now) {
			return nil
		}
		return []Change{{Was: quoted(was), Now: quoted(now)}}
	}}
}

// ranked compares one word of a list that goes from strict to loose. What is
// not in the list compares with nothing.
func ranked(key string, of func(*Policy) string, words ...string) comparison {
	return comparison{key, func(old, new *Policy) []Change {
		was, now := of(old), of(new)
		before, after := slices.Index(words, was), slices.Index(words, now)
		if was == now || before >= 0 && after >= 0 && after <= before {
			return nil
		}
		return []Change{{Was: quoted(was), Now: quoted(now)}}
	}}
}

// more reports a list that has a word which the old one has not.
func more(old, new []string) []Change {
	for _, w := range new {
		if !slices.Contains(old, w) {
			return []Change{{Was: listed(old), Now: listed(new)}}
		}
	}
	return nil
}

// looserEnvironment: "none" is an expectation as well, but one that no
// protection goes with, so that naming an environment instead is tighter.
func looserEnvironment(old, new *Policy) []Change {
	was, now := old.Publisher.Environment, new.Publisher.Environment
	switch {
	case SameName(was, now), was == now:
		return nil
	case now != "" && now != NoEnvironment && (was == "" || was == NoEnvironment):
		return nil
	}
	return []Change{{Was: quoted(was), Now: quoted(now)}}
}

func looserRefs(old, new *Policy) []Change {
	was, now := old.Builder.Refs, new.Builder.Refs
	const byDefault = "any tag that ends in the version"
	switch {
	case len(now) == 0 && len(was) == 0:
		return nil
	case len(now) == 0:
		return []Change{{Was: listed(was), Now: byDefault}}
	case len(was) == 0:
		if slices.ContainsFunc(now, func(t string) bool { return !withinDefault(t) }) {
			return []Change{{Was: byDefault, Now: listed(now)}}
		}
		return nil
	}
	return more(was, now)
}

// withinDefault reports whether a template allows nothing beyond the default,
// a tag that ends in the version: alone, or after a "v" or one of "-_/@". It
// says no where that is not plain, such as where a part before the version
// begins with a digit and could be taken for one.
func withinDefault(template string) bool {
	tag, ok := strings.CutPrefix(template, "refs/tags/")
	if !ok {
		return false
	}
	prefix, ok := strings.CutSuffix(tag, versionMark)
	if !ok {
		return false
	}
	parts := strings.FieldsFunc(" "+prefix+" ", func(r rune) bool { return strings.ContainsRune("-_/@", r) })
	for i, part := range parts {
		part = strings.TrimSpace(part)
		if i == len(parts)-1 && part != "" && part != "v" && part != "V" {
			return false
		}
		part = strings.TrimPrefix(strings.TrimPrefix(part, "v"), "V")
		if part != "" && part[0] >= '0' && part[0] <= '9' {
			return false
		}
	}
	return true
}

// looserSource: where neither policy says a repository of its own, it is the
// publisher's, and that key reports it.
func looserSource(old, new *Policy) []Change {
	was, now := old.Source.Repository, new.Source.Repository
	byDefault := func(p *Policy) bool { return p.Source.Repository == p.Publisher.Repository }
	if was == "" || SameName(was, now) || byDefault(old) && byDefault(new) {
		return nil
	}
	return []Change{{Was: quoted(was), Now: quoted(now)}}
}

func looserRequire(old, new *Policy) []Change {
	// Fewer requirements let more pass: the other way round.
	if more(new.Require, old.Require) == nil {
		return nil
	}
	return []Change{{Was: listed(old.Require), Now: listed(new.Require)}}
}

// quoted is a value for a message.
func quoted(s string) string {
	if s == "" {
		return notSaid
	}
	return fmt.Sprintf("%q", clip(s))
}

// listed is a list of values for a message, in the order of the file.
func listed(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	const most = 10
	var all []string
	for i, s := range list {
		if i == most {
			all = append(all, fmt.Sprintf("%d more", len(list)-most))
			break
		}
		all = append(all, quoted(s))
	}
	return strings.Join(all, ", ")
}
