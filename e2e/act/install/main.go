// SPDX-License-Identifier: BSD-3-Clause

// Command install puts what the releases in act need into the cache folder,
// where it is missing: SALLYPORT_E2E_CACHE, by default sallyport-e2e in the
// user's cache folder. It is to be run inside the work tree:
//
//	go run ./e2e/act/install
//
// It needs Go, Debian's archive and, for the images, root and Debian's podman,
// buildah, runc and debootstrap; without those it says so, and installs act.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/scientific-python/sallyport/e2e/act"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := act.Install(ctx, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}
