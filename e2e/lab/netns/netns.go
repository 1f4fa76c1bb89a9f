// SPDX-License-Identifier: BSD-3-Clause

// Package netns starts the running program again where nobody outside can
// reach it: in a network namespace of its own, which has a loopback interface
// and nothing else, and in a process namespace of its own, of which it is the
// first process, so that the kernel ends with it whatever it started. It
// trusts the kernel.
package netns

import "errors"

// ErrUnsupported is returned where there are no namespaces.
var ErrUnsupported = errors.New("the real servers need Linux: they run in a network namespace of their own")
