// SPDX-License-Identifier: BSD-3-Clause

package gallery_test

import (
	"encoding/csv"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/report"
)

// TestLabels audits real release workflows and compares the class of credential
// by which each file reaches the index with the label that a reader gave it.
// All must agree but those that the reader marked as doubtful, or as a file
// that is not about the index ("support", "other").
func TestLabels(t *testing.T) {
	f, err := os.Open(corpus.Path(t, "workflows", "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.Comma, in.LazyQuotes, in.FieldsPerRecord = '\t', true, -1
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	reports := map[string]*report.Report{}
	confusion := map[string]int{}
	agree, total := 0, 0
	for _, row := range rows[1:] {
		dir, file, label := row[0], row[1], row[5]
		r := reports[dir]
		if r == nil {
			r = audit(t, corpus.Path(t, "workflows", dir))
			reports[dir] = r
		}
		got := class(r, file)
		apart := label == "support" || label == "other" || len(row) > 8 && strings.TrimSpace(row[8]) != ""
		if apart {
			confusion["(apart) "+label+" -> "+got]++
			continue
		}
		confusion[label+" -> "+got]++
		total++
		if got == label {
			agree++
		} else {
			t.Errorf("%s %s: %s, labelled %s%s", dir, file, got, label, describe(r))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(confusion)) {
		t.Logf("%-45s %d", k, confusion[k])
	}
	t.Logf("%d of %d agree", agree, total)
	if total < 80 {
		t.Errorf("only %d labelled files", total)
	}
}

// class is that of a file's uploads to the index that releases come from,
// where it has any, else of those to other channels. A token, or what the
// runner has, outweighs trusted publishing.
func class(r *report.Report, file string) string {
	var release, all []report.PublishPath
	for _, p := range r.PublishPaths {
		if p.File != file {
			continue
		}
		all = append(all, p)
		if !strings.HasPrefix(p.Index, "https://anaconda.org/") {
			release = append(release, p)
		}
	}
	if len(release) == 0 {
		release = all
	}
	got := "none"
	for _, p := range release {
		switch p.Credential {
		case "token", "ambient":
			return "token"
		case "trusted-publishing":
			got = "trusted-publishing"
		default:
			if got == "none" {
				got = p.Credential
			}
		}
	}
	return got
}
