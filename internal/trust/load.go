// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

// Options say which roots [Load] is to use.
type Options struct {
	// Files are trusted roots that replace the built-in ones.
	Files []string
	// Offline uses the built-in roots as they are. Files are never refreshed.
	Offline bool
	// Now is the time by which ages are counted; zero means the clock's. The
	// expiry of TUF metadata is always judged by the clock.
	Now time.Time
	// Client asks the TUF repositories; nil means one that follows the
	// environment's proxy settings. Its own time limit is not needed.
	Client *http.Client
	// Timeout is how long the refresh of one instance may take altogether;
	// zero means 10 seconds.
	Timeout time.Duration
	// Repositories replaces the instances' TUF repositories, all of them; nil
	// means the real ones.
	Repositories map[Instance]Repository
}

// Load returns the roots of a run: the given files, or else the built-in roots
// of both instances, each refreshed through TUF unless offline. A refresh that
// fails is not an error but a [Problem] of the set. Errors are a
// [*ConfigError], a file that could not be read, or the end of ctx.
func Load(ctx context.Context, o Options) (*Set, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if len(o.Files) > 0 {
		return loadFiles(ctx, o.Files)
	}
	b, err := builtin()
	if err != nil {
		return nil, err
	}
	if o.Offline {
		return &Set{Roots: slices.Clone(b.Roots), index: b.index}, nil
	}
	return loadFresh(ctx, b, o)
}

// loadFresh refreshes all roots of the set b at the same time.
func loadFresh(ctx context.Context, b *Set, o Options) (*Set, error) {
	defer o.connect()()
	s := &Set{Roots: make([]*Root, len(b.Roots))}
	problems := make([]error, len(b.Roots))
	var wg sync.WaitGroup
	for i, old := range b.Roots {
		wg.Go(func() {
			s.Roots[i], problems[i] = refresh(ctx, old, b, o)
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("refreshing the trust roots: %w; run again, or pass --offline to use the built-in ones", context.Cause(ctx))
	}
	for i, err := range problems {
		if err == nil {
			continue
		}
		old := b.Roots[i]
		s.Roots[i] = old
		s.Problems = append(s.Problems, &Problem{
			Instance: old.Instance, Err: err,
			Date: old.Date, Age: old.Age(o.Now), Level: old.AgeLevel(o.Now),
		})
	}
	s.index = newIndex(s.Roots)
	return s, nil
}

// connect sets a client where there is none, and returns what ends its
// connections.
func (o *Options) connect() func() {
	if o.Client != nil {
		return func() {}
	}
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		o.Client = &http.Client{Transport: http.DefaultTransport}
		return func() {}
	}
	own := t.Clone()
	o.Client = &http.Client{Transport: own}
	return own.CloseIdleConnections
}

// loadFiles reads the roots of all files.
func loadFiles(ctx context.Context, paths []string) (*Set, error) {
	s := &Set{}
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("reading trusted root %q: %w", path, context.Cause(ctx))
		}
		roots, err := readFile(path)
		if err != nil {
			return nil, err
		}
		for _, r := range roots {
			r.Instance, r.Source, r.Path, r.LooksLike = Custom, File, path, looksLike(r)
			for _, other := range s.Roots {
				if c := shared(other, r); c != nil {
					return nil, overlapError(other, r, c)
				}
			}
			s.Roots = append(s.Roots, r)
		}
	}
	s.index = newIndex(s.Roots)
	return s, nil
}

// readFile reads the roots of one file, which may be a pipe.
func readFile(path string) ([]*Root, error) {
	if path == "" {
		return nil, configErrorf("reading the trusted root: the file name is empty; pass --trusted-root FILE or leave it out")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading trusted root %q: %w", path, cause(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxRootBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading trusted root %q: %w", path, cause(err))
	}
	if len(data) > maxRootBytes {
		return nil, configErrorf("reading trusted root %q: it is larger than %d MiB, which no trusted root is; check the file name", path, maxRootBytes>>20)
	}
	roots, err := parseRoots(data)
	if err != nil {
		return nil, configErrorf("reading trusted root %q: %w; pass the complete trusted_root.json of an instance, or what `gh attestation trusted-root` prints", path, clip(err))
	}
	return roots, nil
}

// shared returns a certificate authority of b, by name and key, that a holds
// too; nil if there is none.
func shared(a, b *Root) *x509.Certificate {
	held := map[string]bool{}
	for _, c := range a.Issuers {
		held[identity(c)] = true
	}
	for _, c := range b.Issuers {
		if held[identity(c)] {
			return c
		}
	}
	return nil
}

// identity is what makes two certificates the same issuer: name and key. Both
// parts are DER and so say where they end.
func identity(c *x509.Certificate) string {
	return string(c.RawSubject) + string(c.RawSubjectPublicKeyInfo)
}

func overlapError(a, b *Root, c *x509.Certificate) error {
	advice := "give each root once"
	if a.Path == b.Path {
		return configErrorf("reading trusted root %q: two roots in it hold the certificate authority %q, so a bundle would count under both; %s", a.Path, c.Subject, advice)
	}
	return configErrorf("reading trusted roots %q and %q: both hold the certificate authority %q, so a bundle would count under both; %s", a.Path, b.Path, c.Subject, advice)
}

// cause strips the file name, which the message already has.
func cause(err error) error {
	if e, ok := err.(*os.PathError); ok {
		return e.Err
	}
	return err
}
