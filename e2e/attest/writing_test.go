// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A run that is interrupted while it writes has written everything or nothing,
// and says which.
func TestInterruptedWriting(t *testing.T) {
	for range 10 {
		s := newScene(t, 6)
		before := s.count()
		cmd := s.command(t, s.attestArgs())
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(20 * time.Second); s.count() == before && time.Now().Before(end); {
			time.Sleep(100 * time.Microsecond)
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		code, wrote := cmd.ProcessState.ExitCode(), s.count()-before
		if (code == 0) != (wrote == 13) || code != 0 && wrote != 0 {
			t.Fatalf("exit code %d, %d files: %s", code, wrote, stderr.String())
		}
	}
}

// count is how many files lie in the folders, while they change.
func (s *scene) count() int {
	n := 0
	for _, dir := range []string{s.dist, filepath.Join(s.dir, "temp")} {
		_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return nil
		})
	}
	return n
}
