// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// limit is how long one run may take; it takes half a minute.
const limit = 5 * time.Minute

// line is one line of act's log.
type line struct {
	Level   string   `json:"level"`
	Msg     string   `json:"msg"`
	Job     string   `json:"job"`
	JobID   string   `json:"jobID"`
	Step    string   `json:"step"`
	StepID  []string `json:"stepID"`
	Stage   string   `json:"stage"`
	Raw     bool     `json:"raw_output"`
	Command string   `json:"command"`
	// RawCommand is a command of the log as it was printed.
	RawCommand string `json:"raw"`
	Content    string `json:"content"` // of a summary
	StepResult string `json:"stepResult"`
	JobResult  string `json:"jobResult"`

	at time.Duration // since act's start
}

// result is what a run left.
type result struct {
	code  int
	took  time.Duration
	lines []line
	out   []string // the names of what was uploaded
}

// foreignActions are the actions that act must not fetch, with our stand-ins.
// Checkout it does itself.
var foreignActions = map[string]string{
	"actions/setup-python": "setup-python", "actions/upload-artifact": "upload-artifact", "actions/download-artifact": "download-artifact",
	"actions/cache": "cache", "actions/attest-build-provenance": "attest-build-provenance", "pypa/gh-action-pypi-publish": "gh-action-pypi-publish",
}

var usesLine = regexp.MustCompile(`(?m)^\s*(?:- )?uses: ([\w.-]+/[\w.-]+)(?:/[^@\s]*)?@([0-9a-f]{40})`)

// local are the flags by which act takes actions from folders: all that the
// workflows name.
func (r *release) local() []string {
	here, err := filepath.Abs("stand-ins")
	if err != nil {
		r.t.Fatal(err)
	}
	flags := []string{"--local-repository", "scientific-python/sallyport@" + commit + "=" + r.ours}
	for _, path := range r.workflows() {
		for _, m := range usesLine.FindAllStringSubmatch(string(get(r.t, path)), -1) {
			flag := m[1] + "@" + m[2] + "="
			if folder, ok := foreignActions[m[1]]; ok && !slices.ContainsFunc(flags, func(f string) bool { return strings.HasPrefix(f, flag) }) {
				flags = append(flags, "--local-repository", flag+filepath.Join(here, folder))
			}
		}
	}
	return flags
}

// run pushes the tag.
func (r *release) run() result {
	r.t.Helper()
	dir := filepath.Dir(r.dir)
	put(r.t, filepath.Join(dir, "event.json"), r.event())
	put(r.t, filepath.Join(dir, "empty"), nil)
	empty := filepath.Join(dir, "empty")
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.world.act, append([]string{"push", "--json",
		"--directory", r.repo, "--workflows", ".github/workflows/release.yml", "--eventpath", filepath.Join(dir, "event.json"),
		"--platform", "ubuntu-24.04=" + jobImage, "--container-architecture", "linux/amd64", "--pull=false", "--action-offline-mode",
		"--network", "host", "--container-daemon-socket", "-", "--container-options", "-v " + r.dir + ":" + mount,
		"--no-cache-server", "--action-cache-path", filepath.Join(dir, "actions"), "--rm",
		"--env-file", empty, "--secret-file", empty, "--var-file", empty, "--input-file", empty,
		"--secret", "GITHUB_TOKEN=" + token, "--actor", "octocat", "--env", "GITHUB_REPOSITORY=octo-sci/samplepkg",
		"--env", "GITHUB_RUN_ID=11122233344", "--env", "GITHUB_RUN_NUMBER=17", "--env", "GITHUB_RUN_ATTEMPT=" + r.attempt,
	}, r.local()...)...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	engine := <-r.world.engines
	defer func() { r.world.engines <- engine }()
	cmd.Env = engine.env
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	var res result
	var whole bytes.Buffer
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		whole.Write(append(lines.Bytes(), '\n'))
		l := line{at: time.Since(begin)}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			l.Level, l.Msg = "error", lines.Text()
		}
		res.lines = append(res.lines, l)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil || lines.Err() != nil {
		r.t.Fatalf("act: %v, %v, %v\n%s%s", err, ctx.Err(), lines.Err(), &whole, &stderr)
	}
	res.code, res.took = cmd.ProcessState.ExitCode(), time.Since(begin)
	put(r.t, filepath.Join(dir, "log.json"), whole.Bytes())
	out, err := os.ReadDir(filepath.Join(r.dir, "out"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.t.Fatal(err)
	}
	for _, e := range out {
		res.out = append(res.out, e.Name())
	}
	res.lines = append(res.lines, line{Msg: stderr.String(), at: res.took})
	return res
}

// text is the log as a person would see it.
func (r result) text() string {
	var b strings.Builder
	for _, l := range r.lines {
		if strings.HasPrefix(l.Msg, "LocalRepositoryCache") {
			continue
		}
		fmt.Fprintf(&b, "%6.2f [%s] %s\n", l.at.Seconds(), l.Job, strings.TrimRight(l.Msg, "\n"))
	}
	return b.String()
}
