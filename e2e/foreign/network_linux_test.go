// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// inNoNetwork has a command run where there is no network at all, and its
// network's counters written to report afterwards.
func inNoNetwork(cmd *exec.Cmd, report string) {
	// The counters go with the network, so that the shell has to read them.
	const script = `report=$1; shift; "$@"; code=$?; cat /proc/self/net/snmp >"$report"; exit $code`
	cmd.Args = append([]string{"sh", "-c", script, "sh", report, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
}

// tries reads how often something without a way out was to be sent: in a
// network without any, each attempt to connect or to look up a name is one.
func tries(t *testing.T, report string) string {
	t.Helper()
	data, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^Ip: .*$`).FindAllString(string(data), 2)
	if len(lines) != 2 {
		t.Fatalf("the counters are\n%s", data)
	}
	names, values := strings.Fields(lines[0]), strings.Fields(lines[1])
	for i, name := range names {
		if name == "OutNoRoutes" && i < len(values) {
			return values[i]
		}
	}
	t.Fatalf("no such counter:\n%s", data)
	return ""
}

// TestNoNetwork shows that the tools verify without a network and do not even
// try to reach one. A program that does try shows that it would be seen.
func TestNoNetwork(t *testing.T) {
	report := filepath.Join(t.TempDir(), "snmp")
	asks := exec.Command("/bin/sh", "-c", "getent hosts sallyport.invalid || true")
	if bash, err := exec.LookPath("bash"); err == nil {
		asks = exec.Command(bash, "-c", ": </dev/tcp/127.0.0.1/1 || true")
	}
	inNoNetwork(asks, report)
	if out, err := asks.CombinedOutput(); err != nil {
		t.Skipf("no network namespace can be made here: %v %s", err, out)
	}
	if got := tries(t, report); got == "0" {
		t.Skip("this kernel does not count what finds no way out")
	}
	isolate = func(cmd *exec.Cmd) { inNoNetwork(cmd, report) }
	t.Cleanup(func() { isolate = nil })
	r := makeRelease(t)
	for _, tool := range Tools() {
		t.Run(tool.Name, func(t *testing.T) {
			need(t, tool)
			for _, s := range shapes(t, r)[3:5] {
				c := s.write(t, r)
				// A proxy that is not there would count as an attempt: it is.
				if err := tool.Verify(t.Context(), c); err != nil {
					t.Error(err)
				}
				if got := tries(t, report); got != "0" {
					t.Errorf("%s: it tried %s times to reach the network", s.name, got)
				}
			}
		})
	}
}
