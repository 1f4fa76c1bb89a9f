// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
)

func leaf(t *testing.T, i *Instance, c Claims, o SignOptions) *x509.Certificate {
	t.Helper()
	issued, err := i.Issue(c, o)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(issued.DER())
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// values returns Fulcio's extensions by number, as they stand in the certificate.
func values(cert *x509.Certificate) map[int]string {
	out := map[int]string{}
	for _, e := range cert.Extensions {
		if len(e.Id) == 9 && e.Id.Equal(OID(e.Id[8])) {
			out[e.Id[8]] = string(e.Value)
		}
	}
	return out
}

func TestClaimsReadBack(t *testing.T) {
	c := GitHubClaims().WithEnvironment("pypi")
	for _, kind := range []Kind{PublicGood, GitHub} {
		cert := leaf(t, Use(t, kind), c, SignOptions{})
		got, err := certificate.SummarizeCertificate(cert)
		if err != nil {
			t.Fatal(err)
		}
		want := certificate.Summary{
			CertificateIssuer:      cert.Issuer.String(),
			SubjectAlternativeName: c.SAN,
			Extensions: certificate.Extensions{
				Issuer: c.Issuer, GithubWorkflowTrigger: "push", GithubWorkflowSHA: DefaultCommit,
				GithubWorkflowName: "release", GithubWorkflowRepository: "octo-sci/samplepkg",
				GithubWorkflowRef: "refs/tags/v1.0.0", BuildSignerURI: c.BuildSignerURI,
				BuildSignerDigest: c.BuildSignerDigest, RunnerEnvironment: c.RunnerEnvironment,
				SourceRepositoryURI: c.SourceRepositoryURI, SourceRepositoryDigest: c.SourceRepositoryDigest,
				SourceRepositoryRef: c.SourceRepositoryRef, SourceRepositoryIdentifier: c.RepositoryID,
				SourceRepositoryOwnerURI: c.OwnerURI, SourceRepositoryOwnerIdentifier: c.OwnerID,
				BuildConfigURI: c.BuildConfigURI, BuildConfigDigest: c.BuildConfigDigest,
				BuildTrigger: c.Trigger, RunInvocationURI: c.RunURI,
				SourceRepositoryVisibilityAtSigning: c.Visibility,
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: summary (-want +got):\n%s", kind, diff)
		}
		// sigstore-go stops at .22.
		for n, want := range map[int]string{23: "pypi", 24: "repo:octo-sci/samplepkg:environment:pypi"} {
			if got := values(cert)[n]; got != "\x0c"+string(rune(len(want)))+want {
				t.Errorf("%s: extension .%d is %q, want %q as UTF8String", kind, n, got, want)
			}
		}
	}
}

func TestCertificateShape(t *testing.T) {
	cert := leaf(t, Use(t, PublicGood), GitHubClaims(), SignOptions{})
	if !cert.NotBefore.Equal(DefaultTime) || cert.NotAfter.Sub(cert.NotBefore) != 10*time.Minute {
		t.Errorf("valid from %v to %v", cert.NotBefore, cert.NotAfter)
	}
	if cert.KeyUsage != x509.KeyUsageDigitalSignature || len(cert.ExtKeyUsage) != 1 || cert.ExtKeyUsage[0] != x509.ExtKeyUsageCodeSigning {
		t.Errorf("usages %v %v", cert.KeyUsage, cert.ExtKeyUsage)
	}
	var order []string
	for _, e := range cert.Extensions {
		id := strings.TrimPrefix(e.Id.String(), "1.3.6.1.4.1.57264.1")
		if e.Critical {
			id += "!"
		}
		order = append(order, id)
	}
	want := "2.5.29.15! 2.5.29.37 2.5.29.14 2.5.29.35 2.5.29.17! .1 .2 .3 .4 .5 .6 .8 .9 .10 .11 .12 .13 .14" +
		" .15 .16 .17 .18 .19 .20 .21 .22 .24 1.3.6.1.4.1.11129.2.4.2"
	if got := strings.Join(order, " "); got != want {
		t.Errorf("extensions\n%s, want\n%s", got, want)
	}
}

func TestEmptyClaimsAreAbsent(t *testing.T) {
	c := Claims{Email: "someone@example.org", Issuer: "https://accounts.google.com"}
	cert := leaf(t, Use(t, PublicGood), c, SignOptions{})
	want := map[int]string{1: "https://accounts.google.com", 8: "\x0c\x1bhttps://accounts.google.com"}
	if diff := cmp.Diff(want, values(cert)); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{c.Email}, cert.EmailAddresses); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	if got := values(leaf(t, Use(t, PublicGood), Claims{}, SignOptions{})); len(got) != 0 {
		t.Errorf("no claims made extensions %v", got)
	}
}

func TestOmitExtraAndNames(t *testing.T) {
	c := GitHubClaims()
	c.Omit = []int{6, 14}
	c.ExtraURIs = []string{"https://example.org/second"}
	own := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
	c.Extra = []pkix.Extension{
		{Id: OID(20), Value: []byte{0x0c, 0xff}}, // in the place of the trigger: malformed
		{Id: own, Value: []byte("more")},
	}
	cert := leaf(t, Use(t, PublicGood), c, SignOptions{})
	got := values(cert)
	for _, n := range c.Omit {
		if v, ok := got[n]; ok {
			t.Errorf("extension .%d is there: %q", n, v)
		}
	}
	if got[20] != "\x0c\xff" {
		t.Errorf("extension .20 is %q", got[20])
	}
	if len(cert.URIs) != 2 || cert.URIs[0].String() != c.SAN || cert.URIs[1].String() != c.ExtraURIs[0] {
		t.Errorf("URIs %v", cert.URIs)
	}
	if last := cert.Extensions[len(cert.Extensions)-2]; !last.Id.Equal(own) {
		t.Errorf("the extra extension is not there: %v", last.Id)
	}
	if _, err := certificate.SummarizeCertificate(cert); err == nil {
		t.Error("a malformed extension was read")
	}

	// A name that crypto/x509 refuses still gets its certificate.
	c = GitHubClaims()
	c.SAN = "https://github.com/%zz"
	issued, err := Use(t, PublicGood).Issue(c, SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x509.ParseCertificate(issued.DER()); err == nil {
		t.Error("a malformed name was read")
	}
}

func TestDerivedClaims(t *testing.T) {
	const other = "9d01c3e57ab2468fd01c3e57ab2468fd01c3e57a"
	base := GitHubClaims()
	shared := GitHubServer + "/octo-sci/shared/.github/workflows/build.yml@refs/tags/v2"
	for name, c := range map[string]struct {
		got  Claims
		want map[string]string // what differs from base
	}{
		"repository": {base.WithRepository("evil/samplepkg"), map[string]string{
			"SAN":    GitHubServer + "/evil/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0",
			"Signer": GitHubServer + "/evil/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0",
			"Config": GitHubServer + "/evil/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0",
			"Source": GitHubServer + "/evil/samplepkg", "Owner": GitHubServer + "/evil",
			"Run": GitHubServer + "/evil/samplepkg/actions/runs/11122233344/attempts/1",
			"Sub": "repo:evil/samplepkg:ref:refs/tags/v1.0.0",
		}},
		"ids": {base.WithIDs("1", "2"), map[string]string{"RepositoryID": "1", "OwnerID": "2"}},
		"workflow": {base.WithWorkflow("other.yml"), map[string]string{
			"SAN":    GitHubServer + "/octo-sci/samplepkg/.github/workflows/other.yml@refs/tags/v1.0.0",
			"Signer": GitHubServer + "/octo-sci/samplepkg/.github/workflows/other.yml@refs/tags/v1.0.0",
			"Config": GitHubServer + "/octo-sci/samplepkg/.github/workflows/other.yml@refs/tags/v1.0.0",
		}},
		"ref": {base.WithRef("refs/heads/main"), map[string]string{
			"SAN":    GitHubServer + "/octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/main",
			"Signer": GitHubServer + "/octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/main",
			"Config": GitHubServer + "/octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/main",
			"Ref":    "refs/heads/main", "Sub": "repo:octo-sci/samplepkg:ref:refs/heads/main",
		}},
		"commit": {base.WithCommit(other), map[string]string{
			"SignerDigest": other, "SourceDigest": other, "ConfigDigest": other,
		}},
		"event":        {base.WithEvent("release"), map[string]string{"Trigger": "release"}},
		"pull request": {base.WithEvent("pull_request"), map[string]string{"Trigger": "pull_request", "Sub": "repo:octo-sci/samplepkg:pull_request"}},
		"environment": {base.WithEnvironment("test:pypi"), map[string]string{
			"Environment": "test:pypi", "Sub": "repo:octo-sci/samplepkg:environment:test%3Apypi",
		}},
		"environment and back": {base.WithEnvironment("pypi").WithEnvironment(""), nil},
		"run":                  {base.WithRun(7, 2), map[string]string{"Run": GitHubServer + "/octo-sci/samplepkg/actions/runs/7/attempts/2"}},
		"reusable":             {base.WithReusable(shared, other), map[string]string{"SAN": shared, "Signer": shared, "SignerDigest": other}},
		"reusable, then the rest": {base.WithReusable(shared, other).WithWorkflow("x.yml").WithRef("refs/heads/a").WithCommit(other).WithRepository("p/q"), map[string]string{
			"SAN": shared, "Signer": shared, "SignerDigest": other, "SourceDigest": other, "ConfigDigest": other,
			"Config": GitHubServer + "/p/q/.github/workflows/x.yml@refs/heads/a", "Source": GitHubServer + "/p/q", "Owner": GitHubServer + "/p",
			"Run": GitHubServer + "/p/q/actions/runs/11122233344/attempts/1", "Ref": "refs/heads/a", "Sub": "repo:p/q:ref:refs/heads/a",
		}},
		"local reusable": {base.WithLocalReusable("sign.yml").WithRef("refs/heads/b").WithCommit(other), map[string]string{
			"SAN":    GitHubServer + "/octo-sci/samplepkg/.github/workflows/sign.yml@refs/heads/b",
			"Signer": GitHubServer + "/octo-sci/samplepkg/.github/workflows/sign.yml@refs/heads/b",
			"Config": GitHubServer + "/octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/b",
			"Ref":    "refs/heads/b", "Sub": "repo:octo-sci/samplepkg:ref:refs/heads/b",
			"SignerDigest": other, "SourceDigest": other, "ConfigDigest": other,
		}},
	} {
		want := fields(base)
		for k, v := range c.want {
			want[k] = v
		}
		if diff := cmp.Diff(want, fields(c.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func fields(c Claims) map[string]string {
	return map[string]string{
		"SAN": c.SAN, "Issuer": c.Issuer, "Signer": c.BuildSignerURI, "SignerDigest": c.BuildSignerDigest,
		"Runner": c.RunnerEnvironment, "Source": c.SourceRepositoryURI, "SourceDigest": c.SourceRepositoryDigest,
		"Ref": c.SourceRepositoryRef, "RepositoryID": c.RepositoryID, "Owner": c.OwnerURI, "OwnerID": c.OwnerID,
		"Config": c.BuildConfigURI, "ConfigDigest": c.BuildConfigDigest, "Trigger": c.Trigger, "Run": c.RunURI,
		"Visibility": c.Visibility, "Environment": c.Environment, "Sub": c.TokenSubject, "Name": c.WorkflowName,
	}
}
