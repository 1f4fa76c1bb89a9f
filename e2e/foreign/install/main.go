// SPDX-License-Identifier: BSD-3-Clause

// Command install puts the foreign verifiers that the end-to-end tests ask
// (gh, cosign, sigstore-js; all, or those named) into the cache folder, where
// they are missing: SALLYPORT_E2E_CACHE, by default sallyport-e2e in the user's
// cache folder. It is to be run inside the work tree:
//
//	go run ./e2e/foreign/install [TOOL...]
//
// It needs Go, npm and their registries; cosign takes some minutes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/scientific-python/sallyport/e2e/foreign"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string) error {
	tools := foreign.Tools()
	for _, name := range names {
		if !slices.ContainsFunc(tools, func(t foreign.Tool) bool { return t.Name == name }) {
			return fmt.Errorf("reading the arguments: no tool is called %q", name)
		}
	}
	for _, tool := range tools {
		if len(names) > 0 && !slices.Contains(names, tool.Name) {
			continue
		}
		if err := tool.Install(ctx, os.Stderr); err != nil {
			return err
		}
	}
	return nil
}
