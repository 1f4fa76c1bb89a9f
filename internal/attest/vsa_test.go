// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	vsa "github.com/in-toto/attestation/go/predicates/vsa/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

const (
	flowsCommit = "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"
	flows       = "octo-sci/flows/.github/workflows/gate@1.yml"
)

// verdict is a release that passed: everything that a summary rests on.
func verdict(t testing.TB) attest.SummaryOptions {
	t.Helper()
	f, err := policy.Parse([]byte("project: samplepkg\npublisher: {repository: octo-sci/samplepkg, workflow: release.yml}\nbuilder: {signers: ["+report.IsolatedBuilder+"@"+flowsCommit+"]}\n"), ".github/sally port.yml")
	if err != nil {
		t.Fatal(err)
	}
	file := f.Policies[0]
	file.Origin.Commit = runnertest.ReleaseCommit
	name, err := dist.ParseName("samplepkg-1!1.0+x-py3-none-any.whl")
	if err != nil {
		t.Fatal(err)
	}
	d := &dist.Dist{Path: "dist/" + name.Filename, Name: name, Size: 5, Digest: one}
	judged := file.WithDefaults()
	return attest.SummaryOptions{
		Claims:   claimsOf(t, map[string]any{"job_workflow_ref": flows + "@" + flowsCommit, "job_workflow_sha": flowsCommit}),
		File:     file,
		Policy:   judged,
		Enforced: true,
		Dist:     d,
		Report: &report.Report{
			Verdict: report.Pass, Tool: report.Tool{Name: "sallyport", Version: "1.2.3"},
			Policy: report.Policy{Source: judged.Origin.Source, Path: judged.Origin.Path, Commit: judged.Origin.Commit, SHA256: judged.Origin.SHA256},
			Gates: []report.GateStatus{{Gate: finding.Source, Status: report.NotRun}, {Gate: finding.Build, Status: report.Pass},
				{Gate: finding.Handoff, Status: report.Pass}, {Gate: finding.Publish, Status: report.Pass}, {Gate: finding.Index, Status: report.NotRun}},
			Findings:  []report.Finding{{Rule: "unpinned-tool", Severity: finding.Warning}},
			Unchecked: []report.Unchecked{{Rule: "unprotected-tag", Subject: "x"}},
			Ignored:   []report.Ignored{{Rule: "unpinned-action", Subject: ".github/workflows/docs.yml", Reason: "builds <no> \"release\" file", Until: "2027-01-31"}},
			Dists:     []report.Dist{{Path: d.Path, SHA256: oneHex}},
		},
		Attestations: []*evidence.Attestation{
			verifiedDoc("dist/"+name.Filename+".slsa.attestation", `{"a":1}`, built(report.IsolatedBuilder+"@"+flowsCommit, flowsCommit)),
			verifiedDoc("https://api.github.com/repos/octo-sci/samplepkg/attestations/sha256:1f", `{"b":2}`, built("octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0", runnertest.ReleaseCommit)),
		},
		Time: time.Date(2026, 11, 22, 6, 7, 8, 999, time.FixedZone("", 3600)),
	}
}

// built is the certificate of the release's own run, signed for by a workflow.
func built(signer, digest string) *evidence.Identity {
	const own = "https://github.com/octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0"
	return &evidence.Identity{
		Issuer: runner.TokenIssuer, SignerURI: "https://github.com/" + signer, SignerDigest: digest, URIs: []string{"https://github.com/" + signer},
		Runner: "github-hosted", RepositoryURI: "https://github.com/octo-sci/samplepkg", BuildConfigURI: own,
		Ref: "refs/tags/v1.0.0", Commit: runnertest.ReleaseCommit,
	}
}

// verifiedDoc is a verified attestation about the file.
func verifiedDoc(source, raw string, id *evidence.Identity) *evidence.Attestation {
	return &evidence.Attestation{
		Document: evidence.Document{Source: source}, SHA256: sha256.Sum256([]byte(raw)), Signer: id,
		Statement: &evidence.Statement{PredicateType: evidence.PredicateProvenanceV1, Subjects: []evidence.Subject{{Name: "x", SHA256: oneHex}}},
	}
}

func hexOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func TestVerificationSummary(t *testing.T) {
	o := verdict(t)
	got, err := attest.VerificationSummary(o)
	if err != nil {
		t.Fatal(err)
	}
	want := lines(`{"_type":"https://in-toto.io/Statement/v1",
		"subject":[{"name":"samplepkg-1!1.0+x-py3-none-any.whl","digest":{"sha256":"` + oneHex + `"}}],
		"predicateType":"https://slsa.dev/verification_summary/v1",
		"predicate":{
		"verifier":{"id":"https://github.com/` + flows + "@" + flowsCommit + `",
		"version":{"` + flows + `":"` + flowsCommit + `","sallyport":"1.2.3"}},
		"timeVerified":"2026-11-22T05:07:08Z",
		"resourceUri":"pkg:pypi/samplepkg@1%211.0%2Bx?file_name=samplepkg-1%211.0%2Bx-py3-none-any.whl",
		"policy":{"uri":"https://github.com/octo-sci/samplepkg/blob/` + runnertest.ReleaseCommit + `/.github/sally%20port.yml",
		"digest":{"sha256":"` + o.File.Origin.SHA256 + `"}},
		"inputAttestations":[
		{"name":"samplepkg-1!1.0+x-py3-none-any.whl.slsa.attestation","digest":{"sha256":"` + hexOf(`{"a":1}`) + `"}},
		{"uri":"https://api.github.com/repos/octo-sci/samplepkg/attestations/sha256:1f","digest":{"sha256":"` + hexOf(`{"b":2}`) + `"}}],
		"verificationResult":"PASSED",
		"verifiedLevels":["SLSA_BUILD_LEVEL_2","SALLYPORT_GATE_BUILD","SALLYPORT_GATE_HAND_OFF","SALLYPORT_GATE_PUBLISH"],
		"slsaVersion":"1.1",
		"https://github.com/scientific-python/sallyport/waivers/v1":[{"rule":"unpinned-action","subject":".github/workflows/docs.yml","reason":"builds <no> \"release\" file","until":"2027-01-31"}]}}`)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	st, err := evidence.ParseStatement(got)
	if err != nil {
		t.Fatal(err)
	}
	if st.PredicateType != attest.PredicateSummary || st.SubjectProblem() != "" || !strings.Contains(string(st.Predicate), `"`+attest.WaiversField+`":[`) {
		t.Errorf("read again: %+v", st)
	}

	// The specification's own type reads it, once what it does not know is
	// passed over, as consumers must.
	var v vsa.VerificationSummary
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(st.Predicate, &v); err != nil {
		t.Fatal(err)
	}
	if v.GetVerifier().GetId() != "https://github.com/"+o.Claims.JobWorkflowRef || v.GetVerificationResult() != "PASSED" ||
		!v.GetTimeVerified().AsTime().Equal(o.Time.Truncate(time.Second)) || v.GetPolicy().GetDigest()["sha256"] != o.File.Origin.SHA256 ||
		len(v.GetInputAttestations()) != 2 || v.GetVerifiedLevels()[0] != "SLSA_BUILD_LEVEL_2" {
		t.Errorf("as the specification's type: %v", &v)
	}

	slices.Reverse(o.Attestations)
	if again, err := attest.VerificationSummary(o); err != nil || string(again) != string(got) {
		t.Errorf("in another order: %v\n%s", err, again)
	}
}

func TestVerificationSummaryParts(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(o *attest.SummaryOptions)
		want   string
	}{
		{"isolated builder alone", func(o *attest.SummaryOptions) { o.Attestations = o.Attestations[:1] }, `"verifiedLevels":["SLSA_BUILD_LEVEL_3",`},
		{"an untrusted one does not lower it", func(o *attest.SummaryOptions) {
			o.Attestations[1].Signer.SignerURI += "x"
		}, `"verifiedLevels":["SLSA_BUILD_LEVEL_3",`},
		{"nor does what GitHub attested", func(o *attest.SummaryOptions) { o.Attestations[1].ByGitHub = true }, `"SLSA_BUILD_LEVEL_3"`},
		{"no provenance", func(o *attest.SummaryOptions) {
			for _, a := range o.Attestations {
				a.Statement.PredicateType = evidence.PredicatePublish
			}
		}, `"SLSA_BUILD_LEVEL_0"`},
		{"no waivers", func(o *attest.SummaryOptions) { o.Report.Ignored = nil }, `"` + attest.WaiversField + `":[]}`},
		{"same document twice", func(o *attest.SummaryOptions) { o.Attestations = append(o.Attestations, o.Attestations...) },
			`"digest":{"sha256":"` + hexOf(`{"b":2}`) + `"}}],"verificationResult"`},
		{"test index", func(o *attest.SummaryOptions) {
			o.Policy.Publisher.Index, o.File.Publisher.Index = policy.TestIndex, policy.TestIndex
		}, `.whl&repository_url=https:%2F%2Ftest.pypi.org"`},
		{"a bundle's address with a password", func(o *attest.SummaryOptions) { o.Attestations[1].Source = "https://u:p@h.example/x/y.json" }, `{"name":"y.json",`},
		{"a name that is no text", func(o *attest.SummaryOptions) { o.Attestations[1].Source = "a/\xff\n" }, `{"name":"` + "\uFFFD" + `\n",`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := verdict(t)
			c.change(&o)
			got, err := attest.VerificationSummary(o)
			if err != nil || !strings.Contains(string(got), c.want) {
				t.Errorf("%v, want something with %s\n%s", err, c.want, got)
			}
		})
	}
}

func TestVerificationSummaryRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(o *attest.SummaryOptions)
		want   string
	}{
		{"no report", func(o *attest.SummaryOptions) { o.Report = nil }, "is missing"},
		{"no policy", func(o *attest.SummaryOptions) { o.Policy = nil }, "is missing"},
		{"no file policy", func(o *attest.SummaryOptions) { o.File = nil }, "is missing"},
		{"no file", func(o *attest.SummaryOptions) { o.Dist = nil }, "is missing"},
		{"no time", func(o *attest.SummaryOptions) { o.Time = time.Time{} }, "is missing"},
		{"fail", func(o *attest.SummaryOptions) { o.Report.Verdict = report.Fail }, `the verdict is "fail"`},
		{"undecided", func(o *attest.SummaryOptions) { o.Report.Verdict = report.Undecided }, `the verdict is "undecided"`},
		{"no verdict", func(o *attest.SummaryOptions) { o.Report.Verdict = "" }, `the verdict is ""`},
		{"a pass with an error", func(o *attest.SummaryOptions) { o.Report.Findings[0].Severity = finding.Error }, "has an error"},
		{"a pass with something that blocks", func(o *attest.SummaryOptions) { o.Report.Unchecked[0].Blocking = true }, "could not be checked"},
		{"not enforced", func(o *attest.SummaryOptions) { o.Enforced = false }, "not enforced"},
		{"enforced from a later day", func(o *attest.SummaryOptions) { o.Report.EnforceFrom = "2027-01-01" }, "not enforced"},
		{"build gate not run", func(o *attest.SummaryOptions) { o.Report.Gates[1].Status = report.NotRun }, "build gate did not"},
		{"hand-off gate missing", func(o *attest.SummaryOptions) { o.Report.Gates = o.Report.Gates[:2] }, "hand-off gate did not"},
		{"a gate twice", func(o *attest.SummaryOptions) { o.Report.Gates = append(o.Report.Gates, o.Report.Gates[1]) }, "build gate did not"},
		{"no version", func(o *attest.SummaryOptions) { o.Report.Tool.Version = "" }, "what wrote it"},
		{"defaults", func(o *attest.SummaryOptions) { o.Policy.Origin.Source = policy.SourceDefaults }, "without a policy file"},
		{"flags alone", func(o *attest.SummaryOptions) { o.Policy.Origin.Source = policy.SourceInput }, "without a policy file"},
		{"from the work tree", func(o *attest.SummaryOptions) { o.Policy.Origin.Commit = "" }, `at commit ""`},
		{"of another commit", func(o *attest.SummaryOptions) { o.Policy.Origin.Commit = flowsCommit }, "not at the workflow's"},
		{"no digest", func(o *attest.SummaryOptions) { o.Policy.Origin.SHA256 = "" }, "no digest"},
		{"report of another policy", func(o *attest.SummaryOptions) { o.Report.Policy.SHA256 = oneHex }, "another policy"},
		{"file of another policy", func(o *attest.SummaryOptions) { o.File.Origin.SHA256 = oneHex }, "another file"},
		{"loosened by a flag", func(o *attest.SummaryOptions) { o.Policy.Builder.Runners = policy.RunnersAny },
			`flags let more pass than the policy file (builder.runners: was "github-hosted", is "any")`},
		{"another file's report", func(o *attest.SummaryOptions) { o.Report.Dists[0].SHA256 = hexOf("") }, "does not list the file"},
		{"not hashed", func(o *attest.SummaryOptions) { o.Dist.Digest, o.Report.Dists[0].SHA256 = dist.Digest{}, "" }, "does not list the file"},
		{"no attestation", func(o *attest.SummaryOptions) { o.Attestations = nil }, "nothing was verified"},
		{"unverified", func(o *attest.SummaryOptions) { o.Attestations[0].Problem = &evidence.Problem{} }, "was not verified"},
		{"without a digest", func(o *attest.SummaryOptions) { o.Attestations[0].SHA256 = [32]byte{} }, "was not verified"},
		{"nil attestation", func(o *attest.SummaryOptions) { o.Attestations[0] = nil }, "was not verified"},
		{"about another file", func(o *attest.SummaryOptions) { o.Attestations[0].Statement.Subjects[0].SHA256 = hexOf("") }, "is not about"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := verdict(t)
			c.change(&o)
			got, err := attest.VerificationSummary(o)
			var no *attest.NoSummaryError
			if !errors.As(err, &no) || !strings.Contains(no.Reason, c.want) || no.Hint == "" || got != nil {
				t.Errorf("%v, want something with %q\n%s", err, c.want, got)
			}
		})
	}
	for _, c := range []struct {
		name   string
		change func(c *runner.Claims)
		claim  string
	}{
		{"no signing workflow", func(c *runner.Claims) { c.JobWorkflowRef = "" }, "job_workflow_ref"},
		{"another issuer", func(c *runner.Claims) { c.Issuer += "/octo" }, "iss"},
		{"another repository's workflow", func(c *runner.Claims) { c.Repository = "octo-sci/other" }, "workflow_ref"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := verdict(t)
			c.change(&o.Claims)
			_, err := attest.VerificationSummary(o)
			var bad *runner.ClaimError
			if !errors.As(err, &bad) || bad.Claim != c.claim {
				t.Errorf("%v, want the claim %s", err, c.claim)
			}
		})
	}
}

// FuzzVerificationSummary holds that whatever the hostile parts are, the
// statement is read again as one with the same values, or is not made.
func FuzzVerificationSummary(f *testing.F) {
	f.Add("samplepkg-1.0.tar.gz", "dist/a.slsa.attestation", "reason", "rule")
	f.Add("a_b-1!1.0+x-1-py3-none-any.whl", "https://x.example/?a=b#c", "\xff\u2028\x00", "\"}],\"a\":[{\"")
	o := verdict(f)
	f.Fuzz(func(t *testing.T, file, source, reason, rule string) {
		name, err := dist.ParseName(file)
		if err != nil {
			return
		}
		o.Dist.Name = name
		o.Attestations[0].Source = source
		o.Report.Ignored = []report.Ignored{{Rule: rule, Reason: reason}}
		got, err := attest.VerificationSummary(o)
		if err != nil {
			t.Fatal(err)
		}
		st, err := evidence.ParseStatement(got)
		if err != nil {
			t.Fatalf("%v\n%s", err, got)
		}
		if len(st.Subjects) != 1 || st.Subjects[0].Name != file || st.Subjects[0].SHA256 != oneHex {
			t.Fatalf("%+v", st.Subjects)
		}
		var p struct {
			Resource string                          `json:"resourceUri"`
			Result   string                          `json:"verificationResult"`
			Waivers  []struct{ Rule, Reason string } `json:"https://github.com/scientific-python/sallyport/waivers/v1"`
		}
		if err := json.Unmarshal(st.Predicate, &p); err != nil {
			t.Fatal(err)
		}
		if p.Result != "PASSED" || len(p.Waivers) != 1 || p.Waivers[0].Reason != strings.ToValidUTF8(reason, "\uFFFD") && strings.ToValidUTF8(reason, "") == reason ||
			strings.ContainsAny(p.Resource, " \"<>+!") || strings.Count(p.Resource, "?") != 1 {
			t.Fatalf("%+v\n%s", p, got)
		}
	})
}
