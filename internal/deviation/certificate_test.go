// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"crypto/x509/pkix"
	"encoding/asn1"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

func extension(n int, value string) claimChange {
	return set(func(c *claims) {
		c.Extra = append(c.Extra, pkix.Extension{Id: sigstoretest.OID(n), Value: []byte(value)})
	})
}

type claimChange = func(claims) claims

// derOf is a value as the extensions from .8 on hold it, by ASN.1 type.
func derOf(value, kind string) string {
	der, err := asn1.MarshalWithParams(value, kind)
	if err != nil {
		panic(err)
	}
	return string(der)
}

const contradiction = "certificate-contradicts-itself"

// Certificates whose claims do not fit together, in every kind of attestation.
var _ = table("certificate", everywhere([]identity{
	{name: "SAN is not the signer", claim: set(func(c *claims) { c.SAN = attestURL + "@" + attestCommit }), rule: "untrusted-signer", says: []string{attestURL, ownWorkflow}},
	{name: "two SANs", claim: set(func(c *claims) { c.ExtraURIs = []string{attestURL + "@" + attestCommit} }), rule: "untrusted-signer", says: []string{attestURL, ownWorkflow}},
	{name: "SAN twice", claim: set(func(c *claims) { c.ExtraURIs = []string{c.SAN} }), rule: "untrusted-signer", says: []string{ownWorkflow}},
	{name: "SAN and an e-mail address", claim: set(func(c *claims) { c.Email = "someone@example.org" }), rule: "untrusted-signer", says: []string{"someone@example.org", ownWorkflow}},
	{name: "no signer", claim: set(func(c *claims) { c.Omit = []int{9} }), rule: "untrusted-signer", builds: []string{"predicate-contradicts-certificate"}, says: []string{ownWorkflow, "nothing"}},
	{name: "workflow commit", claim: set(func(c *claims) { c.BuildConfigDigest = otherCommit }), rule: contradiction, says: []string{otherCommit, commit}},
	{name: "workflow commit absent", claim: set(func(c *claims) { c.Omit = []int{19} }), rule: contradiction, says: []string{"nothing", commit}},
	{name: "run of another repository", claim: set(func(c *claims) { c.RunURI = "https://github.com/evil/samplepkg/actions/runs/1/attempts/1" }), rule: contradiction, says: []string{"evil/samplepkg", repoURL}},
	{name: "run of a longer repository", claim: set(func(c *claims) { c.RunURI = repoURL + "-evil/actions/runs/1/attempts/1" }), rule: contradiction, says: []string{"samplepkg-evil", repoURL}},
	{name: "run absent", claim: set(func(c *claims) { c.Omit = []int{21} }), rule: contradiction, builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", repoURL}},
	{name: "owner", claim: set(func(c *claims) { c.OwnerURI = "https://github.com/evil" }), rule: contradiction, says: []string{`"https://github.com/evil"`, `"https://github.com/octo-sci"`}},
	{name: "ref of the workflow", claim: workflowRef("refs/heads/main"), rule: contradiction, builds: []string{"predicate-contradicts-certificate"}, says: []string{`"refs/heads/main"`, `"refs/tags/v1.0.0"`}},
	{name: "old issuer", claim: extension(1, "https://accounts.google.com"), rule: contradiction, says: []string{"https://accounts.google.com", sigstoretest.GitHubIssuer}},
	{name: "old event", claim: extension(2, "pull_request_target"), rule: contradiction, says: []string{`"pull_request_target"`, `"push"`}},
	{name: "old commit", claim: extension(3, otherCommit), rule: contradiction, says: []string{otherCommit, commit}},
	{name: "old repository", claim: extension(5, "evil/samplepkg"), rule: contradiction, says: []string{"evil/samplepkg", repoURL}},
	{name: "old ref", claim: extension(6, "refs/heads/main"), rule: contradiction, says: []string{`"refs/heads/main"`, `"refs/tags/v1.0.0"`}},
}))

// unreadable is a certificate with an extension that is not as specified.
func unreadable(name string, n int, value string, says ...string) row {
	return row{name: name, do: func(s *scene) { s.claim(extension(n, value), wheelBuild) },
		rule: "untrusted-certificate", also: []string{"missing-provenance"}, says: append(says, wheelBundle)}
}

var _ = table("extension", []row{
	unreadable("bare text", 12, repoURL, "DER-encoded string"),
	unreadable("another string type", 12, derOf(repoURL, "ia5"), "57264.1.12"),
	unreadable("something after it", 14, derOf("refs/tags/v1.0.0", "utf8")+"\x00", "trailing bytes in DER-encoded string"),
	unreadable("control character", 14, derOf("refs/tags/v1.0.0\n", "utf8"), "57264.1.14"),
	unreadable("NUL", 18, derOf(ownWorkflow+"\x00", "utf8"), "57264.1.18"),
	unreadable("not UTF-8", 23, "\x0c\x02\xff\xfe", "57264.1.23"),
	{name: "no alternative name", do: func(s *scene) { s.claim(set(func(c *claims) { c.SAN = "" }), wheelBuild) },
		rule: "untrusted-certificate", also: []string{"missing-provenance"}, says: []string{"no Subject Alternative Name", wheelBundle}},
})

// workflowRef has the started workflow, and so the signer, at another ref than
// the source.
func workflowRef(ref string) claimChange {
	return set(func(c *claims) {
		c.BuildConfigURI = repoURL + "/.github/workflows/release.yml@" + ref
		c.SAN, c.BuildSignerURI = c.BuildConfigURI, c.BuildConfigURI
	})
}

// strictly makes warnings errors.
func strictly(s *scene) { s.flags = append(s.flags, "--strict") }
