// SPDX-License-Identifier: BSD-3-Clause

package runnertest

import (
	"io"
	"net/http"
	"strconv"
)

// Fault is what goes wrong with one request. Its fields exclude each other,
// save for RetryAfter and Body beside Status; the zero Fault is none, and the
// request is answered as ever.
type Fault struct {
	// Status is answered with Body, and with RetryAfter as it is where not
	// empty. Status 200 with a Body of junk is a service that lost its mind.
	Status     int
	RetryAfter string
	Body       string
	// Hang keeps the request without an answer until whoever asked gives up.
	Hang bool
	// Drop closes the connection without an answer, Cut in the middle of one.
	Drop, Cut bool
}

// meet answers a request badly, and reports whether it did.
func (f Fault) meet(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case f.Hang:
		<-r.Context().Done()
	case f.Drop:
		panic(http.ErrAbortHandler)
	case f.Cut:
		const part = `{"count":4000,"value":"ey`
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(2*len(part)))
		io.WriteString(w, part)
		http.NewResponseController(w).Flush() // else nothing would be sent at all
		panic(http.ErrAbortHandler)
	case f.Status > 0:
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		w.WriteHeader(f.Status)
		io.WriteString(w, f.Body)
	default:
		return false
	}
	return true
}
