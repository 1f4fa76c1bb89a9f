// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/e2e/lab"
)

// named are the services as proxies, and as messages call them.
var named = map[string]string{"fulcio": "Fulcio", "rekor1": "Rekor", "rekor2": "Rekor", "tsa": "timestamp authority"}

// budget is what the runs of this file give each service.
const budget = 3 * time.Second

// fails runs attest, which must end with exit 2, in time, with one line that
// says the texts, and leave nothing.
func (s *scene) fails(t *testing.T, texts ...string) {
	t.Helper()
	before := s.files(t)
	r := s.attest(t, "--timeout", budget.String())
	r.wants(t, 2, texts...)
	if lines := strings.Count(strings.TrimSpace(r.stderr), "\n") + 1; lines != 1 {
		t.Errorf("%d lines: %s", lines, r.stderr)
	}
	if r.stdout != "" {
		t.Errorf("standard output: %s", r.stdout)
	}
	// The first service that gives up ends the run. The rest is start and stop
	// on a busy machine.
	if r.took > budget+20*time.Second {
		t.Errorf("it took %v", r.took)
	}
	t.Logf("%.1f s: %s", r.took.Seconds(), strings.TrimSpace(r.stderr))
	s.unchanged(t, before)
}

// hang waits until whoever asks gives up, which is only noticed after all of
// the question was read.
func hang(r *http.Request) bool {
	if _, err := io.Copy(io.Discard, r.Body); err == nil {
		<-r.Context().Done()
	}
	return true
}

// Each server in turn is stopped, frozen, or answers something else than it
// should.
func TestFaults(t *testing.T) {
	connect(t)
	answer := func(status int, body string, header ...string) func(int64, http.ResponseWriter, *http.Request) bool {
		return func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			if _, err := io.WriteString(w, body); err != nil {
				return true
			}
			return true
		}
	}
	for name, tt := range map[string]struct {
		meet func(int64, http.ResponseWriter, *http.Request) bool
		edit func(int64, *http.Response, []byte) []byte
		says string
	}{
		"hangs":            {meet: func(_ int64, _ http.ResponseWriter, r *http.Request) bool { return hang(r) }, says: ""},
		"drops":            {meet: func(int64, http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, says: ""},
		"400":              {meet: answer(400, `{"code":3,"message":"no"}`), says: "400"},
		"403":              {meet: answer(403, "forbidden"), says: "403"},
		"404":              {meet: answer(404, "<html>not found</html>"), says: "404"},
		"429":              {meet: answer(429, "slow down"), says: "429"},
		"429, for an hour": {meet: answer(429, "slow down", "Retry-After", "3600"), says: "429"},
		"500":              {meet: answer(500, "oops"), says: "500"},
		"503":              {meet: answer(503, "busy", "Retry-After", "1"), says: "503"},
		"a page":           {meet: answer(200, "<!doctype html><p>captive portal", "Content-Type", "text/html"), says: ""},
		"nothing":          {meet: answer(201, ""), says: ""},
		"garbage":          {edit: func(_ int64, _ *http.Response, _ []byte) []byte { return []byte("\x00\xff{]") }, says: ""},
		"half an answer":   {edit: func(_ int64, _ *http.Response, body []byte) []byte { return body[:len(body)/2] }, says: ""},
		"a huge answer": {edit: func(_ int64, _ *http.Response, body []byte) []byte {
			return append(body, bytes.Repeat([]byte(" "), 8<<20)...)
		}, says: ""},
		"commands": {meet: answer(400, "\n::error::pwned\n##[error]pwned"), says: "400"},
	} {
		for service, called := range named {
			t.Run(service+" "+name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t, 2)
				p := s.through(t)[service]
				p.meet, p.edit = tt.meet, tt.edit
				s.fails(t, called, p.URL, tt.says)
			})
		}
	}
}

// A real server that is not there, and one that is and never answers.
func TestDown(t *testing.T) {
	l := connect(t)
	servers := map[string]string{"fulcio": lab.Fulcio, "rekor1": lab.Rekor1, "rekor2": lab.Rekor2, "tsa": lab.TSA}
	for service, server := range servers {
		t.Run(service+" stopped", func(t *testing.T) {
			s := newScene(t, 2)
			if err := l.Stop(server); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := l.Start(server); err != nil {
					t.Fatal(err)
				}
				s.attest(t).wants(t, 0, "pass: 2 files") // it is back
			}()
			s.fails(t, named[service])
		})
		t.Run(service+" frozen", func(t *testing.T) {
			s := newScene(t, 2)
			if err := l.Pause(server); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := l.Resume(server); err != nil {
					t.Fatal(err)
				}
			}()
			s.fails(t, named[service])
		})
	}
}

// What passes by itself stops nobody.
func TestPassingFaults(t *testing.T) {
	s := newScene(t, 3)
	for _, p := range s.through(t) {
		p.meet = func(n int64, w http.ResponseWriter, _ *http.Request) bool {
			switch n {
			case 1:
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusServiceUnavailable)
			case 2:
				panic(http.ErrAbortHandler)
			case 3:
				w.WriteHeader(http.StatusTooManyRequests)
			default:
				return false
			}
			return true
		}
	}
	r := s.attest(t)
	r.wants(t, 0, "pass: 3 files")
	t.Logf("three faults a service: %v", r.took)
	s.verify(t, "--bundle", s.bundles()).wants(t, 0)
}

// A log that has the entry already, as after an answer that was lost.
func TestLostAnswers(t *testing.T) {
	for _, service := range []string{"rekor1", "rekor2"} {
		t.Run(service, func(t *testing.T) {
			s := newScene(t, 2)
			p := s.through(t)[service]
			lost := 0
			p.edit = func(_ int64, r *http.Response, body []byte) []byte {
				if r.StatusCode < 300 && lost < 2 {
					lost++
					r.StatusCode, r.Status = http.StatusBadGateway, "502 Bad Gateway"
					return []byte("lost")
				}
				return body
			}
			s.attest(t).wants(t, 0, "pass: 2 files")
			if lost == 0 {
				t.Error("no answer was lost")
			}
			s.verify(t, "--bundle", s.bundles()).wants(t, 0)
		})
	}
}

// Fulcio's answer to somebody else.
func TestAnotherKey(t *testing.T) {
	s := newScene(t, 2)
	p := s.through(t)
	// The real Fulcio issues a real certificate, for a key of its own choosing.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	p["fulcio"].meet = func(_ int64, _ http.ResponseWriter, r *http.Request) bool {
		proof := sha256.Sum256([]byte("repo:octo-sci/samplepkg:ref:refs/tags/v1.0.0"))
		sig, err := ecdsa.SignASN1(rand.Reader, key, proof[:])
		if err != nil {
			t.Error(err)
		}
		body, err := json.Marshal(map[string]any{"publicKeyRequest": map[string]any{
			"publicKey":         map[string]any{"algorithm": "ECDSA", "content": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))},
			"proofOfPossession": base64.StdEncoding.EncodeToString(sig),
		}})
		if err != nil {
			t.Error(err)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return false
	}
	s.fails(t, "Fulcio", "another key")
}

// A certificate for another job with the right key: a token was swapped on the
// way.
func TestAnotherJob(t *testing.T) {
	s := newScene(t, 2)
	p := s.through(t)
	other := s.issuer.Token("sigstore", map[string]any{"repository_id": "666", "run_id": "666"})
	p["fulcio"].meet = func(_ int64, _ http.ResponseWriter, r *http.Request) bool {
		r.Header.Set("Authorization", "Bearer "+other)
		return false
	}
	s.fails(t, "certificate", "666")
}

// An answer of one request to another: entries and timestamps of other
// signatures.
func TestAnswersOfOthers(t *testing.T) {
	for _, service := range []string{"rekor1", "rekor2", "tsa"} {
		t.Run(service, func(t *testing.T) {
			s := newScene(t, 2)
			p := s.through(t)[service]
			var first []byte
			p.edit = func(_ int64, r *http.Response, body []byte) []byte {
				if r.StatusCode >= 300 {
					return body
				}
				if first == nil {
					first = slices.Clone(body)
				}
				return first
			}
			s.fails(t, named[service])
		})
	}
}

// An interrupted run leaves nothing behind, whenever it is interrupted.
func TestInterrupted(t *testing.T) {
	for service := range named {
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			t.Run(service+" "+sig.String(), func(t *testing.T) {
				t.Parallel()
				s := newScene(t, 2)
				p := s.through(t)[service]
				asked := make(chan struct{}, 100)
				p.meet = func(_ int64, _ http.ResponseWriter, r *http.Request) bool {
					asked <- struct{}{}
					return hang(r)
				}
				before := s.files(t)
				cmd := s.command(t, s.attestArgs())
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				<-asked
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
				_ = cmd.Wait()
				if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(stderr.String(), "nothing was written") {
					t.Errorf("exit code %d: %s", code, &stderr)
				}
				s.unchanged(t, before)
			})
		}
	}
}

// A disk that takes no more: what cannot be written whole is not written at all.
func TestNoRoom(t *testing.T) {
	s := newScene(t, 2)
	// The bundles' folder cannot be made: a file is in its way only when the
	// time comes to write.
	p := s.through(t)
	p["rekor1"].meet = func(int64, http.ResponseWriter, *http.Request) bool {
		put(t, s.bundles()+"/samplepkg-1.0.0.intoto.jsonl", []byte("somebody else's"))
		return false
	}
	s.attest(t).wants(t, 2, "samplepkg-1.0.0.intoto.jsonl")
	got := slices.Sorted(maps.Keys(s.files(t)))
	for _, path := range got {
		if strings.HasSuffix(path, ".attestation") || strings.HasSuffix(path, ".sigstore.json") || strings.HasPrefix(filepath.Base(path), ".") {
			t.Errorf("%s was left", path)
		}
	}
	if data, err := os.ReadFile(s.bundles() + "/samplepkg-1.0.0.intoto.jsonl"); err != nil || string(data) != "somebody else's" {
		t.Errorf("%q, %v", data, err)
	}
}
