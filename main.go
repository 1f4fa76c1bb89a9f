// SPDX-License-Identifier: BSD-3-Clause

// Command sallyport verifies Python releases: see README.md.
package main

import (
	"os"

	"github.com/scientific-python/sallyport/internal/cli"
)

func main() {
	os.Exit(cli.Main(cli.System()))
}
