// SPDX-License-Identifier: BSD-3-Clause

package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain is also the server that the tests start.
func TestMain(m *testing.M) {
	switch os.Getenv("PROCESS_TEST") {
	case "serve":
		serve()
	case "fail":
		for i := range 100 {
			fmt.Fprintf(os.Stderr, "line %d.\n", i)
		}
		os.Exit(7)
	default:
		os.Exit(m.Run())
	}
}

// server returns a server that writes its address to its output.
func server(t *testing.T, mode string) *Server {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		Name: "test", Path: self, Log: filepath.Join(t.TempDir(), "log"), Env: []string{"PROCESS_TEST=" + mode},
	}
	s.Ready = func(ctx context.Context) error { _, err := get(ctx, s); return err }
	t.Cleanup(s.Kill)
	return s
}

func serve() {
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) })}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("at %s\n", listener.Addr())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	s.Serve(listener)
}

// get asks the last started server for its process id.
func get(ctx context.Context, s *Server) (string, error) {
	data, err := os.ReadFile(s.Log)
	if err != nil {
		return "", err
	}
	i := strings.LastIndex(string(data), "at ")
	if i < 0 {
		return "", errors.New("no address yet")
	}
	addr, _, whole := strings.Cut(string(data[i+3:]), "\n")
	if !whole {
		return "", errors.New("half an address")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// client makes a connection for each request: an old one says nothing.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func TestLife(t *testing.T) {
	ctx, s := t.Context(), server(t, "serve")
	s.Died = func(*Server, error) { t.Error("an end that was asked for is called untimely") }
	if err := s.Pause(); err == nil {
		t.Error("paused before it runs")
	}
	s.Kill() // nothing to do
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(ctx); err == nil || !strings.Contains(err.Error(), "runs already") {
		t.Errorf("a second start: %v", err)
	}
	first, err := get(ctx, s)
	if err != nil {
		t.Fatal(err)
	}

	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := s.Pause(); err != nil {
		t.Errorf("paused twice: %v", err)
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if pid, err := get(short, s); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("paused: %q, %v", pid, err)
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	if pid, err := get(ctx, s); err != nil || pid != first {
		t.Errorf("resumed: %q, %v, want %q", pid, err, first)
	}

	if err := s.Pause(); err != nil { // a paused one can be killed
		t.Fatal(err)
	}
	s.Kill()
	if pid, err := get(ctx, s); err == nil {
		t.Errorf("killed, it answers %q", pid)
	}
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if second, err := get(ctx, s); err != nil || second == first {
		t.Errorf("started again: %q, %v; was %q", second, err, first)
	}
}

func TestUntimelyEnd(t *testing.T) {
	s := server(t, "serve")
	died := make(chan error, 1)
	s.Died = func(_ *Server, err error) { died <- err }
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.run.stdin.Close() // it takes this for our own end
	select {
	case err := <-died:
		if err == nil || !strings.Contains(err.Error(), "exit status 3") {
			t.Errorf("ended by %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("nobody was told")
	}
	if err := s.Resume(); err == nil {
		t.Error("resumed after its end")
	}
	if err := s.Start(t.Context()); err != nil {
		t.Errorf("not to be started again: %v", err)
	}
}

func TestStartFails(t *testing.T) {
	s := server(t, "fail")
	if err := os.WriteFile(s.Log, []byte("of an earlier run\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.Died = func(*Server, error) { t.Error("told twice") }
	err := s.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "exit status 7") ||
		!strings.HasSuffix(err.Error(), "line 99.") || !strings.Contains(err.Error(), "\nline 80.") ||
		strings.Contains(err.Error(), "line 79.") || strings.Contains(err.Error(), "earlier") {
		t.Errorf("%v", err)
	}

	s = server(t, "serve")
	s.Before = func() error { return errors.New("not today") }
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "not today") {
		t.Errorf("%v", err)
	}
	s = server(t, "serve")
	s.Path = filepath.Join(t.TempDir(), "none")
	if err := s.Start(t.Context()); err == nil {
		t.Error("no program, no error")
	}

	// Never ready: it does not survive the one who waits.
	s = server(t, "serve")
	ctx, cancel := context.WithCancel(t.Context())
	ready := s.Ready
	s.Ready = func(one context.Context) error {
		if ready(one) == nil {
			cancel()
		}
		return errors.New("not really")
	}
	if err := s.Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if pid, err := get(t.Context(), s); err == nil {
		t.Errorf("process %s is left", pid)
	}
}
