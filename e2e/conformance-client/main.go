// SPDX-License-Identifier: BSD-3-Clause

// Command conformance-client speaks the protocol of the official Sigstore
// client test suite (sigstore-conformance, cli_protocol.md):
//
//	conformance-client sign-bundle [--in-toto] --identity-token TOKEN --bundle OUT [--trusted-root F] [--signing-config F] FILE
//	conformance-client verify-bundle --bundle F --certificate-identity SAN --certificate-oidc-issuer URL [--trusted-root F] FILE_OR_DIGEST
//	conformance-client verify-bundle --bundle F --key PEM [--trusted-root F] FILE_OR_DIGEST
//
// It signs and verifies with the same code as sallyport itself. Cases that
// verify with a key, which sallyport refuses, go to sigstore-go directly. It
// fetches no trusted root and no signing configuration: without --trusted-root
// and --signing-config the built-in ones of the public-good instance are used,
// and with --staging both have to be given. Signing asks the services that the
// configuration names, and nobody else.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "conformance-client:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "sign-bundle":
			return signBundle(ctx, args[1:])
		case "verify-bundle":
			return verifyBundle(ctx, args[1:])
		}
	}
	return errors.New("reading the arguments: expecting sign-bundle or verify-bundle")
}
