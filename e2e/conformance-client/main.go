// SPDX-License-Identifier: BSD-3-Clause

// Command conformance-client speaks the protocol of the official Sigstore
// client test suite (sigstore-conformance, cli_protocol.md) for verifying
// bundles:
//
//	conformance-client verify-bundle --bundle F --certificate-identity SAN --certificate-oidc-issuer URL [--trusted-root F] FILE_OR_DIGEST
//	conformance-client verify-bundle --bundle F --key PEM [--trusted-root F] FILE_OR_DIGEST
//
// It verifies with the same code as sallyport itself. Cases that verify with a
// key, which sallyport refuses, go to sigstore-go directly. It uses no network:
// without --trusted-root the built-in public-good root is used.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/trust"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "conformance-client:", err)
		os.Exit(1)
	}
}

type options struct {
	bundle, identity, issuer, key, root string
	staging                             bool
}

func run(args []string) error {
	if len(args) == 0 || args[0] != "verify-bundle" {
		return errors.New("reading the arguments: only verify-bundle is supported")
	}
	var o options
	flags := flag.NewFlagSet("verify-bundle", flag.ContinueOnError)
	flags.BoolVar(&o.staging, "staging", false, "")
	flags.StringVar(&o.bundle, "bundle", "", "")
	flags.StringVar(&o.identity, "certificate-identity", "", "")
	flags.StringVar(&o.issuer, "certificate-oidc-issuer", "", "")
	flags.StringVar(&o.key, "key", "", "")
	flags.StringVar(&o.root, "trusted-root", "", "")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("reading the arguments: expecting one file or digest")
	}
	if o.staging && o.root == "" {
		return errors.New("reading the arguments: --staging needs --trusted-root, since nothing is fetched")
	}
	if o.key == "" && (o.identity == "" || o.issuer == "") {
		return errors.New("reading the arguments: expecting --key, or both --certificate-identity and --certificate-oidc-issuer")
	}
	digest, err := artifactDigest(flags.Arg(0))
	if err != nil {
		return err
	}
	load := trust.Options{Offline: true, Now: time.Now()}
	if o.root != "" {
		load.Files = []string{o.root}
	}
	roots, err := trust.Load(context.Background(), load)
	if err != nil {
		return err
	}
	if o.key != "" {
		return verifyWithKey(o, roots, digest)
	}
	return verifyIdentity(o, roots, digest)
}

// artifactDigest takes sha256:HEX that is no file on disk, or hashes a file.
func artifactDigest(arg string) (string, error) {
	if hexDigest, ok := strings.CutPrefix(arg, "sha256:"); ok {
		if d, err := dist.ParseDigest(hexDigest); err == nil {
			if _, err := os.Stat(arg); err != nil {
				return d.Hex(), nil
			}
		}
	}
	f, err := os.Open(arg)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func verifyIdentity(o options, roots *trust.Set, digest string) error {
	data, err := dist.ReadFileLimited(o.bundle, evidence.MaxFile)
	if err != nil {
		return err
	}
	docs, err := evidence.Split(data, o.bundle, evidence.Given)
	if err != nil {
		return err
	}
	if len(docs) != 1 {
		return fmt.Errorf("reading %s: %d attestations, expecting one", o.bundle, len(docs))
	}
	a := evidence.NewVerifier(roots).Verify(docs[0])
	if !a.OK() {
		return a.Problem
	}
	if a.Signer.Issuer != o.issuer {
		return fmt.Errorf("comparing the issuer: found %q, expected %q", a.Signer.Issuer, o.issuer)
	}
	if a.Signer.Name() != o.identity {
		return fmt.Errorf("comparing the identity: found %q, expected %q", a.Signer.Name(), o.identity)
	}
	if a.Statement == nil {
		if a.MessageDigest != digest {
			return fmt.Errorf("comparing the digest: found %s, expected %s", a.MessageDigest, digest)
		}
		return nil
	}
	if !slices.ContainsFunc(a.Statement.Subjects, func(s evidence.Subject) bool { return s.SHA256 == digest }) {
		return fmt.Errorf("comparing the subjects: none has sha256 %s", digest)
	}
	return nil
}

func verifyWithKey(o options, roots *trust.Set, digest string) error {
	pem, err := os.ReadFile(o.key)
	if err != nil {
		return err
	}
	key, err := cryptoutils.UnmarshalPEMToPublicKey(pem)
	if err != nil {
		return fmt.Errorf("reading the key: %w", err)
	}
	material := root.TrustedMaterialCollection{
		root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) {
			v, err := signature.LoadDefaultVerifier(key)
			if err != nil {
				return nil, err
			}
			return root.NewExpiringKey(v, time.Time{}, time.Time{}), nil
		}),
		roots.Roots[0].Material,
	}
	b, err := bundle.LoadJSONFromPath(o.bundle)
	if err != nil {
		return err
	}
	v, err := verify.NewVerifier(material, verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1))
	if err != nil {
		return err
	}
	raw, err := hex.DecodeString(digest)
	if err != nil {
		return err
	}
	_, err = v.Verify(b, verify.NewPolicy(verify.WithArtifactDigest("sha256", raw), verify.WithKey()))
	return err
}
