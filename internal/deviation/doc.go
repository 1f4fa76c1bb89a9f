// SPDX-License-Identifier: BSD-3-Clause

// Package deviation holds no code, only tests: the deviation suite. It drives
// the command line as a user does, with a release folder, a policy file, a
// trusted root and bundles on disk, and asserts for every single thing that can
// be wrong with a release that the one rule which is about it says so, and
// nothing else; and for every release that is in order that it passes.
//
// Each deviation is a row of a table, and what it deviates from has to pass
// first, so that no row can fail for a reason of its own. What the tests make
// is signed by the test Sigstore and trusted by nobody else.
package deviation
