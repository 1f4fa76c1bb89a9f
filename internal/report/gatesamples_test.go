// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"fmt"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// gateBase is a report of the release gate: source and index did not run.
func gateBase(verdict, build, handoff, publish report.Verdict) *report.Report {
	r := base(verdict)
	r.Command = "gate"
	r.Policy.Commit = commit
	r.Gates = []report.GateStatus{
		{Gate: finding.Source, Status: report.NotRun},
		{Gate: finding.Build, Status: build, RulesChecked: 52}, {Gate: finding.Handoff, Status: handoff, RulesChecked: 13},
		{Gate: finding.Publish, Status: publish, RulesChecked: 58}, {Gate: finding.Index, Status: report.NotRun},
	}
	return r
}

// sixtyWheels are the files of a large release.
func sixtyWheels() []report.Dist {
	var out []report.Dist
	for _, py := range []string{"cp311-cp311", "cp312-cp312", "cp313-cp313", "cp313-cp313t", "cp314-cp314", "cp314-cp314t"} {
		for _, platform := range []string{
			"macosx_10_13_x86_64", "macosx_11_0_arm64", "manylinux_2_27_x86_64.manylinux_2_28_x86_64", "manylinux_2_27_aarch64.manylinux_2_28_aarch64",
			"musllinux_1_2_x86_64", "musllinux_1_2_aarch64", "win32", "win_amd64", "win_arm64", "manylinux_2_31_riscv64.manylinux_2_39_riscv64",
		} {
			d := dist("dist/scikit_samplepkg-1.0-"+py+"-"+platform+".whl", "wheel")
			d.SHA256 = fmt.Sprintf("%08x%s", 0x9a3f0000+len(out)*7919, digest[8:])
			out = append(out, d)
		}
	}
	sdist := dist("dist/scikit_samplepkg-1.0.tar.gz", "sdist")
	return append(out[:59:59], sdist)
}

func gatePass() *report.Report {
	r := gateBase(report.Pass, report.Pass, report.Pass, report.Pass)
	r.Dists = sixtyWheels()
	r.PublishPaths = auditClean().PublishPaths
	r.Findings = []report.Finding{workflowFinding(finding.Note, "missing-concurrency", releaseFile, "publish", 82,
		"two runs can publish at the same time", "add a concurrency group", "    concurrency: release")}
	for _, rule := range []string{"unprotected-branch", "unprotected-tag"} {
		r.Unchecked = append(r.Unchecked, report.Unchecked{Rule: rule, Gate: finding.Publish,
			Reason: "the repository's rules were not read: give the job the permission contents: read and pass the token by GITHUB_TOKEN"})
	}
	return r
}

// gateFail is a release with a swapped file, in a repository that can also
// publish with a token.
func gateFail() *report.Report {
	r := gateBase(report.Fail, report.Fail, report.Fail, report.Fail)
	r.Dists = sixtyWheels()[57:]
	swapped, extra := r.Dists[0].Path, r.Dists[1].Path
	r.Dists[0].Verified, r.Dists[1].Verified = nil, nil
	r.Dists[0].Index, r.Dists[1].Index = report.IndexVerdict{Verdict: "no-attestation"}, report.IndexVerdict{Verdict: "no-attestation"}
	f := finding1("differs-from-build", swapped, "the build made \""+swapped+"\" with SHA-256 "+digest+", and the file that lies there has another",
		"download the artifact again by its id; if the difference stays, find out which step between build and gate wrote to the folder")
	f.Gate = finding.Handoff
	r.Findings = []report.Finding{
		f,
		finding1("missing-provenance", extra, "nothing attests "+extra, "build it in the release workflow, or take it out of the folder"),
		workflowFinding(finding.Error, "upload-with-token", ".github/workflows/nightly.yml", "upload", 41,
			`job "upload" uploads with the secret "PYPI_TOKEN"`, "register the workflow as a trusted publisher, and delete the token",
			"      - uses: pypa/gh-action-pypi-publish@76f52bc884231f62b9a034ebfe128415bbaabdfc # v1.12.4"),
	}
	r.PublishPaths = auditClean().PublishPaths
	night := way(".github/workflows/nightly.yml", "upload", "", pypiURL, 41, []string{"schedule"},
		report.Stage{Job: "wheels", Line: 9, Artifact: "wheels-*"})
	night.Credential = "token"
	night.Stages[0].Deviations = []string{"upload-with-token"}
	r.PublishPaths = append(r.PublishPaths, night)
	return r
}

func gateUndecided() *report.Report {
	r := gateBase(report.Undecided, report.Undecided, report.Pass, report.Pass)
	r.Dists = sixtyWheels()[58:]
	r.Dists[0].Verified = nil
	r.PublishPaths = auditClean().PublishPaths[1:]
	r.Unchecked = []report.Unchecked{
		{Rule: "missing-provenance", Gate: finding.Build, Subject: r.Dists[0].Path, Blocking: true,
			Reason: "asking GitHub for attestations of this file: the service answered 503 three times; run the job again"},
		{Rule: "unprotected-environment", Gate: finding.Publish, Subject: releaseFile + " job publish",
			Reason: "the rules of environment \"pypi\" were not read: give the job the permission actions: read"},
	}
	return r
}

// gateOff is a gate that does not stop anything yet.
func gateOff() *report.Report {
	r := gateFail()
	r.EnforceFrom = "2027-01-31"
	return r
}

// gateSealed is the second half of the gate, in the job that uploads.
func gateSealed() *report.Report {
	r := gateBase(report.Pass, report.NotRun, report.Pass, report.Pass)
	r.Command = "gate seal"
	r.Gates[1].RulesChecked = 0
	r.Dists = sixtyWheels()[:3]
	return r
}

// second is the look after the upload: somebody wrote to the folder.
func second() *report.Report {
	r := base(report.Fail)
	r.Command, r.Trust = "post", nil
	r.Gates = []report.GateStatus{{Gate: finding.Handoff, Status: report.Fail, RulesChecked: 13}}
	r.Dists = sixtyWheels()[:3]
	for i := range r.Dists {
		r.Dists[i].Verified = nil
	}
	f := finding1("changed-after-seal", r.Dists[1].Path, "the ledger says SHA-256 "+digest+", the file that lies there has another",
		"compare what the index serves with the ledger now; yank the release if it differs, and find the step that wrote to the folder")
	f.Gate = finding.Handoff
	r.Findings = []report.Finding{f}
	return r
}

// attested is what attest made of a small release.
func attested() *report.Report {
	r := good()
	r.Command = "attest"
	for _, d := range r.Dists {
		r.Attestations = append(r.Attestations,
			report.Attestation{Path: d.Path + ".slsa.attestation", Kind: "slsa", PredicateType: "https://slsa.dev/provenance/v1", Subjects: 1, Instance: "public-good", LogIndex: 5},
			report.Attestation{Path: d.Path + ".publish.attestation", Kind: "publish", PredicateType: "https://docs.pypi.org/attestations/publish/v1", Subjects: 1, Instance: "public-good", LogIndex: 6})
	}
	r.Attestations = append(r.Attestations, report.Attestation{Path: "attestations/samplepkg-1.0.intoto.jsonl", Kind: "release",
		PredicateType: "https://slsa.dev/provenance/v1", Subjects: 2, Instance: "public-good", LogIndex: 7,
		ID: "1234567", URL: "https://github.com/octo-sci/samplepkg/attestations/1234567"})
	r.Notes = []string{"no publish attestations beyond these: the job has no environment, so the index would not take them"}
	return r
}
