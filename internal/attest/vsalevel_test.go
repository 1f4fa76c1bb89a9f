// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

func TestBuildLevel(t *testing.T) {
	const (
		own    = "octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0"
		called = "octo-sci/flows/.github/workflows/attest.yml@"
		local  = "octo-sci/samplepkg/.github/workflows/wheels.yml@"
		tag    = "refs/tags/v3"
		commit = runnertest.ReleaseCommit
	)
	builder := report.IsolatedBuilder + "@" + flowsCommit
	byCommit, byTag, inside := called+flowsCommit, called+tag, "./.github/workflows/wheels.yml"
	for _, c := range []struct {
		name, signers, signer, digest string
		change                        func(id *evidence.Identity)
		want                          attest.Level
	}{
		{"own workflow", "", own, commit, nil, 2},
		{"own workflow, self-hosted", "", own, commit, func(id *evidence.Identity) { id.Runner = "self-hosted" }, 1},
		{"own workflow, runner not said", "", own, commit, func(id *evidence.Identity) { id.Runner = "" }, 1},
		{"another workflow of the repository", "", strings.Replace(own, "release", "ci", 1), commit,
			func(id *evidence.Identity) { id.BuildConfigURI = id.SignerURI }, 0},
		{"own workflow of a fork", "", strings.Replace(own, "octo-sci", "evil", 1), commit, func(id *evidence.Identity) {
			id.BuildConfigURI = id.SignerURI
			id.RepositoryURI = "https://github.com/evil/samplepkg"
		}, 0},
		{"signer not listed", "", byCommit, flowsCommit, nil, 0},
		{"our builder, by commit", builder, builder, flowsCommit, nil, 3},
		{"our builder, by a tag", report.IsolatedBuilder + "@" + tag, report.IsolatedBuilder + "@" + tag, flowsCommit, nil, 2},
		{"our builder's other workflow", strings.Replace(builder, "build.yml", "gate.yml", 1), strings.Replace(builder, "build.yml", "gate.yml", 1), flowsCommit, nil, 2},
		{"a builder of another's", strings.Replace(builder, "scientific-python", "octo-sci", 1), strings.Replace(builder, "scientific-python", "octo-sci", 1), flowsCommit, nil, 2},
		{"our builder, self-hosted", builder, builder, flowsCommit, func(id *evidence.Identity) { id.Runner = "self-hosted" }, 1},
		{"by commit, called by it", byCommit, byCommit, flowsCommit, nil, 2},
		{"by commit, self-hosted", byCommit, byCommit, flowsCommit, func(id *evidence.Identity) { id.Runner = "self-hosted" }, 1},
		{"by commit, called by a tag", byCommit, byTag, flowsCommit, nil, 2},
		{"by commit, called by a tag elsewhere", byCommit, byTag, commit, nil, 0},
		{"by commit, called by a branch", byCommit, called + "refs/heads/main", flowsCommit, nil, 0},
		{"by commit, digest of another", byCommit, byCommit, commit, nil, 0},
		{"by another commit", called + commit, byCommit, flowsCommit, nil, 0},
		{"another file at the commit", byCommit, strings.Replace(byCommit, "attest", "other", 1), flowsCommit, nil, 0},
		{"by commit, other repository", byCommit, strings.Replace(byCommit, "flows", "flow", 1), flowsCommit, nil, 0},
		{"by tag", byTag, byTag, flowsCommit, nil, 2},
		{"by another tag", byTag, byTag + "x", flowsCommit, nil, 0},
		{"local", inside, local + "refs/tags/v1.0.0", commit, nil, 2},
		{"local, by the commit", inside, local + commit, commit, nil, 2},
		{"local, of another ref", inside, local + "refs/tags/v2", commit, nil, 0},
		{"local, of another repository", inside, strings.Replace(local, "samplepkg", "other", 1) + "refs/tags/v1.0.0", commit, nil, 0},
		{"of the same repository, by commit", local + flowsCommit, local + flowsCommit, flowsCommit, nil, 2},
		{"listed, but built another repository", byCommit, byCommit, flowsCommit,
			func(id *evidence.Identity) { id.RepositoryURI = "https://github.com/evil/samplepkg" }, 0},
		{"listed, of another issuer", byCommit, byCommit, flowsCommit, func(id *evidence.Identity) { id.Issuer = "https://gitlab.com" }, 0},
		{"a second name in the certificate", byCommit, byCommit, flowsCommit, func(id *evidence.Identity) { id.URIs = append(id.URIs, "https://x") }, 0},
		{"another name in the certificate", byCommit, byCommit, flowsCommit, func(id *evidence.Identity) { id.URIs = []string{"https://x"} }, 0},
		{"no signer", byCommit, "", "", func(id *evidence.Identity) { id.SignerURI, id.URIs = "", []string{""} }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := policy.New()
			p.Publisher.Repository, p.Publisher.Workflow = "Octo-Sci/SamplePkg", "release.yml"
			if c.signers != "" {
				s, err := policy.ParseSigner(c.signers)
				if err != nil {
					t.Fatal(err)
				}
				p.Builder.Signers = []policy.Signer{s}
			}
			id := built(c.signer, c.digest)
			if c.change != nil {
				c.change(id)
			}
			if got := attest.BuildLevel(id, p); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	if got := attest.BuildLevel(nil, policy.New()); got != 0 {
		t.Errorf("no certificate: %s", got)
	}
	if got := attest.BuildLevel(built(own, commit), policy.New()); got != 0 {
		t.Errorf("a policy that says nothing: %s", got)
	}
}

func TestResourceURI(t *testing.T) {
	for _, c := range []struct{ file, index, want string }{
		{"Sample_Pkg-1.0.0RC1.tar.gz", policy.DefaultIndex, "pkg:pypi/sample-pkg@1.0.0rc1?file_name=Sample_Pkg-1.0.0RC1.tar.gz"},
		{"a-1!2+b_c-py3-none-any.whl", policy.TestIndex, "pkg:pypi/a@1%212%2Bb.c?file_name=a-1%212%2Bb_c-py3-none-any.whl&repository_url=https:%2F%2Ftest.pypi.org"},
		{"a-1.tar.gz", "https://i.example/up?", "pkg:pypi/a@1?file_name=a-1.tar.gz&repository_url=https:%2F%2Fi.example%2Fup%3F"},
	} {
		n, err := dist.ParseName(c.file)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := attest.ResourceURI(n, c.index); err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.file, got, err, c.want)
		}
		if got, err := attest.ResourceURI(n, ""); err == nil {
			t.Errorf("no index: %s", got)
		}
	}
	if got, err := attest.ResourceURI(dist.Name{}, policy.DefaultIndex); err == nil {
		t.Errorf("no name: %s", got)
	}
}
