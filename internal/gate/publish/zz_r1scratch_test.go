// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/publish"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var r1rules = strings.Fields("upload-with-token token-beside-trusted-publishing leftover-credential environment-on-another-job environment-shared-by-indexes publish-without-intent workflow-wide-id-token missing-permissions attestations-off index-not-constant index-not-allowed upload-in-reusable-workflow inherited-secrets upload-outside-publisher no-publish-path")

func r1judge(t *testing.T, dir, repository string) finding.Set {
	fsys := os.DirFS(dir)
	read, err := workflow.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	in := publish.Input{Repository: repository}
	in.Graph = graph.Build(fsys, read, graph.Facts{Repository: repository})
	in.Policies = []*policy.Policy{policy.New().WithDefaults()}
	if data, err := os.ReadFile(filepath.Join(dir, ".github/sallyport.yml")); err == nil {
		p, err := policy.Parse(data, ".github/sallyport.yml")
		if err != nil {
			t.Fatal(err)
		}
		in.FromFile, in.Policies = true, nil
		for _, one := range p.Policies {
			in.Policies = append(in.Policies, one.WithDefaults())
		}
	}
	return publish.Judge(in)
}

func TestR1Corpus(t *testing.T) {
	root := os.Getenv("R1DIR")
	if root == "" {
		t.Skip()
	}
	counts := map[string]int{}
	entries, _ := os.ReadDir(root)
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		repo, _, _ := strings.Cut(e.Name(), "@")
		repo = strings.Replace(repo, "__", "/", 1)
		set := r1judge(t, filepath.Join(root, e.Name()), repo)
		for _, f := range set.Findings {
			for _, r := range r1rules {
				if r == f.Rule {
					counts[r+" "+string(f.Severity)]++
					fmt.Printf("%s: %s %s %s:%d\n      %s\n", e.Name(), strings.ToUpper(string(f.Severity)), f.Rule, f.Location.File, f.Location.Line, f.Message)
					if os.Getenv("R1FIX") != "" {
						fmt.Printf("%s\n", f.Fix)
					}
				}
			}
		}
		for _, u := range set.Unchecked {
			for _, r := range r1rules {
				if r == u.Rule {
					counts[r+" unchecked"]++
					fmt.Printf("%s: unchecked %s %s %s\n", e.Name(), u.Rule, u.Subject, u.Reason)
				}
			}
		}
	}
	fmt.Println(counts)
}

func TestR1Gallery(t *testing.T) {
	root := os.Getenv("R1GALLERY")
	if root == "" {
		t.Skip()
	}
	entries, _ := os.ReadDir(root)
	for _, e := range entries {
		want, err := os.ReadFile(filepath.Join(root, e.Name(), "want"))
		if err != nil {
			continue
		}
		mine := func(rule string) bool {
			for _, r := range r1rules {
				if r == rule {
					return true
				}
			}
			return false
		}
		bad := filepath.Join(root, e.Name(), "bad")
		named := map[string]bool{}
		if _, err := os.Stat(bad); err == nil {
			set := r1judge(t, bad, "octo-sci/samplepkg")
			for _, l := range strings.Split(string(want), "\n") {
				w := strings.Fields(l)
				if len(w) < 2 || w[0] != "bad" {
					continue
				}
				named[w[1]] = true
				if !mine(w[1]) {
					continue
				}
				hit := false
				for _, f := range set.Findings {
					at := fmt.Sprintf("%s:%d", f.Location.File, f.Location.Line)
					if f.Rule == w[1] && (len(w) < 3 || w[2] == at) {
						hit = true
					}
				}
				for _, u := range set.Unchecked {
					if u.Rule == w[1] {
						hit = true
					}
				}
				if !hit {
					fmt.Printf("MISS %s: %s\n", e.Name(), l)
					for _, f := range set.Findings {
						if f.Rule == w[1] {
							fmt.Printf("      only %s:%d %s\n", f.Location.File, f.Location.Line, f.Message)
						}
					}
				}
			}
			for _, f := range set.Findings {
				if mine(f.Rule) && !named[f.Rule] {
					fmt.Printf("also bad %s: %s %s:%d %s\n", e.Name(), f.Rule, f.Location.File, f.Location.Line, f.Message)
				}
			}
		}
		for _, f := range r1judge(t, filepath.Join(root, e.Name(), "good"), "octo-sci/samplepkg").Findings {
			if mine(f.Rule) {
				fmt.Printf("GOOD FIRES %s: %s %s %s:%d %s\n", e.Name(), f.Severity, f.Rule, f.Location.File, f.Location.Line, f.Message)
			}
		}
	}
}
