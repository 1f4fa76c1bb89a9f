// SPDX-License-Identifier: BSD-3-Clause

package handoff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/packed"
)

var goodLedger = fmt.Sprintf(`{"schema_version":1,"project":"samplepkg","version":"1.0.0","commit":"%040d","run":"11122233344",
"dists":[{"name":"samplepkg-1.0.0.tar.gz","sha256":"%064x","size":12}]}`, 1, 2)

func TestParseLedger(t *testing.T) {
	l, err := handoff.ParseLedger([]byte(goodLedger))
	if err != nil {
		t.Fatal(err)
	}
	if l.Project != "samplepkg" || l.Run != "11122233344" || len(l.Dists) != 1 || l.Dists[0].Size != 12 {
		t.Errorf("%+v", l)
	}
	change := func(old, new string) string {
		if !strings.Contains(goodLedger, old) {
			t.Fatalf("the good ledger has no %s", old)
		}
		return strings.Replace(goodLedger, old, new, 1)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "empty"},
		{"text", "hello", "line 1"},
		{"list", "[]", "expecting an object"},
		{"version 2", change(`"schema_version":1`, `"schema_version":2`), "schema_version"},
		{"no version", change(`"schema_version":1,`, ``), `"schema_version" is missing`},
		{"unknown key", change(`"project"`, `"note":"x","project"`), `"note" is unknown`},
		{"key twice", change(`"project"`, `"project":"other","project"`), "given twice"},
		{"key of other case", change(`"project"`, `"Project"`), `spelled "project"`},
		{"empty project", change(`"samplepkg"`, `""`), "project is empty"},
		{"null run", change(`"11122233344"`, `null`), "run"},
		{"no dists", change(goodLedger[strings.Index(goodLedger, `[{`):len(goodLedger)-1], `[]`), "vouches for nothing"},
		{"dists null", change(goodLedger[strings.Index(goodLedger, `[{`):len(goodLedger)-1], `null`), "dists"},
		{"no digest", change(fmt.Sprintf(`"sha256":"%064x",`, 2), ``), `"sha256" is missing`},
		{"short digest", change(fmt.Sprintf("%064x", 2), "22"), "22"},
		{"name that is no distribution", change("samplepkg-1.0.0.tar.gz", "../evil"), "evil"},
		{"negative size", change(`"size":12`, `"size":-1`), "size"},
		{"size as text", change(`"size":12`, `"size":"12"`), "size"},
		{"size of 1e3", change(`"size":12`, `"size":1e3`), "size"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := handoff.ParseLedger([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want something with %q", err, c.want)
			}
		})
	}
	twice := change(`"dists":[`, fmt.Sprintf(`"dists":[{"name":"samplepkg-1.0.0.tar.gz","sha256":"%064x","size":3},`, 9))
	if _, err := handoff.ParseLedger([]byte(twice)); err == nil || !strings.Contains(err.Error(), "given twice") {
		t.Errorf("a name with two digests: %v", err)
	}
}

// FuzzParseLedger holds that whatever is accepted says everything.
func FuzzParseLedger(f *testing.F) {
	f.Add([]byte(goodLedger))
	f.Add([]byte(`{"schema_version":1,"dists":[]}`))
	for _, text := range []string{goodLedger, "{}", ""} {
		short, err := packed.Text([]byte(text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(short))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := handoff.ParseLedger(data)
		if err != nil {
			return
		}
		if l.Project == "" || l.Version == "" || l.Commit == "" || l.Run == "" || len(l.Dists) == 0 {
			t.Fatalf("accepted with something missing: %+v", l)
		}
		for _, d := range l.Dists {
			if d.Digest.IsZero() || d.Name == "" || d.Size < 0 {
				t.Fatalf("accepted an empty file: %+v", d)
			}
		}
	})
}
