// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/trust"
)

// maxStatement is the size up to which a statement is read: it is held in
// memory, and in the bundle.
const maxStatement = 16 << 20

type signOptions struct {
	token, bundle, root, config string
	staging, statement          bool
}

func signBundle(ctx context.Context, args []string) error {
	var o signOptions
	flags := flag.NewFlagSet("sign-bundle", flag.ContinueOnError)
	flags.BoolVar(&o.staging, "staging", false, "")
	flags.BoolVar(&o.statement, "in-toto", false, "")
	flags.StringVar(&o.token, "identity-token", "", "")
	flags.StringVar(&o.bundle, "bundle", "", "")
	flags.StringVar(&o.root, "trusted-root", "", "")
	flags.StringVar(&o.config, "signing-config", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("reading the arguments: expecting one file")
	}
	if o.token == "" || o.bundle == "" {
		return errors.New("reading the arguments: expecting --identity-token and --bundle")
	}
	if o.staging && (o.root == "" || o.config == "") {
		return errors.New("reading the arguments: --staging needs --trusted-root and --signing-config, since nothing is fetched")
	}
	content, err := o.content(flags.Arg(0))
	if err != nil {
		return err
	}
	roots, err := loadRoots(ctx, o.root)
	if err != nil {
		return err
	}
	config, err := trust.LoadSigning(ctx, trust.SigningOptions{Instance: trust.PublicGood, File: o.config, Offline: true, Now: time.Now()})
	if err != nil {
		return err
	}
	data, err := sign(ctx, config, o.token, content)
	if err != nil {
		return err
	}
	if err := check(data, o.bundle, roots); err != nil {
		return err
	}
	return os.WriteFile(o.bundle, data, 0o644)
}

// content reads what is to be signed.
func (o signOptions) content(path string) (attest.Content, error) {
	if o.statement {
		data, err := dist.ReadFileLimited(path, maxStatement)
		return attest.StatementContent(data), err
	}
	digest, err := fileDigest(path)
	return attest.FileContent(digest), err
}

// sign signs with the newest log that the configuration has, and with a
// timestamp where it has an authority.
func sign(ctx context.Context, config *trust.SigningConfig, token string, content attest.Content) ([]byte, error) {
	task := attest.Task{Content: content, Timestamp: len(config.TSAs) > 0}
	switch {
	case config.Rekor2 != nil:
		task.Log = attest.RekorV2
	case config.Rekor1 != nil:
		task.Log = attest.RekorV1
	}
	signer, err := attest.NewSigner(attest.SignerOptions{
		Config:    config,
		Token:     func(context.Context) (string, error) { return token, nil },
		UserAgent: "sallyport-conformance-client",
	})
	if err != nil {
		return nil, err
	}
	bundles, err := signer.Sign(ctx, []attest.Task{task})
	if err != nil {
		return nil, err
	}
	data, err := attest.BundleJSON(bundles[0])
	return append(data, '\n'), err
}

// check verifies the bundle before it is written, but for who signed it.
func check(data []byte, path string, roots *trust.Set) error {
	docs, err := evidence.Split(data, path, evidence.Given)
	if err != nil {
		return err
	}
	if len(docs) != 1 {
		return fmt.Errorf("checking what was signed: %d attestations, expecting one", len(docs))
	}
	if a := evidence.NewVerifier(roots).Verify(docs[0]); !a.OK() {
		return fmt.Errorf("checking what was signed: %w", a.Problem)
	}
	return nil
}
