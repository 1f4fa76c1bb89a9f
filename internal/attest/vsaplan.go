// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/trust"
)

// NewVerdicts plans the signed verdicts about the files of a release: a
// statement and a file in the folder bundles for each. It is filled already
// ([Plan.Fill] is for provenance). The error is that of [VerificationSummary]
// for the first file that has one: all verdicts are made or none.
func NewVerdicts(all []SummaryOptions, bundles string, c *trust.SigningConfig) (*Plan, error) {
	if len(all) == 0 {
		return nil, errors.New("writing the verdict: there is no release file")
	}
	p := &Plan{kinds: []Kind{KindVerdict}, instance: c.Instance}
	for i, o := range all {
		statement, err := VerificationSummary(o)
		if err != nil {
			return nil, err
		}
		names, err := Names(o.Dist)
		if err != nil {
			return nil, err
		}
		p.items = append(p.items, &item{
			kind: KindVerdict, path: filepath.Join(bundles, names.Verdict), dists: []*dist.Dist{o.Dist}, statement: statement, task: i,
		})
		p.tasks = append(p.tasks, Task{Content: StatementContent(statement), Log: bundleLog(c)})
	}
	return p, nil
}

// CheckSigned compares what was verified of [Release.Documents], in their
// order, with what was to be signed and by whom. The plan must be one whose
// items have a file each, as those of [NewVerdicts]. What could not be verified
// is an error too.
func (p *Plan) CheckSigned(verified []*evidence.Attestation, claims runner.Claims) error {
	if len(verified) != len(p.items) {
		return fmt.Errorf("checking what was signed: %d documents were verified, and %d statements were to be signed", len(verified), len(p.items))
	}
	job := Identity(claims)
	for i, a := range verified {
		path := p.items[i].path
		if a == nil || !a.OK() || a.Statement == nil || a.Signer == nil || a.Root == nil {
			return fmt.Errorf("checking what was signed: %q does not verify", path)
		}
		want, err := evidence.ParseStatement(p.items[i].statement)
		if err != nil {
			return fmt.Errorf("checking what was signed: the statement for %q: %w", path, err)
		}
		switch {
		case a.Source != path || !reflect.DeepEqual(a.Statement, want):
			return fmt.Errorf("checking what was signed: %q holds another statement than was to be signed", path)
		case a.Root.Instance != p.instance:
			return fmt.Errorf("checking what was signed: %q is of the instance %q and not of %q", path, a.Root.Instance, p.instance)
		case a.Signer.SignerURI != job.SignerURI || a.Signer.SignerDigest != job.SignerDigest || a.Signer.RunURI != job.RunURI || a.Signer.Commit != job.Commit:
			return fmt.Errorf("checking what was signed: %q is signed by another job than this one", path)
		}
	}
	return nil
}
