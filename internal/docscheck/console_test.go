// SPDX-License-Identifier: BSD-3-Clause

package docscheck

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the outputs below the documents' commands anew")

// readme holds the commands that README promises for a fresh machine.
var readme = []string{
	"go run . verify --offline --trusted-root testdata/sample/trusted_root.json --policy testdata/sample/sallyport.yml testdata/sample/dist",
	"go run . audit --offline testdata/sample/workflows/bad | head -17",
	"go test ./...",
}

func TestReadmeCommands(t *testing.T) {
	lines := map[string]bool{}
	for _, f := range named(t, "README.md").fences {
		for line := range strings.SplitSeq(f.body, "\n") {
			lines[strings.TrimPrefix(line, "$ ")] = true
		}
	}
	for _, c := range readme {
		if !lines[c] {
			t.Errorf("README.md does not have the line %q", c)
		}
	}
}

// TestConsole runs the command of every "console" block from the project's
// root, and compares what it prints with what the block shows. A block is one
// command after "$ " and its output. "; echo $?" shows the exit code, "| head -N"
// the beginning of the output.
func TestConsole(t *testing.T) {
	all := ours(pages(t))
	t.Chdir(root)
	n := 0
	for _, p := range all {
		for _, f := range p.fences {
			if f.lang != "console" {
				continue
			}
			n++
			command, shown, _ := strings.Cut(f.body, "\n")
			t.Run(fmt.Sprintf("%s:%d", p.path, f.line), func(t *testing.T) {
				got := console(t, command)
				if *update && got != shown {
					rewrite(t, p.path, command+"\n"+shown+"```\n", command+"\n"+got+"```\n")
					return
				}
				if diff := cmp.Diff(shown, got); diff != "" {
					t.Errorf("%s\nprints something else (-shown +printed); see -update\n%s", command, diff)
				}
			})
		}
	}
	if n < 6 {
		t.Errorf("only %d commands with output were found", n)
	}
}

// console is what a terminal would show after the command.
func console(t *testing.T, command string) string {
	t.Helper()
	rest, ok := strings.CutPrefix(command, "$ ")
	if !ok {
		t.Fatalf("the block does not begin with \"$ \": %q", command)
	}
	rest, echo := strings.CutSuffix(rest, "; echo $?")
	rest, head, cut := strings.Cut(rest, " | head -")
	args := strings.Fields(rest)
	first := func(out string) string {
		if !cut {
			return out
		}
		n, err := strconv.Atoi(head)
		lines := strings.SplitAfter(out, "\n")
		if err != nil || n >= len(lines) {
			t.Fatalf("head -%s of %d lines", head, len(lines))
		}
		return strings.Join(lines[:n], "")
	}
	switch {
	case len(args) > 3 && strings.Join(args[:3], " ") == "go run .":
		out, code := run(t, args[3:]...)
		out = first(out)
		if code != 0 {
			out += fmt.Sprintf("exit status %d\n", code)
		}
		return out
	case len(args) > 1 && args[0] == "sallyport":
		out, code := run(t, args[1:]...)
		out = first(out)
		if echo {
			out += fmt.Sprintf("%d\n", code)
		}
		return out
	}
	t.Fatalf("%q is not a command that can be run here; use a block of another kind", command)
	return ""
}

// rewrite replaces one block of a page; the test runs in the project's root.
func rewrite(t *testing.T, name, old, new string) {
	t.Helper()
	name = filepath.FromSlash(name)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(data), old) != 1 {
		t.Fatalf("%s does not have the block once:\n%s", name, old)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}
