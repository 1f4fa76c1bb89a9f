// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// The commit of sallyport that the examples stand for, and the one that our own
// workflows name until a release writes its own.
const (
	commit      = "0123456789abcdef0123456789abcdef01234567"
	placeholder = "0000000000000000000000000000000000000000"
	called      = "scientific-python/sallyport/.github/workflows/"
)

// job is what GitHub would make of a job.
type job struct {
	tokens      bool   // it may ask for tokens: id-token: write, all the way
	workflow    string // the called workflow's file, "" for the caller's own
	environment string
	// signs says that a step of the action signs: it then needs the lab's
	// services, which the workflow does not name.
	signs bool
}

// workflowFile is what is needed of a workflow. Permissions are written as
// mappings in all that are read here.
type workflowFile struct {
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Uses        string            `yaml:"uses"`
		Permissions map[string]string `yaml:"permissions"`
		Environment string            `yaml:"environment"`
		Steps       []struct {
			With map[string]string `yaml:"with"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

// readJobs reads the jobs of a workflow, by id, and those of ours that it calls
// from their folder. A job that calls is none itself.
func readJobs(t *testing.T, path, ours string) map[string]job {
	t.Helper()
	out := map[string]job{}
	var read func(path, name string, may bool)
	read = func(path, name string, may bool) {
		var w workflowFile
		if err := yaml.Unmarshal(get(t, path), &w); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for id, j := range w.Jobs {
			may := may && granted(w.Permissions, j.Permissions)
			if file, ok := strings.CutPrefix(j.Uses, called); ok {
				file, _, _ = strings.Cut(file, "@")
				read(filepath.Join(ours, ".github/workflows", file), file, may)
				continue
			}
			if _, twice := out[id]; twice {
				t.Fatalf("two jobs are called %s, which their containers do not tell apart", id)
			}
			one := job{tokens: may, workflow: name, environment: j.Environment}
			for _, s := range j.Steps {
				one.signs = one.signs || signs(s.With)
			}
			out[id] = one
		}
	}
	read(path, "", true)
	return out
}

// signs reports whether a step with these inputs signs.
func signs(with map[string]string) bool {
	return with["command"] == "attest" || with["sign-verdict"] == "true" || with["subject-path"] != ""
}

// granted reports whether a job may ask for tokens: a job's own permissions
// replace the workflow's.
func granted(workflow, job map[string]string) bool {
	if job != nil {
		workflow = job
	}
	return workflow["id-token"] == "write"
}

// claims are those of the job, in a run of the commit.
func (j job) claims(sha, attempt string) map[string]any {
	c := map[string]any{"sha": sha, "workflow_sha": sha, "job_workflow_sha": sha, "run_attempt": attempt}
	if j.workflow != "" {
		c["job_workflow_ref"], c["job_workflow_sha"] = called+j.workflow+"@"+commit, commit
	}
	if j.environment != "" {
		c["environment"], c["sub"] = j.environment, "repo:octo-sci/samplepkg:environment:"+j.environment
	}
	return c
}

func get(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
