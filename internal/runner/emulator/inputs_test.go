// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
)

// Whatever an input says, and a workflow may put an outsider's text there, the
// runner finds no command in what comes of it, and nothing passes.
func TestHostileInputs(t *testing.T) {
	program := func(p emulator.Process) int {
		return cli.Main(cli.Env{Args: p.Args, Lookup: p.Lookup, Stdin: strings.NewReader(""), Stdout: p.Stdout, Stderr: p.Stderr, Now: time.Now})
	}
	for command, inputs := range map[string][]string{
		"verify": {"command", "dists", "policy", "ledger", "checksums", "bundles", "trusted-root", "project", "repository", "environment", "strict"},
		"attest": {"kinds", "bundle-dir", "signing-config", "store"},
		"seal":   {"enforce", "enforce-from"},
	} {
		for _, name := range inputs {
			for _, evil := range hostile {
				evil = strings.ReplaceAll(evil, "\x00", "") // which no variable can hold
				j := emulator.New(t, emulator.Options{
					Action: "../../../action.yml", Titles: "sallyport: ", Program: program, Workspace: filepath.Join("..", "..", "..", "testdata", "sample"),
				})
				with := map[string]string{"command": command, name: evil}
				if command == "verify" {
					with["offline"] = "true"
				}
				r := j.Run(emulator.Step{With: with})
				if r.Code == 0 || r.Code > 3 || r.Outputs["verdict"] == "pass" {
					t.Errorf("%s %.60q: exit code %d, outputs %q", name, evil, r.Code, r.Outputs)
				}
			}
		}
	}
}
