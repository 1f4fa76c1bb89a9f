// SPDX-License-Identifier: BSD-3-Clause

// Command look makes pictures of step summaries, as GitHub would show them, in
// a folder: of the Markdown files that are named, by default of all golden
// files of the reports, each folded and unfolded. To be run in the work tree:
//
//	go run ./e2e/summary/look FOLDER [FILE...]
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/scientific-python/sallyport/e2e/summary"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "look:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("reading the arguments: no folder is named; call it as look FOLDER [FILE...]")
	}
	tools, err := summary.Installed()
	if err != nil {
		return err
	}
	out, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	files := args[1:]
	if len(files) == 0 {
		if files, err = filepath.Glob("internal/report/testdata/*.md.golden"); err != nil {
			return err
		}
	}
	for i := range files {
		if files[i], err = filepath.Abs(files[i]); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		return errors.New("looking for golden files: there are none; run this in the work tree, or name files")
	}
	for _, open := range []bool{false, true} {
		if _, err := tools.Render(ctx, out, open, files...); err != nil {
			return err
		}
	}
	return nil
}
