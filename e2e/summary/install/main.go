// SPDX-License-Identifier: BSD-3-Clause

// Command install puts what renders a step summary and checks SARIF into the
// cache folder, where it is missing: SALLYPORT_E2E_CACHE, by default
// sallyport-e2e in the user's cache folder. It needs npm and its registry.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/scientific-python/sallyport/e2e/summary"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := summary.Install(ctx, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}
