// SPDX-License-Identifier: BSD-3-Clause

package gate

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/build"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/trust"
)

// Options are what a release is verified against.
type Options struct {
	// Policy is complete: flags, facts and defaults are filled in.
	Policy *policy.Policy
	Trust  *trust.Set
	// GitHub are attestations fetched by digest; Unread says, by digest, why
	// some could not be fetched.
	GitHub []evidence.Document
	Unread map[string]string
	// WhyUnknown says why the policy names no publisher, where it does not.
	WhyUnknown string
	// Registered is what the index says of the publisher where there is no
	// policy file; see build.Input.
	Registered *build.Registered
	Ledger     *handoff.Ledger
	// Checksums are the digests that the build handed on, or nil.
	Checksums handoff.Checksums
	// Run is the number of the running workflow's run, "" where the files may
	// come from any.
	Run string
	// Uploading says that the job that judges is the one that uploads.
	Uploading bool
	// Before is what was found on the way here, when the policy was read.
	Before finding.Set
	// Strict blocks on what is otherwise listed, and makes warnings errors.
	Strict bool
	Tool   report.Tool
}

// Verify verifies the release's attestations and judges the build and the
// hand-off gate. Where ctx ends before everything was verified, the rest counts
// as unverifiable, and the caller says so instead of showing the report.
func Verify(ctx context.Context, r *Release, o Options) *report.Report {
	return o.join("verify", o.release(ctx, r, extra{}))
}

// extra is what attest wants judged beside what was collected.
type extra struct {
	foretold []*evidence.Attestation // taken as verified
	forIndex map[string]bool         // attestation files that the index must accept
	sealed   bool                    // only the hand-off is judged, and needs a ledger
	exact    bool                    // all files that the build lists must be there
}

// join makes a report of what parts of a release show.
func (o Options) join(command string, parts ...part) *report.Report {
	return join(command, o.Tool, o.Policy, o.Strict, o.Before, parts...)
}

// release verifies and judges the release's files and attestations.
func (o Options) release(ctx context.Context, r *Release, more extra) part {
	verifier := evidence.NewVerifier(o.Trust)
	docs := distinct(slices.Concat(r.Documents, o.GitHub))
	attestations := append(verifyAll(ctx, verifier, docs), more.foretold...)
	// Of two copies of one attestation the one that an uploader sends counts.
	slices.SortStableFunc(attestations, func(a, b *evidence.Attestation) int { return place(a) - place(b) })
	built := build.Judge(build.Input{
		Dists: r.Files.Dists, Attestations: attestations, Policy: o.Policy, Run: o.Run,
		Unread: o.Unread, WhyUnknown: o.WhyUnknown, Registered: o.Registered, RootProblems: o.Trust.Problems, Uploading: o.Uploading,
	})
	handed := handoff.Judge(handoff.Input{
		Files: r.Files, Unreadable: r.Unreadable, Attestations: attestations, Stray: r.Stray,
		Policy: o.Policy, Ledger: o.Ledger, Checksums: o.Checksums, Relaxed: verifier.AsIndex,
		Sealed: more.sealed, Exact: more.exact, Uploading: o.Uploading,
	})
	p := part{gates: []finding.Gate{finding.Build, finding.Handoff}, proof: Proof{built.Commit, built.Run, built.Passed}}
	p.rules = countRules(p.gates...)
	if more.sealed {
		p.gates, p.rules = p.gates[1:], countRules(p.gates[1:]...)
	} else {
		p.Merge(built.Set)
	}
	p.Merge(handed.Set)
	for _, u := range unaccepted(handed.Index, more.forIndex) {
		p.Skip(u)
	}
	p.fill = func(rep *report.Report, _ []finding.Finding) {
		for _, root := range o.Trust.Roots {
			t := report.Trust{Instance: string(root.Instance), Source: string(root.Source)}
			if !root.Date.IsZero() {
				t.Date = root.Date.Format(time.DateOnly)
			}
			rep.Trust = append(rep.Trust, t)
		}
		for i, d := range r.Files.Dists {
			rep.Dists = append(rep.Dists, distReport(d, built.ByDist[i], handed.Index[i]))
		}
	}
	return p
}

// verifyOne is v.Verify, except that a panic in a library that reads hostile
// bytes is one unverifiable document and not the end of the program.
func verifyOne(v *evidence.Verifier, doc evidence.Document) (a *evidence.Attestation) {
	defer func() {
		if p := recover(); p != nil {
			doc.Raw = nil
			problem := &evidence.Problem{Kind: evidence.Malformed, Message: fmt.Sprintf("verifying the attestation: stopped on an internal error: %v", p), Hint: "please report it, with the file"}
			a = &evidence.Attestation{Document: doc, Problem: problem, LogIndex: -1}
		}
	}()
	return v.Verify(doc)
}

// place orders attestations by how close they are to the release.
func place(a *evidence.Attestation) int {
	switch {
	case a.Origin == evidence.Folder && strings.HasSuffix(a.Source, ".attestation"):
		return 0
	case a.Origin == evidence.Folder:
		return 1
	case a.Origin == evidence.Given:
		return 2
	}
	return 3
}

// distinct drops documents whose bytes were met before: the same attestation
// from a file and from an API, of which the file's stays.
func distinct(docs []evidence.Document) []evidence.Document {
	seen := map[[32]byte]bool{}
	var out []evidence.Document
	for _, d := range docs {
		if d.Problem == nil && d.Publisher == nil {
			key := sha256.Sum256(d.Raw)
			if d.Origin == evidence.GitHubAPI && seen[key] {
				continue
			}
			seen[key] = true
		}
		out = append(out, d)
	}
	return out
}

// verifyAll verifies documents in parallel, each once, however many files it
// covers. Results are in the order of docs.
func verifyAll(ctx context.Context, v *evidence.Verifier, docs []evidence.Document) []*evidence.Attestation {
	out := make([]*evidence.Attestation, len(docs))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(docs)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(docs) {
					return
				}
				if err := ctx.Err(); err != nil {
					docs[i].Problem = &evidence.Problem{Kind: evidence.Unsupported, Message: fmt.Sprintf("verifying the attestation: %v", err), Hint: "run it again"}
				}
				out[i] = verifyOne(v, docs[i])
				docs[i].Raw = nil
			}
		})
	}
	wg.Wait()
	return out
}
