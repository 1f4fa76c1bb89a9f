// SPDX-License-Identifier: BSD-3-Clause

//go:build !race

package deviation_test

// sample is how many rows there are to one that runs.
const sample = 1
