// SPDX-License-Identifier: BSD-3-Clause

// Package sigstoretest is a whole Sigstore in one process, for tests and for
// making sample data: a certificate authority that issues certificates with
// GitHub's claims, a certificate transparency log, a Rekor v1 and a Rekor v2
// log, a timestamp authority, and the trusted root that belongs to them.
//
// What it makes is real in every byte that a verifier looks at: SCTs are
// signed over the precertificate, log entries lie in a Merkle tree with
// neighbours, checkpoints and timestamps carry signatures. Only the keys are
// throw-away ones and the hosts end in ".test". It trusts its caller entirely
// and signs whatever it is told to, contradictions included: that is its use.
// [Serve] offers the same as services on loopback, with faults at will.
// No production code imports it.
package sigstoretest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	prototrustroot "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
)

// Kind says which of the two Sigstore instances that GitHub's attest actions
// use an [Instance] resembles.
type Kind int

const (
	// PublicGood has every part: CA, CT log, Rekor v1, Rekor v2, TSA. Its
	// certificates are issued by the organisation "sigstore.dev".
	PublicGood Kind = iota
	// GitHub is the instance for repositories that are not public: CA and TSA
	// of the organisation "GitHub, Inc.", no log of any kind.
	GitHub
)

// String returns the name used in policies and reports: "public-good" or "github".
func (k Kind) String() string {
	switch k {
	case PublicGood:
		return "public-good"
	case GitHub:
		return "github"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// DefaultTime is when things are signed unless [SignOptions] says otherwise.
// It is fixed, so that whatever depends on a signature's age stays stable.
var DefaultTime = time.Date(2026, 6, 15, 10, 0, 0, 0, time.UTC)

// Every certificate and key of an instance is valid from notBefore to
// notAfter, so that any signing time in between works.
var (
	notBefore = time.Date(2021, 1, 12, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2051, 1, 12, 0, 0, 0, 0, time.UTC)
)

// Instance is one test Sigstore with keys of its own: what one instance signs
// never verifies under the trusted root of another. It is safe for concurrent
// use.
type Instance struct {
	kind  Kind
	ca    *authority
	tsa   *timestamper
	ctlog *ctLog
	log1  *rekorV1
	log2  *rekorV2
	root  *prototrustroot.TrustedRoot
}

type settings struct {
	organization string
	ecdsaRekorV2 bool
}

// Option changes how [New] makes an instance.
type Option func(*settings) error

// WithOrganization names the organisation of the CA and the TSA, for a custom
// instance that is neither of the two known ones. An empty name is an error.
func WithOrganization(name string) Option {
	return func(s *settings) error {
		if name == "" {
			return errors.New("the organisation is empty: name one, or leave the option out")
		}
		s.organization = name
		return nil
	}
}

// WithECDSARekorV2 gives the Rekor v2 log an ECDSA P-256 key. The default is
// Ed25519, as on the public-good instance.
func WithECDSARekorV2() Option {
	return func(s *settings) error { s.ecdsaRekorV2 = true; return nil }
}

// New makes an instance with new keys, which takes some milliseconds. Tests that
// need no keys of their own use [Shared].
func New(kind Kind, opts ...Option) (*Instance, error) {
	var s settings
	switch kind {
	case PublicGood:
		s.organization = "sigstore.dev"
	case GitHub:
		s.organization = "GitHub, Inc."
	default:
		return nil, fmt.Errorf("making a test Sigstore: unknown kind %d: use PublicGood or GitHub", int(kind))
	}
	for _, o := range opts {
		if err := o(&s); err != nil {
			return nil, fmt.Errorf("making a test Sigstore: %w", err)
		}
	}
	i := &Instance{kind: kind}
	if err := i.make(s); err != nil {
		return nil, fmt.Errorf("making a %s test Sigstore: %w", kind, err)
	}
	return i, nil
}

func (i *Instance) make(s settings) error {
	var err error
	if i.kind == GitHub {
		i.ca, i.tsa, err = newGitHubAuthorities(s.organization)
	} else {
		i.ca, i.tsa, err = newPublicAuthorities(s.organization)
	}
	if err != nil {
		return err
	}
	if i.kind == PublicGood {
		if i.ctlog, err = newCTLog(); err != nil {
			return err
		}
		if i.log1, err = newRekorV1(); err != nil {
			return err
		}
		if i.log2, err = newRekorV2(s.ecdsaRekorV2); err != nil {
			return err
		}
	}
	i.root, err = i.trustedRoot()
	return err
}

// Kind returns the kind that the instance was made as.
func (i *Instance) Kind() Kind { return i.kind }

var shared = map[Kind]func() (*Instance, error){
	PublicGood: sync.OnceValues(func() (*Instance, error) { return New(PublicGood) }),
	GitHub:     sync.OnceValues(func() (*Instance, error) { return New(GitHub) }),
}

// Shared returns the process's one instance of a kind, made on first use.
func Shared(kind Kind) (*Instance, error) {
	f, ok := shared[kind]
	if !ok {
		return nil, fmt.Errorf("making a test Sigstore: unknown kind %d: use PublicGood or GitHub", int(kind))
	}
	return f()
}
