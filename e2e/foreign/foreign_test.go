// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"

	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

// need ends the test where the tool is not installed: it is skipped, but in the
// end-to-end run (SALLYPORT_E2E) it fails.
func need(t *testing.T, tool Tool) {
	t.Helper()
	if _, err := tool.Installed(); err != nil {
		if os.Getenv("SALLYPORT_E2E") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// TestAccept asks every tool about every shape, for every file it covers.
func TestAccept(t *testing.T) {
	r := makeRelease(t)
	for _, tool := range Tools() {
		t.Run(tool.Name, func(t *testing.T) {
			need(t, tool)
			t.Parallel()
			for _, s := range shapes(t, r) {
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					c := s.write(t, r)
					for _, c.Artifact = range r.files[:s.covers] {
						err := tool.Verify(t.Context(), c)
						if s.typ == "" && tool.Name == "gh" {
							if !errors.Is(err, errors.ErrUnsupported) {
								t.Errorf("gh verifies signatures of files: %v", err)
							}
						} else if err != nil {
							t.Error(err)
						}
					}
				})
			}
		})
	}
}

// TestRefuse changes one thing about a good case each time. That the case is
// good is TestAccept's to show.
func TestRefuse(t *testing.T) {
	r := makeRelease(t)
	another := filepath.Join(r.dir, "another.whl")
	write(t, another, []byte("another"))
	other, err := st.New(st.PublicGood)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(b *protobundle.Bundle) {
		sig := b.GetMessageSignature().GetSignature()
		if e := b.GetDsseEnvelope(); e != nil {
			sig = e.GetSignatures()[0].GetSig()
		}
		sig[len(sig)-1] ^= 1
	}
	changes := map[string]func(t *testing.T, s *signed, c *Case){
		"another artifact": func(_ *testing.T, _ *signed, c *Case) { c.Artifact = another },
		"a file that is no subject": func(_ *testing.T, s *signed, c *Case) {
			if s.covers == 1 {
				c.Artifact = r.files[1]
			} else {
				c.Artifact = c.Bundle
			}
		},
		"another repository":         func(_ *testing.T, _ *signed, c *Case) { c.Repository = "octo-sci/other" },
		"another identity":           func(_ *testing.T, _ *signed, c *Case) { c.Identity += "-evil" },
		"an identity with a pattern": func(_ *testing.T, _ *signed, c *Case) { c.Identity = ".*" },
		"another issuer":             func(_ *testing.T, _ *signed, c *Case) { c.Issuer += "/enterprise" },
		"another predicate type":     func(_ *testing.T, _ *signed, c *Case) { c.PredicateType = st.ProvenanceV0_2 },
		"another root":               func(t *testing.T, _ *signed, c *Case) { write(t, c.TrustedRoot, other.TrustedRoot()) },
		"a flipped signature": func(t *testing.T, s *signed, c *Case) {
			write(t, c.Bundle, st.Lines(s.bundle.With(flip)))
		},
		"a changed statement": func(t *testing.T, s *signed, c *Case) {
			write(t, c.Bundle, st.Lines(s.bundle.With(func(b *protobundle.Bundle) {
				e := b.GetDsseEnvelope()
				if e == nil {
					b.GetMessageSignature().MessageDigest.Digest[0] ^= 1
					return
				}
				e.Payload = st.MustEdit(t, e.GetPayload(), "/subject/0/digest/sha256", r.subjects[1].SHA256)
			})))
		},
		"a bundle that is not JSON": func(t *testing.T, _ *signed, c *Case) { write(t, c.Bundle, []byte("<html>\n")) },
	}
	for _, tool := range Tools() {
		t.Run(tool.Name, func(t *testing.T) {
			need(t, tool)
			t.Parallel()
			for _, s := range shapes(t, r) {
				if !slices.Contains([]string{"v1-one", "v2-all", "v2-file"}, s.name) || s.typ == "" && tool.Name == "gh" {
					continue
				}
				for name, change := range changes {
					t.Run(s.name+"/"+name, func(t *testing.T) {
						t.Parallel()
						c := s.write(t, r)
						change(t, &s, &c)
						err := tool.Verify(t.Context(), c)
						if !IsRefused(err) {
							t.Errorf("not refused: %v", err)
						}
						t.Log(err)
					})
				}
			}
		})
	}
}

// TestNotAsked shows that what keeps a tool from judging is never a refusal.
func TestNotAsked(t *testing.T) {
	r := makeRelease(t)
	changes := map[string]func(c *Case){
		"no artifact":        func(c *Case) { c.Artifact += ".gone" },
		"no bundle":          func(c *Case) { c.Bundle += ".gone" },
		"no root":            func(c *Case) { c.TrustedRoot += ".gone" },
		"a folder":           func(c *Case) { c.Artifact = r.dir },
		"no identity":        func(c *Case) { c.Identity = "" },
		"no repository":      func(c *Case) { c.Repository = "octo-sci" },
		"a root that is not": func(c *Case) { c.TrustedRoot = c.Artifact },
	}
	for _, tool := range Tools() {
		t.Run(tool.Name, func(t *testing.T) {
			need(t, tool)
			for name, change := range changes {
				t.Run(name, func(t *testing.T) {
					c := shapes(t, r)[0].write(t, r)
					change(&c)
					if err := tool.Verify(t.Context(), c); err == nil || IsRefused(err) {
						t.Errorf("the answer is %v", err)
					}
				})
			}
		})
	}
}

func ExampleRefusedError() {
	fmt.Println(&RefusedError{Tool: "cosign", Output: "checking\nError: no\n"})
	// Output: verifying with cosign: refused: Error: no
}

// TestJudge reads outcomes that no run here has.
func TestJudge(t *testing.T) {
	const line = "Error: verifying with issuer \"sigstore.dev\"\n"
	for _, c := range []struct {
		tool verifier
		o    outcome
		want verdict
	}{
		{gh{}, outcome{stdout: `[{"verificationResult":{}}]`}, accepted},
		{gh{}, outcome{}, unclear},
		{gh{}, outcome{stdout: `[]`}, unclear},
		{gh{}, outcome{code: 1, stderr: "\n" + line}, refused},
		{gh{}, outcome{code: 4, stderr: line}, unclear},
		{gh{}, outcome{code: 1, stderr: "unknown flag: --nosuch\n"}, unclear},
		{cosign{}, outcome{stderr: "Verified OK\n"}, accepted},
		{cosign{}, outcome{}, unclear},
		{cosign{}, outcome{code: 1, stderr: "Error: failed to verify signature\n"}, refused},
		{cosign{}, outcome{code: 1, stderr: "Error: unknown flag: --nosuch\n"}, unclear},
		{cosign{}, outcome{code: 2, stderr: "Error: failed to verify signature\n"}, unclear},
		{sigstoreJS{}, outcome{stdout: "accepted\n"}, accepted},
		{sigstoreJS{}, outcome{}, unclear},
		{sigstoreJS{}, outcome{code: 42}, refused},
		{sigstoreJS{}, outcome{code: 1, stderr: "Error: Cannot find package"}, unclear},
	} {
		if got := c.tool.judge(c.o); got != c.want {
			t.Errorf("%T reads %+v as %d, expecting %d", c.tool, c.o, got, c.want)
		}
	}
}
