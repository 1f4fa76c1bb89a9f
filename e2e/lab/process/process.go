// SPDX-License-Identifier: BSD-3-Clause

// Package process runs the servers of the end-to-end tests: starts them, waits
// until they answer, stops, pauses and restarts them. It trusts the programs
// that it is told to run.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Patience is how long a server may take until it answers.
const Patience = 30 * time.Second

// Server is one program that serves. The exported fields are set before the
// first call and not changed. Its methods are safe for concurrent use.
type Server struct {
	Name string
	Path string
	Args []string
	// Env is added to this program's environment.
	Env []string
	// Log is the file that its output is appended to.
	Log string
	// Stdout, where set, takes its standard output in place of Log.
	Stdout io.Writer
	// Before, where set, runs before each start.
	Before func() error
	// Ready reports, by a nil error, that the server answers a real request. It
	// is asked again and again, each time for a second at most.
	Ready func(context.Context) error
	// Died, where set, is called when the server ends without having been told
	// to.
	Died func(*Server, error)

	mu  sync.Mutex
	run *run
}

// run is one start of a server.
type run struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	told   bool          // to end; guarded by Server.mu
	ended  chan struct{} // closed when the process is gone
	result error         // why, after ended
}

// Start starts the server and returns when it answers. Where it does not
// within [Patience], or ends, it is stopped and the error holds the last lines
// of its output.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.alive() {
		return fmt.Errorf("starting %s: it runs already", s.Name)
	}
	begin, err := s.start()
	if err != nil {
		return fmt.Errorf("starting %s: %w", s.Name, err)
	}
	if err := s.wait(ctx); err != nil {
		s.kill()
		return fmt.Errorf("waiting for %s to answer: %w\n%s", s.Name, err, lastLines(s.Log, begin))
	}
	return nil
}

// start returns how long the log was before.
func (s *Server) start() (begin int64, err error) {
	if s.Before != nil {
		if err := s.Before(); err != nil {
			return 0, err
		}
	}
	log, err := os.OpenFile(s.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 0, err
	}
	defer log.Close() // the process has its own
	info, err := log.Stat()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Env = append(os.Environ(), s.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	if s.Stdout != nil {
		cmd.Stdout = s.Stdout
	}
	// A group of its own: an interrupt at the terminal is for the command that
	// is run, which ends before the servers do.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe() // never written to; it closes with us
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	r := &run{cmd: cmd, stdin: stdin, ended: make(chan struct{})}
	s.run = r
	go func() {
		r.result = cmd.Wait()
		close(r.ended)
		s.mu.Lock()
		told := r.told
		s.mu.Unlock()
		if !told && s.Died != nil {
			s.Died(s, r.result)
		}
	}()
	return info.Size(), nil
}

func (s *Server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		one, cancel := context.WithTimeout(ctx, time.Second)
		err := s.Ready(one)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-s.run.ended:
			return fmt.Errorf("it ended: %v", describe(s.run.result))
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fmt.Errorf("nothing good for %v, at last: %w", Patience, err)
			}
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// Kill ends the server at once, without a chance to say goodbye, and returns
// when it is gone. One that does not run is left so.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill()
}

func (s *Server) kill() {
	if s.run == nil {
		return
	}
	s.run.told = true
	s.run.cmd.Process.Kill() // an error means that it is gone
	s.run.stdin.Close()
	<-s.run.ended
	s.run = nil
}

// Pause stops the server where it stands: connections to it are still
// accepted by the kernel, and nothing answers.
func (s *Server) Pause() error { return s.signal(syscall.SIGSTOP) }

// Resume lets a paused server go on.
func (s *Server) Resume() error { return s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.alive() {
		return fmt.Errorf("sending %v to %s: it does not run", sig, s.Name)
	}
	if err := s.run.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("sending %v to %s: %w", sig, s.Name, err)
	}
	if sig == syscall.SIGSTOP {
		if err := paused(s.run.cmd.Process.Pid); err != nil {
			return fmt.Errorf("waiting for %s to stop: %w", s.Name, err)
		}
	}
	return nil
}

func (s *Server) alive() bool {
	if s.run == nil {
		return false
	}
	select {
	case <-s.run.ended:
		return false
	default:
		return true
	}
}

func describe(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// lastLines returns the end of what was written to the file after begin.
func lastLines(path string, begin int64) string {
	const lines, size = 20, 8 << 10
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	data = data[min(begin, int64(len(data))):]
	data = data[max(0, len(data)-size):]
	all := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
