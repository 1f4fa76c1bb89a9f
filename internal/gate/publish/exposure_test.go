// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/publish"
	"github.com/scientific-python/sallyport/internal/github"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// TestReviewedEnvironment: a pull request's code that waits for a reviewer is
// nobody's to run, if GitHub says that it waits.
func TestReviewedEnvironment(t *testing.T) {
	fsys := fstest.MapFS{
		".github/workflows/release.yml": {Data: []byte(splitWith(pipCache))},
		".github/workflows/x.yml":       {Data: []byte(strings.Replace(pullTarget, "%IF%", "environment: Preview", 1))},
	}
	read, err := workflow.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	in := publish.Input{Repository: "octo-sci/samplepkg", Graph: graph.Build(fsys, read, graph.Facts{}), Policies: []*policy.Policy{policy.New().WithDefaults()}}
	if asked := publish.Query(in).Environments; !slices.Contains(asked, "Preview") {
		t.Errorf("GitHub is asked about the environments %q only", asked)
	}
	for _, c := range []struct {
		name     string
		settings publish.Settings
		want     finding.Severity
	}{
		{"nothing was asked", publish.Settings{WhyNot: "offline"}, finding.Error},
		{"no reviewer", publish.Settings{GitHub: github.Settings{Environments: map[string]github.Answer[github.Environment]{"preview": {}}}}, finding.Error},
		{"a reviewer", publish.Settings{GitHub: github.Settings{Environments: map[string]github.Answer[github.Environment]{"preview": {Value: github.Environment{RequiresReview: true}}}}}, finding.Warning},
	} {
		in.Settings = c.settings
		found := fired(publish.Judge(in), "cache-reaches-index")
		if len(found) != 1 || found[0].Severity != c.want {
			t.Errorf("%s: %+v, want one %s", c.name, found, c.want)
		}
	}
}
