// SPDX-License-Identifier: BSD-3-Clause

package process

import (
	"os"
	"syscall"
	"time"
	"unsafe"
)

// paused waits until all threads of the child process have stopped: a signal
// that was sent has not arrived, and an answer may still be on its way.
func paused(pid int) error {
	// waitid(2): stops only, so that the end is left to exec.Cmd, and without
	// taking the news away, so that whoever pauses twice hears it twice.
	const pPID, wStopped, wNoWait = 1, 2, 1 << 24
	var info [128]byte // siginfo_t, all zero where there is nothing to tell yet
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pPID, uintptr(pid), uintptr(unsafe.Pointer(&info)), wStopped|wNoWait|syscall.WNOHANG, 0, 0)
		switch {
		case errno == syscall.EINTR:
		case errno != 0:
			return os.NewSyscallError("waitid", errno)
		case info != [128]byte{}:
			return nil
		}
		if time.Now().After(end) {
			return os.ErrDeadlineExceeded
		}
	}
}
