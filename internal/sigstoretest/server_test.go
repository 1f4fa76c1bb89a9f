// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// statement is what the tests sign.
func statement() []byte {
	return sigstoretest.Publish(sigstoretest.Subject{Name: "samplepkg-1.0.0.tar.gz", SHA256: strings.Repeat("ab", 32)})
}

// token is one of a release's, with changes to its claims.
func token(t testing.TB, changes map[string]any) string {
	t.Helper()
	return runnertest.StartIssuer(t).Token("sigstore", changes)
}

func serve(t testing.TB, kind sigstoretest.Kind, o sigstoretest.ServeOptions) (*sigstoretest.Instance, *sigstoretest.Server) {
	t.Helper()
	in := sigstoretest.Use(t, kind)
	return in, sigstoretest.Serve(t, in, o)
}

func verifier(t testing.TB, in *sigstoretest.Instance) *evidence.Verifier {
	t.Helper()
	file := filepath.Join(t.TempDir(), "root.json")
	if err := os.WriteFile(file, in.TrustedRoot(), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := trust.Load(context.Background(), trust.Options{Files: []string{file}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	return evidence.NewVerifier(set)
}

func verify(t testing.TB, v *evidence.Verifier, pb *protobundle.Bundle) *evidence.Attestation {
	t.Helper()
	raw, err := protojson.Marshal(pb)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := evidence.Split(raw, "test", evidence.Folder)
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	return v.Verify(docs[0])
}

func TestSignAgainstTheServices(t *testing.T) {
	for name, c := range map[string]struct {
		kind  sigstoretest.Kind
		logs  sigstoretest.Log
		stamp bool
	}{
		"rekor v1":        {sigstoretest.PublicGood, sigstoretest.LogV1, false},
		"rekor v1 stamp":  {sigstoretest.PublicGood, sigstoretest.LogV1, true},
		"rekor v2":        {sigstoretest.PublicGood, sigstoretest.LogV2, true},
		"both":            {sigstoretest.PublicGood, sigstoretest.LogV1 | sigstoretest.LogV2, true},
		"without any log": {sigstoretest.GitHub, sigstoretest.LogNone, true},
	} {
		t.Run(name, func(t *testing.T) {
			in, s := serve(t, c.kind, sigstoretest.ServeOptions{})
			pb, err := bundle(t, s, token(t, map[string]any{"environment": "pypi"}), c.logs, c.stamp)
			if err != nil {
				t.Fatal(err)
			}
			a := verify(t, verifier(t, in), pb)
			if !a.OK() {
				t.Fatalf("does not verify: %v", a.Problem)
			}
			if a.Signer.Environment != "pypi" || !bytes.Equal(pb.GetDsseEnvelope().GetPayload(), statement()) {
				t.Errorf("signer %+v", a.Signer)
			}
			if age := time.Since(a.Time); age < -time.Minute || age > time.Hour {
				t.Errorf("signed at %v", a.Time)
			}
		})
	}
}

// The claims of a token, and those of a certificate made without one, must
// come to the same: else no test of a policy would mean anything.
func TestCertificateClaims(t *testing.T) {
	in, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	pb, err := bundle(t, s, token(t, nil), sigstoretest.LogV1, false)
	if err != nil {
		t.Fatal(err)
	}
	v := verifier(t, in)
	got := verify(t, v, pb)
	want := verify(t, v, in.MustSign(t, statement(), sigstoretest.GitHubClaims(), sigstoretest.SignOptions{}).Proto())
	if !got.OK() || !want.OK() {
		t.Fatalf("%v, %v", got.Problem, want.Problem)
	}
	if d := cmp.Diff(want.Signer, got.Signer, cmpopts.IgnoreFields(evidence.Identity{}, "NotBefore", "NotAfter")); d != "" {
		t.Error(d)
	}
	if lifetime := got.Signer.NotAfter.Sub(got.Signer.NotBefore); lifetime != 10*time.Minute {
		t.Errorf("valid for %v", lifetime)
	}
}

func TestManyAtOnce(t *testing.T) {
	in, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	s.Delay(20 * time.Millisecond)
	token, v := token(t, nil), verifier(t, in)
	var group sync.WaitGroup
	for range 60 {
		group.Go(func() {
			pb, err := bundle(t, s, token, sigstoretest.LogV1|sigstoretest.LogV2, true)
			if err != nil {
				t.Error(err)
			} else if a := verify(t, v, pb); !a.OK() {
				t.Error(a.Problem)
			}
		})
	}
	group.Wait()
	for service := sigstoretest.Fulcio; service <= sigstoretest.TSA; service++ {
		if n := s.Requests(service); n != 60 {
			t.Errorf("%s: %d requests", service, n)
		}
		if n := s.MostAtOnce(service); n < 2 || n > 60 {
			t.Errorf("%s: %d requests at once", service, n)
		}
	}
}

func TestSigningConfig(t *testing.T) {
	for _, c := range []struct {
		kind sigstoretest.Kind
		logs []sigstoretest.Log
		want []uint32
	}{
		{sigstoretest.PublicGood, nil, []uint32{2, 1}},
		{sigstoretest.PublicGood, []sigstoretest.Log{sigstoretest.LogV1}, []uint32{1}},
		{sigstoretest.PublicGood, []sigstoretest.Log{sigstoretest.LogV2}, []uint32{2}},
		{sigstoretest.PublicGood, []sigstoretest.Log{sigstoretest.LogNone}, nil},
		{sigstoretest.GitHub, nil, nil},
	} {
		_, s := serve(t, c.kind, sigstoretest.ServeOptions{})
		config, err := root.NewSigningConfigFromJSON(s.SigningConfig(c.logs...))
		if err != nil {
			t.Fatal(err)
		}
		ca, err := root.SelectService(config.FulcioCertificateAuthorityURLs(), []uint32{1}, time.Now())
		if err != nil || ca.URL != s.FulcioURL {
			t.Errorf("%+v: Fulcio %+v, %v", c, ca, err)
		}
		tsa, err := root.SelectServices(config.TimestampAuthorityURLs(), config.TimestampAuthorityURLsConfig(), []uint32{1}, time.Now())
		if err != nil || len(tsa) != 1 || tsa[0].URL != s.TSAURL {
			t.Errorf("%+v: timestamp authority %+v, %v", c, tsa, err)
		}
		var versions []uint32
		for _, log := range config.RekorLogURLs() {
			versions = append(versions, log.MajorAPIVersion)
		}
		if d := cmp.Diff(c.want, versions); d != "" {
			t.Errorf("%+v: %s", c, d)
		}
		if !json.Valid(s.SigningConfig(c.logs...)) {
			t.Error("not JSON")
		}
	}
}
