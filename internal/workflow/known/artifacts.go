// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// artifactRows store and fetch artifacts of a run.
var artifactRows = []row{
	{name: "actions/upload-artifact", role: Stores, source: "actions/upload-artifact action.yml at 2244c82, README of v7, pull request 656", fill: uploadArtifact},
	{name: "actions/upload-artifact/merge", role: Stores, source: "actions/upload-artifact merge/action.yml at 0232efd", fill: func(u use, f *Facts) {
		f.Fetches = []Fetched{{By: "pattern", Text: u.text("pattern", "*"), Merge: true}}
		f.Outputs = uploadOutputs
		f.Stores = []Stored{{Name: u.text("name", "merged-artifacts"), IDOutput: "artifact-id", DigestOutput: "artifact-digest"}}
	}},
	{name: "actions/download-artifact", role: Fetches, source: "actions/download-artifact action.yml at 055cd68, src/download-artifact.ts at 049eba1, README of v8", fill: downloadArtifact},
	{name: "dawidd6/action-download-artifact", role: Fetches, source: "dawidd6/action-download-artifact action.yml at 07ab29f", fill: downloadFromRun},
	{name: "actions/upload-pages-artifact", role: Stores, source: "actions/upload-pages-artifact action.yml at 0252fc4", fill: func(u use, f *Facts) {
		f.Outputs = []string{"artifact_id"}
		f.Stores = []Stored{{Name: u.text("name", "github-pages"), IDOutput: "artifact_id"}}
	}},
	{name: "anchore/sbom-action", role: Stores, source: "anchore/sbom-action action.yml at 767b08f", fill: func(u use, f *Facts) {
		if u.isFalse("upload-artifact", false) != expr.True {
			f.Stores = []Stored{{Name: u.text("artifact-name", "*.spdx*")}}
		}
	}},
}

// uploadOutputs are those of actions/upload-artifact since version 4; before,
// it had none.
var uploadOutputs = []string{"artifact-digest", "artifact-id", "artifact-url"}

func uploadArtifact(u use, f *Facts) {
	stored := Stored{Name: u.text("name", "artifact"), Paths: split(u.text("path", ""), false)}
	f.Outputs = []string{}
	if u.version.since(4, 0, 0) != expr.False {
		f.Outputs = uploadOutputs
		stored.IDOutput, stored.DigestOutput = "artifact-id", "artifact-digest"
	}
	// From version 7 on, a file that is not put into an archive is stored under
	// its own name.
	single := u.isFalse("archive", false)
	if u.version.since(7, 0, 0) == expr.False {
		single = expr.False
	}
	if single != expr.True {
		f.Stores = append(f.Stores, stored)
	}
	if single != expr.False {
		for _, path := range stored.Paths {
			if !strings.HasPrefix(path, "!") {
				s := stored
				s.Name, s.Paths = base(path), []string{path}
				f.Stores = append(f.Stores, s)
			}
		}
	}
}

// base is the last part of a path, with a star for all that a glob leaves open.
func base(path string) string {
	start, inside := 0, false
	for i := 0; i < len(path); i++ {
		switch {
		case inside:
			inside = !strings.HasPrefix(path[i:], "}}")
		case strings.HasPrefix(path[i:], "${{"):
			inside = true
		case path[i] == '/' || path[i] == '\\':
			start = i + 1
		}
	}
	name := path[start:]
	if name == "" || !strings.Contains(name, "${{") && strings.ContainsAny(name, "?[]{}") {
		return "*"
	}
	return name
}

func downloadArtifact(u use, f *Facts) {
	d := Fetched{Dest: u.text("path", ""), Merge: u.isTrue("merge-multiple", false) != expr.False}
	selectors := []struct{ by, input string }{{"name", "name"}, {"id", "artifact-ids"}, {"pattern", "pattern"}}
	if u.version.since(4, 0, 0) == expr.False {
		selectors = selectors[:1]
	} else if u.isSet("github-token") != expr.False {
		// Without a token of its own the action ignores these two.
		switch {
		case elsewhere(u.text("repository", ""), "github.repository"):
			d.Outside = "another repository"
		case elsewhere(u.text("run-id", ""), "github.run_id"):
			d.Outside = "another run"
		}
	}
	// A name wins over ids, ids over a pattern. One that may be empty leaves
	// the choice to the next.
	for _, s := range selectors {
		set := u.isSet(s.input)
		if set == expr.False {
			continue
		}
		d.By, d.Text, d.Input = s.by, u.text(s.input, ""), ""
		if s.by == "id" {
			d.Input = s.input
		}
		f.Fetches = append(f.Fetches, d)
		if set == expr.True || !u.mayBeEmpty(s.input) {
			return
		}
	}
	d.By, d.Text, d.Input = "all", "", ""
	f.Fetches = append(f.Fetches, d)
}

// downloadFromRun looks for a run by itself: the newest good one of a workflow
// unless it is told which.
func downloadFromRun(u use, f *Facts) {
	d := Fetched{By: "all", Dest: u.text("path", "./"), Merge: u.isTrue("merge_multiple", false) != expr.False, Outside: "another run"}
	switch {
	case elsewhere(u.text("repo", ""), "github.repository"):
		d.Outside = "another repository"
	case u.isSet("run_id") == expr.True && !elsewhere(u.text("run_id", ""), "github.run_id"):
		d.Outside = ""
	case expressionIs(u.text("run_id", ""), "github.run_id"):
		d.Outside = ""
	}
	if u.isSet("name") != expr.False {
		d.By, d.Text = "name", u.text("name", "")
		if u.isTrue("name_is_regexp", false) != expr.False {
			// A regular expression is not a glob: it may match anything.
			d.By, d.Text = "pattern", "*"
		}
	}
	f.Fetches = []Fetched{d}
}

// elsewhere: a text names something other than what the expression gives,
// which is also what the action takes without it.
func elsewhere(text, expression string) bool {
	return strings.TrimSpace(text) != "" && !expressionIs(text, expression)
}

// expressionIs: a text is this expression and nothing else.
func expressionIs(text, expression string) bool {
	body, opened := strings.CutPrefix(strings.TrimSpace(text), "${{")
	body, closed := strings.CutSuffix(body, "}}")
	return opened && closed && strings.EqualFold(strings.TrimSpace(body), expression)
}
