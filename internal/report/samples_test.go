// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

const (
	commit = "0123456789abcdef0123456789abcdef01234567"
	digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)

var rules = []finding.Rule{
	{
		ID: "ref-not-allowed", Gate: finding.Build, Severity: finding.Error, OnUnchecked: finding.Block,
		Title: "Built from a ref that the policy does not allow",
		Why: "A branch can be written by more people than a tag, and its builds are\nnot releases. " +
			"A file built from one was never reviewed as a release.",
		Bad: "certificate .14: refs/heads/main", Good: "builder:\n  refs: [\"refs/tags/v{version}\"]",
		References: []string{"SPEC 8: build from a tag"},
	},
	{
		ID: "environment-not-stated", Gate: finding.Build, Severity: finding.Error, OnUnchecked: finding.List,
		Title: "The certificate does not name the environment", Why: "Old certificates have no such claim.",
	},
	{
		ID: "unpinned-action", Gate: finding.Publish, Severity: finding.Warning, Waivable: true,
		Title: "An action is not pinned to a commit", Why: "A tag can be moved to other code.",
	},
}

// base is a report with what all samples share.
func base(verdict report.Verdict) *report.Report {
	return &report.Report{
		SchemaVersion: report.SchemaVersion, Tool: report.Tool{Name: "sallyport", Version: "0.1.0"},
		Command: "verify", Verdict: verdict,
		Policy: report.Policy{Source: "file", Path: ".github/sallyport.yml", SHA256: digest},
		Trust: []report.Trust{
			{Instance: "public-good", Source: "tuf", Date: "2026-11-20"},
			{Instance: "github", Source: "embedded", Date: "2026-11-01"},
		},
		Gates: []report.GateStatus{
			{Gate: finding.Build, Status: verdict, RulesChecked: 31},
			{Gate: finding.Handoff, Status: report.Pass, RulesChecked: 9},
		},
	}
}

// dist is a distribution with a provenance and a publish attestation.
func dist(path, kind string) report.Dist {
	v := report.Verified{
		PredicateType: "https://slsa.dev/provenance/v1", Instance: "public-good",
		Signer:       "https://github.com/octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0",
		SignerDigest: commit,
		BuildConfig:  "https://github.com/octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0",
		Repository:   "octo-sci/samplepkg", RepositoryID: "100200300", OwnerID: "400500", Visibility: "public",
		Ref: "refs/tags/v1.0", Commit: commit, Runner: "github-hosted", Event: "push", Run: "123456789", Attempt: "1",
		LogIndex: 987654321, Time: "2026-11-20T10:11:12Z", Source: path + ".provenance",
	}
	p := v
	p.PredicateType, p.Environment = "https://docs.pypi.org/attestations/publish/v1", "pypi"
	p.Source = path + ".publish.attestation"
	return report.Dist{
		Path: path, Name: "samplepkg", Version: "1.0", Kind: kind, SHA256: digest, Size: 12345,
		Verified: []report.Verified{v, p},
		Index: report.IndexVerdict{Verdict: "accept", Attestations: []report.IndexAttestation{
			{File: path + ".publish.attestation", Verdict: "accept"},
		}},
	}
}

func finding1(rule, subject, message, hint string) report.Finding {
	return report.Finding{
		Rule: rule, Gate: finding.Build, Severity: finding.Error, Subject: subject,
		Message: message, Hint: hint, References: []string{"SPEC 8: build from a tag"},
	}
}

// samples are the reports of the golden files.
func samples() map[string]*report.Report {
	return map[string]*report.Report{
		"good": good(), "failures": failures(), "undecided": undecided(),
		"hostile": hostile(), "waivers": waivers(), "audit": audit(), "empty": base(report.Undecided),
		"audit-clean": auditClean(), "audit-poisoned": auditPoisoned(), "audit-monorepo": auditMonorepo(),
		"audit-hostile": auditHostile(), "audit-none": auditNone(), "audit-large": auditLarge(),
		"gate-pass": gatePass(), "gate-fail": gateFail(), "gate-undecided": gateUndecided(), "gate-off": gateOff(), "gate-seal": gateSealed(), "post": second(), "attest": attested(),
	}
}

func good() *report.Report {
	r := base(report.Pass)
	r.Dists = []report.Dist{
		dist("dist/samplepkg-1.0-cp313-cp313-manylinux_2_28_x86_64.whl", "wheel"),
		dist("dist/samplepkg-1.0.tar.gz", "sdist"),
	}
	return r
}

// failures is a release of 60 files built from a branch, one of them swapped.
func failures() *report.Report {
	r := base(report.Fail)
	const hint = "start the release workflow from the tag, or name the branch under builder.refs"
	for i := range 60 {
		d := dist(fmt.Sprintf("dist/samplepkg-1.0-cp3%02d-cp3%02d-manylinux_2_28_x86_64.whl", i, i), "wheel")
		d.SHA256 = fmt.Sprintf("%064x", i)
		switch i {
		case 7:
			d.Verified = nil
			d.Index = report.IndexVerdict{Verdict: "refuse", Attestations: []report.IndexAttestation{{
				File: d.Path + ".publish.attestation", Verdict: "refuse",
				Message: "the attestation's digest does not match the distribution's",
			}}}
			r.Findings = append(r.Findings, finding1("no-attestation", d.Path,
				fmt.Sprintf("no build provenance names SHA-256 %s; %s has one for another digest, \"%064x\"", d.SHA256, d.Path+".provenance", 700),
				"the file was changed after it was attested: build it again in the release workflow"))
		case 12: // all is well with this one
		default:
			r.Findings = append(r.Findings, finding1("ref-not-allowed", d.Path,
				fmt.Sprintf("%s was built from \"refs/heads/main\", the policy allows \"refs/tags/v{version}\"", d.Path), hint))
		}
		r.Dists = append(r.Dists, d)
	}
	r.Findings = append(r.Findings, report.Finding{
		Rule: "attested-in-publish-job", Gate: finding.Build, Severity: finding.Warning, Subject: r.Dists[3].Path,
		Message: "the provenance was signed in the environment \"pypi\"", Hint: "attest in the build job",
	})
	r.Unchecked = []report.Unchecked{{
		Rule: "environment-not-stated", Gate: finding.Build, Subject: r.Dists[0].Path,
		Reason: "its certificate names no environment; sign with a current Fulcio to have it checked",
	}}
	return r
}

func undecided() *report.Report {
	r := base(report.Undecided)
	r.Policy = report.Policy{Source: "defaults"}
	r.Dists = []report.Dist{dist("dist/samplepkg-1.0-py3-none-any.whl", "wheel"), dist("dist/samplepkg-1.0.tar.gz", "sdist")}
	r.Dists[0].Index = report.IndexVerdict{}
	for _, d := range r.Dists {
		r.Unchecked = append(r.Unchecked, report.Unchecked{
			Rule: "publisher-unknown", Gate: finding.Build, Subject: d.Path, Blocking: true,
			Reason: "the publisher of " + d.Path + " is not known: there is no policy and --offline forbids asking the index; add --policy FILE",
		})
	}
	r.Unchecked = append(r.Unchecked, report.Unchecked{
		Rule: "environment-unprotected", Gate: finding.Publish, Subject: "",
		Reason: "the environment's rules were not read; allow it with permissions: actions: read",
	})
	return r
}

// Names and messages that try to speak to the runner, the terminal, Markdown
// and HTML.
const (
	evilName = "dist/x y\n::set-output name=verdict::pass\r##[error]\x1b[31m\u202e\u200b\xff.whl"
	evilText = "found \"<img src=x onerror=alert(1)>|`code`|[link](https://evil.example)\" by @octocat, see #1 ::error::{0}"
)

func hostile() *report.Report {
	r := base(report.Fail)
	d := dist(evilName, "wheel")
	d.Name, d.Version = "::add-mask::a", "##[add-mask]a"
	for i := range d.Verified {
		v := &d.Verified[i]
		v.Repository, v.Ref, v.Runner = "o/r|\n# x", "refs/tags/</code><script>", "::stop-commands::x"
		v.Signer = "https://github.com/a/b/.github/workflows/##[error].yml@x"
	}
	r.Dists = []report.Dist{d, dist("dist/::error::.whl", "wheel")}
	f := finding1("ref-not-allowed", evilName, evilText, "::error file=a::"+evilText)
	f.File, f.Line, f.Column = ".github/workflows/a b#c:1%\n.yml", 3, 7
	f.References = []string{"##[group]x", "\x07"}
	r.Findings = []report.Finding{
		f,
		finding1("|`rule`", "dist/::error::.whl", strings.Repeat("::", 5000), ""),
	}
	r.Unchecked = []report.Unchecked{{Rule: "::debug::", Gate: finding.Build, Subject: evilName, Reason: evilText, Blocking: true}}
	r.Ignored = []report.Ignored{{Rule: "a|b", Subject: evilName, Reason: evilText, Until: "\n::error::"}}
	r.Policy = report.Policy{Source: "file", Path: evilName, Commit: "\n::error::", SHA256: "##[error]"}
	r.Trust[0].Instance = "\n::error::x"
	r.Tool.Version, r.Command = "\x1b]0;x\x07", "\n##[error]x"
	r.PublishPaths = []report.PublishPath{{
		File: evilName, Line: 2, Job: "\n::error::", Uploader: evilText, Index: "javascript:alert(1)",
		Credential: "\u2028::error::", Environment: "|", Via: []string{"##[", "error]", evilText},
	}}
	return r
}

func waivers() *report.Report {
	r := good()
	r.Ignored = []report.Ignored{{
		Rule: "unpinned-action", Subject: ".github/workflows/docs.yml",
		Reason: "builds no release file", Until: "2027-01-31",
	}}
	r.Findings = []report.Finding{
		{
			Rule: "unused-ignore", Gate: finding.Publish, Severity: finding.Note, Subject: ".github/sallyport.yml",
			File: ".github/sallyport.yml", Line: 14, Message: "the entry for \"unpinned-image\" waived nothing", Hint: "remove it",
		},
		{
			Rule: "unpinned-action", Gate: finding.Publish, Severity: finding.Warning, Subject: ".github/workflows/release.yml",
			File: ".github/workflows/release.yml", Line: 31, Column: 15,
			Message: "\"actions/checkout@v5\" is not pinned to a commit", Hint: "pin it to the commit of v5",
		},
	}
	return r
}

func audit() *report.Report {
	r := base(report.Fail)
	r.Command = "audit"
	r.Gates = []report.GateStatus{{Gate: finding.Publish, Status: report.Fail, RulesChecked: 40}}
	r.Findings = []report.Finding{{
		Rule: "upload-with-token", Gate: finding.Publish, Severity: finding.Error, Subject: ".github/workflows/release.yml",
		File: ".github/workflows/release.yml", Line: 57, Column: 9, Message: "job \"publish\" uploads with the secret \"PYPI_TOKEN\"",
		Hint: "remove \"password:\" and register the workflow as a trusted publisher",
	}}
	r.PublishPaths = []report.PublishPath{{
		File: ".github/workflows/release.yml", Job: "publish", Step: 3, Line: 57, Uploader: "pypa/gh-action-pypi-publish",
		Index: "https://upload.pypi.org/legacy/", Credential: "token", Environment: "pypi", Reachable: true, Via: []string{"tox -e release"},
	}}
	return r
}
