// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestCorpusNames reads the published test vectors for file names, where the
// folder that holds them is named by SALLYPORT_CORPUS.
func TestCorpusNames(t *testing.T) {
	corpus := os.Getenv("SALLYPORT_CORPUS")
	if corpus == "" {
		t.Skip("SALLYPORT_CORPUS does not name the corpus: 55 published file names are not tested")
	}
	data, err := os.ReadFile(filepath.Join(corpus, "vectors", "dist_filenames.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Pairs []struct{ Input, Normalized string } `json:"valid_pairs_parse_equal"`
		Bad   []string                             `json:"invalid"`
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if n := len(vectors.Pairs) + len(vectors.Bad); n != 55 {
		t.Errorf("%d cases, want 55", n)
	}
	for _, pair := range vectors.Pairs {
		a, errA := ParseName(pair.Input)
		b, errB := ParseName(pair.Normalized)
		if errA != nil || errB != nil || !a.Equal(b) || !b.Equal(a) {
			t.Errorf("%q and %q: %v, %v, equal %v", pair.Input, pair.Normalized, errA, errB, a.Equal(b))
		}
		if a.String() != pair.Normalized {
			t.Errorf("%q in normal form: %q, want %q", pair.Input, a, pair.Normalized)
		}
	}
	for _, s := range vectors.Bad {
		if n, err := ParseName(s); err == nil {
			t.Errorf("%q was read as %+v", s, n)
		}
	}
}
