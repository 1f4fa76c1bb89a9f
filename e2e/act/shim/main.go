// SPDX-License-Identifier: BSD-3-Clause

// Command shim stands before the action's program in a run of act: it makes the
// container's environment what GitHub's runner would have made it, and becomes
// /sallyport, the one in the action's image, with the arguments it was given.
//
// act 0.2.89 differs from the runner in these ways, each of which would have the
// program judge something else than a job on GitHub:
//
//   - It sets no GITHUB_WORKFLOW_REF, GITHUB_WORKFLOW_SHA, GITHUB_REPOSITORY_ID,
//     GITHUB_REPOSITORY_OWNER_ID and RUNNER_ENVIRONMENT. Without the first two
//     the policy cannot be read at the run's commit.
//   - It knows one ACTIONS_ID_TOKEN_REQUEST_URL for all jobs, and looks at no
//     permissions. Here each job has a token service of its own, which claims
//     that job's environment and workflow, and a job that may ask for no token
//     has none.
//   - Its RUNNER_TEMP is a folder that an image from scratch lacks, and its HOME
//     is the root. On GitHub both are folders of the job, below /github, which
//     later steps do not find under these names.
//
// And the network is the lab's: GITHUB_API_URL is the test's stand-in; HTTPS_PROXY
// and SSL_CERT_FILE lead to GitHub's issuer and to PyPI by their real names; two
// inputs name the lab's signing services and roots, which the workflow does not
// do: it is the documents', to the byte.
//
// What act does not set is added, and it is an error where it sets it after all,
// so that this list does not outlive its reason. The rest is replaced.
//
// All of this is in a file that the test wrote, whose path is this program's,
// with ".json". It trusts that file. What act itself sets stays as it is.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// program is the action's own.
const program = "/sallyport"

// variables are what one job gets.
type variables struct {
	// Add must be unset or empty before.
	Add map[string]string `json:"add"`
	// Replace may have any value before.
	Replace map[string]string `json:"replace"`
	// Folders are made where they are missing.
	Folders []string `json:"folders"`
}

func main() {
	fmt.Fprintln(os.Stderr, "shim:", become())
	os.Exit(125) // none of the program's own codes
}

// become returns only where it could not start the program.
func become() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(self + ".json")
	if err != nil {
		return err
	}
	var jobs map[string]variables
	if err := json.Unmarshal(data, &jobs); err != nil {
		return fmt.Errorf("reading %s.json: %w", self, err)
	}
	id := os.Getenv("GITHUB_JOB")
	job, ok := jobs[id]
	if !ok {
		return fmt.Errorf("reading %s.json: it has no job %q", self, id)
	}
	env := os.Environ()
	for name, value := range job.Add {
		if was := os.Getenv(name); was != "" {
			return fmt.Errorf("adding %s: it is %q already, so act sets it by now; take it out of the test", name, was)
		}
		env = with(env, name, value)
	}
	for name, value := range job.Replace {
		env = with(env, name, value)
	}
	for _, folder := range job.Folders {
		if err := os.MkdirAll(filepath.Clean(folder), 0o755); err != nil {
			return err
		}
	}
	return fmt.Errorf("starting %s: %w", program, syscall.Exec(program, append([]string{program}, os.Args[1:]...), env))
}

// with returns env with one variable set, once.
func with(env []string, name, value string) []string {
	out := make([]string, 0, len(env)+1)
	for _, pair := range env {
		if !strings.HasPrefix(pair, name+"=") {
			out = append(out, pair)
		}
	}
	return append(out, name+"="+value)
}
