// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// verdicts are the options of a release of n files.
func verdicts(t testing.TB, n int) []attest.SummaryOptions {
	t.Helper()
	base := verdict(t)
	base.Report.Dists = nil
	var all []attest.SummaryOptions
	for i := range n {
		name, err := dist.ParseName(fmt.Sprintf("samplepkg-1.0-%d-py3-none-any.whl", i+1))
		if err != nil {
			t.Fatal(err)
		}
		o := base
		o.Dist = &dist.Dist{Path: "dist/" + name.Filename, Name: name, Size: 5, Digest: sha256.Sum256([]byte(name.Filename))}
		base.Report.Dists = append(base.Report.Dists, report.Dist{Path: o.Dist.Path, SHA256: o.Dist.Digest.Hex()})
		a := verifiedDoc("x", name.Filename, base.Attestations[0].Signer)
		a.Statement.Subjects[0].SHA256 = o.Dist.Digest.Hex()
		o.Attestations = []*evidence.Attestation{a}
		all = append(all, o)
	}
	return all
}

// A statement, a name and a task each, in the newest log that there is.
func TestNewVerdicts(t *testing.T) {
	endpoint := &trust.Endpoint{URL: "https://x.example", Version: 1}
	for want, c := range map[attest.Log]*trust.SigningConfig{
		attest.RekorV2: {Instance: trust.PublicGood, Rekor1: endpoint, Rekor2: endpoint},
		attest.RekorV1: {Instance: trust.PublicGood, Rekor1: endpoint},
		attest.NoLog:   {Instance: trust.GitHub},
	} {
		all := verdicts(t, 3)
		p, err := attest.NewVerdicts(all, "out", c)
		if err != nil {
			t.Fatal(err)
		}
		for i, task := range p.Tasks() {
			statement, err := attest.VerificationSummary(all[i])
			if err != nil || !bytes.Equal(task.Content.Statement, statement) || task.Log != want {
				t.Errorf("task %d in %v, want %v: %v\n%s", i, task.Log, want, err, task.Content.Statement)
			}
			if path := filepath.Join("out", all[i].Dist.Name.Filename+".vsa.sigstore.json"); p.Paths()[i] != path {
				t.Errorf("%q, want %q", p.Paths()[i], path)
			}
		}
		if len(p.Tasks()) != 3 || len(p.ForIndex()) > 0 {
			t.Errorf("%d tasks, for the index: %v", len(p.Tasks()), p.ForIndex())
		}
	}
	if _, err := attest.NewVerdicts(nil, "out", &trust.SigningConfig{}); err == nil {
		t.Error("a verdict of no file")
	}
	all := verdicts(t, 3)
	all[2].Attestations = nil
	var no *attest.NoSummaryError
	if p, err := attest.NewVerdicts(all, "out", &trust.SigningConfig{}); !errors.As(err, &no) || p != nil {
		t.Errorf("one file without evidence: %v, %v", p, err)
	}
	if _, err := attest.ParseKinds(string(attest.KindVerdict)); err == nil {
		t.Error("attest can be asked for a verdict")
	}
}

// What was signed is taken only as it was to be signed, by this job.
func TestCheckSigned(t *testing.T) {
	in := sigstoretest.Use(t, sigstoretest.PublicGood)
	all := verdicts(t, 2)
	for i := range all {
		all[i].Time = time.Now()
	}
	claims := all[0].Claims
	p, err := attest.NewVerdicts(all, "out", &trust.SigningConfig{Instance: trust.Custom})
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "root.json")
	put(t, root, in.TrustedRoot())
	roots, err := trust.Load(t.Context(), trust.Options{Files: []string{root}, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	// signed signs for somebody, and verifies.
	signed := func(c runner.Claims, change func([]byte) []byte) []*evidence.Attestation {
		t.Helper()
		var bundles []*protobundle.Bundle
		for _, task := range p.Tasks() {
			statement := slices.Clone(task.Content.Statement)
			if change != nil {
				statement = change(statement)
			}
			bundles = append(bundles, in.MustSign(t, statement, certified(c), sigstoretest.SignOptions{}).Proto())
		}
		made, err := p.Render(bundles)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range made.Made {
			if want := p.Paths()[i]; m.Path != want || m.Kind != attest.KindVerdict || m.PredicateType != attest.PredicateSummary || m.Subjects != 1 || made.Documents[i].Source != want {
				t.Errorf("made %+v, document %q", m, made.Documents[i].Source)
			}
		}
		var out []*evidence.Attestation
		for _, d := range made.Documents {
			a := evidence.NewVerifier(roots).Verify(d)
			if !a.OK() {
				t.Fatal(a.Problem)
			}
			out = append(out, a)
		}
		return out
	}
	good := signed(claims, nil)
	if err := p.CheckSigned(good, claims); err != nil {
		t.Error(err)
	}
	other := claims
	other.RunID = "999"
	stranger := claims
	stranger.JobWorkflowRef = "mallory/flows/.github/workflows/gate.yml@" + flowsCommit
	unverified := *good[1]
	unverified.Problem = &evidence.Problem{Kind: evidence.Signature}
	elsewhere := *good[1]
	elsewhere.Root = &trust.Root{Instance: trust.PublicGood}
	for name, bad := range map[string][]*evidence.Attestation{
		"another run":       signed(other, nil),
		"another workflow":  signed(stranger, nil),
		"another statement": signed(claims, func(s []byte) []byte { return bytes.Replace(s, []byte("LEVEL_3"), []byte("LEVEL_4"), 1) }),
		"another file": signed(claims, func(s []byte) []byte {
			return bytes.Replace(s, []byte(`"sha256":"`+all[0].Dist.Digest.Hex()), []byte(`"sha256":"`+strings.Repeat("a", 64)), 1)
		}),
		"in another order": {good[1], good[0]},
		"one too few":      good[:1],
		"not verified":     {good[0], &unverified},
		"nothing":          {good[0], nil},
		"another instance": {good[0], &elsewhere},
	} {
		if err := p.CheckSigned(bad, claims); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
