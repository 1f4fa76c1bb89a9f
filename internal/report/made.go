// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"path"
	"strings"
)

// made is what attest or the gate signed and wrote, in one line for each kind of
// file: sixty wheels have sixty of most.
type made struct {
	what  string // the file, or the pattern of several
	words string // what it is
	urls  []string
	more  int // further addresses
}

// kindWords says what the kinds are for, and in which order they are shown.
var kindWords = []struct{ kind, ending, words string }{
	{"slsa", ".slsa.attestation", "provenance for the index, beside the files"},
	{"publish", ".publish.attestation", "publish attestation for the index, beside the files"},
	{"bundle", ".sigstore.json", "provenance of one file as a Sigstore bundle"},
	{"release", ".intoto.jsonl", "provenance of the whole release as a Sigstore bundle"},
	{"verdict", ".vsa.sigstore.json", "signed verdict of one file as a Sigstore bundle"},
}

// maxStored is how many addresses of one kind are shown.
const maxStored = 3

// made groups the attestations by kind and folder.
func (r *Report) made() []made {
	var out []made
	for _, k := range kindWords {
		byFolder := map[string][]Attestation{}
		var folders []string
		for _, a := range r.Attestations {
			if a.Kind != k.kind {
				continue
			}
			dir := path.Dir(strings.ReplaceAll(a.Path, `\`, "/"))
			if byFolder[dir] == nil {
				folders = append(folders, dir)
			}
			byFolder[dir] = append(byFolder[dir], a)
		}
		for _, dir := range folders {
			all := byFolder[dir]
			m := made{what: clip(all[0].Path, maxName), words: k.words}
			if len(all) > 1 && k.kind != "release" {
				m.what = clip(path.Join(dir, "*"+k.ending), maxName)
				m.words = count(len(all), "file") + ": " + k.words
			}
			for _, a := range all {
				if a.URL != "" {
					m.urls = append(m.urls, clip(a.URL, maxName))
				}
			}
			if n := len(m.urls); n > maxStored {
				m.urls, m.more = m.urls[:maxStored], n-maxStored
			}
			out = append(out, m)
		}
	}
	return out
}

// made writes what was made and what was left out.
func (t *textWriter) made(r *Report) {
	all := r.made()
	if len(all) > 0 {
		t.gap()
	}
	width := 0
	for _, m := range all {
		width = max(width, min(maxColumn, runes(m.what)))
	}
	for _, m := range all {
		t.line("wrote  %s  %s", padded(m.what, width), m.words)
		for _, u := range m.urls {
			t.line("       stored with GitHub: %s", u)
		}
		if m.more > 0 {
			t.line("       and %d more", m.more)
		}
	}
	for _, n := range r.Notes {
		t.gap()
		t.wrapped("", 0, 2, clip(n, maxMessage))
	}
}

// madeRows writes the same as a table.
func (r *Report) madeRows(d *mdDoc) {
	d.table("Attestations written", []string{"File", "What"}, rowsOf(r.made(), func(m made) []string {
		words := mdEntities(m.words)
		for _, u := range m.urls {
			words += "<br>stored with GitHub: " + mdCode(u)
		}
		if m.more > 0 {
			words += fmt.Sprintf("<br>and %d more", m.more)
		}
		return []string{mdName(m.what), words}
	}))
	for _, n := range r.Notes {
		d.add("\n<strong>Note</strong>&ensp;" + mdMessage(n) + "\n")
	}
}
