// SPDX-License-Identifier: BSD-3-Clause

package actionyml

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type input struct {
	Description string
	Required    bool
	Default     *string
}

type action struct {
	Name, Description, Author string
	Branding                  map[string]string
	Inputs                    map[string]input
	Outputs                   map[string]struct{ Description, Value string }
	Runs                      struct {
		Using          string
		Image          string
		Entrypoint     string
		PostEntrypoint string    `yaml:"post-entrypoint"`
		Args           *[]string // none is not the same as an empty list
		Steps          []step
	}
}

type step struct {
	ID, Shell, Run string
	Env            map[string]string
}

// imageName is the image by digest, as a release names it.
var imageName = regexp.MustCompile(`^ghcr\.io/scientific-python/sallyport@sha256:[0-9a-f]{64}$`)

// TestInputs: the action has the inputs that the program reads, and no other;
// one that nobody wrote is empty, so that the program sees that it was not
// given. Inputs that an empty value must not switch off have a word for it.
func TestInputs(t *testing.T) {
	var a action
	load(t, "action.yml", true, &a)
	want := append(literals(t, "internal/cli/action.go", "actionInputs"), "command", "dists", "github-token")
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(a.Inputs))); diff != "" {
		t.Errorf("the program reads other inputs (-program +action.yml):\n%s", diff)
	}
	for name, in := range a.Inputs {
		given := map[string]string{"checksums": "none", "ledger": "none", "strict": "false", "sign-verdict": "false", "command": "gate", "dists": "dist", "github-token": "${{ github.token }}"}[name]
		if in.Default == nil || *in.Default != given || in.Required {
			t.Errorf("input %q: required %v, default %v; want %q", name, in.Required, in.Default, given)
		}
		if len(in.Description) < 40 || !strings.HasSuffix(in.Description, ".") {
			t.Errorf("input %q is described as %q", name, in.Description)
		}
	}
	for _, command := range literals(t, "internal/cli/action.go", "actionCommands") {
		if !strings.Contains(a.Inputs["command"].Description, `"`+command+`"`) {
			t.Errorf("the input command does not describe %q", command)
		}
	}
}

// TestOutputs: each output is one that the program writes.
func TestOutputs(t *testing.T) {
	var a action
	load(t, "action.yml", true, &a)
	want := strings.Fields("attestation-id attestation-url attestations bundle-dir bundle-path digests ledger report sarif verdict")
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(a.Outputs))); diff != "" {
		t.Errorf("outputs (-want +action.yml):\n%s", diff)
	}
	source := text(t, "internal/cli/actionout.go") + text(t, "internal/cli/attestout.go") + text(t, "internal/cli/signingout.go") + text(t, "internal/cli/gate.go") + text(t, "internal/cli/common.go") + text(t, "internal/cli/output.go")
	for name, out := range a.Outputs {
		if !strings.Contains(source, `"`+name+`"`) {
			t.Errorf("no command writes the output %q", name)
		}
		if out.Description == "" || out.Value != "" {
			t.Errorf("output %q: description %q, value %q; a container has its outputs from the program", name, out.Description, out.Value)
		}
	}
}

// TestRuns: inputs reach the program as variables only. With neither entrypoint
// nor args GitHub's runner would take both from inputs that nobody declared.
func TestRuns(t *testing.T) {
	var a action
	load(t, "action.yml", true, &a)
	r := a.Runs
	if r.Using != "docker" || r.Entrypoint != "/sallyport" || r.PostEntrypoint != "/post" || r.Args == nil || len(*r.Args) != 0 || len(r.Steps) != 0 {
		t.Errorf("runs: %+v", r)
	}
	if image, ok := strings.CutPrefix(r.Image, "docker://"); r.Image != "Dockerfile" && !(ok && imageName.MatchString(image)) {
		t.Errorf("image %q is neither the Dockerfile nor an image of ours by digest", r.Image)
	}
	if a.Branding["icon"] == "" || a.Branding["color"] == "" || a.Description == "" || len(a.Description) > 125 {
		t.Errorf("the marketplace wants an icon, a color and a description of at most 125 characters: %v %q", a.Branding, a.Description)
	}
}

// TestComposite: the other form takes and gives the same, and hands everything
// on in variables.
func TestComposite(t *testing.T) {
	var a, c action
	load(t, "action.yml", true, &a)
	load(t, "composite/action.yml", true, &c)
	if diff := cmp.Diff(a.Inputs, c.Inputs); diff != "" {
		t.Errorf("inputs (-action.yml +composite):\n%s", diff)
	}
	for name, out := range a.Outputs {
		if got := c.Outputs[name]; got.Description != out.Description || got.Value != "${{ steps.sallyport.outputs."+name+" }}" {
			t.Errorf("output %q is %+v in the composite action", name, got)
		}
	}
	if len(c.Outputs) != len(a.Outputs) || c.Runs.Using != "composite" || len(c.Runs.Steps) != 1 {
		t.Fatalf("the composite action: %d outputs, runs %+v", len(c.Outputs), c.Runs)
	}
	s := c.Runs.Steps[0]
	if s.ID != "sallyport" || s.Run != `exec bash -p "$GITHUB_ACTION_PATH/run.sh"` || !strings.HasPrefix(s.Shell, "bash -p ") {
		t.Errorf("the step: %+v", s)
	}
	want := map[string]string{"SALLYPORT_IMAGE": s.Env["SALLYPORT_IMAGE"]}
	for name := range a.Inputs {
		want["INPUT_"+strings.ToUpper(name)] = "${{ inputs." + name + " }}"
	}
	if diff := cmp.Diff(want, s.Env); diff != "" {
		t.Errorf("variables (-inputs +step):\n%s", diff)
	}
}

// TestMountedFiles: the composite action mounts the files that the program
// looks for in a home folder.
func TestMountedFiles(t *testing.T) {
	_, rest, _ := strings.Cut(text(t, "composite/run.sh"), "\nfiles=(\n")
	list, _, _ := strings.Cut(rest, "\n)\n")
	if diff := cmp.Diff(literals(t, "internal/runner/credentialsfiles.go", "homeFiles"), strings.Fields(list)); diff != "" {
		t.Errorf("files (-program +composite/run.sh):\n%s", diff)
	}
}
