// SPDX-License-Identifier: BSD-3-Clause

//go:build !linux

package netns

import "os/exec"

// Command returns [ErrUnsupported].
func Command([]string) (*exec.Cmd, error) { return nil, ErrUnsupported }

// Explain returns err.
func Explain(err error) error { return err }

// Inside reports false.
func Inside() bool { return false }

// Enter returns [ErrUnsupported].
func Enter() error { return ErrUnsupported }
