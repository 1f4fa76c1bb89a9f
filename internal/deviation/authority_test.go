// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"sync"
	"time"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// Instances that no scene trusts: one with the names of the public-good
// instance (as Sigstore's staging has them), GitHub's, and one of its own name.
var (
	staging    = instance(sigstoretest.PublicGood)
	likeGitHub = instance(sigstoretest.GitHub)
	evilCorp   = instance(sigstoretest.PublicGood, sigstoretest.WithOrganization("evil.example"))
)

func instance(k sigstoretest.Kind, o ...sigstoretest.Option) func() *sigstoretest.Instance {
	return sync.OnceValue(func() *sigstoretest.Instance {
		i, err := sigstoretest.New(k, o...)
		if err != nil {
			panic(err)
		}
		return i
	})
}

// option signs the wheel's provenance in another way, which is no good.
func option(name, base string, change func(*attestation), rule string, says ...string) row {
	return row{name: name, base: base, rule: rule, says: append(says, wheelBundle), also: []string{"missing-provenance"},
		do: func(s *scene) { s.change(change, wheelBuild) }}
}

// otherRoot trusts something else than before, so that no file passes.
func otherRoot(name, base string, root func() []byte, rule string) row {
	return row{name: name, base: base, rule: rule, also: []string{"missing-provenance"}, about: []string{wheelName, sdistName},
		do: func(s *scene) { s.roots = [][]byte{root()} }}
}

// cut is the scenes' own root with something changed.
func cut(k sigstoretest.Kind, o ...sigstoretest.RootOption) func() []byte {
	return func() []byte {
		i, err := sigstoretest.Shared(k)
		if err != nil {
			panic(err)
		}
		return i.TrustedRoot(o...)
	}
}

var (
	start = sigstoretest.DefaultTime
	early = start.Add(-time.Hour)
	late  = start.Add(time.Hour)
	past  = start.AddDate(-1, 0, 0)
	ended = func(p sigstoretest.Part) sigstoretest.RootOption {
		return sigstoretest.ValidFor(p, past, past.AddDate(0, 6, 0))
	}
	began = func(p sigstoretest.Part) sigstoretest.RootOption {
		return sigstoretest.ValidFor(p, start.AddDate(0, 6, 0), time.Time{})
	}
)

var _ = table("authority", []row{
	option("staging", "", func(a *attestation) { a.stranger = staging() }, badCertificate, "sigstore-intermediate"),
	option("stranger", "", func(a *attestation) { a.stranger = evilCorp() }, badCertificate, "evil.example"),
	option("another GitHub", "private", func(a *attestation) { a.stranger = likeGitHub() }, badCertificate, "GitHub's instance"),
	option("the instance that is not trusted", "", func(a *attestation) { a.sigstore = sigstoretest.GitHub }, badCertificate, "GitHub's instance"),
	otherRoot("another instance's root", "", func() []byte { return staging().TrustedRoot() }, badCertificate),
	otherRoot("GitHub's root", "", cut(sigstoretest.GitHub), badCertificate),
	otherRoot("authority ended", "", cut(sigstoretest.PublicGood, ended(sigstoretest.PartCA)), badCertificate),
	otherRoot("authority began later", "", cut(sigstoretest.PublicGood, began(sigstoretest.PartCA)), badCertificate),
	otherRoot("log not in the root", "", cut(sigstoretest.PublicGood, sigstoretest.Without(sigstoretest.PartRekorV1)), badLog),
	otherRoot("log ended", "", cut(sigstoretest.PublicGood, ended(sigstoretest.PartRekorV1)), badLog),
	otherRoot("log v2 not in the root", "rekor2", cut(sigstoretest.PublicGood, sigstoretest.Without(sigstoretest.PartRekorV2)), badLog),
	otherRoot("CT log ended", "", cut(sigstoretest.PublicGood, ended(sigstoretest.PartCTLogs)), "unverified-sct"),
	otherRoot("timestamp authority ended", "private", cut(sigstoretest.GitHub, ended(sigstoretest.PartTSA)), badTime),
	otherRoot("timestamp authority ended, v2", "rekor2", cut(sigstoretest.PublicGood, ended(sigstoretest.PartTSA)), badTime),

	option("logged after the certificate ended", "", func(a *attestation) { a.options.LogTime = late }, badCertificate, "valid"),
	option("logged before it began", "", func(a *attestation) { a.options.LogTime = early }, badCertificate, "valid"),
	option("stamped after it ended, v2", "rekor2", func(a *attestation) { a.options.TimestampTime = late }, badCertificate, "valid"),
	option("stamped before it began, v2", "rekor2", func(a *attestation) { a.options.TimestampTime = early }, badCertificate, "valid"),
	option("stamped after it ended, GitHub", "private", func(a *attestation) { a.options.TimestampTime = late }, badCertificate, "valid"),
	option("stamped before it began, GitHub", "private", func(a *attestation) { a.options.TimestampTime = early }, badCertificate, "valid"),
	option("logged in time, stamped late", "", func(a *attestation) { a.options.Timestamp, a.options.TimestampTime = true, late }, badCertificate, "valid"),
	option("lifetime of a second", "", func(a *attestation) { a.options.Lifetime = time.Second }, badCertificate, "valid"),
	option("no time, v2", "rekor2", func(a *attestation) { a.options.NoTimestamp = true }, badTime, "time"),
	option("no time, GitHub", "private", func(a *attestation) { a.options.NoTimestamp = true }, badTime, "time"),
	option("no log", "", func(a *attestation) { a.options.Log = sigstoretest.LogNone }, badLog, "no transparency log entry"),
	option("a timestamp in place of the log", "", func(a *attestation) { a.options.Log, a.options.Timestamp = sigstoretest.LogNone, true }, badLog, "no transparency log entry"),

	option("SCT dropped", "", func(a *attestation) { a.options.NoSCT = true }, "unverified-sct"),
	option("SCT dropped, v2", "rekor2", func(a *attestation) { a.options.NoSCT = true }, "unverified-sct"),
	option("SCT tampered", "", func(a *attestation) { a.options.ForgedSCT = true }, "unverified-sct"),
	option("SCT tampered, v2", "rekor2", func(a *attestation) { a.options.ForgedSCT = true }, "unverified-sct"),
	option("SCT grafted", "", func(a *attestation) {
		a.options.NoSCT = true
		a.claims.Extra = append(a.claims.Extra, sctOf(a.claims))
	}, "unverified-sct"),
	option("SCT is garbage", "", func(a *attestation) {
		a.options.NoSCT = true
		a.claims.Extra = append(a.claims.Extra, pkix.Extension{Id: sctList, Value: []byte{4, 2, 0, 0}})
	}, "unverified-sct"),
})

var sctList = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}

// sctOf is the SCT of another certificate with the same claims.
func sctOf(c claims) pkix.Extension {
	i, err := sigstoretest.Shared(sigstoretest.PublicGood)
	if err != nil {
		panic(err)
	}
	other, err := i.Issue(c, sigstoretest.SignOptions{})
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(other.DER())
	if err != nil {
		panic(err)
	}
	for _, e := range cert.Extensions {
		if e.Id.Equal(sctList) {
			return pkix.Extension{Id: e.Id, Value: e.Value}
		}
	}
	panic("the certificate has no SCT")
}

// rootOfNothing has neither logs nor timestamp authorities.
func rootOfNothing() []byte {
	return cut(sigstoretest.PublicGood, sigstoretest.Without(sigstoretest.PartLogs|sigstoretest.PartTSA))()
}
