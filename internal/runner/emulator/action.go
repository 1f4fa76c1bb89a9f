// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxAction is the size in bytes up to which an action.yml is read.
const maxAction = 1 << 20

// action is an action.yml of a container action. A key that the runner does
// not know is an error: the runner would drop it, or refuse the file.
type action struct {
	Name        string            `yaml:"name"`
	Author      string            `yaml:"author"`
	Description string            `yaml:"description"`
	Branding    map[string]string `yaml:"branding"`
	Inputs      map[string]input  `yaml:"inputs"`
	Outputs     map[string]output `yaml:"outputs"`
	Runs        runs              `yaml:"runs"`
}

type input struct {
	Description string  `yaml:"description"`
	Required    bool    `yaml:"required"` // which the runner does not enforce
	Default     *string `yaml:"default"`
	Deprecation string  `yaml:"deprecationMessage"`
}

type output struct {
	Description string `yaml:"description"`
}

type runs struct {
	Using          string            `yaml:"using"`
	Image          string            `yaml:"image"`
	Entrypoint     string            `yaml:"entrypoint"`
	Args           []string          `yaml:"args"`
	Env            map[string]string `yaml:"env"`
	PreEntrypoint  string            `yaml:"pre-entrypoint"`
	PreIf          string            `yaml:"pre-if"`
	PostEntrypoint string            `yaml:"post-entrypoint"`
	PostIf         string            `yaml:"post-if"`
}

// ioName is what the runner's schema takes for names of inputs and outputs.
var ioName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func readAction(path string) (*action, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	a, err := parseAction(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return a, nil
}

func parseAction(data []byte) (*action, error) {
	if len(data) > maxAction {
		return nil, fmt.Errorf("%d bytes are more than an action.yml has", len(data))
	}
	var a action
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&a); err != nil {
		return nil, err
	}
	if err := d.Decode(new(any)); err != io.EOF {
		return nil, fmt.Errorf("it is more than one document")
	}
	switch {
	case a.Name == "" || a.Description == "":
		return nil, fmt.Errorf("name and description are required")
	case a.Runs.Using != "docker":
		return nil, fmt.Errorf("runs.using is %q, and only docker actions are emulated", a.Runs.Using)
	case !strings.HasPrefix(a.Runs.Image, "docker://") && !strings.HasSuffix(a.Runs.Image, "Dockerfile"):
		return nil, fmt.Errorf("runs.image is %q, neither docker://… nor a Dockerfile", a.Runs.Image)
	case a.Runs.PreEntrypoint != "":
		return nil, fmt.Errorf("runs.pre-entrypoint is not emulated")
	}
	for _, name := range append(sortedKeys(a.Inputs), sortedKeys(a.Outputs)...) {
		if !ioName.MatchString(name) {
			return nil, fmt.Errorf("%q is no name of an input or output", name)
		}
	}
	seen := map[string]bool{}
	for _, name := range sortedKeys(a.Inputs) {
		if v := inputVariable(name); seen[v] {
			return nil, fmt.Errorf("two inputs are %s", v)
		} else {
			seen[v] = true
		}
		if a.Inputs[name].Description == "" {
			return nil, fmt.Errorf("input %q has no description", name)
		}
	}
	for _, name := range sortedKeys(a.Outputs) {
		if a.Outputs[name].Description == "" {
			return nil, fmt.Errorf("output %q has no description", name)
		}
	}
	return &a, nil
}

// inputVariable is the variable of an input: upper case, spaces become
// underscores, hyphens stay.
func inputVariable(name string) string {
	return "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, " ", "_"))
}

// declares reports whether the action declares the output, as the runner
// compares names.
func (a *action) declares(name string) bool {
	for o := range a.Outputs {
		if strings.EqualFold(o, name) {
			return true
		}
	}
	return false
}
