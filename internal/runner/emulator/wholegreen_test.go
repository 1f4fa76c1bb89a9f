// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/pypitest"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

const pyodide = "samplepkg-1.0.0-cp313-cp313-pyodide_2025_0_wasm32.whl"

// What maintainers do on purpose goes through.
var greens = map[string]scene{
	"the README's workflow": {},
	"jobs of its own":       {example: "compiled"},
	"one step":              {example: "one-step", oneStep: true, signer: byGitHub},
	"a second attempt": {
		attesting: map[string]any{"run_attempt": "1"}, claims: map[string]any{"run_attempt": "2"},
	},
	"PyPI for pypi": {
		edits:      edits{releaseFile: swap("environment: pypi\n", "environment: PyPI\n")},
		publishing: map[string]any{"environment": "PyPI", "sub": "repo:octo-sci/samplepkg:environment:PyPI"},
	},
	"a .gitignore in dist": {
		built: func(_ *release, j *emulator.Job) { j.Put("dist/.gitignore", []byte("*\n")) },
	},
	"wasm wheels removed": {
		example: "compiled",
		built: func(_ *release, j *emulator.Job) {
			_, data := disttest.Wheel(disttest.Options{Version: "1.0.0", Tags: "cp313-cp313-pyodide_2025_0_wasm32"})
			j.Put("dist/"+pyodide, data)
		},
		gated: func(r *release, j *emulator.Job) {
			remove(r.t, j.Path("dist/"+pyodide), j.Path("dist/"+pyodide+".slsa.attestation"))
		},
	},
	"two indexes in the policy": {
		example: "compiled",
		edits: edits{
			releaseFile: swap("  publish:\n    needs: gate\n", testIndex+"  publish:\n    needs: [gate, test-index]\n"),
			policyFile: full("publishers:\n" +
				"  - {project: samplepkg, repository: octo-sci/samplepkg, workflow: release.yml, environment: pypi}\n" +
				"  - {project: samplepkg, repository: octo-sci/samplepkg, workflow: release.yml, environment: testpypi, index: \"https://test.pypi.org/legacy/\"}\n"),
		},
	},
	"the test index first": {
		example: "compiled",
		edits:   edits{releaseFile: swap("  publish:\n    needs: gate\n", testIndex+"  publish:\n    needs: [gate, test-index]\n")},
	},
	"a nightly channel with a token": {
		example: "compiled",
		edits: edits{
			".github/workflows/nightly.yml": full(nightly),
			policyFile:                      more("other-indexes:\n  - {url: \"https://anaconda.org/scientific-python-nightly-wheels\", credential: token, reason: nightly wheels}\n"),
		},
	},
	"SBOMs": {
		example: "compiled",
		attested: func(r *release, j *emulator.Job) {
			statement := sigstoretest.Statement{Subjects: r.subjects(both(j)), PredicateType: "https://cyclonedx.org/bom", Predicate: map[string]any{"bomFormat": "CycloneDX"}}
			b := r.statement(sigstoretest.PublicGood, r.claims(), statement.JSON())
			r.store(b, statement.PredicateType, both(j)...)
		},
		gated: func(r *release, j *emulator.Job) {
			statement := sigstoretest.Statement{Subjects: r.subjects(both(j)), PredicateType: "https://spdx.dev/Document/v2.3", Predicate: map[string]any{"spdxVersion": "SPDX-2.3"}}
			j.Put("sboms/samplepkg.sigstore.json", r.statement(sigstoretest.PublicGood, r.claims(), statement.JSON()).JSON())
		},
		with: map[string]string{"bundles": "sboms"},
	},
	"a release repository": {
		example: "release-repository",
		claims: map[string]any{
			"repository": "octo-sci/samplepkg-release", "repository_id": "100200301",
			"workflow_ref": "octo-sci/samplepkg-release/.github/workflows/release.yml@refs/tags/v1.0.0",
		},
	},
	"somebody's attestation on GitHub": {
		attested: func(r *release, j *emulator.Job) {
			w := j.Path("dist/" + wheel)
			r.store(r.signed(sigstoretest.PublicGood, r.claims().WithWorkflow("tests.yml"), w), sigstoretest.ProvenanceV1, w)
		},
	},
}

const testIndex = `  test-index:
    needs: gate
    runs-on: ubuntu-24.04
    environment: testpypi
    permissions:
      id-token: write # trusted publishing
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with:
          artifact-ids: ${{ needs.gate.outputs.artifact-id }}
          path: dist/
      - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2
        with:
          repository-url: https://test.pypi.org/legacy/
          print-hash: true

`

const nightly = `name: nightly
on:
  schedule:
    - cron: "17 3 * * *"
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    outputs:
      artifact-id: ${{ steps.upload.outputs.artifact-id }}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: python -m pip install --require-hashes -r requirements/build.txt
      - run: python -m build --no-isolation
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        id: upload
        with:
          name: nightly
          path: dist/
  upload:
    needs: build
    runs-on: ubuntu-24.04
    environment: nightly
    permissions: {}
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with:
          artifact-ids: ${{ needs.build.outputs.artifact-id }}
          path: dist/
      - uses: scientific-python/upload-nightly-action@fa6eb9fdc0ac5e96ef2b0f1e5b1d1c4c2a5bbb63 # 0.6.2
        with:
          artifacts_path: dist
          anaconda_nightly_upload_token: ${{ secrets.ANACONDA_ORG_UPLOAD_TOKEN }}
`

// yellows go through with a warning at the gate.
var yellows = map[string]scene{
	"policy-looser": {
		story:   "The tag's commit lets any run's files pass.",
		example: "compiled", before: edits{}, edits: edits{policyFile: more("builder:\n  run: any\n")},
		warned: "looser-policy",
	},
	"policy-deleted-and-known": {
		story:   "The tag's commit has no policy file any more, and the newest release on the index says who publishes.",
		example: "compiled", set: known, before: edits{}, edits: edits{policyFile: full("")},
		warned: "looser-policy",
	},
	"cache": {
		story:   "The build restores a cache, which no outsider's code can reach.",
		example: "compiled", edits: edits{releaseFile: pipCache},
		warned: "cache-reaches-index",
	},
}

// known has the index know the publisher, by an earlier release.
func known(r *release) {
	const name = "samplepkg-0.9.0-py3-none-any.whl"
	subject := sigstoretest.Subject{Name: name, SHA256: strings.Repeat("a", 64)}
	att := r.statement(sigstoretest.PublicGood, r.claims().WithEnvironment("pypi"), sigstoretest.Publish(subject)).PEP740()
	r.index.Add("samplepkg", pypitest.File{
		Filename: name, Version: "0.9.0", SHA256: subject.SHA256,
		Provenance: sigstoretest.ProvenanceObject(sigstoretest.GitHubPublisher("octo-sci/samplepkg", "release.yml", "pypi"), att),
	})
}

func TestWholeReleaseYellow(t *testing.T) {
	for name, s := range yellows {
		t.Run(name, func(t *testing.T) {
			r, got := s.check(t)
			r.golden(name, s, got["gate"])
		})
	}
}

func TestWholeReleaseGreen(t *testing.T) {
	for name, s := range greens {
		t.Run(name, func(t *testing.T) { s.check(t) })
	}
}
