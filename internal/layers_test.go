// SPDX-License-Identifier: BSD-3-Clause

package internal_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/scientific-python/sallyport/"

// layers are the rooms of the house from the top down, by the folder under
// internal. A package imports only packages of a lower row; within a row
// nobody knows anybody.
var layers = [][]string{
	{"cli"},
	{"gate"},
	{"gate/source", "gate/build", "gate/handoff", "gate/publish", "gate/seal", "gate/index", "attest", "chain"},
	{"workflow/graph", "workflow/edit", "attest/services"},
	{"evidence", "workflow"},
	{"workflow/sinks", "workflow/known"},
	{"workflow/shell", "workflow/expr", "workflow/tasks"},
	{"dist", "gittree", "trust", "pypi", "github", "runner"},
	{"policy", "report", "rulepage", "httpx", "strictjson", "packed"},
	{"lazyregexp"},
	{"finding"},
}

// helpers are for tests only: no production package imports them.
var helpers = []string{"sigstoretest", "disttest", "githubtest", "pypitest", "tuftest", "corpus", "report/reporttest", "runner/runnertest", "runner/emulator", "actionyml"}

// owners says which packages may import a library (production code only).
var owners = map[string][]string{
	"github.com/sigstore/sigstore-go/pkg/verify": {"evidence"},
	"github.com/sigstore/sigstore-go/pkg/bundle": {"evidence"},
	"github.com/sigstore/sigstore-go/pkg/tlog":   {"evidence"},
	"github.com/sigstore/sigstore-go/pkg/root":   {"evidence", "trust", "attest"},
	"github.com/sigstore/sigstore-go/pkg/tuf":    {"trust", "attest"},
	"github.com/sigstore/sigstore-go/pkg/sign":   {"attest"},
	"github.com/sigstore/sigstore-go/":           {"evidence", "trust", "attest"},
	"github.com/in-toto/in-toto-golang":          {"chain"},
	"github.com/sethvargo/go-githubactions":      {"runner"},
	"github.com/rhysd/actionlint":                {"workflow", "workflow/expr"},
	"mvdan.cc/sh/v3":                             {"workflow/shell"},
	"github.com/pelletier/go-toml/v2":            {"workflow/sinks", "workflow/tasks"},
	"github.com/spf13/cobra":                     {"cli"},
	"github.com/santhosh-tekuri/jsonschema/v6":   {},
	"github.com/rogpeppe/go-internal":            {},
	"github.com/google/go-cmp":                   {},
	"os/exec":                                    {},
	"plugin":                                     {},
	"github.com/aquasecurity/go-pep440-version":  {"dist"},
	"go.yaml.in/yaml/v4":                         {"policy", "workflow"},
	"github.com/go-git/":                         {"gittree"},
	"github.com/pjbgf/sha1cd":                    {"gittree"},
}

// unwanted must not be linked into the program at all.
var unwanted = []string{"github.com/open-policy-agent/", "k8s.io/api", "github.com/docker/cli", "cel.dev/", "github.com/google/cel-go"}

type pkg struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Standard"}, args...)...)
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func layerOf(name string) int {
	return slices.IndexFunc(layers, func(row []string) bool { return slices.Contains(row, name) })
}

func TestLayers(t *testing.T) {
	packages := list(t, "./internal/...")
	if len(packages) < 12 {
		t.Fatalf("go list finds %d packages", len(packages))
	}
	for _, p := range packages {
		name, ok := strings.CutPrefix(p.ImportPath, module+"internal/")
		if !ok {
			continue // the folder of this test
		}
		helper := isHelper(name)
		own := layerOf(name)
		if own < 0 && !helper {
			t.Errorf("package %s has no place in the house: add it to a layer, or to the test helpers", name)
			continue
		}
		for _, imp := range p.Imports {
			other, ours := strings.CutPrefix(imp, module+"internal/")
			if !ours || helper {
				continue
			}
			switch below := layerOf(other); {
			case isHelper(other):
				t.Errorf("%s imports %s, which is for tests", name, other)
			case below <= own:
				t.Errorf("%s (layer %d) imports %s (layer %d): imports point down only", name, own, other, below)
			}
		}
	}
}

func isHelper(name string) bool {
	return slices.Contains(helpers, name) || strings.HasPrefix(name, "docscheck") || strings.HasPrefix(name, "deviation")
}

// TestOwners holds who may import which library.
func TestOwners(t *testing.T) {
	for _, p := range list(t, "./internal/...", ".") {
		name := strings.TrimPrefix(p.ImportPath, module+"internal/")
		if isHelper(name) {
			continue
		}
		for _, imp := range p.Imports {
			best := ""
			for library := range owners {
				if (imp == library || strings.HasPrefix(imp, strings.TrimSuffix(library, "/")+"/")) && len(library) > len(best) {
					best = library
				}
			}
			if best != "" && !slices.Contains(owners[best], name) {
				t.Errorf("%s imports %s; only %q may", name, imp, owners[best])
			}
		}
	}
}

// TestLinked holds what the program as a whole is made of.
func TestLinked(t *testing.T) {
	linked := list(t, "-deps", ".")
	if len(linked) < 100 {
		t.Fatalf("go list finds %d packages", len(linked))
	}
	for _, p := range linked {
		name := strings.TrimPrefix(p.ImportPath, module+"internal/")
		if isHelper(name) {
			t.Errorf("the program contains %s, which is for tests", name)
		}
		for _, u := range unwanted {
			if strings.HasPrefix(p.ImportPath, u) {
				t.Errorf("the program contains %s", p.ImportPath)
			}
		}
	}
}
