// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const otherCommit = "89abcdef0123456789abcdef0123456789abcdef"

// looserCases are old and new values of one key, in YAML ("" leaves the key
// out), and what is reported; "" is nothing.
var looserCases = []struct{ key, old, new, want string }{
	{"project", "core", "Core", ""},
	{"project", "core", "other", `project: was "core", is "other"`},
	{"project", "core", "", `project: was "core", is not said`},
	{"project", "", "core", ""},

	{"publisher.repository", "a/b", "A/B", ""},
	{"publisher.repository", "a/b", "a/c", `publisher.repository: was "a/b", is "a/c"`},
	{"publisher.repository", "a/b", "", `publisher.repository: was "a/b", is not said`},
	{"publisher.repository", "", "a/b", ""},
	{"publisher.repository-id", "1", "1", ""},
	{"publisher.repository-id", "1", "2", `publisher.repository-id: was "1", is "2"`},
	{"publisher.repository-id", "1", "", `publisher.repository-id: was "1", is not said`},
	{"publisher.repository-id", "", "1", ""},
	{"publisher.owner-id", "1", "", `publisher.owner-id: was "1", is not said`},
	{"publisher.owner-id", "", "1", ""},
	{"publisher.workflow", "a.yml", "A.yml", `publisher.workflow: was "a.yml", is "A.yml"`},
	{"publisher.workflow", "a.yml", "a.yml", ""},
	{"publisher.environment", "pypi", "PyPI", ""},
	{"publisher.environment", "pypi", "other", `publisher.environment: was "pypi", is "other"`},
	{"publisher.environment", "pypi", "", `publisher.environment: was "pypi", is not said`},
	{"publisher.environment", "pypi", "none", `publisher.environment: was "pypi", is "none"`},
	{"publisher.environment", "none", "pypi", ""},
	{"publisher.environment", "none", "", `publisher.environment: was "none", is not said`},
	{"publisher.environment", "", "none", `publisher.environment: was not said, is "none"`},
	{"publisher.environment", "", "pypi", ""},
	{"publisher.environment", "none", "none", ""},
	{"publisher.index", "", DefaultIndex, ""},
	{"publisher.index", "https://i.example/x", "https://i.example/x/", ""},
	{"publisher.index", "", TestIndex, `publisher.index: was "https://upload.pypi.org/legacy/", is "https://test.pypi.org/legacy/"`},

	{"builder.refs", `["refs/tags/v{version}"]`, `["refs/tags/v{version}"]`, ""},
	{"builder.refs", `["refs/tags/a", "refs/tags/b"]`, `["refs/tags/b", "refs/tags/a"]`, ""},
	{"builder.refs", `["refs/tags/a", "refs/tags/b"]`, `["refs/tags/b"]`, ""},
	{"builder.refs", `["refs/tags/v{version}"]`, `["refs/tags/v{version}", "refs/heads/main"]`,
		`builder.refs: was "refs/tags/v{version}", is "refs/tags/v{version}", "refs/heads/main"`},
	{"builder.refs", `["refs/tags/v{version}"]`, "", `builder.refs: was "refs/tags/v{version}", is any tag that ends in the version`},
	{"builder.refs", "", `["refs/tags/v{version}"]`, ""},
	{"builder.refs", "", `["refs/tags/{version}", "refs/tags/py3-v{version}", "refs/tags/a/b@{version}"]`, ""},
	{"builder.refs", "", `["refs/heads/v{version}"]`, `builder.refs: was any tag that ends in the version, is "refs/heads/v{version}"`},
	{"builder.refs", "", `["refs/tags/v1.0"]`, `builder.refs: was any tag that ends in the version, is "refs/tags/v1.0"`},
	{"builder.refs", "", `["refs/tags/rel{version}"]`, `builder.refs: was any tag that ends in the version, is "refs/tags/rel{version}"`},
	{"builder.refs", "", `["refs/tags/{version}-py"]`, `builder.refs: was any tag that ends in the version, is "refs/tags/{version}-py"`},
	{"builder.refs", "", `["refs/tags/v1.0.0-{version}"]`, `builder.refs: was any tag that ends in the version, is "refs/tags/v1.0.0-{version}"`},
	{"builder.commit", otherCommit, otherCommit, ""},
	{"builder.commit", otherCommit, "", `builder.commit: was "` + otherCommit + `", is not said`},
	{"builder.commit", "", otherCommit, ""},
	{"builder.events", "[push]", "[push, release]", `builder.events: was "push", is "push", "release"`},
	{"builder.events", "[push, release]", "[release]", ""},
	{"builder.events", "", "[workflow_dispatch, push]", ""},
	{"builder.events", "", "[push, schedule]", `builder.events: was "push", "release", "workflow_dispatch", is "push", "schedule"`},
	{"builder.events", "[push]", "", `builder.events: was "push", is "push", "release", "workflow_dispatch"`},
	{"builder.environment", "build", "", `builder.environment: was "build", is not said`},
	{"builder.environment", "build", "Build", ""},
	{"builder.environment", "", "build", ""},
	{"builder.runners", "", "any", `builder.runners: was "github-hosted", is "any"`},
	{"builder.runners", "any", "", ""},
	{"builder.runners", "any", "github-hosted", ""},
	{"builder.instance", "", "github", `builder.instance: was not said, is "github"`},
	{"builder.instance", "public-good", "github", `builder.instance: was "public-good", is "github"`},
	{"builder.instance", "public-good", "", `builder.instance: was "public-good", is not said`},
	{"builder.instance", "github", "public-good", ""},
	{"builder.instance", "", "public-good", ""},
	{"builder.run", "same", "any", `builder.run: was "same", is "any"`},
	{"builder.run", "", "any", `builder.run: was "same", is "any"`},
	{"builder.run", "any", "", ""},
	{"builder.signers", "", "[./.github/workflows/b.yml]", `builder.signers: was not there, is "./.github/workflows/b.yml"`},
	{"builder.signers", "[./.github/workflows/b.yml]", "", ""},
	{"builder.signers", "[a/B/.github/workflows/b.yml@refs/tags/v1]", "[A/b/.github/workflows/b.yml@refs/tags/v1]", ""},
	{"builder.signers", "[a/b/.github/workflows/b.yml@refs/tags/v1]", "[a/b/.github/workflows/b.yml@" + otherCommit + "]",
		`builder.signers: was not there, is "a/b/.github/workflows/b.yml@` + otherCommit + `"`},
	{"builder.signers", "[./.github/workflows/b.yml, ./.github/workflows/a.yml]", "[./.github/workflows/a.yml, ./.github/workflows/b.yml]", ""},

	{"source.repository", "a/b", "a/c", `source.repository: was "a/b", is "a/c"`},
	{"source.repository", "a/b", "", `source.repository: was "a/b", is not said`},
	{"source.repository", "", "a/b", ""},
	{"source.path", "", "python", `source.path: was ".", is "python"`},
	{"source.path", "python", "python", ""},
	{"source.generated", "", "[{files: [a.py, b.c], by: x, reason: y}]", `source.generated: was not there, is "a.py", "b.c", made by "x"`},
	{"source.generated", "[{files: [a.py], by: x, reason: y}]", "[{files: [a.py], by: z, reason: w}]", ""},
	{"source.generated", "[{files: [a.py], by: x, reason: y}]", "", ""},
	{"source.generated", `[{files: ["*.py"], by: x, reason: y}]`, "[{files: [a.py, p/b.py], by: x, reason: y}]", ""},
	{"source.generated", `[{files: ["p/*.py"], by: x, reason: y}]`, "[{files: [a.py, p/b.py], by: x, reason: y}]", `source.generated: was not there, is "a.py", made by "x"`},
	{"source.generated", `[{files: ["p/*.py"], by: x, reason: y}]`, `[{files: ["p/a*.py"], by: x, reason: y}]`, `source.generated: was not there, is "p/a*.py", made by "x"`},
	{"source.generated", "[{files: [a], by: x, reason: y, sha256: " + shaA + "}]", "[{files: [a], by: x, reason: y}]",
		`source.generated: was only with the sha256 it had, is "a", made by "x"`},
	{"source.generated", "[{files: [a], by: x, reason: y, sha256: " + shaA + "}]", "[{files: [a], by: x, reason: y, sha256: " + shaB + "}]",
		`source.generated: was only with the sha256 it had, is "a", made by "x", with sha256 ` + shaB},
	{"source.generated", "[{files: [a], by: x, reason: y}]", "[{files: [a], by: x, reason: y, sha256: " + shaB + "}]", ""},

	{"require", "[provenance, publish]", "[publish, provenance]", ""},
	{"require", "[provenance, publish]", "[provenance]", `require: was "provenance", "publish", is "provenance"`},
	{"require", "[publish]", "", `require: was "publish", is "provenance"`},
	{"require", "", "[publish]", `require: was "provenance", is "publish"`},
	{"require", "", "[provenance, publish]", ""},

	{"other-indexes", "", "[]", ""},
	{"other-indexes", "[]", "", `other-indexes: was not there, is "` + NightlyIndex + `" with credential "token"`},
	{"other-indexes", "", "[{url: " + NightlyIndex + "/, credential: token, reason: z}]", ""},
	{"other-indexes", "", "[{url: https://i.example/a, credential: none, reason: z}]", `other-indexes: was not there, is "https://i.example/a" with credential "none"`},
	{"other-indexes", "[{url: https://i.example/a, credential: none, reason: z}]", "[{url: https://i.example/a, credential: token, reason: z}]",
		`other-indexes: was "https://i.example/a" with credential "none", is "https://i.example/a" with credential "token"`},

	{"ignore", "", "[{rule: r, files: [a], reason: b, until: 2027-01-01}]", `ignore: was not there, is r ignored for "a" until 2027-01-01`},
	{"ignore", "[{rule: r, files: [a], reason: b, until: 2027-01-01}]", "[{rule: r, files: [a], reason: c, until: 2026-12-31}]", ""},
	{"ignore", "[{rule: r, files: [a], reason: b, until: 2027-01-01}]", "[{rule: r, files: [a], reason: b, until: 2027-01-02}]",
		`ignore: was until 2027-01-01, is r ignored for "a" until 2027-01-02`},
	{"ignore", "[{rule: r, files: [a], reason: b, until: 2027-01-01}]", "[{rule: r, files: [a, b], reason: b, until: 2027-01-01}]",
		`ignore: was not there, is r ignored for "b" until 2027-01-01`},
	{"ignore", "[{rule: r, files: [a], reason: b, until: 2027-01-01}]", "[{rule: s, files: [a], reason: b, until: 2027-01-01}]",
		`ignore: was not there, is s ignored for "a" until 2027-01-01`},
	{"ignore", `[{rule: r, files: ["**"], reason: b, until: 2027-01-01}]`, `[{rule: r, files: ["a/*.b"], reason: b, until: 2027-01-01}]`, ""},
	{"ignore", "[{rule: r, files: [a, b], reason: b, until: 2027-01-01}]", "", ""},
}

const (
	shaA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	shaB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// withKey is a policy of one key.
func withKey(t *testing.T, key, value string) *Policy {
	t.Helper()
	if value == "" {
		return New()
	}
	text := key + ": " + value + "\n"
	if section, last, nested := strings.Cut(key, "."); nested {
		text = section + ":\n  " + last + ": " + value + "\n"
	}
	return parse(t, text).Policies[0]
}

func shown(changes []Change) string {
	var all []string
	for _, c := range changes {
		all = append(all, c.String())
	}
	return strings.Join(all, "; ")
}

func TestLooser(t *testing.T) {
	for _, c := range looserCases {
		old, new := withKey(t, c.key, c.old), withKey(t, c.key, c.new)
		got := Looser(old, new)
		if diff := cmp.Diff(c.want, shown(got)); diff != "" {
			t.Errorf("%s: %s -> %s (-want +got)\n%s", c.key, c.old, c.new, diff)
		}
		for _, ch := range got {
			if (ch.Line > 0) != (c.new != "") {
				t.Errorf("%s: %s -> %s is on line %d", c.key, c.old, c.new, ch.Line)
			}
		}
	}
}

// TestLooserKnowsEveryKey fails for a key of the policy that is compared with
// nothing, or that has no case above for looser and for tighter.
func TestLooserKnowsEveryKey(t *testing.T) {
	keys := append(Keys(), schemaKeys(t)...)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) < 20 {
		t.Fatalf("only %d keys: %v", len(keys), keys)
	}
	for _, key := range keys {
		if key == "publishers" { // TestLooserFiles
			continue
		}
		looser, not := false, false
		for _, c := range looserCases {
			looser = looser || c.key == key && c.want != ""
			not = not || c.key == key && c.want == ""
		}
		if !looser || !not {
			t.Errorf("%q has no case that is looser (%v) or none that is not (%v)", key, looser, not)
		}
		if n := len(slices.Collect(func(yield func(comparison) bool) {
			for _, c := range comparisons {
				if c.key == key && !yield(c) {
					return
				}
			}
		})); n != 1 {
			t.Errorf("%q is compared %d times", key, n)
		}
	}
}

// schemaKeys are the keys of the published schema.
func schemaKeys(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile("../../docs/schemas/policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		Ref        string `json:"$ref"`
		Type       string
		Properties map[string]object
	}
	var schema struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for name, o := range schema.Properties {
		inner := schema.Defs[strings.TrimPrefix(o.Ref, "#/$defs/")].Properties
		if len(inner) == 0 {
			keys = append(keys, name)
		}
		for last := range inner {
			keys = append(keys, name+"."+last)
		}
	}
	return keys
}

func TestLooserWithoutPolicy(t *testing.T) {
	p := parse(t, "publisher: {repository: a/b}\nbuilder: {runners: any}\n").Policies[0]
	if got := shown(Looser(nil, p)); got != `builder.runners: was "github-hosted", is "any"` {
		t.Errorf("the first policy: %s", got)
	}
	if got := shown(Looser(p, nil)); got != `the policy file: was "p.yml", is not there, so that the defaults hold` {
		t.Errorf("no policy any more: %s", got)
	}
	if got := Looser(nil, nil); got != nil {
		t.Errorf("none and none: %v", got)
	}
	if got := shown(Looser(p, p)); got != "" {
		t.Errorf("with itself: %s", got)
	}
	strange := New()
	strange.Builder.Runners = "everything"
	if got := shown(Looser(New(), strange)); got != `builder.runners: was "github-hosted", is "everything"` {
		t.Errorf("an unknown word: %s", got)
	}
	if got := shown(Looser(strange, New())); got != `builder.runners: was "everything", is "github-hosted"` {
		t.Errorf("from an unknown word: %s", got)
	}
}

func TestLooserFiles(t *testing.T) {
	facts := []Setting{{Key: "publisher.repository", Values: []string{"octo/core"}, From: "f"}, {Key: "publisher.workflow", Values: []string{"r.yml"}, From: "f"}}
	const two = "publishers:\n- {project: core, workflow: r.yml}\n- {project: core, index: https://test.pypi.org/legacy/}\n"
	for _, c := range []struct{ name, old, new, want string }{
		{"none and none", "", "", ""},
		{"deleted", "project: core", "", `the policy file: was "p.yml", is not there, so that the defaults hold`},
		{"first, as assumed", "", "publisher: {repository: Octo/core, workflow: r.yml, environment: pypi}", ""},
		{"first, of another repository", "", "publisher: {repository: evil/core}",
			`publisher.repository: was "octo/core", is "evil/core"; publisher.workflow: was "r.yml", is not said`},
		{"repository written as it ran", "project: core", "project: core\npublisher: {repository: octo/core}", ""},
		{"another repository", "project: core", "project: core\npublisher: {repository: evil/core, workflow: r.yml}",
			`publisher.repository: was "octo/core", is "evil/core"`},
		{"project renamed", "project: core", "project: kern", `project: was "core", is "kern"`},
		{"same two", two, two, ""},
		{"one less", two, "publishers:\n- {project: Core, workflow: r.yml}\n", ""},
		{"to a single one", two, "project: core\npublisher: {workflow: r.yml}\n", ""},
		{"one more", "project: core\npublisher: {workflow: r.yml}", two,
			`publishers: was not there, is "core to https://test.pypi.org/legacy/" (core to https://test.pypi.org/legacy/)`},
		{"another workflow", two, strings.Replace(two, "r.yml", "x.yml", 1),
			`publisher.workflow: was "r.yml", is "x.yml" (core to https://upload.pypi.org/legacy/)`},
		{"looser in the second", two, strings.Replace(two, "legacy/}", "legacy/, builder: {run: any}}", 1), `builder.run: was "same", is "any" (core to https://test.pypi.org/legacy/)`},
		{"from one for any project", "publisher: {environment: pypi}", "publishers:\n- {project: a, environment: pypi}\n- {project: b}\n",
			`publisher.environment: was "pypi", is not said (b to https://upload.pypi.org/legacy/)`},
		{"to one for any project", two, "publisher: {workflow: r.yml}",
			`publishers: was not there, is "any project to https://upload.pypi.org/legacy/" (any project to https://upload.pypi.org/legacy/)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := func(text string) *File {
				if text == "" {
					return nil
				}
				return parse(t, text)
			}
			got, err := LooserFiles(file(c.old), file(c.new), facts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, shown(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	_, err := LooserFiles(parse(t, "project: a"), parse(t, "project: a"), []Setting{{Key: "publisher.repository", Values: []string{""}, From: "f"}})
	if err == nil || !strings.Contains(err.Error(), "empty value") {
		t.Errorf("an empty fact: %v", err)
	}
}

// TestLooserLines holds that an entry of a list is shown where it stands, and
// what is gone where its section is.
func TestLooserLines(t *testing.T) {
	old := parse(t, "publisher:\n  environment: pypi\n").Policies[0]
	new := parse(t, "publisher:\n  repository: a/b\nignore:\n- {rule: r, files: [a], reason: b, until: 2027-01-01}\n- {rule: s, files: [a], reason: b, until: 2027-01-01}\n").Policies[0]
	var got []string
	for _, c := range Looser(old, new) {
		got = append(got, fmt.Sprintf("%d %s", c.Line, c.Key))
	}
	if diff := cmp.Diff([]string{"1 publisher.environment", "4 ignore", "5 ignore"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestLooserIsBounded compares policies of thousands of patterns with wildcards:
// far fewer are tried on each other, and the same pattern is still recognised.
func TestLooserIsBounded(t *testing.T) {
	large := func(prefix string) *Policy {
		var b strings.Builder
		b.WriteString("ignore: [{rule: r, reason: x, until: 2027-01-01, files: [last")
		for i := 0; b.Len() < MaxSize/4; i++ {
			fmt.Fprintf(&b, `,"%s%x"`, prefix, i)
		}
		return parse(t, b.String()+"]}]\n").Policies[0]
	}
	wild, literal := large("*x"), large("y")
	if n := len(wild.Ignore[0].Files); n < 5000 {
		t.Fatalf("only %d patterns", n)
	}
	if got := Looser(wild, literal); len(got) != 1 || !strings.Contains(got[0].Now, "more") {
		t.Errorf("%d changes: %s", len(got), shown(got))
	}
	if got := Looser(wild, wild); len(got) != 0 {
		t.Errorf("with itself: %s", shown(got))
	}
}

// FuzzLooser holds that no policy is looser than itself, that removing an
// entry of a list never is, and that both answers are the same every time.
func FuzzLooser(f *testing.F) {
	f.Add([]byte(several), []byte("project: core\n"))
	for _, c := range looserCases[:20] {
		if section, last, nested := strings.Cut(c.key, "."); nested && c.old != "" && c.new != "" {
			f.Add([]byte(section+": {"+last+": "+c.old+"}\n"), []byte(section+": {"+last+": "+c.new+"}\n"))
		}
	}
	f.Fuzz(func(t *testing.T, one, two []byte) {
		a, err := Parse(one, "a")
		if err != nil {
			return
		}
		if got, err := LooserFiles(a, a, nil); err != nil || len(got) > 0 {
			t.Fatalf("looser than itself: %s, %v", shown(got), err)
		}
		for _, p := range a.Policies {
			if len(p.Ignore) > 0 {
				less := p.clone()
				less.Ignore = less.Ignore[1:]
				if got := Looser(p, less); len(got) > 0 {
					t.Fatalf("looser with less ignored: %s", shown(got))
				}
			}
		}
		b, err := Parse(two, "b")
		if err != nil {
			return
		}
		first, err1 := LooserFiles(a, b, nil)
		second, err2 := LooserFiles(a, b, nil)
		if shown(first) != shown(second) || (err1 == nil) != (err2 == nil) {
			t.Fatalf("%s, then %s", shown(first), shown(second))
		}
	})
}
