package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var r3 = map[string]bool{"cache-reaches-index": true, "loose-artifact-selection": true, "unpinned-action": true, "unpinned-image": true, "unpinned-tool": true, "skip-existing": true, "untrusted-text-in-script": true, "self-hosted-runner-on-path": true, "build-inputs-not-locked": true, "missing-concurrency": true, "no-dependabot": true, "release-process-undocumented": true, "unknown-on-path": true, "workflow-unread": true}

func r3judge(t *testing.T, dir, repo string) (Input, []string, map[string]bool) {
	fsys := os.DirFS(dir)
	r, err := workflow.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Repository: repo}
	in.Graph = graph.Build(fsys, r, graph.Facts{Repository: in.Repository})
	in.Policies = []*policy.Policy{policy.New().WithDefaults()}
	for _, name := range []string{".github/sallyport.yml", "sallyport.yml"} {
		if data, err := os.ReadFile(dir + "/" + name); err == nil {
			p, err := policy.Parse(data, ".github/sallyport.yml")
			if err != nil {
				t.Fatal(dir, err)
			}
			in.FromFile, in.Policies = true, nil
			for _, one := range p.Policies {
				in.Policies = append(in.Policies, one.WithDefaults())
			}
		}
	}
	if _, err := os.Stat(dir + "/.github/dependabot.yml"); err == nil {
		in.Files.Dependabot = ".github/dependabot.yml"
	}
	if _, err := os.Stat(dir + "/RELEASING.md"); err == nil {
		in.Files.ReleaseDoc = "RELEASING.md"
	}
	set := Judge(in)
	var out []string
	got := map[string]bool{}
	for _, f := range set.Findings {
		got[f.Rule] = true
		if r3[f.Rule] {
			out = append(out, fmt.Sprintf("%s %s %s:%d [%s] %s\n      hint: %s\n%s", f.Severity, f.Rule, f.Location.File, f.Location.Line, f.Subject, f.Message, f.Hint, f.Fix))
		}
	}
	for _, u := range set.Unchecked {
		got[u.Rule] = true
		if r3[u.Rule] {
			out = append(out, fmt.Sprintf("unchecked(%v) %s [%s] %s", u.Blocking, u.Rule, u.Subject, u.Reason))
		}
	}
	sort.Strings(out)
	return in, out, got
}

func TestR3Corpus(t *testing.T) {
	out, _ := os.Create("/tmp/r3corpus.txt")
	defer out.Close()
	dirs, _ := filepath.Glob("/work/shared/corpus/workflows/*")
	for _, d := range dirs {
		if st, _ := os.Stat(d); !st.IsDir() {
			continue
		}
		name, _, _ := strings.Cut(filepath.Base(d), "@")
		_, lines, _ := r3judge(t, d, strings.Replace(name, "__", "/", 1))
		fmt.Fprintf(out, "==== %s\n%s\n", filepath.Base(d), strings.Join(lines, "\n"))
	}
}

func TestR3Gallery(t *testing.T) {
	out, _ := os.Create("/tmp/r3gallery.txt")
	defer out.Close()
	dirs, _ := filepath.Glob("/work/main/testdata/audit/*")
	for _, d := range dirs {
		for _, k := range []string{"bad", "good"} {
			sub := d + "/" + k
			if _, err := os.Stat(sub); err != nil {
				continue
			}
			_, lines, got := r3judge(t, sub, "octo-sci/samplepkg")
			want, _ := os.ReadFile(d + "/want")
			fmt.Fprintf(out, "==== %s/%s want: %s\n%s\n", filepath.Base(d), k, strings.TrimSpace(string(want)), strings.Join(lines, "\n"))
			for _, l := range strings.Split(string(want), "\n") {
				f := strings.Fields(l)
				if len(f) < 2 || f[0] != "bad" || !r3[f[1]] {
					continue
				}
				if k == "good" {
					if got[f[1]] {
						fmt.Fprintf(out, "GOODFIRES %s %s\n", filepath.Base(d), f[1])
					}
					continue
				}
				if !got[f[1]] {
					fmt.Fprintf(out, "MISSING %s %s\n", filepath.Base(d), f[1])
				}
				if len(f) > 2 && !strings.Contains(strings.Join(lines, "\n"), f[1]+" "+f[2]+" ") && f[1] != "workflow-unread" {
					fmt.Fprintf(out, "PLACE %s %s %s\n", filepath.Base(d), f[1], f[2])
				}
			}
			if k == "good" {
				for _, l := range lines {
					if strings.HasPrefix(l, "error") || strings.HasPrefix(l, "unchecked(true)") {
						fmt.Fprintf(out, "GOODERR %s %s\n", filepath.Base(d), l)
					} else {
						fmt.Fprintf(out, "GOODOTHER %s %s\n", filepath.Base(d), strings.SplitN(l, "\n", 2)[0])
					}
				}
			}
		}
	}
}
