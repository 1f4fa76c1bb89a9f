// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf16"

	"github.com/sethvargo/go-githubactions"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// Limits of the runner for its command files.
const (
	maxOutputs = 1000 * 1000 // of all outputs of a job together, in bytes of UTF-16
	maxSummary = 1 << 20     // bytes of one step's summary; above it the runner shows none of it
)

// outputName is stricter than the runner, which takes whatever stands before
// the delimiter.
var outputName = lazyregexp.New(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)

// Output sets an output of the step. Names are lower-case words joined by
// hyphens or underscores, at most 64 bytes. Values are one line: a value with
// a control character, or that is not UTF-8, is refused (write lists as JSON,
// which escapes them). All outputs of a job share 1 MB; over it, [ErrFull].
//
// The value is exact. Whoever puts it into a shell script is exposed to what
// it holds; the runner is not.
func (r *Runner) Output(name, value string) error {
	if r == nil {
		return nil
	}
	if !outputName.MatchString(name) || len(name) > 64 {
		return fmt.Errorf("setting output %q: not a name of lower-case words joined by hyphens", name)
	}
	if what, at, bad := control(value, ""); bad {
		return fmt.Errorf("setting output %q: the value has %s at byte %d; encode it as JSON", name, what, at)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	size := 2 * (len(utf16.Encode([]rune(name))) + len(utf16.Encode([]rune(value))))
	if r.outputSize+size > maxOutputs {
		return fmt.Errorf("setting output %q: all outputs of a job may have %d bytes: %w", name, maxOutputs, ErrFull)
	}
	mark, err := delimiter(name, value)
	if err != nil {
		return fmt.Errorf("setting output %q: %w", name, err)
	}
	text := name + "<<" + mark + "\n" + value + "\n" + mark
	if err := r.appendTo("GITHUB_OUTPUT", "output", text); err != nil {
		return fmt.Errorf("setting output %q: %w", name, err)
	}
	r.outputSize += size
	return nil
}

// delimiter makes a heredoc delimiter that nobody can guess and none of texts
// contains.
func delimiter(texts ...string) (string, error) {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("making a delimiter: %w", err)
	}
	mark := "sallyport_" + hex.EncodeToString(random[:])
	for _, text := range texts {
		if strings.Contains(text, mark) {
			return "", fmt.Errorf("making a delimiter: the text holds it already")
		}
	}
	return mark, nil
}

// SummaryRoom returns how many bytes [Runner.AppendSummary] can still take.
func (r *Runner) SummaryRoom() (int, error) {
	if r == nil {
		return 0, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, size, err := r.file("GITHUB_STEP_SUMMARY")
	if err != nil {
		return 0, fmt.Errorf("measuring the step summary: %w", err)
	}
	return max(0, maxSummary-int(min(size, maxSummary))-2), nil
}

// AppendSummary adds Markdown to the step summary, which may have 1 MiB with
// what is in it already; over it, nothing is written and [ErrFull] returned.
// The text must be escaped by whoever made it; control characters other than
// newlines and tabs are refused.
func (r *Runner) AppendSummary(markdown string) error {
	if r == nil || markdown == "" {
		return nil
	}
	if what, at, bad := control(markdown, "\n\t"); bad {
		return fmt.Errorf("writing the step summary: the text has %s at byte %d", what, at)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, size, err := r.file("GITHUB_STEP_SUMMARY")
	if err != nil {
		return fmt.Errorf("writing the step summary: %w", err)
	}
	if size+int64(len(markdown))+2 > maxSummary {
		return fmt.Errorf("writing the step summary: %d bytes to the %d that are there: %w", len(markdown), size, ErrFull)
	}
	if err := r.appendTo("GITHUB_STEP_SUMMARY", "step-summary", markdown); err != nil {
		return fmt.Errorf("writing the step summary: %w", err)
	}
	return nil
}

// file returns the path of a command file and its size. The runner makes these
// files before the step; anything but a regular file is refused.
func (r *Runner) file(variable string) (path string, size int64, err error) {
	path, _ = r.lookup(variable)
	if path == "" {
		return "", 0, fmt.Errorf("%s is not set; is this a step of GitHub Actions?", variable)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return "", 0, fmt.Errorf("%s: %w", variable, err)
	}
	if !info.Mode().IsRegular() {
		return "", 0, fmt.Errorf("%s: %q is not a regular file", variable, path)
	}
	return path, info.Size(), nil
}

// appendTo appends text and a newline to a command file, on a line of its own
// even if what is there does not end in a newline.
func (r *Runner) appendTo(variable, command, text string) error {
	path, size, err := r.file(variable)
	if err != nil {
		return err
	}
	if size > 0 {
		last, err := lastByte(path, size)
		if err != nil {
			return fmt.Errorf("reading %s: %w", variable, err)
		}
		if last != '\n' {
			text = "\n" + text
		}
	}
	// go-githubactions adds the final newline.
	cmd := &githubactions.Command{Name: command, Message: text}
	return guarded("appending to "+variable, func() { r.act.IssueFileCommand(cmd) })
}

func lastByte(path string, size int64) (byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], size-1); err != nil && err != io.EOF {
		return 0, err
	}
	return b[0], nil
}
