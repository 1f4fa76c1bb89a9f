// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/pypitest"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// published puts the project's last release on the index, with provenance by
// a publisher (nil: without any).
func (o *online) published(publisher any) {
	f := pypitest.File{Filename: "samplepkg-0.9.tar.gz", Version: "0.9", SHA256: sha([]byte("0.9")), Size: 3, UploadTime: sigstoretest.DefaultTime.AddDate(0, -1, 0)}
	if publisher != nil {
		f.Provenance = sigstoretest.ProvenanceObject(publisher, []byte(`{"version":1}`))
	}
	o.index.Add("samplepkg", f)
}

// withoutPolicy moves the workflow to a commit that has no policy.
func (o *online) withoutPolicy() {
	const commit = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	o.env["GITHUB_WORKFLOW_SHA"] = commit
	o.github.AddFile("octo-sci", "samplepkg", commit, ".github/workflows/release.yml", []byte("on: push\n"))
}

// Without a policy the publisher of the last release on the index is the
// expected one.
func TestPublisherFromIndex(t *testing.T) {
	publisher := func(repository, workflow, environment string) func(o *online) {
		return func(o *online) { o.published(sigstoretest.GitHubPublisher(repository, workflow, environment)) }
	}
	for name, tt := range map[string]struct {
		index func(o *online)
		flags []string
		code  int
		rule  string
		says  []string
	}{
		"the same":         {publisher(repository, "release.yml", "pypi"), nil, 0, "", nil},
		"without env":      {publisher(repository, "release.yml", ""), nil, 0, "", nil},
		"other case":       {publisher("Octo-Sci/SamplePkg", "release.yml", "pypi"), nil, 0, "", nil},
		"other repository": {publisher("octo-sci/oldpkg", "release.yml", "pypi"), nil, 1, "publisher-differs-from-index", []string{`"octo-sci/samplepkg"`, `"octo-sci/oldpkg"`, "samplepkg-0.9.tar.gz"}},
		"other workflow":   {publisher(repository, "publish.yml", "pypi"), nil, 1, "wrong-workflow", []string{"release.yml", "publish.yml"}},
		"flags go before":  {publisher(repository, "publish.yml", "pypi"), []string{"--project", "samplepkg", "--repository", repository, "--workflow", "release.yml"}, 0, "", nil},
		"flag differs":     {publisher(repository, "publish.yml", "pypi"), []string{"--project", "samplepkg", "--workflow", "release.yml"}, 0, "", nil},
		"no provenance":    {func(o *online) { o.published(nil) }, nil, 2, "publisher-unknown", []string{"workflow", "asking the index", "no provenance"}},
		"no project":       {func(o *online) {}, nil, 2, "publisher-unknown", []string{"no such project"}},
		"GitLab": {func(o *online) {
			o.published(map[string]any{"kind": "GitLab", "repository": "octo/samplepkg", "workflow_filepath": ".gitlab-ci.yml", "environment": nil})
		}, nil, 2, "publisher-unknown", []string{`"GitLab" publisher`}},
		"broken": {func(o *online) { o.index.FailNext(100, 500) }, nil, 2, "publisher-unknown", []string{"status 500"}},
		"quarantine": {func(o *online) {
			o.published(sigstoretest.GitHubPublisher(repository, "release.yml", "pypi"))
			o.index.SetStatus("samplepkg", "quarantined", "##[error]evil")
		}, nil, 2, "publisher-unknown", []string{"quarantine"}},
		"hostile publisher": {publisher("evil/\n::error::x", "##[add-mask]samplepkg.yml", "\x1b[31m"), nil, 2, "publisher-unknown", nil},
		"hostile answer": {func(o *online) {
			o.index.Hook = func(w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, "\n::error::x ##[add-mask]samplepkg \x1b[31m\u202e")
				return true
			}
		}, nil, 2, "publisher-unknown", []string{"status 403"}},
		"another index": {publisher(repository, "release.yml", "pypi"), []string{"--index", "https://test.pypi.org/legacy/"}, 2, "publisher-unknown", []string{"only PyPI is asked"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOnline(t)
			tt.index(o)
			o.withoutPolicy()
			o.args = append(o.args, "--no-from-github", "--bundle", filepath.Join(o.dir, "bundles"))
			o.args = append(o.args, tt.flags...)
			rep, r := o.report(t)
			found := strings.Join(said(rep, tt.rule), "\n")
			if r.code != tt.code || (tt.rule == "") != (len(rep.Findings)+len(rep.Unchecked) == 0) || tt.rule != "" && found == "" {
				t.Fatalf("exit code %d, want %d; rule %q says %q; all: %v", r.code, tt.code, tt.rule, found, rules(rep))
			}
			for _, want := range tt.says {
				if !strings.Contains(found, want) {
					t.Errorf("%q does not say %q", found, want)
				}
			}
			if rep.Policy.Source != "input" {
				t.Errorf("the policy is from %q", rep.Policy.Source)
			}
			o.run(t).wants(t, tt.code)
		})
	}
}

// Elsewhere than in Actions nothing but the index says who publishes, and
// GitHub is asked only where the repository is known.
func TestPublisherFromIndexElsewhere(t *testing.T) {
	o := newOnline(t)
	o.published(sigstoretest.GitHubPublisher(repository, "release.yml", "pypi"))
	c := call{args: append(o.args, "--no-from-github", "--bundle", filepath.Join(o.dir, "bundles")), client: o.client, index: o.call.index}
	t.Chdir(t.TempDir())
	if rep, _ := c.report(t); rep.Verdict != report.Pass || rep.Policy.Source != "input" {
		t.Errorf("verdict %s, %v, policy %+v", rep.Verdict, rules(rep), rep.Policy)
	}
	nobody := pypitest.New()
	t.Cleanup(nobody.Close)
	c.index = nobody.URL()
	c.args = append(o.args, "--bundle", filepath.Join(o.dir, "bundles"))
	if rep, _ := c.report(t); rep.Verdict != report.Undecided || len(said(rep, "publisher-unknown")) != 1 {
		t.Errorf("verdict %s, %v", rep.Verdict, rules(rep))
	}
	c.args = append(c.args, "--from-github")
	c.run(t).wants(t, 3, "--from-github needs to know the repository; add --repository OWNER/NAME")
}
