// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/report"
)

// unwritten refuses a plan of which a file is there already.
func unwritten(plan *attest.Plan) error {
	for _, path := range plan.Paths() {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return fmt.Errorf("looking for %q: %w", path, cause(err))
			}
			return usagef("reading the release: %q exists already; attest each file once, or remove the old attestations first", path)
		}
	}
	return nil
}

// apart refuses bundles and a report in the folder of the release files. It is
// asked again before anything is written: a link may lead elsewhere by then.
func (s *signing) apart(dists []*dist.Dist, output string) error {
	for _, d := range dists {
		folder := filepath.Dir(d.Path)
		if s.bundles != "" && within(s.bundles, folder) {
			return usagef("reading the arguments: --bundle-dir %q is in the folder of the release files, where uploaders stop at bundles; name another folder", s.bundles)
		}
		if output != "" && within(filepath.Dir(output), folder) {
			return usagef("reading the arguments: --output %q is in the folder of the release files, where uploaders stop at it; name another folder", output)
		}
	}
	return nil
}

// within reports whether a folder is another one or lies in it.
func within(dir, of string) bool {
	real := func(p string) string {
		abs, err := filepath.Abs(p)
		if err != nil {
			return filepath.Clean(p)
		}
		// The part that exists may hold links.
		for rest := ""; ; {
			if r, err := filepath.EvalSymlinks(abs); err == nil {
				return filepath.Join(r, rest)
			}
			parent := filepath.Dir(abs)
			if parent == abs {
				return filepath.Join(abs, rest)
			}
			rest, abs = filepath.Join(filepath.Base(abs), rest), parent
		}
	}
	rel, err := filepath.Rel(real(of), real(dir))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// kept says what GitHub has, where the rest failed.
func (s *signing) kept() string {
	if len(s.stored) == 0 {
		return ""
	}
	return ", but GitHub has stored " + strings.Join(s.stored, ", ") + ", which does no harm"
}

// still hashes the files once more: what was signed must be what lies there.
func still(ctx context.Context, dists []*dist.Dist) error {
	was := map[string]dist.Digest{}
	again := make([]*dist.Dist, 0, len(dists))
	for _, d := range dists {
		was[d.Path] = d.Digest
		c := *d
		again = append(again, &c)
	}
	for i, err := range dist.Hash(ctx, again, 0, nil) {
		if err != nil {
			return fmt.Errorf("attesting the release: %w; nothing was written", err)
		}
		if d := again[i]; !d.Digest.Equal(was[d.Path]) {
			return fmt.Errorf("attesting the release: %q has changed since it was hashed, so nothing was written; find out what writes to the folder in this job, and run it again", d.Path)
		}
	}
	return nil
}

// handOver stores bundles of one kind with GitHub where that is asked for,
// writes all files, and lists them in the report. The files come after GitHub:
// an attestation that is stored and not written is found by digest all the
// same, the other way round it is not.
func (s *signing) handOver(ctx context.Context, made *attest.Release, rep *report.Report, store attest.Kind) error {
	stored := map[int]report.Attestation{}
	if s.github {
		s.progress.say("storing the attestation with GitHub")
		for i, m := range made.Made {
			if m.Kind != store {
				continue
			}
			id, url, err := s.store(ctx, m.Bundle)
			if err != nil {
				return fmt.Errorf("%w; nothing was written%s", err, s.kept())
			}
			stored[i] = report.Attestation{ID: id, URL: url}
			s.stored = append(s.stored, url)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := s.write(made.Outputs); err != nil {
		return fmt.Errorf("%w%s", err, s.kept())
	}
	s.written = true
	for i, m := range made.Made {
		rep.Attestations = append(rep.Attestations, report.Attestation{
			Path: s.world.forLater(m.Path), Kind: string(m.Kind), PredicateType: m.PredicateType, Subjects: m.Subjects,
			Instance: string(s.config.Instance), LogIndex: m.LogIndex, ID: stored[i].ID, URL: stored[i].URL,
		})
	}
	rep.Notes = append(append(rep.Notes, s.notes...), s.public...)
	return nil
}

// store hands one bundle to GitHub.
func (s *signing) store(ctx context.Context, bundle []byte) (id, url string, err error) {
	client, err := s.world.github()
	if err != nil {
		return "", "", err
	}
	owner, name, _ := strings.Cut(s.claims.Repository, "/")
	stored, err := client.StoreAttestation(ctx, owner, name, bundle)
	if err != nil {
		return "", "", err
	}
	return strconv.FormatInt(stored.ID, 10), stored.URL, nil
}

// write writes all files or none, and no folder without files.
func (s *signing) write(outputs []attest.Output) error {
	_, err := os.Lstat(s.bundles)
	fresh := errors.Is(err, fs.ErrNotExist)
	for _, o := range outputs {
		if filepath.Dir(o.Path) == filepath.Clean(s.bundles) {
			if err := os.MkdirAll(s.bundles, 0o755); err != nil {
				return fmt.Errorf("making the folder for bundles %q: %w; name another with --bundle-dir", s.bundles, cause(err))
			}
			break
		}
	}
	if err := attest.WriteAll(outputs); err != nil {
		if fresh {
			_ = os.Remove(s.bundles) // empty, or not ours to remove
		}
		return err
	}
	return nil
}

// tellStored sets the outputs that name what GitHub stores and the folder of
// the bundles, where there is a runner that wants to know.
func (s *signing) tellStored(rep *report.Report, more ...[2]string) error {
	if s.world.lookup("GITHUB_OUTPUT") == "" {
		return nil
	}
	var ids, urls []string
	for _, a := range rep.Attestations {
		if a.ID != "" {
			ids, urls = append(ids, a.ID), append(urls, a.URL)
		}
	}
	var problems []error
	for _, o := range append([][2]string{
		{"attestation-id", strings.Join(ids, ",")}, {"attestation-url", strings.Join(urls, ",")}, {"bundle-dir", s.world.forLater(s.bundles)},
	}, more...) {
		problems = append(problems, s.world.runner.Output(o[0], o[1]))
	}
	return errors.Join(problems...)
}
