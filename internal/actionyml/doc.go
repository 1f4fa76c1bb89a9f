// SPDX-License-Identifier: BSD-3-Clause

// Package actionyml holds the files that make the program an action to their
// rules: the two action.yml, the Dockerfile, the workflows and the examples. It
// has tests only. It trusts the program and its audit, and doubts the files.
package actionyml
