// SPDX-License-Identifier: BSD-3-Clause

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

type verifyOptions struct {
	bundle, identity, issuer, key, root string
	staging                             bool
}

func verifyBundle(ctx context.Context, args []string) error {
	var o verifyOptions
	flags := flag.NewFlagSet("verify-bundle", flag.ContinueOnError)
	flags.BoolVar(&o.staging, "staging", false, "")
	flags.StringVar(&o.bundle, "bundle", "", "")
	flags.StringVar(&o.identity, "certificate-identity", "", "")
	flags.StringVar(&o.issuer, "certificate-oidc-issuer", "", "")
	flags.StringVar(&o.key, "key", "", "")
	flags.StringVar(&o.root, "trusted-root", "", "")
	if err := flags.Parse(args); err != nil {
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
	roots, err := loadRoots(ctx, o.root)
	if err != nil {
		return err
	}
	if o.key != "" {
		return verifyWithKey(o, roots, digest)
	}
	return verifyIdentity(o, roots, digest)
}

// loadRoots reads a trusted root, or gives the built-in ones.
func loadRoots(ctx context.Context, file string) (*trust.Set, error) {
	load := trust.Options{Offline: true, Now: time.Now()}
	if file != "" {
		load.Files = []string{file}
	}
	return trust.Load(ctx, load)
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
	digest, err := fileDigest(arg)
	return hex.EncodeToString(digest[:]), err
}

func fileDigest(path string) (digest [sha256.Size]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return digest, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return [sha256.Size]byte(h.Sum(nil)), err
}

func verifyIdentity(o verifyOptions, roots *trust.Set, digest string) error {
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

func verifyWithKey(o verifyOptions, roots *trust.Set, digest string) error {
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
