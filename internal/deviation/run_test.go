// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// environment is what a scene may change of the program's surroundings.
type environment struct {
	cli.Env
	variables map[string]string
	online    bool
}

// outcome is what a run of the program came to.
type outcome struct {
	code           int
	report         *report.Report // nil where nothing was written to standard output
	stdout, stderr string
	folder         string
}

// run writes the scene and runs the program on it, as its users do.
func run(tb testing.TB, s *scene) outcome {
	tb.Helper()
	folder := tb.TempDir()
	s.write(tb, folder)

	var stdout, stderr bytes.Buffer
	e := environment{variables: map[string]string{}}
	e.Env = cli.Env{
		Lookup: func(name string) (string, bool) { v, ok := e.variables[name]; return v, ok },
		Stdin:  strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		Now: func() time.Time { return sigstoretest.DefaultTime.Add(time.Hour) },
	}
	if s.world != nil {
		s.world(tb, &e)
	}
	args := []string{"verify", "--format", "json", "--repo", folder}
	if !e.online {
		args = append(args, "--offline")
	}
	for i := range s.roots {
		args = append(args, "--trusted-root", filepath.Join(folder, rootFile(i)))
	}
	if s.policy != nil {
		args = append(args, "--policy", filepath.Join(folder, "sallyport.yml"))
	}
	for _, a := range s.attestations {
		if a.given {
			args = append(args, "--bundle", filepath.Join(folder, filepath.FromSlash(a.file)))
		}
	}
	for _, f := range s.flags {
		args = append(args, strings.ReplaceAll(f, "FOLDER", folder))
	}
	for _, p := range s.paths {
		args = append(args, filepath.Join(folder, filepath.FromSlash(p)))
	}
	e.Args = args

	o := outcome{code: cli.Main(e.Env), stdout: stdout.String(), stderr: stderr.String(), folder: folder}
	if o.stdout != "" {
		reporttest.ValidateJSON(tb, stdout.Bytes())
		o.report = &report.Report{}
		if err := json.Unmarshal(stdout.Bytes(), o.report); err != nil {
			tb.Fatalf("reading the report: %v\n%s", err, o.stdout)
		}
	}
	return o
}

// rules are the rules that found something or could not be decided, each once.
func (o outcome) rules() map[string]bool {
	seen := map[string]bool{}
	for _, f := range o.report.Findings {
		seen[f.Rule] = true
	}
	for _, u := range o.report.Unchecked {
		seen[u.Rule] = true
	}
	return seen
}

// base is the last element of a subject's path; "" stays, the whole release.
func base(subject string) string {
	if subject == "" {
		return ""
	}
	return filepath.Base(subject)
}

// describe lists findings and unchecked items for a failing test.
func (o outcome) describe() string {
	var b strings.Builder
	b.WriteString("standard error: " + o.stderr + "\n")
	if o.report == nil {
		return b.String()
	}
	b.WriteString("verdict: " + string(o.report.Verdict) + "\n")
	for _, f := range o.report.Findings {
		b.WriteString("  " + string(f.Severity) + " " + f.Rule + " [" + base(f.Subject) + "] " + f.Message + "\n")
	}
	for _, u := range o.report.Unchecked {
		b.WriteString("  unchecked " + u.Rule + " [" + base(u.Subject) + "] " + u.Reason + "\n")
	}
	return b.String()
}
