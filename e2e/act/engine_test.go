// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// engine is podman, which serves Docker's API on a socket, with a storage of
// its own.
type engine struct {
	dir   string
	env   []string // of podman and act
	cmd   *exec.Cmd
	log   bytes.Buffer
	front *front
}

// startEngine starts podman with what it writes in dir. The first one loads the
// images (the action's, the jobs'); the others find them in its storage.
func startEngine(dir string, others []*engine, images []string) (*engine, error) {
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.MkdirAll(at("home"), 0o755); err != nil {
		return nil, err
	}
	driver, shared := os.Getenv("SALLYPORT_E2E_STORAGE"), ""
	if driver == "" {
		driver = "overlay"
	}
	if len(others) > 0 {
		shared = fmt.Sprintf("[storage.options]\nadditionalimagestores = [%q]\n", filepath.Join(others[0].dir, "storage"))
	}
	for name, text := range map[string]string{
		// See e2e/container/lab.sh on runc and the limits.
		"containers.conf": fmt.Sprintf("[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=4096:4096\"]\n"+
			"[engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"none\"\ntmp_dir = %q\nvolume_path = %q\n", at("run/libpod"), at("volumes")),
		"storage.conf": fmt.Sprintf("[storage]\ndriver = %q\ngraphroot = %q\nrunroot = %q\n%s", driver, at("storage"), at("run"), shared),
	} {
		if err := os.WriteFile(at(name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	e := &engine{dir: dir}
	e.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + at("home"), "TMPDIR=" + dir,
		"CONTAINERS_CONF=" + at("containers.conf"), "CONTAINERS_STORAGE_CONF=" + at("storage.conf"), "DOCKER_HOST=unix://" + at("act.sock")}
	if len(others) == 0 {
		for _, args := range [][]string{
			{"load", "--quiet", "--input", images[0]},
			{"import", "--quiet", "--change", "ENV PIP_NO_INDEX=1", "--change", "ENV PIP_BREAK_SYSTEM_PACKAGES=1", images[1], jobImage},
		} {
			if out, err := e.podman(args...).CombinedOutput(); err != nil {
				return nil, fmt.Errorf("podman %s: %w\n%s", args[0], err, out)
			}
		}
	}
	e.cmd = e.podman("system", "service", "--time", "0", "unix://"+at("podman.sock"))
	e.cmd.Stdout, e.cmd.Stderr = &e.log, &e.log
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	for range 200 {
		if conn, err := net.Dial("unix", at("podman.sock")); err == nil {
			conn.Close()
			e.front, err = serveFront(at("act.sock"), at("podman.sock"))
			return e, err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return e, fmt.Errorf("waiting for podman: it does not serve %s", at("podman.sock"))
}

// podman is a command of podman's. The lab's process namespace has the /proc of
// the outer one, in which runc would look for the wrong processes.
func (e *engine) podman(args ...string) *exec.Cmd {
	cmd := exec.Command("unshare", append([]string{"--mount", "--mount-proc", "podman"}, args...)...)
	cmd.Env = e.env
	return cmd
}

// stop ends all containers and podman. The lab's namespace would end them too,
// and leave their mounts' files.
func (e *engine) stop() {
	cmd := exec.Command("podman", "--remote", "--url", "unix://"+filepath.Join(e.dir, "podman.sock"), "rm", "--all", "--force", "--time", "0")
	cmd.Env = e.env
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Printf("removing containers: %v\n%s", err, out)
	}
	if e.front != nil {
		e.front.server.Close()
	}
	e.cmd.Process.Signal(syscall.SIGTERM)
	e.cmd.Wait()
}
