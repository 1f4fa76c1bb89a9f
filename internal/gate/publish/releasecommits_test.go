// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/corpus"
)

func TestReleaseRows(t *testing.T) {
	for i, r := range releaseCommits {
		if len(r.commit) != 40 || strings.Trim(r.commit, "0123456789abcdef") != "" || r.source == "" || r.repo != strings.ToLower(r.repo) || strings.Count(r.repo, "/") != 1 {
			t.Errorf("row %d: %+v is not a repository, a version, a commit and where it stands", i, r)
		}
		v, ok := versionNumbers(r.version)
		if !ok {
			t.Errorf("row %d: %q is no version", i, r.version)
		}
		if i == 0 {
			continue
		}
		// The first row that fits is taken: the newest has to come first.
		before := releaseCommits[i-1]
		older, _ := versionNumbers(before.version)
		if before.repo > r.repo || before.repo == r.repo && !newer(older, v) {
			t.Errorf("row %d: %s %s stands below %s %s", i, r.repo, r.version, before.repo, before.version)
		}
	}
}

// TestReleaseRowsInTheField holds the rows to the version comments behind the
// same commits in workflows of real projects.
func TestReleaseRowsInTheField(t *testing.T) {
	var all []byte
	err := fs.WalkDir(os.DirFS(corpus.Path(t, "workflows")), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yml") && !strings.HasSuffix(name, ".yaml") {
			return err
		}
		data, err := os.ReadFile(corpus.Path(t, "workflows", name))
		all = append(append(all, data...), '\n')
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(all, []byte("\n"))
	for _, r := range releaseCommits {
		uses := slices.DeleteFunc(slices.Clone(lines), func(l []byte) bool { return !bytes.Contains(l, []byte("@"+r.commit)) })
		if len(uses) > 0 && !slices.ContainsFunc(uses, func(l []byte) bool {
			_, comment, _ := bytes.Cut(l, []byte("#"))
			return slices.Contains(strings.Fields(string(comment)), r.version)
		}) {
			t.Errorf("%s %s: others name %s by another version: %s", r.repo, r.version, r.commit, uses[0])
		}
	}
}
