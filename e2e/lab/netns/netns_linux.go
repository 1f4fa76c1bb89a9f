// SPDX-License-Identifier: BSD-3-Clause

package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

// marker is set for the second start only, and unset by it: what it starts may
// well be this program once more.
const marker = "SALLYPORT_E2E_NAMESPACE"

// Command returns the running program, with the arguments that follow its
// name, to be started in namespaces of its own; whoever is not root is root in
// them, and nobody outside. The kernel kills it when the thread that starts it
// ends: start it from a goroutine that is locked to the main thread.
func Command(args []string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding the running program: %w", err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), marker+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return cmd, nil
}

// Inside reports whether the program was started by [Command].
func Inside() bool { return os.Getenv(marker) != "" }

// Enter brings the loopback interface of the new namespace up. It is called
// once, first of all, where [Inside] is true.
func Enter() error {
	if err := os.Unsetenv(marker); err != nil {
		return err
	}
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("bringing the loopback interface up: %w%s", err, permission(err))
	}
	return nil
}

// permission is what to do about a kernel that lets nobody but root do it, as
// Ubuntu's since 24.04 does.
func permission(err error) string {
	if !errors.Is(err, fs.ErrPermission) {
		return ""
	}
	return "; run as root, or allow namespaces to everybody: sysctl kernel.apparmor_restrict_unprivileged_userns=0"
}

// Explain adds to an error of starting [Command] what to do about it.
func Explain(err error) error {
	return fmt.Errorf("starting in a network namespace: %w%s", err, permission(err))
}

// ifreq is the kernel's struct ifreq (netdevice(7)) with flags in its union.
type ifreq struct {
	name  [syscall.IFNAMSIZ]byte
	flags uint16
	_     [22]byte
}

func loopbackUp() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer syscall.Close(fd)
	req := ifreq{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(req.name[:], "lo")
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&req))); errno != 0 {
		return os.NewSyscallError("ioctl SIOCSIFFLAGS", errno)
	}
	return nil
}
