// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/attest/services"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// signing is a Signer with services of its own on loopback.
type signing struct {
	*sigstoretest.Server
	in     *sigstoretest.Instance
	signer *attest.Signer
	tokens *atomic.Int64 // how many were asked for
}

// startSigning starts services and makes a Signer for them.
func startSigning(t testing.TB, kind sigstoretest.Kind, serve sigstoretest.ServeOptions, change func(*attest.SignerOptions)) signing {
	t.Helper()
	in := sigstoretest.Use(t, kind)
	s := signing{Server: sigstoretest.Serve(t, in, serve), in: in, tokens: new(atomic.Int64)}
	issuer := runnertest.StartIssuer(t)
	o := attest.SignerOptions{
		Config: &trust.SigningConfig{Instance: trust.Custom, Fulcio: trust.Endpoint{URL: s.FulcioURL}, TSAs: []trust.Endpoint{{URL: s.TSAURL}}},
		Token: func(context.Context) (string, error) {
			s.tokens.Add(1)
			return issuer.Token("sigstore", nil), nil
		},
		Timeout: 10 * time.Second,
	}
	if s.Rekor1URL != "" {
		o.Config.Rekor1 = &trust.Endpoint{URL: s.Rekor1URL, Version: 1}
		o.Config.Rekor2 = &trust.Endpoint{URL: s.Rekor2URL, Version: 2}
	}
	if change != nil {
		change(&o)
	}
	var err error
	if s.signer, err = attest.NewSigner(o); err != nil {
		t.Fatal(err)
	}
	return s
}

// tasks are n statements to be entered in a log.
func tasks(t testing.TB, n int, log attest.Log) (out []attest.Task) {
	t.Helper()
	for i := range n {
		statement, err := attest.Publish(fmt.Sprintf("samplepkg-1.0.%d.tar.gz", i), sha256.Sum256([]byte{byte(i)}))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, attest.Task{Content: attest.StatementContent(statement), Log: log})
	}
	return out
}

// accepted verifies bundles as the gate does and returns what was proved.
func (s signing) accepted(t testing.TB, bundles []*protobundle.Bundle) (out []*evidence.Attestation) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "root.json")
	if err := os.WriteFile(file, s.in.TrustedRoot(), 0o600); err != nil {
		t.Fatal(err)
	}
	roots, err := trust.Load(context.Background(), trust.Options{Files: []string{file}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	v := evidence.NewVerifier(roots)
	for i, b := range bundles {
		raw, err := protojson.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		docs, err := evidence.Split(raw, "test", evidence.Given)
		if err != nil || len(docs) != 1 {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		a := v.Verify(docs[0])
		if !a.OK() {
			t.Fatalf("bundle %d: %v", i, a.Problem)
		}
		out = append(out, a)
	}
	return out
}

func certificates(bundles []*protobundle.Bundle) map[string]int {
	out := map[string]int{}
	for _, b := range bundles {
		out[string(b.GetVerificationMaterial().GetCertificate().GetRawBytes())]++
	}
	return out
}

func TestSign(t *testing.T) {
	for name, tt := range map[string]struct {
		kind    sigstoretest.Kind
		log     attest.Log
		stamp   bool
		stamped bool
	}{
		"Rekor v1":                {sigstoretest.PublicGood, attest.RekorV1, false, false},
		"Rekor v1 with timestamp": {sigstoretest.PublicGood, attest.RekorV1, true, true},
		"Rekor v2":                {sigstoretest.PublicGood, attest.RekorV2, false, true},
		"no log":                  {sigstoretest.GitHub, attest.NoLog, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSigning(t, tt.kind, sigstoretest.ServeOptions{}, nil)
			list := tasks(t, 20, tt.log)
			file := sha256.Sum256([]byte("a file"))
			list = append(list, attest.Task{Content: attest.FileContent(file), Log: tt.log})
			for i := range list {
				list[i].Timestamp = tt.stamp
			}
			bundles, err := s.signer.Sign(t.Context(), list)
			if err != nil {
				t.Fatal(err)
			}
			proved := s.accepted(t, bundles)
			if len(proved) != len(list) {
				t.Fatalf("%d bundles", len(proved))
			}
			for i, b := range bundles[:20] {
				if !bytes.Equal(b.GetDsseEnvelope().GetPayload(), list[i].Content.Statement) {
					t.Errorf("bundle %d is about something else", i)
				}
				if n := len(b.GetVerificationMaterial().GetTimestampVerificationData().GetRfc3161Timestamps()); (n == 1) != tt.stamped {
					t.Errorf("%d timestamps", n)
				}
			}
			if want := fmt.Sprintf("%x", file); proved[20].MessageDigest != want {
				t.Errorf("digest %q, want %q", proved[20].MessageDigest, want)
			}
			if n := len(certificates(bundles)); n != 1 || s.tokens.Load() != 1 || s.Requests(sigstoretest.Fulcio) != 1 {
				t.Errorf("%d certificates for %d tokens", n, s.tokens.Load())
			}
			if tt.log == attest.RekorV1 && !tt.stamp {
				if _, err := attest.ToPEP740(bundles[0]); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestSignMixed signs for several logs at once, and twice with one Signer.
func TestSignMixed(t *testing.T) {
	s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, func(o *attest.SignerOptions) { o.Parallel = 2 })
	s.Delay(5 * time.Millisecond)
	list := append(tasks(t, 4, attest.RekorV1), tasks(t, 4, attest.RekorV2)...)
	for range 2 {
		bundles, err := s.signer.Sign(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		s.accepted(t, bundles)
	}
	for _, service := range []sigstoretest.Service{sigstoretest.Rekor1, sigstoretest.Rekor2, sigstoretest.TSA} {
		if n := s.MostAtOnce(service); n > 2 {
			t.Errorf("%s: %d requests at once", service, n)
		}
	}
	if bundles, err := s.signer.Sign(t.Context(), nil); len(bundles) != 0 || err != nil || s.tokens.Load() != 2 {
		t.Errorf("nothing to sign: %d bundles, %v, %d tokens", len(bundles), err, s.tokens.Load())
	}
}

// TestSignImpossible finds what cannot be done before anybody is asked.
func TestSignImpossible(t *testing.T) {
	s := startSigning(t, sigstoretest.GitHub, sigstoretest.ServeOptions{}, nil)
	bare := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, func(o *attest.SignerOptions) { o.Config.TSAs = nil })
	statement := attest.StatementContent([]byte("{}"))
	for name, tt := range map[string]struct {
		signing
		task attest.Task
		err  string
	}{
		"no Rekor v1":           {s, attest.Task{Content: statement, Log: attest.RekorV1}, "no Rekor v1 log"},
		"no Rekor v2":           {s, attest.Task{Content: statement, Log: attest.RekorV2}, "no Rekor v2 log"},
		"nothing":               {s, attest.Task{}, "neither a statement nor a digest"},
		"no such log":           {s, attest.Task{Content: statement, Log: 7}, "no Log(7)"},
		"no TSA":                {bare, attest.Task{Content: statement, Log: attest.RekorV2}, "no timestamp authority"},
		"no TSA and no log":     {bare, attest.Task{Content: statement}, "no timestamp authority"},
		"no TSA, but Timestamp": {bare, attest.Task{Content: statement, Log: attest.RekorV1, Timestamp: true}, "no timestamp authority"},
	} {
		_, err := tt.signer.Sign(t.Context(), []attest.Task{{Content: statement, Log: tt.task.Log}, tt.task}[1:])
		if err == nil || !strings.Contains(err.Error(), tt.err) || tt.tokens.Load() != 0 {
			t.Errorf("%s: %v after %d tokens, want %q", name, err, tt.tokens.Load(), tt.err)
		}
	}
	for _, o := range []attest.SignerOptions{
		{}, {Config: &trust.SigningConfig{}},
		{Config: &trust.SigningConfig{}, Token: func(context.Context) (string, error) { return "", nil }},
		{Config: &trust.SigningConfig{Fulcio: trust.Endpoint{URL: "https://a"}}, Token: func(context.Context) (string, error) { return "", nil }, Parallel: -1},
	} {
		if _, err := attest.NewSigner(o); err == nil {
			t.Errorf("%+v", o)
		}
	}
}

// TestSignErrors holds the first error against its cause.
func TestSignErrors(t *testing.T) {
	refused := sigstoretest.Fault{Status: http.StatusBadRequest, Body: `{"message":"the cause"}`}
	mine := errors.New("the cause")
	for name, tt := range map[string]struct {
		service sigstoretest.Service
		faults  []sigstoretest.Fault
		change  func(*attest.SignerOptions)
		log     attest.Log
		want    string
	}{
		"token": {0, nil, func(o *attest.SignerOptions) { o.Token = func(context.Context) (string, error) { return "", mine } }, attest.RekorV1, ""},
		"bad token": {0, nil, func(o *attest.SignerOptions) {
			o.Token = func(context.Context) (string, error) { return "secret", nil }
		}, attest.RekorV1, "reading the identity token"},
		"check":       {0, nil, func(o *attest.SignerOptions) { o.Check = func(*x509.Certificate) error { return mine } }, attest.RekorV1, "checking the certificate"},
		"Fulcio":      {sigstoretest.Fulcio, []sigstoretest.Fault{refused}, nil, attest.RekorV1, "asking Fulcio"},
		"Rekor v1":    {sigstoretest.Rekor1, []sigstoretest.Fault{{}, {}, {}, refused}, nil, attest.RekorV1, "asking Rekor"},
		"Rekor v2":    {sigstoretest.Rekor2, []sigstoretest.Fault{{}, refused}, nil, attest.RekorV2, "asking Rekor"},
		"timestamps":  {sigstoretest.TSA, []sigstoretest.Fault{{}, {}, {}, {}, {}, refused}, nil, attest.NoLog, "asking the timestamp authority"},
		"another key": {sigstoretest.Fulcio, []sigstoretest.Fault{{Lie: sigstoretest.LieKey}, {Lie: sigstoretest.LieKey}}, nil, attest.NoLog, "another key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, func(o *attest.SignerOptions) {
				if o.Parallel = 8; tt.change != nil {
					tt.change(o)
				}
			})
			s.Fail(tt.service, tt.faults...)
			s.Delay(10 * time.Millisecond)
			bundles, err := s.signer.Sign(t.Context(), tasks(t, 40, tt.log))
			if err == nil || bundles != nil {
				t.Fatalf("%d bundles, %v", len(bundles), err)
			}
			if errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if tt.faults != nil != errors.As(err, new(*services.ServiceError)) || name == "check" && !errors.Is(err, mine) {
				t.Errorf("%#v", err)
			}
			if n := s.Requests(sigstoretest.Rekor1) + s.Requests(sigstoretest.Rekor2); n > 24 {
				t.Errorf("%d entries after the first error", n)
			}
		})
	}
}

// TestSignStops shows that the context ends Sign, wherever it is.
func TestSignStops(t *testing.T) {
	for _, service := range []sigstoretest.Service{sigstoretest.Fulcio, sigstoretest.Rekor1, sigstoretest.TSA} {
		ctx, cancel := context.WithCancel(t.Context())
		s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, func(o *attest.SignerOptions) { o.Timeout = time.Hour })
		for range 64 {
			s.Fail(service, sigstoretest.Fault{Hang: true})
		}
		time.AfterFunc(50*time.Millisecond, cancel)
		list := tasks(t, 40, attest.RekorV1)
		for i := range list {
			list[i].Timestamp = true
		}
		start := time.Now()
		bundles, err := s.signer.Sign(ctx, list)
		if !errors.Is(err, context.Canceled) || bundles != nil || time.Since(start) > time.Minute {
			t.Errorf("%s: after %s: %d bundles, %v", service, time.Since(start), len(bundles), err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, nil)
	if bundles, err := s.signer.Sign(ctx, tasks(t, 1, attest.RekorV1)); !errors.Is(err, context.Canceled) || bundles != nil || s.tokens.Load() != 0 {
		t.Errorf("%d bundles, %v", len(bundles), err)
	}
}

// TestSignAgain shows that an entry which a log has already, and does not give,
// is replaced by another signature, but not for ever.
func TestSignAgain(t *testing.T) {
	lost := sigstoretest.Fault{Done: true, Drop: true}
	s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, nil)
	s.Fail(sigstoretest.Rekor2, lost, sigstoretest.Fault{}, lost)
	bundles, err := s.signer.Sign(t.Context(), tasks(t, 1, attest.RekorV2))
	if err != nil {
		t.Fatal(err)
	}
	s.accepted(t, bundles)
	if d := cmp.Diff([]int{5, 3, 1}, []int{s.Requests(sigstoretest.Rekor2), s.Requests(sigstoretest.TSA), s.Requests(sigstoretest.Fulcio)}); d != "" {
		t.Error(d)
	}
	s.Fail(sigstoretest.Rekor2, sigstoretest.Fault{Status: 409}, sigstoretest.Fault{Status: 409}, sigstoretest.Fault{Status: 409})
	if _, err := s.signer.Sign(t.Context(), tasks(t, 1, attest.RekorV2)); !errors.Is(err, services.ErrExists) {
		t.Error(err)
	}
	// Rekor v1 gives the entry that it has.
	s.Fail(sigstoretest.Rekor1, lost)
	if bundles, err = s.signer.Sign(t.Context(), tasks(t, 1, attest.RekorV1)); err != nil {
		t.Fatal(err)
	}
	s.accepted(t, bundles)
	s.Fail(sigstoretest.Rekor1, sigstoretest.Fault{Status: 409})
	if bundles, err = s.signer.Sign(t.Context(), tasks(t, 1, attest.RekorV1)); err != nil {
		t.Fatal(err)
	}
	s.accepted(t, bundles)
}
