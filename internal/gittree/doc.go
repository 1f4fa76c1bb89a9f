// SPDX-License-Identifier: BSD-3-Clause

// Package gittree shows the tree of one commit of a git repository on disk as
// an [io/fs.FS]: the files as they were committed, not as they lie in the work
// tree. It only reads, and runs nothing: no git binary, no hook, no filter.
// Environment variables (GIT_DIR and its kin), includes, core.worktree, grafts
// and replace refs are not looked at.
//
// Nothing in the repository is trusted. Every commit, tree and blob that is
// read is hashed again, with detection of SHA-1 collisions, and refused where
// the result is not the id it was asked for by. So whoever knows the commit's
// id from elsewhere has the right bytes or an error, whatever wrote the
// repository, and wherever its .git file or its alternates lead. [Repo.Head]
// is only what the folder says of itself.
//
// An object that is not there is [ErrMissing], and never the same as a path
// that the commit does not have ([io/fs.ErrNotExist]): a shallow or partial
// clone leaves things unknown, not absent.
//
// go-git decodes the packs' entries and deltas. Its object storage is not used:
// a delta that names itself as its base, or an alternate that names itself,
// recurses there until the program dies, and nothing bounds what an object
// inflates to.
package gittree

// Limits of what is read. Over one of them reading ends with a [*LimitError].
const (
	// MaxObjectSize is the largest object, and the largest base and delta of
	// one, in bytes after inflating.
	MaxObjectSize = 16 << 20
	// MaxTotalSize is how much a [Repo] inflates over its life, in bytes,
	// bases and deltas included.
	MaxTotalSize = 4 << 30
	// MaxTreeEntries is how many entries a folder has.
	MaxTreeEntries = 100_000
	// MaxListed is how many entries a [Tree] lists over its life. A small
	// repository can hold a tree of billions, all the same folder.
	MaxListed = 5_000_000
	// MaxDepth is how deep folders nest.
	MaxDepth = 128
	// MaxNameLength is the longest name of an entry, in bytes.
	MaxNameLength = 4096
	// MaxChain is how many deltas an object is made of. It is the most that
	// git writes.
	MaxChain = 4096
	// MaxPacks is how many packs a folder of objects has.
	MaxPacks = 1000
	// MaxAlternates is how many further folders of objects are searched.
	MaxAlternates = 16

	maxAlternateDepth = 5        // alternates of alternates; git's own limit
	maxRefDepth       = 5        // symbolic refs that point to symbolic refs; git's own limit
	maxSmallFile      = 1 << 20  // .git, commondir, HEAD, a ref, alternates, config
	maxPackedRefs     = 64 << 20 // packed-refs
	maxCachedBytes    = 32 << 20 // bases of deltas that are kept
	maxCachedEntries  = 200_000  // entries of trees that are kept
)
