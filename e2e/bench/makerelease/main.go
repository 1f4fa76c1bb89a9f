// SPDX-License-Identifier: BSD-3-Clause

// Command makerelease writes a release to measure with:
//
//	makerelease DIR COUNT BYTES
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/scientific-python/sallyport/e2e/bench/release"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "makerelease:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("reading the arguments: expecting DIR COUNT BYTES")
	}
	count, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	size, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	_, err = release.Make(args[0], count, size, false)
	return err
}
