// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"io"
	"net/http"
	"time"
)

// Fault is what goes wrong with one request. Hang, Drop, Cut, Status and Lie
// exclude each other; the zero Fault is none, and the request is answered as
// ever.
type Fault struct {
	// Status is answered with Body, and with the headers of the other fields
	// where these are not empty.
	Status                                  int
	Body, ContentType, RetryAfter, Location string
	// Hang keeps the request without an answer until whoever asked gives up,
	// or the test ends.
	Hang bool
	// Drop closes the connection without an answer, Cut in the middle of the
	// right one: the service has then done what it was asked for.
	Drop, Cut bool
	// Done has the service do what it was asked for before the fault comes, so
	// that only the answer is lost: a log then has the entry.
	Done bool
	// Lie is answered instead of the truth.
	Lie Lie
	// Delay makes this answer take longer, whatever it is.
	Delay time.Duration
}

// Services that lost their mind: faults without an error of their own.
var (
	// HTMLPage is what a proxy shows to people.
	HTMLPage = Fault{Status: http.StatusOK, ContentType: "text/html; charset=utf-8",
		Body: "<!DOCTYPE html>\n<html><head><title>One moment</title></head><body>Please wait.</body></html>\n"}
	// Garbage is neither JSON nor DER.
	Garbage = Fault{Status: http.StatusOK, ContentType: "application/octet-stream", Body: "\x00\xff{{{\x30\x82"}
	// EmptyAnswer says that all is well and nothing more.
	EmptyAnswer = Fault{Status: http.StatusCreated}
)

// Lie is an answer that looks like the right one and is not. Each is one of
// certain services; [Server.Fail] ends the test for others.
type Lie int

// The lies.
const (
	Truth Lie = iota

	// LieKey is a certificate for another key.
	LieKey
	// LieNoSCT is a certificate without an SCT, LieForgedSCT one whose SCT the
	// CT log never signed.
	LieNoSCT
	LieForgedSCT
	// LieClaims is a certificate that claims the workflow of another
	// repository.
	LieClaims
	// LieExpired is a certificate that has already expired.
	LieExpired
	// LieAuthority is a certificate by an authority that nobody trusts.
	LieAuthority
	// LieNoCertificate is an answer with an empty list of certificates.
	LieNoCertificate

	// LieEnvelope is the entry of another signature than the one logged.
	LieEnvelope
	// LieProof is an inclusion proof that does not lead to its root hash.
	LieProof
	// LiePromise is a Rekor v1 entry whose signed entry timestamp is not the
	// log's.
	LiePromise

	// LieHash is a timestamp over other bytes.
	LieHash
	// LieTime is a timestamp, or a Rekor v1 entry, of an hour later.
	LieTime
	// LieNonce is a timestamp with another nonce than the query's.
	LieNonce
	// LieRefused is a timestamp response with the status "rejection", which
	// comes with HTTP's 201 all the same.
	LieRefused
)

var lies = [services][]Lie{
	Fulcio: {Truth, LieKey, LieNoSCT, LieForgedSCT, LieClaims, LieExpired, LieAuthority, LieNoCertificate},
	Rekor1: {Truth, LieEnvelope, LieProof, LiePromise, LieTime},
	Rekor2: {Truth, LieEnvelope, LieProof},
	TSA:    {Truth, LieHash, LieTime, LieNonce, LieRefused},
}

// meet answers a request badly, and reports whether it did.
func (f Fault) meet(w http.ResponseWriter, r *http.Request, done <-chan struct{}) bool {
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-done:
		}
	case f.Drop:
		panic(http.ErrAbortHandler)
	case f.Status > 0:
		for name, value := range map[string]string{
			"Content-Type": f.ContentType, "Retry-After": f.RetryAfter, "Location": f.Location,
		} {
			if value != "" {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(f.Status)
		io.WriteString(w, f.Body)
	default:
		return false
	}
	return true
}
