// SPDX-License-Identifier: BSD-3-Clause

//go:build race

package deviation_test

// sample is how many rows there are to one that runs: the race detector makes
// signatures some ten times slower, and what it looks for is the same in all.
const sample = 5
