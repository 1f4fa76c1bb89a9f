// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxRequest is the longest request that a service reads, in bytes.
const maxRequest = 4 << 20

// answer is what a service says.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// say makes an answer; the headers are pairs of names and values.
func say(status int, body []byte, headers ...string) answer {
	a := answer{status: status, header: http.Header{}, body: body}
	for i := 0; i+1 < len(headers); i += 2 {
		a.header.Set(headers[i], headers[i+1])
	}
	return a
}

func (s *Server) handler(service Service, serve func(*http.Request, []byte, Lie) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, wait := s.enter(service)
		defer s.leave(service)
		// All of it at once, or the server would not notice a client that
		// gives up.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		case <-s.done:
			return
		}
		if !fault.Done && fault.meet(w, r, s.done) {
			return
		}
		a := serve(r, body, fault.Lie)
		if fault.Done && fault.meet(w, r, s.done) {
			return
		}
		a.write(w, fault.Cut)
	})
}

// write writes an answer, or half of it and no more.
func (a answer) write(w http.ResponseWriter, cut bool) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(a.body)))
	w.WriteHeader(a.status)
	if !cut {
		io.Copy(w, bytes.NewReader(a.body))
		return
	}
	w.Write(a.body[:len(a.body)/2])
	http.NewResponseController(w).Flush() // else nothing would be sent at all
	panic(http.ErrAbortHandler)
}
