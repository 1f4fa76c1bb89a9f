// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// signRows make attestations and signatures.
var signRows = []row{
	{name: "actions/attest", role: Signs, source: "actions/attest action.yml at 01e19e4; version 4, without a predicate, as actions/attest-build-provenance v4 calls it", fill: attest("")},
	{name: "actions/attest-build-provenance", role: Signs, source: "actions/attest-build-provenance action.yml at 2251ec7", fill: attest("provenance")},
	{name: "actions/attest-sbom", role: Signs, source: "actions/attest-sbom action.yml at 07e74fc", fill: attest("sbom")},
	{name: "astral-sh/attest-action", role: Signs, source: "astral-sh/attest-action action.yml at 002dfb7", fill: func(u use, f *Facts) {
		f.Signs = &Signed{Kind: "publish", Subjects: strings.Fields(u.text("paths", "dist/*"))}
	}, caches: []cacheRow{{
		// It sets up uv without a word on the cache; which release of setup-uv
		// each of its own releases takes was not looked up.
		name: "uv's cache inside astral-sh/attest-action", on: perhaps,
		advice: "let pypa/gh-action-pypi-publish make the attestations",
	}}},
	{name: "sigstore/gh-action-sigstore-python", role: Signs, source: "sigstore/gh-action-sigstore-python action.yml at 607296a", fill: func(u use, f *Facts) {
		f.Signs = &Signed{Kind: "signature", Subjects: strings.Fields(u.text("inputs", ""))}
		if u.isTrue("upload-signing-artifacts", false) != expr.False {
			f.Stores = []Stored{{Name: "signing-artifacts-*"}}
		}
	}},
	{name: "slsa-framework/slsa-verifier/actions/installer", role: Setup, source: "slsa-framework/slsa-verifier actions/installer/action.yml at 1b65f6d"},
	{name: "sigstore/cosign-installer", role: Setup, source: "sigstore/cosign-installer action.yml at 0115d73"},
}

// attest reads the inputs that GitHub's attest actions share.
func attest(kind string) func(use, *Facts) {
	return func(u use, f *Facts) {
		s := Signed{Kind: kind, Subjects: split(u.text("subject-path", ""), true), Checksums: u.text("subject-checksums", "")}
		if kind == "" {
			s.Kind = kindOf(u)
		}
		f.Signs = &s
	}
}

// kindOf is what actions/attest makes: build provenance unless it is handed a
// predicate or a bill of materials.
func kindOf(u use) string {
	named := strings.ToLower(u.text("predicate-type", ""))
	switch {
	case u.isSet("sbom-path") != expr.False:
		return "sbom"
	case strings.Contains(named, "slsa.dev/provenance"):
		return "provenance"
	case strings.Contains(named, "docs.pypi.org/attestations/publish"):
		return "publish"
	case named != "" || u.isSet("predicate") != expr.False || u.isSet("predicate-path") != expr.False:
		return "other"
	}
	return "provenance"
}
