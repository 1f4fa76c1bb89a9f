// SPDX-License-Identifier: BSD-3-Clause

// Package workflow reads a repository's GitHub Actions files — workflows,
// local composite actions, local reusable workflows — into a typed model in
// which every text knows the line and column where it stands. It states facts
// and judges nothing; it runs nothing and touches nothing but the [fs.FS] that
// it is given.
//
// The YAML nodes say what is in a file: order, positions, ends, comments,
// parallel steps, composites, and every key that is there. Where they hold
// something that is not known here, actionlint's parser, which knows the
// workflow syntax, is asked what is wrong with the file's form; its objections
// become [Problem]s. The model is not built from actionlint's own tree, because
// that tree drops what it cannot type (parallel steps, a call with one key too
// many, "True", container volumes), and what is dropped in silence would count
// as absent.
//
// Everything read is hostile. A file that is too large, too deep, expands too
// far through aliases, is no YAML, or holds a key that this package does not
// know, is never left out quietly: there is a Problem with its line, and the
// file, job or step that was not read whole says Incomplete, so that a rule
// can fail closed.
package workflow

// Limits of what is read. Whatever is over one is refused with a [Problem].
const (
	// MaxFileSize is the largest file that is read, in bytes.
	MaxFileSize = 1 << 20
	// MaxTotalSize is how much is read over all files, in bytes.
	MaxTotalSize = 16 << 20
	// MaxFiles is how many workflow and action files are read.
	MaxFiles = 500
	// MaxDepth is how deep the nodes of a file may nest, aliases followed.
	MaxDepth = 64
	// MaxNodes is how many nodes a file may have, aliases followed. GitHub's
	// own reader stops at this number of parsing events.
	MaxNodes = 50_000
	// MaxProblems is how many problems are kept of one file; one more says how
	// many there were.
	MaxProblems = 100
	// MaxActionDepth is how deep composite actions may call each other.
	MaxActionDepth = 10
	// MaxExpanded is how many steps [Repository.Expand] yields of one job.
	MaxExpanded = 5_000
)
