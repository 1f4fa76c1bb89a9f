// SPDX-License-Identifier: BSD-3-Clause

package handoff_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
)

func ledgerDist(t testing.TB, name string, first byte, size int64) *dist.Dist {
	t.Helper()
	n, err := dist.ParseName(name)
	if err != nil {
		t.Fatal(err)
	}
	return &dist.Dist{Path: "dist/" + name, Name: n, Size: size, Digest: dist.Digest{first, 31: 1}}
}

const (
	aCommit = "3f7a1c0de5b94286a1e07cd95b2f8640937be1d2"
	aRun    = "11122233344"
)

func TestLedgerJSON(t *testing.T) {
	l, err := handoff.NewLedger("Sample.Pkg", "1!1.0+x", aCommit, aRun, []*dist.Dist{
		ledgerDist(t, "sample_pkg-1!1.0+x.tar.gz", 2, 12345678901),
		ledgerDist(t, "sample_pkg-1!1.0.0+x-py3-none-any.whl", 1, 1),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"schema_version":1,"project":"Sample.Pkg","version":"1!1.0+x","commit":"` + aCommit + `","run":"11122233344","dists":[` +
		`{"name":"sample_pkg-1!1.0+x.tar.gz","sha256":"02` + strings.Repeat("0", 60) + `01","size":12345678901},` +
		`{"name":"sample_pkg-1!1.0.0+x-py3-none-any.whl","sha256":"01` + strings.Repeat("0", 60) + `01","size":1}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	back, err := handoff.ParseLedger(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(l, back); diff != "" {
		t.Errorf("read again (-written +read)\n%s", diff)
	}
	schema(t, got)

	// The order of the files makes no difference, in NewLedger or afterwards.
	slices.Reverse(l.Dists)
	if again, err := l.JSON(); err != nil || !bytes.Equal(again, got) {
		t.Errorf("in another order: %s, %v", again, err)
	}
}

// ledgerSchema is the published schema.
var ledgerSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	data, err := os.ReadFile("../../../docs/schemas/ledger.schema.json")
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("ledger.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("ledger.json")
})

// schema holds a written ledger against the published schema.
func schema(t testing.TB, data []byte) {
	t.Helper()
	s, err := ledgerSchema()
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s\n%v", data, err)
	}
}

func TestNewLedgerRefuses(t *testing.T) {
	good := func() []*dist.Dist { return []*dist.Dist{ledgerDist(t, "samplepkg-1.0.tar.gz", 1, 5)} }
	change := func(f func(d *dist.Dist)) []*dist.Dist {
		all := good()
		f(all[0])
		return all
	}
	for _, c := range []struct {
		name, project, version, commit, run string
		dists                               []*dist.Dist
		want                                string
	}{
		{"no project", "", "1.0", aCommit, aRun, good(), "project is empty"},
		{"no version", "samplepkg", "", aCommit, aRun, good(), "version is empty"},
		{"no commit", "samplepkg", "1.0", "", aRun, good(), "commit is empty"},
		{"no run", "samplepkg", "1.0", aCommit, "", good(), "run is empty"},
		{"project with a line break", "sample\npkg", "1.0", aCommit, aRun, good(), "is not a project's name"},
		{"long project", strings.Repeat("a", 201), "1.0", aCommit, aRun, good(), "is not a project's name"},
		{"capital commit", "samplepkg", "1.0", strings.ToUpper(aCommit), aRun, good(), "hexadecimal"},
		{"short commit", "samplepkg", "1.0", aCommit[:12], aRun, good(), "hexadecimal"},
		{"run with attempt", "samplepkg", "1.0", aCommit, "77/attempts/1", good(), "workflow run"},
		{"run 0", "samplepkg", "1.0", aCommit, "0", good(), "workflow run"},
		{"no files", "samplepkg", "1.0", aCommit, aRun, nil, "vouches for nothing"},
		{"missing file", "samplepkg", "1.0", aCommit, aRun, []*dist.Dist{nil}, "missing"},
		{"not hashed", "samplepkg", "1.0", aCommit, aRun, change(func(d *dist.Dist) { d.Digest = dist.Digest{} }), "was not hashed"},
		{"empty file", "samplepkg", "1.0", aCommit, aRun, change(func(d *dist.Dist) { d.Size = 0 }), "0 bytes"},
		{"no name", "samplepkg", "1.0", aCommit, aRun, change(func(d *dist.Dist) { d.Name = dist.Name{} }), "reading the file name"},
		{"twice", "samplepkg", "1.0", aCommit, aRun, append(good(), ledgerDist(t, "samplepkg-1.0.tar.gz", 9, 9)), "given twice"},
		{"other project", "other", "1.0", aCommit, aRun, good(), "not of other 1.0"},
		{"other version", "samplepkg", "1.1", aCommit, aRun, good(), "not of samplepkg 1.1"},
		{"begins with _", "_samplepkg", "1.0", aCommit, aRun, good(), "is not a project's name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := handoff.NewLedger(c.project, c.version, c.commit, c.run, c.dists)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v; want something with %q", l, err, c.want)
			}
		})
	}
	if _, err := (&handoff.Ledger{}).JSON(); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("the zero ledger: %v", err)
	}
}

// TestLedgerRoom holds that what the reader would refuse is not written.
func TestLedgerRoom(t *testing.T) {
	room := func(n int) ([]byte, error) {
		var dists []*dist.Dist
		for i := range n {
			d := ledgerDist(t, fmt.Sprintf("samplepkg-1.0.0-%d-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", i+1), 1, 12345678)
			dists = append(dists, d)
		}
		l, err := handoff.NewLedger("samplepkg", "1.0.0", aCommit, aRun, dists)
		if err != nil {
			t.Fatal(err)
		}
		return l.JSON()
	}
	if got, err := room(4097); err == nil || !strings.Contains(err.Error(), "4096") {
		t.Errorf("4,097 files: %d bytes, %v", len(got), err)
	}
}

// FuzzLedgerAgain holds that what is read and within the schema is written so
// that it is read as the same.
func FuzzLedgerAgain(f *testing.F) {
	f.Add([]byte(goodLedger))
	f.Add([]byte(strings.ReplaceAll(goodLedger, "1.0.0", "1.0+a")))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := handoff.ParseLedger(data)
		if err != nil {
			return
		}
		out, err := l.JSON()
		if err != nil {
			return
		}
		schema(t, out)
		back, err := handoff.ParseLedger(out)
		if err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		byName := func(a, b handoff.LedgerDist) int { return strings.Compare(a.Name, b.Name) }
		slices.SortFunc(l.Dists, byName)
		if diff := cmp.Diff(l, back); diff != "" {
			t.Fatalf("(-first +again)\n%s", diff)
		}
	})
}
