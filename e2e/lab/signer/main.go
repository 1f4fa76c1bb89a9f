// SPDX-License-Identifier: BSD-3-Clause

// Command signer signs a statement as sigstore-go does it, which is how the
// servers of the end-to-end tests are proved to be what Sigstore's own clients
// expect, without any code of sallyport's. The payload of the DSSE envelope is
// its standard input, the bundle its standard output. The identity token comes
// by the environment variable ID_TOKEN.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"google.golang.org/protobuf/encoding/protojson"
)

func main() {
	var o options
	flag.StringVar(&o.fulcio, "fulcio", "", "base `address` of Fulcio")
	flag.StringVar(&o.tsa, "tsa", "", "`address` of the timestamp authority's requests; empty for none")
	flag.StringVar(&o.rekor, "rekor", "", "base `address` of Rekor")
	flag.UintVar(&o.version, "rekor-version", 1, "version of its API, 1 or 2")
	flag.StringVar(&o.trustedRoot, "trusted-root", "", "`file` that the bundle must verify under")
	flag.Parse()
	bundle, err := o.sign(context.Background(), os.Getenv("ID_TOKEN"), os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "signer:", err)
		os.Exit(1)
	}
	os.Stdout.Write(bundle)
}

type options struct {
	fulcio, tsa, rekor string
	version            uint
	trustedRoot        string
}

func (o options) sign(ctx context.Context, token string, payload io.Reader) ([]byte, error) {
	data, err := io.ReadAll(payload)
	if err != nil {
		return nil, err
	}
	// Without it sign.Bundle verifies nothing of what it got.
	trusted, err := root.NewTrustedRootFromPath(o.trustedRoot)
	if err != nil {
		return nil, err
	}
	keypair, err := sign.NewEphemeralKeypair(nil)
	if err != nil {
		return nil, err
	}
	opts := sign.BundleOptions{
		Context:                    ctx,
		CertificateProvider:        sign.NewFulcio(&sign.FulcioOptions{BaseURL: o.fulcio}),
		CertificateProviderOptions: &sign.CertificateProviderOptions{IDToken: token},
		TransparencyLogs:           []sign.Transparency{sign.NewRekor(&sign.RekorOptions{BaseURL: o.rekor, Version: uint32(o.version)})},
		TrustedRoot:                trusted,
	}
	if o.tsa != "" {
		opts.TimestampAuthorities = []*sign.TimestampAuthority{sign.NewTimestampAuthority(&sign.TimestampAuthorityOptions{URL: o.tsa})}
	}
	bundle, err := sign.Bundle(&sign.DSSEData{Data: data, PayloadType: "application/vnd.in-toto+json"}, keypair, opts)
	if err != nil {
		return nil, err
	}
	return protojson.Marshal(bundle)
}
