// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/packed"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// A ledger in its short form is taken from a flag, a file and standard input,
// and compared as any other.
func TestPackedLedger(t *testing.T) {
	s := newSealScene(t)
	text, err := packed.Text([]byte(s.ledger))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.dir, "ledger.packed")
	put(t, file, []byte(text+"\n"))
	for name, value := range map[string]string{"flag": text, "file": file, "flag with a line break": text + "\n"} {
		s.ledger = value
		if rep, r := s.run(t); r.code != 0 {
			t.Errorf("%s: exit code %d, %v", name, r.code, rules(rep))
		}
	}
	offline := []string{"gate", "--seal", "--offline", "--ledger", "-", s.dist}
	c := call{args: offline, now: sigstoretest.DefaultTime, stdin: text}
	c.run(t).wants(t, 2, "claims-unverified") // and nothing of the ledger
	c.stdin = text[:len(text)-8]
	c.run(t).wants(t, 3, "reading the ledger: unpacking")

	put(t, filepath.Join(s.dist, wheel), []byte("swapped"))
	s.ledger = text
	if rep, r := s.run(t); r.code != 1 || rules(rep)["differs-from-ledger"] == 0 {
		t.Errorf("swapped: exit code %d, %v", r.code, rules(rep))
	}
}

// What only looks like a packed ledger is wrong usage, and never a file's name.
func TestPackedLedgerRefused(t *testing.T) {
	s := newSealScene(t)
	bomb, err := packed.Text([]byte(strings.Repeat(" ", 4*handoff.MaxLedger)))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(s.dir)
	put(t, filepath.Join(s.dir, "H4sI"), []byte(s.ledger))
	for name, tt := range map[string]struct{ value, want string }{
		"a bomb":        {bomb, "more than 1048576 bytes"},
		"a file's name": {"H4sI", "not compressed"},
		"not base64":    {"H4sI\x01", "not base64"},
	} {
		for _, command := range [][]string{{"gate", "--seal"}, {"verify"}} {
			c := call{args: append(command, "--offline", "--ledger", tt.value, s.dist), now: sigstoretest.DefaultTime}
			if r := c.run(t); r.code != 3 || !strings.Contains(r.stderr, tt.want) {
				t.Errorf("%s, %s: exit code %d, %s", name, command[0], r.code, r.stderr)
			}
		}
	}
}

// A flag that asks for a check which the seal does not make is refused.
func TestSealHasNoUse(t *testing.T) {
	s := newSealScene(t)
	for _, flag := range []string{"--checksums=x", "--work-tree", "--from-github", "--no-from-github", "--require=publish", "--commit=" + sigstoretest.DefaultCommit,
		"--ref=refs/heads/main", "--builder-environment=x", "--instance=github"} {
		c := call{args: []string{"gate", "--seal", "--ledger", s.ledger, flag, s.dist}, now: sigstoretest.DefaultTime}
		name, _, _ := strings.Cut(flag, "=")
		c.run(t).wants(t, 3, name+" is given, and --seal has no use for it")
	}
}
