// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// mount is where every container finds the release's folder.
const mount = "/sallyport-e2e"

// token is the job's own for GitHub. act masks it, as the runner does.
const token = "ghs_0123456789abcdefABCDEF0123456789abcd"

const root = "../.."

// release is a release that is about to be run: a repository with one commit
// and its tag, and GitHub as far as it is asked.
type release struct {
	t       *testing.T
	world   *world
	dir     string // mounted into all containers
	repo    string
	ours    string // what act takes for scientific-python/sallyport
	sha     string
	attempt string
	github  *githubtest.Server
	jobs    map[string]job
	issuers map[string]*runnertest.Issuer // by job
}

// change is what makes a run another one than the documents'.
type change struct {
	// example is the folder in examples, pure-python where empty; over is one in
	// testdata whose files take the place of its files.
	example, over string
	// workflow edits the release workflow.
	workflow func(text string) string
	// attempt is the run's, "1" where empty.
	attempt string
	// claims change what is claimed of a job.
	claims map[string]map[string]any
	// planted files, by job and name, take the place of those that the job
	// downloads; variables, by job, are set for the steps after the download.
	planted   map[string]map[string][]byte
	variables map[string]string
}

func newRelease(t *testing.T, c change) *release {
	t.Helper()
	r := &release{t: t, world: enter(t), attempt: c.attempt, github: githubtest.New(), issuers: map[string]*runnertest.Issuer{}}
	t.Cleanup(r.github.Close)
	if r.attempt == "" {
		r.attempt = "1"
	}
	// Not t.TempDir: what containers write there may be anybody's.
	dir, err := os.MkdirTemp(r.world.dir, "run-")
	if err != nil {
		t.Fatal(err)
	}
	r.dir, r.repo, r.ours = filepath.Join(dir, "mounted"), filepath.Join(dir, "repo"), filepath.Join(dir, "sallyport")
	r.layRepository(c)
	r.layOurs()
	r.jobs = readJobs(t, filepath.Join(r.repo, ".github/workflows/release.yml"), r.ours)
	r.layGitHub()
	r.layMount(c)
	return r
}

// layRepository makes the project: the example's files to the byte, and some
// Python.
func (r *release) layRepository(c change) {
	r.t.Helper()
	if c.example == "" {
		c.example = "pure-python"
	}
	folders := []string{filepath.Join(root, "examples", c.example), "sample"}
	if c.over != "" {
		folders = append(folders, filepath.Join("testdata", c.over))
	}
	for _, from := range folders {
		err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name, err := filepath.Rel(from, path)
			put(r.t, filepath.Join(r.repo, name), get(r.t, path))
			return err
		})
		if err != nil {
			r.t.Fatal(err)
		}
	}
	if c.workflow != nil {
		path := filepath.Join(r.repo, ".github/workflows/release.yml")
		before := string(get(r.t, path))
		after := c.workflow(before)
		if after == before {
			r.t.Fatal("the change of the workflow changes nothing")
		}
		put(r.t, path, []byte(after))
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "Release"}, {"tag", "v1.0.0"}} {
		r.git(args...)
	}
	r.sha = r.git("rev-parse", "HEAD")
}

func (r *release) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = r.repo
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// layOurs makes what act takes for sallyport at the examples' commit: this
// tree's action and workflows, but for the commit that a release would have
// written, for the image that it would have built, for the shim before the
// program, and for the post step, to which act gives no state.
func (r *release) layOurs() {
	r.t.Helper()
	for _, name := range []string{"build.yml", "gate.yml"} {
		name = ".github/workflows/" + name
		put(r.t, filepath.Join(r.ours, name), []byte(r.edited(name, placeholder, commit)))
	}
	put(r.t, filepath.Join(r.ours, "action.yml"), []byte(r.edited("action.yml",
		"image: Dockerfile", "image: docker://"+actionImage,
		"entrypoint: /sallyport", "entrypoint: "+mount+"/shim",
		"  post-entrypoint: /post\n", "")))
}

// edited is a file of this tree with words exchanged, each of which is there.
func (r *release) edited(name string, pairs ...string) string {
	r.t.Helper()
	text := string(get(r.t, filepath.Join(root, name)))
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			r.t.Fatalf("%s does not say %q any more", name, pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}
