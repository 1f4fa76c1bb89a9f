// SPDX-License-Identifier: BSD-3-Clause

package docscheck

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the project's folder, from this one.
const root = "../.."

// fence is a fenced block of a page.
type fence struct {
	lang string
	line int // of its first line of content, from 1
	body string
}

// page is a Markdown file taken apart: prose has the page's lines with those
// of fenced blocks emptied, so that line numbers stay.
type page struct {
	path   string // from the project's root, with slashes
	prose  []string
	fences []fence
}

// pages reads every Markdown file of the project but those of test data.
func pages(t *testing.T) []page {
	t.Helper()
	var all []page
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() && strings.HasSuffix(name, ".md") {
			all = append(all, read(t, path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/verify.md", "docs/audit.md", "docs/attest.md", "docs/gate.md", "docs/policy.md", "docs/threat-model.md", "docs/json.md", "docs/rules/README.md"} {
		if !slices.ContainsFunc(all, func(p page) bool { return p.path == want }) {
			t.Errorf("%s is missing", want)
		}
	}
	return all
}

// named returns one page.
func named(t *testing.T, name string) page {
	t.Helper()
	return read(t, filepath.Join(root, filepath.FromSlash(name)))
}

func read(t *testing.T, path string) page {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		t.Fatal(err)
	}
	p := page{path: filepath.ToSlash(rel)}
	var open *fence
	for i, line := range strings.Split(string(data), "\n") {
		lang, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &fence{lang: strings.TrimSpace(lang), line: i + 2}
		case isFence:
			p.fences = append(p.fences, *open)
			open = nil
		case open != nil:
			open.body += line + "\n"
		default:
			p.prose = append(p.prose, line)
			continue
		}
		p.prose = append(p.prose, "")
	}
	if open != nil {
		t.Errorf("%s: the block of line %d is not closed", p.path, open.line)
	}
	return p
}

// text is the prose in one string.
func (p page) text() string { return strings.Join(p.prose, "\n") }

// ours are the pages for users, written by hand: those of the project's folder
// and of docs, but not the rules' pages.
func ours(all []page) []page {
	return slices.DeleteFunc(slices.Clone(all), func(p page) bool {
		dir, _, nested := strings.Cut(p.path, "/")
		return nested && dir != "docs" || strings.HasPrefix(p.path, "docs/rules/")
	})
}
