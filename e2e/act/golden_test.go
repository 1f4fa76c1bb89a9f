// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// steps is how act names the action's steps.
const steps = "scientific-python/sallyport@" + commit

// jobs are the results of the jobs that ran.
func (r result) jobs() map[string]string {
	out := map[string]string{}
	for _, l := range r.lines {
		if l.JobResult != "" {
			out[l.Job] = l.JobResult
		}
	}
	return out
}

// said is what the action printed in a job, in all for "", without commands.
func (r result) said(job string) string {
	var b strings.Builder
	for _, l := range r.lines {
		if l.Raw && l.Step == steps && (job == "" || l.Job == job) {
			b.WriteString(strings.TrimRight(l.Msg, "\r\n") + "\n")
		}
	}
	return b.String()
}

// annotations are those of the action in a job, as printed.
func (r result) annotations(job string) string {
	var b strings.Builder
	for _, l := range r.lines {
		if l.Step == steps && l.Job == job && slices.Contains([]string{"error", "warning", "notice"}, l.Command) {
			b.WriteString(strings.TrimRight(l.RawCommand, "\r\n") + "\n")
		}
	}
	return b.String()
}

// summary is the action's step summary in a job.
func (r result) summary(job string) string {
	for _, l := range r.lines {
		if l.Command == "summary" && l.Step == steps && l.Job == job {
			return l.Content
		}
	}
	return ""
}

// containers says of each of the action's containers how long it took from the
// start to the last that the program printed.
func (r result) containers() string {
	var out []string
	for i, l := range r.lines {
		if l.Step != steps || !strings.Contains(l.Msg, "docker run image=") {
			continue
		}
		last := l.at
		for _, after := range r.lines[i:] {
			if after.Job == l.Job && after.Step == steps && after.Raw {
				last = after.at
			}
		}
		out = append(out, fmt.Sprintf("%s %d ms", l.JobID, (last-l.at).Milliseconds()))
	}
	return strings.Join(out, ", ")
}

var errorLine = regexp.MustCompile(`(?m)^ *error\[([a-z-]+)\]`)

// errorRules are the rules of the errors in a report.
func errorRules(report string) []string {
	var out []string
	for _, m := range errorLine.FindAllStringSubmatch(report, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// golden holds what the action said against the file of that name, but for what
// differs from run to run.
func (r *release) golden(name, said, annotations, summary string) {
	r.t.Helper()
	text := fmt.Sprintf("--- log\n%s\n--- annotations\n%s\n--- summary\n%s", said, annotations, summary)
	got := r.plain(text)
	path := filepath.Join("testdata", name+".golden")
	if *update {
		put(r.t, path, []byte(got))
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatalf("%v; write it with -update, and read it", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		r.t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
	}
}

var varying = []struct {
	what *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`[0-9a-f]{64}`), "SHA256"},
	{regexp.MustCompile(`\bsha256 [0-9a-f]{7}\b`), "sha256 SHA256"},
	{regexp.MustCompile(`\b\d+ rules (applied|checked)`), "N rules $1"},
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\d[ T]\d\d(:|&#58;)\d\d(:|&#58;)\d\d(\.\d+)?( UTC|Z)?`), "TIME"},
}

// plain is text without what varies.
func (r *release) plain(text string) string {
	api, err := url.Parse(r.github.URL())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, host := range []string{api.Host, strings.ReplaceAll(api.Host, ":", "%3A"), strings.ReplaceAll(api.Host, ":", "&#58;")} {
		text = strings.ReplaceAll(text, host, "API")
	}
	text = strings.NewReplacer(r.sha, "COMMIT", r.sha[:12], "COMMIT", r.sha[:7], "COMMIT").Replace(text)
	for _, v := range varying {
		text = v.what.ReplaceAllString(text, v.name)
	}
	return text
}
