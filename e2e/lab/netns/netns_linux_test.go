// SPDX-License-Identifier: BSD-3-Clause

package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if Inside() {
		if err := report(); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// report prints what there is inside.
func report() error {
	if err := Enter(); err != nil {
		return err
	}
	if Inside() {
		return errors.New("what is started next would take itself for this")
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp != 0 {
			fmt.Println("interface", i.Name)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return err
	}
	conn.Close()
	fmt.Println("user", os.Getuid(), "process", os.Getpid())
	// Whoever is left when this one ends.
	left := exec.Command("sleep", "600")
	left.Stdout = os.Stdout
	if err := left.Start(); err != nil {
		return err
	}
	conn, err = net.DialTimeout("tcp", os.Getenv("OUTSIDE"), 5*time.Second)
	if err == nil {
		conn.Close()
		return errors.New("the outside is reached")
	}
	fmt.Println("alone")
	return nil
}

func TestCommand(t *testing.T) {
	outside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	cmd, err := Command(nil)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "OUTSIDE="+outside.Addr().String())
	// This goroutine's thread may end before the test does, and the program
	// with it.
	cmd.SysProcAttr.Pdeathsig = 0
	begin := time.Now()
	// A pipe: this returns when nobody holds its other end any more.
	out, err := cmd.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) || strings.Contains(string(out), "operation not permitted") {
		t.Skipf("this kernel lets us make no namespaces: %v\n%s", err, out)
	}
	if want := "interface lo\nuser 0 process 1\nalone\n"; err != nil || string(out) != want {
		t.Errorf("%v, said\n%s, want\n%s", err, out, want)
	}
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("ended after %v: what it left was not killed", took)
	}
}

func TestExplain(t *testing.T) {
	if err := Explain(fs.ErrPermission); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "as root") {
		t.Errorf("%v", err)
	}
	if err := Explain(fs.ErrNotExist); strings.Contains(err.Error(), "as root") {
		t.Errorf("%v", err)
	}
}
