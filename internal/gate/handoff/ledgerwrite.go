// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/lazyregexp"
	"github.com/scientific-python/sallyport/internal/packed"
	"github.com/scientific-python/sallyport/internal/policy"
)

// The forms of docs/schemas/ledger.schema.json. What is written is held to
// them: [ParseLedger] is another program's reader too, of another version.
var (
	ledgerProject = lazyregexp.New(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	ledgerVersion = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9.!+_-]*$`)
	ledgerCommit  = lazyregexp.New(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	ledgerRun     = lazyregexp.New(`^[1-9][0-9]{0,19}$`)
	ledgerFile    = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9._+!-]*$`)
)

// maxLedgerText is the longest project name and version, in bytes.
const maxLedgerText = 200

// NewLedger writes down the files of one release that were verified: hashed
// ([dist.Hash]), not empty, each name once, all of the project (PEP 503) and
// version (PEP 440). Commit is what they all prove, in 40 (or 64) lower-case
// hexadecimal digits, and run the number of the workflow run that built them.
// An empty value is an error, as is whatever the ledger's schema does not
// allow.
func NewLedger(project, version, commit, run string, dists []*dist.Dist) (*Ledger, error) {
	l := &Ledger{Project: project, Version: version, Commit: commit, Run: run}
	for _, d := range dists {
		if d == nil {
			return nil, errors.New("writing the ledger: one of the files is missing")
		}
		l.Dists = append(l.Dists, LedgerDist{d.Name.Filename, d.Digest, d.Size})
	}
	slices.SortFunc(l.Dists, func(a, b LedgerDist) int { return strings.Compare(a.Name, b.Name) })
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("writing the ledger: %w", err)
	}
	return l, nil
}

type (
	ledgerJSON struct {
		SchemaVersion int              `json:"schema_version"`
		Project       string           `json:"project"`
		Version       string           `json:"version"`
		Commit        string           `json:"commit"`
		Run           string           `json:"run"`
		Dists         []ledgerDistJSON `json:"dists"`
	}
	ledgerDistJSON struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
		Size   int64  `json:"size"`
	}
)

// JSON writes the ledger in the form that [ParseLedger] reads: on one line
// without a line break, the files by name, at most [MaxLedger] bytes and 4,096
// files. The same ledger is always the same bytes.
//
// A file takes some 105 bytes and its name, so about 180 for a wheel.
func (l *Ledger) JSON() ([]byte, error) {
	out, err := l.json()
	if err != nil {
		return nil, fmt.Errorf("writing the ledger: %w", err)
	}
	return out, nil
}

// Handed writes the ledger as a job hands it on to another, in an output: the
// JSON, or where that has more than 96 KiB (some 550 wheels) the same packed
// ([packed.Text]), for an input of an action is an environment variable, of
// which Linux takes no longer ones than 128 KiB. Above some 1,900 wheels that
// is too long as well, and the error is a [*packed.TooLongError].
func (l *Ledger) Handed() (string, error) {
	data, err := l.JSON()
	if err != nil {
		return "", err
	}
	text, err := packed.Handed(string(data), data)
	if err != nil {
		return "", fmt.Errorf("handing on the ledger of %d files: %w", len(l.Dists), err)
	}
	return text, nil
}

func (l *Ledger) json() ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	j := ledgerJSON{SchemaVersion: 1, Project: l.Project, Version: l.Version, Commit: l.Commit, Run: l.Run}
	for _, d := range l.Dists {
		j.Dists = append(j.Dists, ledgerDistJSON{d.Name, d.Digest.Hex(), d.Size})
	}
	slices.SortFunc(j.Dists, func(a, b ledgerDistJSON) int { return strings.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(j); err != nil {
		return nil, err
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	// What the sealing job would refuse is better known before it runs.
	if _, err := parseLedger(out); err != nil {
		return nil, fmt.Errorf("the ledger of %d files could not be read again: %w", len(l.Dists), err)
	}
	return out, nil
}

// check holds a ledger to its schema, and its files to its release.
func (l *Ledger) check() error {
	for _, f := range []struct {
		name, value, want string
		form              interface{ MatchString(string) bool }
		most              int
	}{
		{"project", l.Project, "a project's name", ledgerProject, maxLedgerText},
		{"version", l.Version, "a version", ledgerVersion, maxLedgerText},
		{"commit", l.Commit, "40 or 64 lower-case hexadecimal digits", ledgerCommit, 64},
		{"run", l.Run, "the number of a workflow run", ledgerRun, 20},
	} {
		switch {
		case f.value == "":
			return fmt.Errorf("the %s is empty", f.name)
		case len(f.value) > f.most || !f.form.MatchString(f.value):
			return fmt.Errorf("the %s %.100q is not %s", f.name, f.value, f.want)
		}
	}
	if len(l.Dists) == 0 {
		return errors.New("there is no file: a ledger of nothing vouches for nothing")
	}
	seen := make(map[string]bool, len(l.Dists))
	for _, d := range l.Dists {
		name, err := dist.ParseName(d.Name)
		switch {
		case err != nil:
			return err
		case !ledgerFile.MatchString(d.Name):
			return fmt.Errorf("the file name %.100q does not begin with a letter or digit, or has characters that a ledger may not have", d.Name)
		case seen[d.Name]:
			return fmt.Errorf("the file name %q is given twice; keep one of the files", d.Name)
		case d.Digest.IsZero():
			return fmt.Errorf("the file %q was not hashed", d.Name)
		case d.Size < 1:
			return fmt.Errorf("the file %q has %d bytes; no release file is empty", d.Name, d.Size)
		case !policy.SameProject(l.Project, name.Project) || !dist.EqualVersions(l.Version, name.Version):
			return fmt.Errorf("the file %q is not of %s %s; a ledger is of one release, so give each its own", d.Name, l.Project, l.Version)
		}
		seen[d.Name] = true
	}
	return nil
}
