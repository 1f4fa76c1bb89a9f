// SPDX-License-Identifier: BSD-3-Clause

// Package gallery holds no code, only tests of "sallyport audit" as its users
// run it: the attack gallery in testdata/audit, each attack with its repaired
// twin, and the labelled release workflows of real projects.
package gallery
