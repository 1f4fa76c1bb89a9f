// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/e2e/lab"
)

// The images, as the engine knows them.
const (
	actionImage = "localhost/sallyport-e2e-action:latest"
	jobImage    = "localhost/sallyport-e2e-job:latest"
)

// world is what all runs share: the lab, act, and podman with the images.
type world struct {
	lab *lab.Lab
	act string
	dir string // temporary
	// shim is a program.
	shim string
	web  *web
	// engines are those that no run has at the moment; started are all.
	engines chan *engine
	started []*engine
}

// lanes is how many runs there are at a time. act names containers by workflow
// and job, so each has an engine of its own.
const lanes = 2

// errAbsent is what a test skips for.
type errAbsent struct{ error }

// shared makes the world once; its error is the same for every test.
var shared = sync.OnceValues(func() (*world, error) {
	w, err := newWorld()
	if err != nil && w != nil {
		w.close()
		return nil, err
	}
	made = w
	return w, err
})

// made is what is left to be closed.
var made *world

func TestMain(m *testing.M) {
	code := m.Run()
	if made != nil {
		made.close()
	}
	os.Exit(code)
}

// enter returns the world, or skips the test with the reason why there is none.
func enter(t *testing.T) *world {
	t.Helper()
	w, err := shared()
	var absent errAbsent
	if errors.As(err, &absent) && os.Getenv("SALLYPORT_E2E_REQUIRED") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func newWorld() (*world, error) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		return nil, errAbsent{errors.New("containers without Docker need root on Linux")}
	}
	for _, tool := range []string{"git", "podman", "buildah", "runc", "debootstrap", "unshare"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, errAbsent{fmt.Errorf("%w; install it with the system's packages", err)}
		}
	}
	w := &world{}
	var err error
	if w.act, err = Installed(); errors.Is(err, fs.ErrNotExist) {
		return nil, errAbsent{err}
	} else if err != nil {
		return nil, err
	}
	if w.lab, err = lab.Connect(); errors.Is(err, lab.ErrAbsent) {
		return nil, errAbsent{err}
	} else if err != nil {
		return nil, err
	}
	// A socket's path must be short.
	if w.dir, err = os.MkdirTemp("", "sallyport-act-"); err != nil {
		return nil, err
	}
	begin := time.Now()
	said, err := Images(context.Background(), w.dir)
	if err != nil {
		return w, err
	}
	images, err := os.ReadFile(w.path("images"))
	if errors.Is(err, fs.ErrNotExist) {
		return w, errAbsent{errors.New(strings.TrimSpace(said))}
	} else if err != nil {
		return w, err
	}
	w.shim = w.path("shim")
	build := exec.Command("go", "build", "-o", w.shim, "./shim")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return w, fmt.Errorf("building the shim: %w\n%s", err, out)
	}
	made := time.Now()
	w.engines = make(chan *engine, lanes)
	for n := range lanes {
		e, err := startEngine(w.path(fmt.Sprint("engine", n)), w.started, strings.Fields(string(images)))
		if e != nil {
			w.started = append(w.started, e)
		}
		if err != nil {
			return w, err
		}
		w.engines <- e
	}
	fmt.Printf("images in %.1f s, podman with them in %.1f s\n", made.Sub(begin).Seconds(), time.Since(made).Seconds())
	issuer, err := w.lab.Issuer()
	if err != nil {
		return w, err
	}
	w.web, err = serveWeb(issuer)
	return w, err
}

func (w *world) path(elem ...string) string {
	return filepath.Join(append([]string{w.dir}, elem...)...)
}

// close ends all that the world started, and removes what it wrote.
func (w *world) close() {
	for _, e := range w.started {
		e.stop()
	}
	if w.web != nil {
		w.web.close()
	}
	if os.Getenv("SALLYPORT_E2E_KEEP") != "" {
		fmt.Println("kept:", w.dir)
		return
	}
	if err := os.RemoveAll(w.dir); err != nil {
		fmt.Println("removing the temporary folder:", err)
	}
}
