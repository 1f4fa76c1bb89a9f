// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"bytes"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

var _ = passes("form",
	passing{name: "a bundle each", index: "no-attestation"},
	passing{name: "one bundle of both", base: "multi", index: "no-attestation"},
	passing{name: "PEP 740 files", base: "beside", index: "accept"},
	passing{name: "publish attestation empty", base: "beside", index: "accept", do: func(s *scene) {
		s.change(func(a *attestation) {
			a.statement = func(_ claims, x ...subject) []byte { return sigstoretest.PublishEmpty(x...) }
		}, wheelPublish, sdistPublish)
	}},
	passing{name: "Rekor v2", base: "rekor2"},
	passing{name: "Rekor v2, PEP 740", base: "attested rekor2"},
	passing{name: "both logs", do: func(s *scene) {
		s.change(func(a *attestation) { a.options.Log = sigstoretest.LogV1 | sigstoretest.LogV2 })
	}},
	passing{name: "Rekor v1 and a timestamp", do: func(s *scene) { s.change(func(a *attestation) { a.options.Timestamp = true }) }},
	passing{name: "bundle v0.1", do: version("0.1")},
	passing{name: "bundle v0.2", do: version("0.2")},
	passing{name: "bundle v0.3", do: version("0.3")},
	passing{name: "provenance of 2024", base: "old2024"},
	passing{name: "slsa-github-generator", base: "generic"},
	passing{name: "JSON Lines", do: lines(false)},
	passing{name: "JSON Lines with a final newline", do: lines(true)},
	passing{name: "folder of bundles", do: func(s *scene) {
		s.change(func(a *attestation) { a.given = false })
		s.flags = append(s.flags, "--bundle", "FOLDER/bundles")
	}},
	passing{name: "provenance object", do: provenanceObject("bundles/", true)},
	passing{name: "provenance object beside", do: provenanceObject("dist/", false), warnings: []string{"attestation-stops-upload"}},
	passing{name: "bundle beside", do: func(s *scene) {
		s.change(func(a *attestation) { a.given, a.file = false, "dist/"+wheelName+".sigstore.json" }, wheelBuild)
	}, warnings: []string{"attestation-stops-upload"}},
	passing{name: "the same attestation twice", do: func(s *scene) {
		again := *s.attestations[wheelBuild]
		again.file = "bundles/again.json"
		s.attestations = append(s.attestations, &again)
	}},
	passing{name: "files named one by one", base: "beside", do: func(s *scene) { s.paths = []string{"dist/" + wheelName, "dist/" + sdistName} }, index: "accept"},
	passing{name: "digest in capitals", do: func(s *scene) {
		s.change(func(a *attestation) { a.subjects[0].SHA256 = upper(a.subjects[0].SHA256) })
	}},
	passing{name: "line breaks in base64", base: "attested", do: func(s *scene) {
		s.change(func(a *attestation) { a.raw = lineBreaks }, wheelBuild)
	}},
)

// lineBreaks breaks the statement's base64 into lines, as older writers did.
func lineBreaks(b []byte) []byte {
	const start = `"statement":"`
	at := bytes.Index(b, []byte(start)) + len(start)
	return append(append(append([]byte{}, b[:at+76]...), `\n`...), b[at+76:]...)
}

func version(v string) func(*scene) {
	return func(s *scene) { s.change(func(a *attestation) { a.options.BundleVersion = v }) }
}

// lines has both bundles in one file of JSON Lines.
func lines(final bool) func(*scene) {
	return func(s *scene) {
		body := bytes.Join([][]byte{s.attestations[0].body, s.attestations[1].body}, []byte("\n"))
		if final {
			body = append(body, '\n')
		}
		a := s.attestations[0]
		a.file, a.body = "bundles/release.intoto.jsonl", body
		s.attestations = s.attestations[:1]
	}
}

// provenanceObject has the attestations in objects as the index serves them.
func provenanceObject(folder string, given bool) func(*scene) {
	return func(s *scene) {
		for i, d := range s.dists {
			s.change(func(a *attestation) {
				a.pep740, a.given, a.file = true, given, folder+d.name+".provenance"
				a.raw = func(b []byte) []byte {
					return sigstoretest.ProvenanceObject(sigstoretest.GitHubPublisher("octo-sci/samplepkg", "release.yml", "pypi"), b)
				}
			}, i)
		}
	}
}

var _ = passes("identity",
	passing{name: "environment in capitals", base: "beside", do: func(s *scene) {
		s.claim(environmentOf("PyPI"), wheelPublish, sdistPublish)
	}, index: "accept"},
	passing{name: "environment in capitals in the policy", base: "beside", do: policyOf("publisher.environment", "PyPI"), index: "accept"},
	passing{name: "no environment", base: "beside", do: all(policyOf("publisher.environment", "none"), func(s *scene) {
		s.claim(environmentOf(""), wheelPublish, sdistPublish)
	}), index: "accept"},
	passing{name: "certificate names no environment", base: "beside", do: func(s *scene) {
		s.claim(environmentOf(""), wheelPublish, sdistPublish)
	}, unchecked: []string{"wrong-environment"}},
	passing{name: "policy names no environment", base: "beside", do: func(s *scene) { delete(s.policy, "publisher.environment") }, unchecked: []string{"wrong-environment"}},
	passing{name: "build environment", do: all(policyOf("builder.environment", "Release-Build"), claiming(environmentOf("release-build")))},
	passing{name: "attested in the publish job", do: claiming(environmentOf("pypi")), warnings: []string{"attested-in-publish-job"}},
	passing{name: "attested in the publish job, waived", do: all(claiming(environmentOf("pypi")), func(s *scene) {
		s.ignore = []string{`{rule: attested-in-publish-job, files: ["*"], reason: "being moved", until: 2026-12-31}`}
	})},
	passing{name: "waiver that was not needed", do: func(s *scene) {
		s.ignore = []string{`{rule: attested-in-publish-job, files: ["*"], reason: "being moved", until: 2026-12-31}`}
	}, notes: []string{"unused-ignore"}},
	passing{name: "owner in other letter case", do: policyOf("publisher.repository", "Octo-Sci/samplepkg")},
	passing{name: "owner in other letter case, PEP 740", base: "beside", do: policyOf("publisher.repository", "Octo-Sci/SamplePkg"), index: "unknown"},
	passing{name: "certificate in other letter case", do: claiming(repository("Octo-Sci/SamplePkg"))},
	passing{name: "project in another spelling", do: func(s *scene) {
		o := disttest.Options{Name: "Sample.Pkg", Version: "1.0.0"}
		s.policy["project"] = "sample-pkg"
		s.dists = []distFile{wheelOf(o), sdistOf(o)}
		for i := range s.dists {
			s.change(func(a *attestation) { a.subjects = []subject{s.dists[i].subject()} }, i)
		}
	}},
	passing{name: "no ids in the policy", do: func(s *scene) {
		delete(s.policy, "publisher.repository-id")
		delete(s.policy, "publisher.owner-id")
		s.claim(func(c claims) claims { return c.WithIDs("1", "2") })
	}},
	passing{name: "local reusable signer", do: locally},
	passing{name: "reusable signer by commit", do: byCommit},
	passing{name: "reusable signer by commit, called by tag", do: trusting(attestFile+"@"+attestCommit, reusable(attestURL+"@refs/tags/v1.2.3", attestCommit))},
	passing{name: "reusable signer by tag", do: byTag},
	passing{name: "reusable signer in other letter case", do: trusting("Other/Workflows/.github/workflows/attest.yml@"+attestCommit, reusable(attestURL+"@"+attestCommit, attestCommit))},
	passing{name: "a second workflow, listed", do: all(policyOf("builder.signers", "[./.github/workflows/wheels.yml]"), func(s *scene) {
		s.claim(workflow("wheels.yml"), wheelBuild)
	})},
	passing{name: "run again for one file", do: func(s *scene) {
		s.claim(func(c claims) claims { return c.WithRun(11122233344, 2) }, wheelBuild)
	}},
	passing{name: "two runs, allowed", do: all(policyOf("builder.run", "any"), func(s *scene) {
		s.claim(func(c claims) claims { return c.WithRun(222, 1) }, wheelBuild)
	})},
	passing{name: "self-hosted, allowed", do: all(policyOf("builder.runners", "any"), claiming(machine("self-hosted")))},
	passing{name: "the commit", do: policyOf("builder.commit", commit)},
	passing{name: "release event", do: claiming(event("release"))},
	passing{name: "by hand at the tag", do: claiming(event("workflow_dispatch"))},
	passing{name: "schedule, allowed", do: all(policyOf("builder.events", "[schedule]"), claiming(event("schedule")))},
)

var _ = passes("instance",
	passing{name: "private repository", base: "private"},
	passing{name: "private repository, PEP 740 beside", base: "attested private"},
	passing{name: "internal repository", base: "private", do: claiming(set(func(c *claims) { c.Visibility = "internal" }))},
	passing{name: "github written out", base: "private", do: policyOf("builder.instance", "github")},
	passing{name: "github written out, public repository", base: "private", do: all(policyOf("builder.instance", "github"), claiming(set(func(c *claims) { c.Visibility = "public" }))), warnings: []string{"instance-without-transparency"}},
	passing{name: "public-good written out", do: policyOf("builder.instance", "public-good")},
	passing{name: "both roots", do: bothRoots},
	passing{name: "one file of each instance, private repository", do: all(bothRoots, claiming(set(func(c *claims) { c.Visibility = "private" })), onGitHub("private", wheelBuild))},
)

var _ = passes("ref",
	passing{name: "calendar version", do: versionIs("2026.4.1", "refs/tags/v2026.04.1")},
	passing{name: "bare", do: claiming(ref("refs/tags/1.0.0"))},
	passing{name: "capital v", do: claiming(ref("refs/tags/V1.0.0"))},
	passing{name: "shorter", do: claiming(ref("refs/tags/v1.0"))},
	passing{name: "name and dash", do: claiming(ref("refs/tags/samplepkg-1.0.0"))},
	passing{name: "name and folder", do: claiming(ref("refs/tags/samplepkg/v1.0.0"))},
	passing{name: "name and at sign", do: claiming(ref("refs/tags/samplepkg@1.0.0"))},
	passing{name: "release and dash", do: claiming(ref("refs/tags/release-1.0.0"))},
	passing{name: "release candidate", do: versionIs("1.0.0rc1", "refs/tags/v1.0.0-rc.1")},
	passing{name: "post-release", do: versionIs("1.0.0.post1", "refs/tags/v1.0.0-1")},
	passing{name: "development version", do: versionIs("1.1.0.dev3", "refs/tags/v1.1.0.dev3")},
	passing{name: "template", do: all(policyOf("builder.refs", `["refs/tags/releases/{version}/final"]`), claiming(ref("refs/tags/releases/1.0/final")))},
	passing{name: "branch that is named", do: all(policyOf("builder.refs", `["refs/tags/v{version}", "refs/heads/release"]`), claiming(ref("refs/heads/release")), claiming(event("workflow_dispatch")))},
)

var _ = passes("besides",
	passing{name: "SBOM", do: extra("bundles/sbom.json", true, false, sbom)},
	passing{name: "SBOM beside", do: extra("dist/"+wheelName+".sigstore.json", false, false, sbom), warnings: []string{"attestation-stops-upload"}},
	passing{name: "SBOM by a stranger's workflow", do: extra("bundles/sbom.json", true, false, func(a *attestation) { sbom(a); fromFork(a) })},
	passing{name: ".gitignore", do: lying(".gitignore", "*\n"), notes: []string{"hidden-file"}},
	passing{name: "wasm wheel removed", base: "multi", do: func(s *scene) {
		wasm := wheelOf(disttest.Options{Version: "1.0.0", Tags: "cp312-cp312-pyodide_2024_0_wasm32"})
		s.change(func(a *attestation) { a.subjects = append(a.subjects, wasm.subject()) })
	}, notes: []string{"subject-without-file"}},
	passing{name: "bundle of a file that is not here", do: func(s *scene) { s.dists = s.dists[:1] }, notes: []string{"subject-without-file"}},
	passing{name: "ledger", do: byLedger},
	passing{name: "checksums", do: bySums},
	passing{name: "checksums, file left out", do: func(s *scene) { bySums(s); s.dists = s.dists[1:] }, notes: []string{"differs-from-build", "subject-without-file"}},
	passing{name: "three wheels and a source distribution", base: "multi", do: func(s *scene) {
		for _, tags := range []string{"cp312-cp312-win_amd64", "cp312-cp312-manylinux_2_28_x86_64.manylinux2014_x86_64"} {
			s.dists = append(s.dists, wheelOf(disttest.Options{Version: "1.0.0", Tags: tags}))
		}
		s.change(func(a *attestation) {
			a.subjects = nil
			for _, d := range s.dists {
				a.subjects = append(a.subjects, d.subject())
			}
		})
	}},
	passing{name: "1024 subjects", base: "multi", do: func(s *scene) { s.change(func(a *attestation) { a.edit = many(1023) }) }, notes: []string{"subject-without-file"}},
	passing{name: "signature over a file", do: func(s *scene) {
		extra("bundles/message.json", true, false, func(*attestation) {})(s)
		s.attestations[2].body = message(s.dists[0].data)
	}},
)
