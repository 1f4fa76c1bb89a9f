// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// commandRows run what the caller writes into an input.
var commandRows = []row{
	{name: "actions/github-script", role: Reports, source: "actions/github-script action.yml at 044ebbb", scripts: []string{"script"}, fill: func(u use, f *Facts) {
		// A script that loads files or starts programs may do anything.
		script := u.text("script", "")
		for _, word := range []string{"require(", "import(", "exec", "spawn"} {
			if strings.Contains(script, word) {
				f.Role = Builds
			}
		}
	}},
	{name: "nick-fields/retry", role: Builds, source: "nick-fields/retry action.yml at 0842359", scripts: retryInputs, fill: shellUnless("shell", retryInputs)},
	{name: "ultralytics/actions/retry", role: Builds, source: "ultralytics/actions retry/action.yml at 025418a", scripts: []string{"run"}, fill: shellUnless("shell", []string{"run"})},
	{name: "wandalen/wretry.action", role: Builds, source: "Wandalen/wretry.action action.yml at 01e08af", scripts: []string{"command"}, shell: []string{"command"}, fill: func(u use, f *Facts) {
		// What the action does that it is told to run, nobody has looked up.
		if u.isSet("action") != expr.False {
			*f = Facts{}
		}
	}},
	{name: "aganders3/headless-gui", role: Builds, source: "aganders3/headless-gui action.yml at 14e09f9", scripts: guiInputs, fill: shellUnless("shell", guiInputs)},
	{name: "uraimo/run-on-arch-action", role: Builds, source: "uraimo/run-on-arch-action action.yml at 13832e4", scripts: archInputs, fill: shellUnless("shell", archInputs)},
	{name: "addnab/docker-run-action", role: Builds, source: "addnab/docker-run-action action.yml at 2358843", scripts: []string{"image", "options", "run"}, fill: shellUnless("shell", []string{"run"})},
	{name: "actions-rs/cargo", role: Builds, source: "actions-rs/cargo action.yml at 03012ab"},
	{name: "salsify/action-detect-and-tag-new-version", role: Builds, source: "salsify/action-detect-and-tag-new-version action.yml at 0d9183f", scripts: []string{"version-command"}, shell: []string{"version-command"}},
	{name: "codspeedhq/action", role: Tests, source: "CodSpeedHQ/action action.yml at 0268161", scripts: []string{"run"}, shell: []string{"run"}},
	{name: "scientific-python/reverse-dependency-testing-action", role: Tests, source: "scientific-python/reverse-dependency-testing-action action.yml at 0ed69b0",
		scripts: []string{"run", "installation_command"}, shell: []string{"run", "installation_command"}},
	// Whoever is connected runs what he likes.
	{name: "mxschmitt/action-tmate", role: Builds, source: "mxschmitt/action-tmate action.yml at 078afeb"},
}

var (
	retryInputs = []string{"command", "on_retry_command", "new_command_on_retry"}
	guiInputs   = []string{"run", "linux-setup", "linux-teardown", "linux_setup", "linux_teardown"}
	archInputs  = []string{"run", "setup", "install"}
)

// shellUnless: a shell runs the inputs, unless this one names something else
// that cannot be read as one.
func shellUnless(input string, inputs []string) func(use, *Facts) {
	return func(u use, f *Facts) {
		text := strings.TrimSpace(u.text(input, ""))
		program, _, _ := strings.Cut(text, " ")
		switch program[strings.LastIndexByte(program, '/')+1:] {
		case "", "sh", "bash", "dash", "zsh":
			f.Shell = inputs
		}
	}
}
