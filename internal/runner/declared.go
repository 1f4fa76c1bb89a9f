// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// Limits of the runner for declared artifacts. Over one of them it fails the
// step.
const (
	maxDeclaredBytes = 1 << 20 // of one step's file
	maxDeclared      = 500     // of all steps of a job
)

// Where a container step finds what it shares with the runner, and how the
// runner tells an image by its digest from a path.
const (
	containerRoot      = "/github/"
	containerWorkspace = "/github/workspace"
)

var imageDigest = lazyregexp.New(`@sha(256|384|512):[0-9a-fA-F]+$`)

// DeclareArtifacts names files as artifacts of the job, in the file that
// GITHUB_ARTIFACTS names: the runner takes their digests after the step, and
// later steps find them in GITHUB_ARTIFACTS_LIST. A runner that does not know
// the file, or has it switched off, gets or takes nothing.
//
// Paths are those of this process. Each becomes one line: relative to the
// workspace for a file below it, as the runner reads relative paths from there,
// else absolute. A path that the runner cannot read from a line, or cannot
// reach from outside the container, is an error that names it; over a limit
// the error is [ErrFull]. After an error nothing is declared.
func (r *Runner) DeclareArtifacts(paths []string) error {
	if r == nil || len(paths) == 0 {
		return nil
	}
	if v, _ := r.lookup("GITHUB_ARTIFACTS"); v == "" {
		return nil
	}
	workspace, _ := r.lookup("GITHUB_WORKSPACE")
	var text strings.Builder
	seen := map[string]bool{}
	for _, p := range paths {
		line, err := declaration(p, workspace)
		if err != nil {
			return fmt.Errorf("declaring the artifact %q: %w", p, err)
		}
		if !seen[line] {
			seen[line] = true
			text.WriteString(line + "\n")
		}
	}
	if len(seen) > maxDeclared {
		return fmt.Errorf("declaring artifacts: %d files, and a job may declare %d: %w", len(seen), maxDeclared, ErrFull)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.appendWhole("GITHUB_ARTIFACTS", text.String(), maxDeclaredBytes); err != nil {
		return fmt.Errorf("declaring artifacts: %w", err)
	}
	return nil
}

// declaration is the line that names a file: its path, with the scheme that
// says so where it could be read as something else.
func declaration(path, workspace string) (string, error) {
	if path == "" {
		return "", errors.New("the path is empty")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	line := abs
	if rel, err := filepath.Rel(workspace, abs); err == nil && filepath.IsAbs(workspace) && filepath.IsLocal(rel) && rel != "." {
		line = rel
	} else if filepath.Clean(workspace) == containerWorkspace && !strings.HasPrefix(abs, containerRoot) {
		return "", fmt.Errorf("the runner cannot reach it from outside the container; only folders below %s are shared", containerRoot)
	}
	if what, at, bad := control(line, ""); bad {
		return "", fmt.Errorf("the path has %s at byte %d, which a line of the runner's file cannot hold; rename it", what, at)
	}
	if strings.ContainsAny(line, "=\u2028\u2029") {
		return "", errors.New(`the path has "=" or a line separator, which a line of the runner's file cannot hold; rename it`)
	}
	if strings.TrimRightFunc(line, unicode.IsSpace) != line {
		return "", errors.New("the path ends in a space, which the runner drops; rename it")
	}
	first := []rune(line)[0]
	if first == '#' || first == '\ufeff' || unicode.IsSpace(first) || imageDigest.MatchString(line) {
		line = "file://" + line
	}
	return line, nil
}

// appendWhole appends whole lines to a command file of at most limit bytes, or
// nothing: what a failed write leaves is cut off again.
func (r *Runner) appendWhole(variable, text string, limit int64) (err error) {
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
	if size+int64(len(text)) > limit {
		return fmt.Errorf("%s may have %d bytes and would have %d: %w", variable, limit, size+int64(len(text)), ErrFull)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	defer func() {
		if closing := f.Close(); err == nil && closing != nil {
			err = fmt.Errorf("writing %s: %w", variable, closing)
		}
	}()
	if _, err := f.WriteString(text); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", variable, err), f.Truncate(size))
	}
	return nil
}
