// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// replaced changes the statement's text, which must hold old.
func replaced(old, with string) func(testing.TB, []byte) []byte {
	return func(tb testing.TB, statement []byte) []byte {
		if !bytes.Contains(statement, []byte(old)) {
			tb.Fatalf("the statement does not hold %q: %s", old, statement)
		}
		return bytes.Replace(statement, []byte(old), []byte(with), 1)
	}
}

// broken is a signed statement that cannot be trusted to mean one thing; it is
// refused whatever it is taken for, so that the wheel has no provenance. Where
// it cannot be read, nobody knows which file it was meant for.
func broken(name string, change func(testing.TB, []byte) []byte, says ...string) []row {
	r := statement(name, "", change, "malformed-statement", append(says, wheelBundle)...)
	r.also, r.about = []string{"missing-provenance"}, []string{wheelBundle, wheelName}
	p := statement(name+", PEP 740", "attested", change, "malformed-statement", append(says, ".slsa.attestation")...)
	p.also = r.also
	return []row{r, p}
}

func otherType(name string, value string) []row {
	change := edit("/_type", value)
	return []row{
		statement(name, "", change, "unknown-statement-type", `"`+value+`"`, `"https://in-toto.io/Statement/v1"`),
		statement(name+", PEP 740", "attested", change, "unknown-statement-type", `"`+value+`"`, `"https://in-toto.io/Statement/v1"`),
		{name: name + ", publish", base: "published", rule: "unknown-statement-type", says: []string{`"` + value + `"`, `"https://in-toto.io/Statement/v1"`},
			do: func(s *scene) { s.change(func(a *attestation) { a.edit = change }, wheelPublish) }},
	}
}

const subjectStart = `"subject":[{"name":`

var _ = table("statement", []row{
	{name: "v1 with v0.2 predicate", base: "generic", do: func(s *scene) {
		s.change(func(a *attestation) { a.edit = edit("/_type", sigstoretest.StatementV1) }, wheelBuild)
	}, rule: "unknown-statement-type", says: []string{sigstoretest.StatementV1, sigstoretest.ProvenanceV0_2}},
	{name: "v0.1 and v0.2 by the own workflow", do: func(s *scene) {
		s.change(func(a *attestation) { a.statement = sigstoretest.ProvenanceV02 }, wheelBuild)
	}, rule: "unknown-statement-type", says: []string{sigstoretest.StatementV01, ownWorkflow}},
	{name: "v0.1 and v0.2 by an unlisted signer", do: func(s *scene) {
		s.change(func(a *attestation) {
			a.statement, a.claims = sigstoretest.ProvenanceV02, a.claims.WithGenericGenerator()
		}, wheelBuild)
	}, rule: "unknown-statement-type", also: []string{"untrusted-signer"}, says: []string{sigstoretest.StatementV01, sigstoretest.GenericGenerator}},
	{name: "v0.2 in PEP 740 form", base: "generic", do: func(s *scene) {
		s.change(func(a *attestation) {
			a.pep740, a.given, a.file = true, false, "dist/"+wheelName+".slsa.attestation"
		}, wheelBuild)
	}, rule: "unknown-statement-type", says: []string{sigstoretest.StatementV01}},
	{name: "publish attestation in v0.1", base: "published", do: func(s *scene) {
		s.change(func(a *attestation) { a.edit = edit("/_type", sigstoretest.StatementV01) }, wheelPublish)
	}, rule: "unknown-statement-type", says: []string{sigstoretest.StatementV01}},
	{name: "predicate type of something else", do: func(s *scene) {
		s.change(func(a *attestation) { a.edit = edit("/predicateType", "https://slsa.dev/provenance/v1.0") }, wheelBuild)
	}, rule: "missing-provenance", says: []string{wheelName, `"https://slsa.dev/provenance/v1.0"`}},
	{name: "publish predicate", base: "published", do: func(s *scene) {
		s.change(func(a *attestation) { a.edit = edit("/predicate", map[string]any{"approved": true}) }, wheelPublish)
	}, rule: "publish-predicate-not-empty", says: []string{"not empty"}},
	{name: "publish predicate is a list", base: "published", do: func(s *scene) {
		s.change(func(a *attestation) { a.edit = edit("/predicate", []any{}) }, wheelPublish)
	}, rule: "publish-predicate-not-empty", says: []string{"not empty"}},
	{name: "payload type", do: func(s *scene) {
		s.change(func(a *attestation) { a.options.PayloadType = "text/plain" }, wheelBuild)
	}, rule: "wrong-payload-type", also: []string{"missing-provenance"}, says: []string{`"text/plain"`, `"application/vnd.in-toto+json"`, wheelBundle}},
	{name: "payload type, letter case", do: func(s *scene) {
		s.change(func(a *attestation) { a.options.PayloadType = "application/vnd.in-toto+JSON" }, wheelBuild)
	}, rule: "wrong-payload-type", also: []string{"missing-provenance"}, says: []string{`"application/vnd.in-toto+JSON"`, `"application/vnd.in-toto+json"`}},
	{name: "payload type, of another, as PEP 740", base: "attested", do: func(s *scene) {
		s.change(func(a *attestation) { a.options.PayloadType = "application/json" }, wheelBuild)
	}, rule: "invalid-signature", also: []string{"missing-provenance"}, says: []string{"signature"}},
},
	otherType("type", "https://example.com/not-a-statement"),
	otherType("type, longer", "https://in-toto.io/Statement/v1.1"),
	otherType("type, empty", ""),
	otherType("v0.1 with v1 predicate", sigstoretest.StatementV01),
	broken("duplicate key", replaced(`{"_type"`, `{"predicateType":"https://slsa.dev/provenance/v1","_type"`), "predicateType"),
	broken("duplicate subject", replaced(subjectStart, `"subject":[],"subject":[{"name":`), "subject"),
	broken("wrong-case key", replaced(subjectStart, `"Subject":[],"subject":[{"name":`), "Subject"),
	broken("duplicate key by escape", replaced(subjectStart, `"subj\u0065ct":[],"subject":[{"name":`), "subject"),
	broken("wrong-case digest", replaced(`"sha256"`, `"SHA256"`), "SHA256"),
	broken("duplicate digest", replaced(`{"sha256"`, `{"sha256":"00","sha256"`), "sha256"),
	broken("duplicate key in the predicate", replaced(`{"buildDefinition"`, `{"runDetails":{},"buildDefinition"`), "runDetails"),
	broken("no subject", edit("/subject", []any{}), "no file"),
	broken("subjects absent", remove("/subject"), "subject"),
	broken("subject is an object", edit("/subject", map[string]any{}), "subject"),
	broken("no predicate type", remove("/predicateType"), "predicateType"),
	broken("no type", remove("/_type"), "_type"),
	broken("type is a number", edit("/_type", 1), "_type"),
	broken("digest is no digest", edit("/subject/0/digest/sha256", "abc"), `"abc"`, "64"),
	broken("name is a list", edit("/subject/0/name", []any{}), "name"),
	broken("more after it", func(_ testing.TB, s []byte) []byte { return append(s, "{}"...) }, "reading the signed statement"),
	broken("not UTF-8", replaced(wheelName, "samplepkg-1.0.0-py3-none-any.wh\xff"), "UTF-8"),
	broken("byte order mark", func(_ testing.TB, s []byte) []byte { return append([]byte("\ufeff"), s...) }, "reading the signed statement"),
	broken("too many subjects", many(1025), "1025", "1024"),
)

// many adds subjects of files that are not here, up to n in all.
func many(n int) func(testing.TB, []byte) []byte {
	return func(tb testing.TB, statement []byte) []byte {
		var b strings.Builder
		for i := 1; i < n; i++ {
			fmt.Fprintf(&b, `{"name":"other-%d.0.tar.gz","digest":{"sha256":"%064x"}},`, i, i)
		}
		return replaced(`"subject":[`, `"subject":[`+b.String())(tb, statement)
	}
}
