// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"path"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// fetched are the downloads of a step on a path that commands make and no
// reader of downloads knows: anything that comes from the network into a folder
// that is handed on. In a job that uploads, what goes to a place that is not
// known counts as well. Got are the names of what earlier commands got.
func (a *audit) fetched(sp *spot, s *graph.Step, got *[]string) []*graph.Download {
	const most = 50 // places and names, of a job that is written to be slow to read
	if len(s.Commands) == 0 {
		return nil
	}
	taken := takenFolders(sp, s)
	if s.Step == nil || len(taken) == 0 {
		return nil
	}
	var out []*graph.Download
	here := ""
	for _, c := range s.Commands {
		if v := positional(commandArgs(c.Command)); (c.Program() == "cd" || c.Program() == "pushd") && len(v) > 0 && c.File == s.File {
			here = folder(v[0])
			continue
		}
		from := comesFrom(c)
		if from != "" {
			*got = append(*got, destinations(s, c)...)
			*got = (*got)[max(0, len(*got)-most):]
		}
		if len(out) > most || slices.ContainsFunc(s.Downloads, func(d *graph.Download) bool { return d.File == c.File && d.Line == c.Line }) || soldAt(s, c) {
			continue
		}
		into, sure := a.lands(s, c, taken)
		if into == "" && slices.Contains(taken, here) && blind(c) {
			into = here
		}
		if from == "" && into != "" && unpacks(c) && slices.ContainsFunc(commandArgs(c.Command), func(w string) bool { return slices.Contains(*got, path.Base(w)) }) {
			from = "an address"
		}
		if from == "" && pipedFrom(c) {
			from = "an address"
		}
		if from == "" && into != "" && sure && !sp.publishes && writesDist(s, c) && c.Program() == "base64" {
			from = "a text of the repository"
		}
		if from == "" || into == "" && !(sp.publishes && blind(c)) {
			continue
		}
		out = append(out, &graph.Download{Step: s, By: graph.All, Outside: from, Dest: into, File: c.File, Line: c.Line})
	}
	return out
}

// destinations are the names of the files that a command may write.
func destinations(s *graph.Step, c graph.Command) []string {
	var out []string
	for _, w := range commandArgs(c.Command) {
		if !strings.HasPrefix(w, "-") && !strings.Contains(w, "$") {
			out = append(out, path.Base(w))
		}
	}
	for _, w := range s.Written {
		if s.Step.Run != nil && s.Step.Run.Script.LineAt(w.Line) == c.Line {
			out = append(out, path.Base(w.Path.Text))
		}
	}
	return out
}

// unpacks reports whether a command takes files out of an archive, or brings
// them to another place.
func unpacks(c graph.Command) bool {
	return slices.Contains([]string{"unzip", "tar", "bsdtar", "7z", "mv", "cp", "zipfile", "tarfile", "expand-archive", "gunzip", "zstd"}, c.Program())
}

// takenFolders are the folders from which a job's files are taken on after a
// step, that is, uploaded to an index or stored.
func takenFolders(sp *spot, s *graph.Step) []string {
	var out []string
	add := func(files []string) {
		for _, f := range files {
			if f = folder(f); f != "." && !strings.Contains(f, "$") && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	for _, k := range sp.sinks {
		if k.Step.Job == sp.job && together(s, k.Step) && k.Step.Index >= s.Index {
			add(k.Files)
		}
	}
	for _, st := range sp.stages {
		if st.Upload != nil && st.Upload.Step.Job == sp.job && st.Upload.Step.Index >= s.Index {
			add(st.Upload.Paths)
		}
	}
	return out
}

// lands is the folder among those that a command names as a place to write to,
// "" for none.
func (a *audit) lands(s *graph.Step, c graph.Command, taken []string) (dir string, sure bool) {
	names := commandArgs(c.Command)
	switch c.Program() {
	case "aws", "gsutil", "gcloud", "az", "rclone", "s3cmd", "s5cmd", "mc", "azcopy", "scp", "rsync", "docker", "podman", "mv", "cp":
		// The place comes last, or behind a flag that says so.
		if v := positional(names); len(v) > 0 {
			names = append(slices.DeleteFunc(slices.Clone(names), func(w string) bool { return !strings.HasPrefix(w, "-") }), v[len(v)-1])
			for i := range v {
				if strings.Contains(v[i], ":") && i+1 < len(v) { // sources stand before it
					names = append(names, v[i+1:]...)
					break
				}
			}
		}
	}
	for _, w := range s.Written {
		if w.Line > 0 && s.Step.Run != nil && s.Step.Run.Script.LineAt(w.Line) == c.Line && c.File == s.File {
			names = append(names, w.Path.Text)
		}
	}
	for _, w := range names {
		if _, value, ok := strings.Cut(w, "="); ok && strings.HasPrefix(w, "-") {
			w = value
		}
		for _, t := range taken {
			if f := folder(w); f == t || strings.HasPrefix(f+"/", t+"/") || path.Dir(f) == t {
				return t, true
			}
			if (c.Program() == "python" || c.Program() == "py") && (strings.Contains(w, "'"+t) || strings.Contains(w, `"`+t)) {
				return t, true
			}
		}
	}
	return "", false
}

// comesFrom says where a command gets files from, "" where it gets none.
func comesFrom(c graph.Command) string {
	for _, r := range c.Unwrap() {
		a := commandArgs(r)
		switch name := strings.ToLower(r.Program()); name {
		case "curl", "wget", "aria2c", "http", "https", "xh", "invoke-webrequest", "iwr", "nc", "ncat", "netcat", "socat", "lftp", "ftp", "axel":
			return "an address"
		case "aws", "gsutil", "gcloud", "az", "rclone", "s3cmd", "s5cmd", "mc", "azcopy":
			if slices.ContainsFunc(a, func(w string) bool {
				return strings.Contains(w, "://") || strings.Contains(w, "download") || strings.Contains(w, ":")
			}) {
				return "an address"
			}
		case "scp", "sftp", "rsync":
			if slices.ContainsFunc(a, func(w string) bool { return strings.Contains(w, ":") }) {
				return "an address"
			}
		case "oras", "skopeo", "crane":
			if slices.ContainsFunc(a, func(w string) bool {
				return w == "pull" || w == "copy" || w == "export" || w == "blob"
			}) {
				return "an address"
			}
		case "docker", "podman":
			if verbOf(a) == "cp" && len(a) > 1 && strings.Contains(a[1], ":") {
				return "an address"
			}
		case "gh":
			if verbOf(a) == "api" {
				return "an address"
			}
		case "git":
			switch v := positional(a, "-c", "-C"); {
			case len(v) > 1 && v[0] == "clone":
				return "another repository"
			case len(v) > 1 && (v[0] == "checkout" || v[0] == "restore") && (slices.Contains(a, "--") || hasFlag(a, "--source", "-s")):
				return "another commit"
			}
		case "pip", "pip3":
			if verbOf(a) == "download" {
				return "an address"
			}
		case "python", "py":
			if pythonKind(r, a) == fetches {
				return "an address"
			}
		}
	}
	return ""
}

// pipedFrom reports whether a command takes what another one gets from the
// network.
func pipedFrom(c graph.Command) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(c.Piped), " ")
	return slices.Contains([]string{"curl", "wget", "aws", "gsutil", "gh", "nc"}, first) &&
		slices.Contains([]string{"tar", "bsdtar", "tee", "dd", "cat", "unzip", "funzip", "zstd", "gunzip", "gzip", "xz", "base64", "cpio"}, c.Program())
}

// blind reports whether a command that gets files from the network says in no
// word where they go, or only in words that are not known.
func blind(c graph.Command) bool {
	switch c.Program() {
	case "curl":
		a := commandArgs(c.Command)
		for i, w := range a {
			if strings.Contains(shortFlags(w, "AbcCdDeEFhHKmoPQrtTuUwxXyYz"), "O") || longFlag(w, 5, "--remote-name", "--remote-name-all") {
				return true
			}
			if strings.HasSuffix(shortFlags(w, "AbcCdDeEFhHKmoPQrtTuUwxXyYz"), "o") && i+1 < len(a) && strings.HasPrefix(a[i+1], "$") {
				return true
			}
		}
	}
	return false
}

// writesDist reports whether a command writes a distribution by redirection.
func writesDist(s *graph.Step, c graph.Command) bool {
	return slices.ContainsFunc(s.Written, func(w shell.Write) bool {
		return s.Step.Run != nil && s.Step.Run.Script.LineAt(w.Line) == c.Line && (strings.HasSuffix(w.Path.Text, ".whl") || strings.HasSuffix(w.Path.Text, ".tar.gz"))
	})
}

// committed is the checkout from which a job takes what it uploads: it fetches
// and makes no file, so that what it finds is in the repository; nil for none.
func (a *audit) committed(sp *spot) (checkout *graph.Step, over bool) {
	for _, k := range sp.sinks {
		if k.Step.Job != sp.job || k.Mints || k.Guessed {
			continue
		}
		if name := strings.ToLower(k.Uploader); name != "pypa/gh-action-pypi-publish" && name != "twine upload" && name != "uv publish" {
			continue
		}
		if slices.ContainsFunc(a.deeds(k.Step), func(d deed) bool { return !d.sink && d.kind >= fetches || d.kind > uploads && !d.action }) {
			continue // it makes the files as well
		}
		checkout = nil
		taken := false
		over = false
		for _, s := range sp.job.Steps {
			if s == k.Step {
				break
			}
			if s.Step == nil {
				return nil, false
			}
			if s.Known.Role == known.Checkout && strings.TrimSpace(s.With["path"]) == "" {
				// It empties the folder that it checks out into; and where it is told
				// not to, it adds the repository's files to those that are there.
				checkout, over, taken = s, over || taken, false
				continue
			}
			taken = taken || len(s.Downloads) > 0 && together(s, k.Step)
			for _, d := range a.deeds(s) {
				if d.kind >= fetches && len(s.Downloads) == 0 && d.kind != locked && (d.kind != installs || d.action) || d.kind == changes && !d.action {
					return nil, false
				}
			}
		}
		if checkout != nil && !taken && (over || len(k.Path) == 1) && together(checkout, k.Step) {
			return checkout, over
		}
	}
	return nil, false
}

// pullBuilt is a step on a path that gets the commit of a pull request in a run
// that is not for one, where code runs or files are stored behind it; nil for
// none. A ref that is empty outside of pull requests is the run's own commit.
func pullBuilt(sp *spot) *graph.Step {
	for n, s := range sp.job.Steps {
		if s.Step == nil || !sp.in(s) || !fetchesPull(s) {
			continue
		}
		if ref := strings.TrimPrefix(strings.TrimSpace(s.With["ref"]), "refs/"); s.Known.Role == known.Checkout && !strings.HasPrefix(ref, "pull/") {
			continue
		}
		own := false
		sp.onPath(s, func(i int) bool {
			e := s.Runs[i].Scenario.Event
			own = !strings.HasPrefix(e, "pull_request") && e != "workflow_run" && e != "issue_comment" && e != ""
			return !own
		})
		if own && (fetchesAndRuns(s) || slices.ContainsFunc(sp.job.Steps[n+1:], func(o *graph.Step) bool {
			return o.Step != nil && together(s, o) && (len(o.Uploads) > 0 || len(o.Sinks) > 0 || executes(o))
		})) {
			return s
		}
	}
	return nil
}
