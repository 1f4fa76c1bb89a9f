// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden texts anew; read the difference before you keep it")

// TestErrorTexts reads each policy of testdata/*.txtar ("NAME.yml") and
// compares the whole error with what follows it ("NAME.out").
func TestErrorTexts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files (%v)", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fresh := &txtar.Archive{Comment: archive.Comment}
		want := map[string]string{}
		for _, f := range archive.Files {
			if name, ok := strings.CutSuffix(f.Name, ".out"); ok {
				want[name] = string(f.Data)
			}
		}
		for _, f := range archive.Files {
			name, ok := strings.CutSuffix(f.Name, ".yml")
			if !ok {
				continue
			}
			_, err := Parse(f.Data, "p.yml")
			got := "ok\n"
			if err != nil {
				got = err.Error() + "\n"
			}
			fresh.Files = append(fresh.Files, f, txtar.File{Name: name + ".out", Data: []byte(got)})
			if *update {
				continue
			}
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+name, func(t *testing.T) {
				if diff := cmp.Diff(want[name], got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				var pe *Error
				if err != nil && !errors.As(err, &pe) {
					t.Errorf("error is %T, want *policy.Error", err)
				}
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(fresh), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
