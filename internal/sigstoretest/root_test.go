// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
)

func TestTrustedRootParts(t *testing.T) {
	trusted, err := root.NewTrustedRootFromJSON(Use(t, PublicGood).TrustedRoot())
	if err != nil {
		t.Fatal(err)
	}
	got := [4]int{len(trusted.FulcioCertificateAuthorities()), len(trusted.CTLogs()), len(trusted.RekorLogs()), len(trusted.TimestampingAuthorities())}
	if want := [4]int{1, 1, 2, 1}; got != want {
		t.Errorf("public-good root has %v, want %v (CAs, CT logs, Rekor logs, TSAs)", got, want)
	}
	trusted, err = root.NewTrustedRootFromJSON(Use(t, GitHub).TrustedRoot())
	if err != nil {
		t.Fatal(err)
	}
	got = [4]int{len(trusted.FulcioCertificateAuthorities()), len(trusted.CTLogs()), len(trusted.RekorLogs()), len(trusted.TimestampingAuthorities())}
	if want := [4]int{1, 0, 0, 1}; got != want {
		t.Errorf("GitHub root has %v, want %v (CAs, CT logs, Rekor logs, TSAs)", got, want)
	}
}

func TestTrustedRootOptions(t *testing.T) {
	i := Use(t, PublicGood)
	other, err := New(PublicGood, WithOrganization("example.org"))
	if err != nil {
		t.Fatal(err)
	}
	start, end := DefaultTime.Add(-time.Hour), DefaultTime.Add(-time.Minute)
	v1, v2 := SignOptions{Log: LogV1}, SignOptions{Log: LogV2}
	for name, c := range map[string]struct {
		o    SignOptions
		root []byte
		ok   bool
	}{
		"all v1":           {v1, i.TrustedRoot(), true},
		"all v2":           {v2, i.TrustedRoot(), true},
		"other instance":   {v1, other.TrustedRoot(), false},
		"both instances":   {v1, other.TrustedRoot(And(i)), true},
		"no CA":            {v1, i.TrustedRoot(Without(PartCA)), false},
		"no CT log":        {v1, i.TrustedRoot(Without(PartCTLogs)), false},
		"no TSA, v1":       {v1, i.TrustedRoot(Without(PartTSA)), true},
		"no TSA, v2":       {v2, i.TrustedRoot(Without(PartTSA)), false},
		"no v1":            {v1, i.TrustedRoot(Without(PartRekorV1)), false},
		"no v1, v2":        {v2, i.TrustedRoot(Without(PartRekorV1)), true},
		"no v2":            {v2, i.TrustedRoot(Without(PartRekorV2)), false},
		"no logs":          {v2, i.TrustedRoot(Without(PartLogs)), false},
		"CA ended":         {v1, i.TrustedRoot(ValidFor(PartCA, start, end)), false},
		"CT log ended":     {v1, i.TrustedRoot(ValidFor(PartCTLogs, start, end)), false},
		"v1 ended":         {v1, i.TrustedRoot(ValidFor(PartRekorV1, start, end)), false},
		"v2 ended, v1":     {v1, i.TrustedRoot(ValidFor(PartRekorV2, start, end)), true},
		"TSA ended":        {v2, i.TrustedRoot(ValidFor(PartTSA, start, end)), false},
		"TSA since":        {v2, i.TrustedRoot(ValidFor(PartTSA, start, time.Time{})), true},
		"ends much later":  {v1, i.TrustedRoot(ValidFor(PartCA|PartLogs, start, DefaultTime.Add(time.Hour))), true},
		"begins too late":  {v1, i.TrustedRoot(ValidFor(PartRekorV1, DefaultTime.Add(time.Hour), time.Time{})), false},
		"options in a row": {v1, i.TrustedRoot(Without(PartTSA), Without(PartRekorV2)), true},
	} {
		t.Run(name, func(t *testing.T) {
			b := i.MustSign(t, Publish(subject()), GitHubClaims(), c.o)
			err := check(PublicGood, c.root, b.JSON())
			if c.ok && err != nil {
				t.Errorf("does not verify: %v", err)
			}
			if !c.ok && err == nil {
				t.Error("verifies")
			}
		})
	}
}
