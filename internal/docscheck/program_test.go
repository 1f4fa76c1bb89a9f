// SPDX-License-Identifier: BSD-3-Clause

package docscheck

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
)

// noNetwork refuses every request, so that no document depends on a server.
type noNetwork struct{ t *testing.T }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("a documented command asks %s", r.URL.Host)
	return nil, http.ErrUseLastResponse
}

// run runs the program in this process: outside of Actions, without terminal,
// variables or network.
func run(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var b bytes.Buffer
	code = cli.Main(cli.Env{
		Args: args, Lookup: func(string) (string, bool) { return "", false },
		Stdin: strings.NewReader(""), Stdout: &b, Stderr: &b, Now: time.Now,
		Client: &http.Client{Transport: noNetwork{t}},
	})
	return b.String(), code
}

var (
	helpFlag = regexp.MustCompile(`(?m)^\s+(?:-\w, )?--([a-z][a-z-]*)`)
	anyFlag  = regexp.MustCompile("(?:^|[\\s`(])--([a-z][a-z-]*)")
	rowFlag  = regexp.MustCompile("(?m)^\\| `--([a-z][a-z-]*)")
)

// others are flags of other programs that pages name.
var others = words("require-hashes generate-hashes no-isolation jq all-files " +
	"signer-workflow signer-digest predicate-type type certificate-identity certificate-oidc-issuer certificate-github-workflow-repository")

// TestFlags: the page of each command has a row for each of its flags and for
// no other, and no page names a flag that does not exist.
func TestFlags(t *testing.T) {
	known := map[string]bool{}
	for command, least := range map[string]int{"verify": 20, "audit": 12, "attest": 25, "gate": 30} {
		help, code := run(t, command, "--help")
		if code != 0 {
			t.Fatalf("%s --help: exit %d\n%s", command, code, help)
		}
		flags, rows, name := map[string]bool{}, map[string]bool{}, "docs/"+command+".md"
		for _, m := range helpFlag.FindAllStringSubmatch(help, -1) {
			flags[m[1]], known[m[1]] = true, true
		}
		if len(flags) < least {
			t.Fatalf("only %d flags were found in\n%s", len(flags), help)
		}
		for _, m := range rowFlag.FindAllStringSubmatch(named(t, name).text(), -1) {
			if rows[m[1]] || !flags[m[1]] {
				t.Errorf("%s: --%s has two rows, or is no flag of %s", name, m[1], command)
			}
			rows[m[1]] = true
		}
		for f := range flags {
			if !rows[f] {
				t.Errorf("%s has no row for --%s", name, f)
			}
		}
	}
	for _, p := range ours(pages(t)) {
		text := p.text()
		for _, f := range p.fences {
			text += "\n" + f.body
		}
		for _, m := range anyFlag.FindAllStringSubmatch(text, -1) {
			if !known[m[1]] && !others[m[1]] {
				t.Errorf("%s names --%s, which no command has", p.path, m[1])
			}
		}
	}
}

// TestExitCodes: the pages that list exit codes list those of the program.
func TestExitCodes(t *testing.T) {
	row := regexp.MustCompile(`(?m)^\| (\d+) \|`)
	for _, name := range []string{"README.md", "docs/verify.md", "docs/audit.md", "docs/attest.md", "docs/gate.md"} {
		got := ""
		for _, m := range row.FindAllStringSubmatch(named(t, name).text(), -1) {
			got += m[1] + " "
		}
		if want := "0 1 2 3 "; got != want {
			t.Errorf("%s lists the exit codes %q, want %q", name, got, want)
		}
	}
	for want, args := range map[int][]string{
		cli.ExitPass:      {"explain"},
		cli.ExitUndecided: {"verify", "--offline", t.TempDir()},
		cli.ExitUsage:     {"verify"},
	} {
		if out, code := run(t, args...); code != want {
			t.Errorf("sallyport %s: exit %d, want %d\n%s", strings.Join(args, " "), code, want, out)
		}
	}
}

var shownCommand = regexp.MustCompile(`(?:^|[\s/])sallyport"? ([a-z]+)`)

// TestCommands: what a page shows to be copied is a command that exists.
func TestCommands(t *testing.T) {
	n := 0
	for _, p := range ours(pages(t)) {
		for _, f := range p.fences {
			body := f.body
			switch f.lang {
			case "text":
				continue
			case "console":
				body, _, _ = strings.Cut(f.body, "\n")
			}
			for _, m := range shownCommand.FindAllStringSubmatch(body, -1) {
				n++
				if out, code := run(t, m[1], "--help"); code != 0 || !strings.Contains(out, "sallyport "+m[1]) {
					t.Errorf("%s:%d shows \"sallyport %s\", which does not exist", p.path, f.line, m[1])
				}
			}
		}
	}
	if n < 3 {
		t.Errorf("only %d commands were found", n)
	}
}
