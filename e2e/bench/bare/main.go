// SPDX-License-Identifier: BSD-3-Clause

// Command bare does nothing but import what every verifier of Sigstore bundles
// imports: the measure for the start of sallyport.
package main

import (
	"os"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

func main() {
	if len(os.Args) > 100 { // keeps the linker from dropping the library
		b, _ := bundle.LoadJSONFromPath(os.Args[1])
		r, _ := root.NewTrustedRootFromPath(os.Args[2])
		v, _ := verify.NewVerifier(r, verify.WithObserverTimestamps(1))
		_, _ = v.Verify(b, verify.NewPolicy(verify.WithoutArtifactUnsafe(), verify.WithoutIdentitiesUnsafe()))
	}
}
