// SPDX-License-Identifier: BSD-3-Clause

// Package trust decides which Sigstore trust roots are believed, where they
// came from and how old they are, and which services are asked to sign.
//
// It trusts the roots built into the program, TUF metadata signed by the keys
// of the built-in TUF roots, and the files that the user names. It trusts no
// server, no cache and nothing in the working directory: a refresh keeps
// everything in memory and writes nothing. Roots are never merged; a signing
// certificate belongs to the one root whose certificate authority signed it.
// The package judges no bundle and prints nothing.
package trust

import (
	"crypto/x509"
	"time"

	sgroot "github.com/sigstore/sigstore-go/pkg/root"
)

// Instance names a Sigstore deployment, as reports and policies write it.
type Instance string

// PublicGood is Sigstore's public instance, GitHub the one that signs for
// private repositories, Custom any root that was read from a file. Staging
// only ever says what something looks like: it is never trusted by itself.
const (
	PublicGood Instance = "public-good"
	GitHub     Instance = "github"
	Custom     Instance = "custom"
	Staging    Instance = "staging"
)

// Source says where a root was read.
type Source string

// The sources, as reports write them.
const (
	Embedded Source = "embedded"
	TUF      Source = "tuf"
	File     Source = "file"
)

// Root is one trust root. It is not changed after [Load] and safe for
// parallel use; callers must not change it either.
type Root struct {
	Instance Instance
	Source   Source
	// Date is the day (midnight UTC) as of which the root is known to be
	// current: the day of embedding, or of the refresh. Zero for a file.
	Date time.Time
	// Path is the file, Source being File.
	Path string
	// LooksLike is, for a file, the instance to which all its certificate
	// authorities belong, empty where there is none such. It says nothing of
	// the file's logs and timestamp authorities, which may be anybody's.
	LooksLike Instance

	// Material is what a verifier takes. It is never a collection of roots.
	Material sgroot.TrustedMaterial
	// HasCT, HasTlog and HasTSA say which of the three the root names:
	// certificate transparency logs, transparency logs, timestamp authorities.
	HasCT, HasTlog, HasTSA bool
	// Issuers are the distinct certificates, root and intermediate, of the
	// root's certificate authorities. There is at least one.
	Issuers []*x509.Certificate
}

// Thresholds are the numbers of independent proofs that a bundle must bring to
// count under a root; 0 asks for none of the kind.
type Thresholds struct {
	// SCTs is the number of signed certificate timestamps.
	SCTs int
	// LogEntries is the number of proven inclusions in transparency logs.
	LogEntries int
	// ObserverTimestamps is the number of times, of whatever kind a verifier
	// can prove: RFC 3161, or the integrated time of a Rekor v1 entry. As an
	// entry of Rekor v2 has none, it needs an RFC 3161 timestamp.
	ObserverTimestamps int
	// SignedTimestamps is the number of RFC 3161 timestamps, asked for where
	// there is no log that could give the time.
	SignedTimestamps int
}

// Thresholds returns what a bundle must bring to count under r.
func (r *Root) Thresholds() Thresholds {
	var t Thresholds
	if r.HasCT {
		t.SCTs = 1
	}
	if r.HasTlog {
		t.LogEntries, t.ObserverTimestamps = 1, 1
	} else {
		t.SignedTimestamps = 1
	}
	return t
}

// Set is the roots of a run. It is safe for parallel use.
type Set struct {
	// Roots are in a fixed order: as given for files, otherwise the
	// public-good instance before GitHub's. No two hold the same certificate
	// authority.
	Roots []*Root
	// Problems are the failed refreshes, in the order of Roots. The affected
	// root is the built-in one.
	Problems []*Problem

	index index
}
