// SPDX-License-Identifier: BSD-3-Clause

// Package gate runs the gates over one release: it collects the files and
// their attestations, has them verified, lets each gate judge, and joins their
// findings into a report with one verdict. Data flows one way: collect,
// verify, judge, report.
package gate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
)

// Release is one release's files and the attestations handed over with them,
// hashed and split, nothing verified yet.
type Release struct {
	Files *dist.Collection
	// Unreadable are files that were there and could not be read or hashed;
	// distributions among them are taken out of Files.Dists.
	Unreadable []dist.Problem
	Documents  []evidence.Document
	// Stray are files beside the distributions that hold no attestation.
	Stray []string

	held int64 // bytes of all documents
	full bool  // held reached its limit, which was said
}

// maxHeld is what the attestations of one release may have together, in bytes:
// thousands of real ones, and a quarter of the memory that the program may
// take.
const maxHeld = 16 << 20

// Collect reads the release at paths (files and folders) and the attestations
// that lie beside the files or in bundles (files and folders, from --bundle).
// The error is for arguments that mean nothing; everything that cannot be read
// is in the Release. Progress, if not nil, is given the bytes hashed so far
// and in all.
func Collect(ctx context.Context, paths, bundles []string, progress func(done, total int64)) (*Release, error) {
	files, err := dist.Collect(paths)
	if err != nil {
		return nil, err
	}
	r := &Release{Files: files}
	r.hash(ctx, progress)
	for _, p := range files.Beside {
		r.read(p, evidence.Folder, attestationName(filepath.Base(p)))
	}
	for _, b := range bundles {
		if b == "" {
			return nil, errors.New("reading the arguments: --bundle is given an empty path")
		}
		r.bundles(b)
	}
	return r, nil
}

func (r *Release) hash(ctx context.Context, progress func(done, total int64)) {
	var total int64
	for _, d := range r.Files.Dists {
		total += d.Size
	}
	var report func(int64)
	if progress != nil {
		report = func(done int64) { progress(done, total) }
	}
	var kept []*dist.Dist
	for i, err := range dist.Hash(ctx, r.Files.Dists, 0, report) {
		if d := r.Files.Dists[i]; err != nil {
			r.Unreadable = append(r.Unreadable, dist.Problem{Path: d.Path, Err: err})
		} else {
			kept = append(kept, d)
		}
	}
	r.Files.Dists = kept
}

// bundles reads what --bundle names: a file, which must be an attestation, or
// a folder, of which the files that hold attestations are taken.
func (r *Release) bundles(path string) {
	info, err := os.Stat(path)
	if err != nil {
		r.Unreadable = append(r.Unreadable, dist.Problem{Path: path, Err: fmt.Errorf("reading the bundle: %w", err)})
		return
	}
	if !info.IsDir() {
		r.read(filepath.Clean(path), evidence.Given, true)
		return
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		r.Unreadable = append(r.Unreadable, dist.Problem{Path: path, Err: fmt.Errorf("reading the folder of bundles: %w", err)})
		return
	}
	if len(entries) > dist.MaxEntries {
		r.Unreadable = append(r.Unreadable, dist.Problem{Path: path, Err: fmt.Errorf("reading the folder of bundles: %d entries are more than the limit of %d", len(entries), dist.MaxEntries)})
		return
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		stray := len(r.Stray)
		r.read(filepath.Join(path, e.Name()), evidence.Given, attestationName(e.Name()))
		r.Stray = r.Stray[:stray] // what else lies in a folder of bundles is nobody's business
	}
}

// read splits one file into documents. Content that is nothing like an
// attestation is an error where it should be one (named), and a stray file
// otherwise.
func (r *Release) read(path string, origin evidence.Origin, named bool) {
	bad := func(message, hint string) {
		r.Documents = append(r.Documents, evidence.Document{Source: path, Origin: origin, Problem: &evidence.Problem{Kind: evidence.Malformed, Message: message, Hint: hint}})
	}
	if r.full {
		return
	}
	data, err := dist.ReadFileLimited(path, evidence.MaxFile)
	var large *dist.TooLargeError
	switch {
	case r.held+int64(len(data)) > maxHeld:
		r.full = true
		r.Unreadable = append(r.Unreadable, dist.Problem{Path: path, Err: fmt.Errorf("reading %s: with it the attestations have more than %d MiB together, so it and all that follow were not read; "+
			"verify fewer files at a time, or remove what does not belong to the release", path, maxHeld>>20)})
		return
	case errors.As(err, &large) && named:
		bad(fmt.Sprintf("reading the attestation: it has more than %d MiB", evidence.MaxFile>>20), "attestations are a few kilobytes; remove the file if it is something else")
		return
	case errors.As(err, &large):
		r.Stray = append(r.Stray, path)
		return
	case err != nil:
		r.Unreadable = append(r.Unreadable, dist.Problem{Path: path, Err: err})
		return
	}
	docs, err := evidence.Split(data, path, origin)
	switch {
	case err != nil && named:
		bad("reading the attestation: the content is not an attestation of any known form (PEP 740 object, provenance object, Sigstore bundle, JSON Lines of bundles)",
			"make the attestation again, or remove the file")
	case err != nil:
		r.Stray = append(r.Stray, path)
	case !named && len(docs) == 1 && docs[0].Problem != nil && docs[0].Form == "":
		r.Stray = append(r.Stray, path) // some other JSON, broken or empty
	default:
		r.held += int64(len(data))
		r.Documents = append(r.Documents, docs...)
	}
}

// attestationName reports whether a file's name promises an attestation.
func attestationName(name string) bool {
	for _, ending := range []string{".attestation", ".provenance", ".provenance.json", ".sigstore", ".sigstore.json", ".intoto.jsonl", ".intoto.json", ".jsonl", ".bundle", ".bundle.json"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}
