// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"os"
	"strings"
	"testing"
)

func TestParseAction(t *testing.T) {
	good, err := os.ReadFile("testdata/action.yml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseAction(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"key of the runner's":   {"  using:", "  usings: x\n  using:"},
		"key of an input":       {"default: world", "defaults: world"},
		"javascript":            {"using: docker", "using: node24"},
		"no image":              {"image: Dockerfile", "image: example.org/image"},
		"pre step":              {"image: Dockerfile", "image: Dockerfile\n  pre-entrypoint: /x"},
		"name of an input":      {"  two-words:", "  two words:"},
		"name of an output":     {"  report:", "  re.port:"},
		"inputs alike":          {"  two-words:", "  WHO:"},
		"undescribed input":     {"description: somebody", "description: ''"},
		"undescribed output":    {"description: pass or fail", "description: ''"},
		"no name":               {"name: scratch", "author: x"},
		"two documents":         {"name: scratch", "name: x\n---\nname: scratch"},
		"a value of a document": {"runs:", "outs:"},
	} {
		text := strings.Replace(string(good), change[0], change[1], 1)
		if text == string(good) {
			t.Errorf("%s: nothing changes", name)
		}
		if _, err := parseAction([]byte(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestExpand(t *testing.T) {
	contexts := map[string]map[string]string{
		"inputs": {"who": "x"}, "github": {"ref": "refs/tags/v1", "gone": absent}, "steps.a.outputs": {"Ledger": "{}"},
	}
	for in, want := range map[string]string{
		"plain": "plain", "a ${{ inputs.who }} b ${{inputs.WHO}}": "a x b x", "${{ github.token }}": Token,
		"${{ github.gone }}${{ github.other }}": "", "${{ steps.a.outputs.ledger }}": "{}",
	} {
		if got, err := expand(in, contexts); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"${{ inputs.who", "${{ fromJSON(inputs.who) }}", "${{ steps.b.outputs.x }}", "${{ needs.b.outputs.x }}",
		"${{ secrets.X }}", "${{ x }}", "${{ }}", "${{ 'a' }}", "${{ inputs.who || 'x' }}"} {
		if got, err := expand(in, contexts); err == nil {
			t.Errorf("%q is %q", in, got)
		}
	}
	if _, err := expand("${{ github.token }}", map[string]map[string]string{"inputs": {}}); err == nil {
		t.Error("the token is seen where there is no github context")
	}
}

func TestCondition(t *testing.T) {
	for s, want := range map[string][2]bool{
		"": {true, true}, "always()": {true, true}, "success()": {true, false}, "${{ failure() }}": {false, true},
		"!cancelled()": {true, true}, "${{ !failure() }}": {true, false},
	} {
		for i, failed := range []bool{false, true} {
			if got, err := condition(s, failed); err != nil || got != want[i] {
				t.Errorf("%q after failed=%v: %v, %v", s, failed, got, err)
			}
		}
	}
	if _, err := condition("github.ref == 'x'", false); err == nil {
		t.Error("a condition that is not emulated is decided")
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{`a "b c" d`, `"\" x`, `""""`, `\\\"`, ` `} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, a := range split(s) {
			if len(a) > len(s) {
				t.Fatalf("%q becomes %q", s, a)
			}
		}
		// A value without a backslash comes through whole.
		if !strings.Contains(s, `\`) {
			if got := arguments([]string{s, "x"}); len(got) != 2 || got[0] != s {
				t.Fatalf("%q becomes %q", s, got)
			}
		}
	})
}

// Ours is one that the runner takes.
func TestOwnAction(t *testing.T) {
	a, err := readAction("../../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	if a.Runs.PostEntrypoint == "" || !a.declares("verdict") || !a.takes("command") {
		t.Errorf("action %+v", a)
	}
}
