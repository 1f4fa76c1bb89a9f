// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func set(key, from string, values ...string) Setting { return Setting{key, values, from} }

func TestFlags(t *testing.T) {
	p := parse(t, full).Policies[0]
	c, err := p.With(Overlay{Flags: []Setting{
		set("publisher.repository", "--repository", "other/repo"),
		set("publisher.environment", "--environment", "None"),
		set("builder.refs", "--ref", "refs/heads/main", "refs/tags/{version}"),
		set("builder.signers", "--signer", "./.github/workflows/c.yml"),
		set("require", "--require", "publish"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := p.clone()
	want.Publisher.Repository, want.Publisher.Environment = "other/repo", NoEnvironment
	want.Builder.Refs = []string{"refs/heads/main", "refs/tags/{version}"}
	want.Builder.Signers = []Signer{{Raw: "./.github/workflows/c.yml", Local: true, Path: ".github/workflows/c.yml"}}
	want.Require = []string{"publish"}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if c.Origin.Source != SourceFile {
		t.Errorf("source %q", c.Origin.Source)
	}
}

func TestOverlayErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Overlay
		want string
	}{
		{"no value", Overlay{Flags: []Setting{set("publisher.repository", "--repository")}},
			`reading --repository: "publisher.repository" is given without a value; give one, or leave it out for the policy's`},
		{"empty", Overlay{Flags: []Setting{set("publisher.repository", "--repository", "")}},
			`reading --repository: "publisher.repository" is given an empty value; give one, or leave it out for the policy's`},
		{"blank in a list", Overlay{Flags: []Setting{set("builder.refs", "--ref", "refs/heads/main", " ")}},
			`reading --ref: "builder.refs" is given an empty value; give one, or leave it out for the policy's`},
		{"empty fact", Overlay{Facts: []Setting{set("builder.commit", "GITHUB_SHA", "")}},
			`reading GITHUB_SHA: "builder.commit" is given an empty value; give one, or leave it out for the policy's`},
		{"empty signer", Overlay{Flags: []Setting{set("builder.signers", "--signer", "")}},
			`reading --signer: "builder.signers" is given an empty value; give one, or leave it out for the policy's`},
		{"bad value", Overlay{Flags: []Setting{set("builder.events", "--event", "pushes")}},
			`reading --event: builder.events: "pushes" is not an event of GitHub's; write events such as push, release, workflow_dispatch`},
		{"bad fact", Overlay{Facts: []Setting{set("builder.commit", "GITHUB_SHA", "main")}},
			`reading GITHUB_SHA: builder.commit: "main" is not a commit; write its 40 (or, for SHA-256 repositories, 64) hexadecimal digits`},
		{"two values", Overlay{Flags: []Setting{set("project", "--project", "a", "b")}},
			`reading --project: "project" is given 2 values; give one`},
		{"twice", Overlay{Flags: []Setting{set("project", "--project", "a"), set("project", "--name", "b")}},
			`reading --name: the value is given by --project already; give one of the two`},
		{"unknown key", Overlay{Flags: []Setting{set("ignore", "--ignore", "a")}},
			`reading --ignore: "ignore" is not a key of the policy that can be set from outside`},
		{"all together", Overlay{Flags: []Setting{set("project", "--project", ""), set("require", "--require", "x")}},
			`reading --project: "project" is given an empty value; give one, or leave it out for the policy's` + "\n" +
				`reading --require: require: "x" is not known here; write one of provenance, publish`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New().With(tt.o)
			var pe *Error
			if !errors.As(err, &pe) || p != nil {
				t.Fatalf("%v, %v (%T)", p, err, err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	facts := []Setting{
		set("publisher.repository", "GITHUB_REPOSITORY", "octo-sci/samplepkg"),
		set("publisher.repository-id", "GITHUB_REPOSITORY_ID", "100"),
		set("publisher.workflow", "GITHUB_WORKFLOW_REF", "release.yml"),
		set("builder.commit", "GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
		set("project", "pyproject.toml", "samplepkg"),
	}
	for _, tt := range []struct {
		name, file string
		flags      []Setting
		want       Policy
	}{
		{"nothing said", "source: {path: .}", nil, Policy{
			Project:   "samplepkg",
			Publisher: Publisher{Repository: "octo-sci/samplepkg", RepositoryID: "100", Workflow: "release.yml"},
			Builder:   Builder{Commit: "0123456789abcdef0123456789abcdef01234567"},
		}},
		{"the file wins", "publisher: {repository: Octo-Sci/SamplePkg, workflow: other.yml}", nil, Policy{
			Project:   "samplepkg",
			Publisher: Publisher{Repository: "Octo-Sci/SamplePkg", RepositoryID: "100", Workflow: "other.yml"},
			Builder:   Builder{Commit: "0123456789abcdef0123456789abcdef01234567"},
		}},
		{"the run of another repository", "publisher: {repository: upstream/samplepkg}", nil, Policy{
			Project:   "samplepkg",
			Publisher: Publisher{Repository: "upstream/samplepkg"},
		}},
		{"a flag names another repository", "source: {path: .}", []Setting{set("publisher.repository", "--repository", "upstream/samplepkg")}, Policy{
			Project:   "samplepkg",
			Publisher: Publisher{Repository: "upstream/samplepkg"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := parse(t, tt.file).Policies[0].With(Overlay{Flags: tt.flags, Facts: facts})
			if err != nil {
				t.Fatal(err)
			}
			c.Origin, c.Lines, c.Source = Origin{}, nil, SourceTree{}
			if diff := cmp.Diff(&tt.want, c); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestOverlaySource(t *testing.T) {
	for _, tt := range []struct {
		o    Overlay
		want string
	}{
		{Overlay{}, SourceDefaults},
		{Overlay{Flags: []Setting{set("project", "--project", "a")}}, SourceInput},
		{Overlay{Facts: []Setting{set("project", "pyproject.toml", "a")}}, SourceInput},
	} {
		p, err := New().With(tt.o)
		if err != nil || p.Origin.Source != tt.want {
			t.Errorf("%+v: source %q, %v; want %q", tt.o, p.Origin.Source, err, tt.want)
		}
	}
}
