// SPDX-License-Identifier: BSD-3-Clause

// Package evidence turns attestation files into verified facts: who signed
// which statement about which files, when, and under which trust root.
//
// It reads PEP 740 attestation and provenance objects, Sigstore bundles v0.1
// to v0.3, and JSON Lines of them, and verifies each through sigstore-go (it
// is the only package that does). It trusts the roots it is given and nothing
// else: every byte of a file is hostile until its signature, certificate, log
// entry and time have been verified, and no fact is taken from anything that
// they do not cover. It never judges: whether the signer is the right one is
// for the build gate to say.
package evidence

import (
	"encoding/json"
	"time"

	"github.com/scientific-python/sallyport/internal/pypi"
	"github.com/scientific-python/sallyport/internal/trust"
)

// Origin says how an attestation came to us, which decides what a failing one
// means: in the folder it is part of the release, from an API it is somebody's.
type Origin int

// The origins.
const (
	Folder    Origin = iota // beside the distribution
	Given                   // named by --bundle
	GitHubAPI               // from GitHub's attestations API
)

// Local reports whether the attestation is part of what the user handed over.
func (o Origin) Local() bool { return o != GitHubAPI }

// Form is the format of an attestation document.
type Form string

// The forms.
const (
	Bundle Form = "Sigstore bundle"
	PEP740 Form = "PEP 740 attestation"
)

// Kind classifies what is wrong with a document that could not be verified.
type Kind string

// The kinds of problem, in the order in which verification meets them.
const (
	Malformed   Kind = "malformed"   // not readable as any attestation format
	Unsupported Kind = "unsupported" // readable, but of a form that cannot be verified
	Certificate Kind = "certificate" // not issued by a trusted authority, or not valid at signing time
	Log         Kind = "log"         // no valid transparency log entry for this signature
	Timestamp   Kind = "timestamp"   // no trustworthy signing time
	SCT         Kind = "sct"         // certificate not in a certificate transparency log
	Signature   Kind = "signature"   // the signature is not the certificate's over these bytes
	PayloadType Kind = "payload-type"
	BadContent  Kind = "statement" // signed, but not a statement that may be trusted to mean one thing
)

// Problem is why a document proves nothing.
type Problem struct {
	Kind    Kind
	Message string
	Hint    string
}

func (p *Problem) Error() string { return p.Message }

// Document is one attestation as read from a file or an API, not yet verified.
type Document struct {
	Source string // path or URL
	Line   int    // line of a JSON Lines file, from 1; else 0
	Origin Origin
	Form   Form
	Raw    []byte
	// Publisher is what a provenance object says of this attestation. It is
	// the index's word and not signed.
	Publisher *pypi.Publisher
	// Problem is set where the document could not be read.
	Problem *Problem
	// checked says that Raw has passed strictjson.Check.
	checked bool
	// ByGitHub marks what GitHub itself attested (a release).
	ByGitHub bool
}

// Attestation is the outcome of verifying one document. Where Problem is nil,
// everything in it was covered by a signature that chains to Root, or is such
// a signature's own certificate, time or log entry. Where it is not, only
// Document is meaningful, and Unverified for messages.
type Attestation struct {
	Document
	Problem *Problem

	Root   *trust.Root
	Signer *Identity
	// Statement is nil for a signature over a file's bytes (MessageDigest).
	Statement *Statement
	// MessageDigest is the lower-case hex SHA-256 that a message signature covers.
	MessageDigest string
	// LogIndex is -1 where no transparency log entry was verified.
	LogIndex int64
	// Time is the earliest verified signing time.
	Time time.Time

	// Key is the same for two documents, of whatever form, that carry the same
	// signature by the same certificate over the same bytes.
	Key [32]byte

	// SHA256 is the digest of the document's bytes, which are let go; zero
	// where it could not be read.
	SHA256 [32]byte

	// Unverified holds names and digests that an unverifiable statement
	// claims, to tell a reader which file it was meant for. Never judged.
	Unverified []Subject
}

// OK reports whether the attestation was verified.
func (a *Attestation) OK() bool { return a.Problem == nil }

// PredicateType is the statement's predicate type, or "" without a statement.
func (a *Attestation) PredicateType() string {
	if a.Statement == nil {
		return ""
	}
	return a.Statement.PredicateType
}

// Statement is an in-toto statement, parsed strictly from the verified bytes.
type Statement struct {
	Type          string
	Subjects      []Subject
	PredicateType string
	// Predicate is the predicate's JSON; nil where it is absent.
	Predicate json.RawMessage
}

// Subject is one file a statement is about.
type Subject struct {
	Name string
	// SHA256 is lower-case hex, or "" where the subject carries none.
	SHA256 string
	// Upper is set where the digest was written with upper-case letters, which
	// the index takes for another digest.
	Upper bool
}
