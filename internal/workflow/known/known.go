// SPDX-License-Identifier: BSD-3-Clause

// Package known is a table of what well-known remote actions and reusable
// workflows do, as far as that matters for what reaches a package index: the
// caches inside them, the artifacts they store and fetch, what they build,
// sign or run. Every row names the document it was read in. What no row names
// is not known; nothing is guessed.
//
// What they upload to an index is the sinks package's business.
package known

import "github.com/scientific-python/sallyport/internal/workflow/expr"

// Action is what a "uses" names, with the comment behind it.
type Action struct {
	Owner, Repo, Path, Ref string
	// Version is the version that the ref or the comment beside a commit
	// names ("v7.0.1", "v4"); "" where neither does.
	Version string
}

// Values gives the possible texts of an input (its name in lower case, as the
// step or call writes it): all is false where there are others that cannot be
// listed, given is false where it is not written.
//
// It is also asked for [EventName], [Ref] and [RunnerEnvironment], by which
// some actions switch their caches; a Values that does not know them says that
// they are not given. The answer is then Unknown where the event matters; the
// runner is then taken for one of GitHub's.
type Values func(input string) (texts []string, all, given bool)

// What a [Values] is asked for beside the inputs.
const (
	EventName         = "github.event_name"
	Ref               = "github.ref"
	RunnerEnvironment = "runner.environment" // "github-hosted" or "self-hosted"
)

// Role is what an action is for.
type Role int

// The roles. Code of the repository or of packages runs in Builds, Tests and
// Installs.
const (
	Unknown  Role = iota
	Checkout      // puts the repository's files into the workspace
	Setup         // sets up a tool chain
	Builds        // builds distributions, or runs code that may
	Tests
	Installs  // installs packages
	Stores    // stores artifacts
	Fetches   // fetches artifacts or release assets
	Signs     // makes attestations or signatures
	Publishes // uploads to a package index
	Releases  // makes a release page, uploads its assets
	Gates     // is sallyport
	Caching   // restores or saves a cache, and nothing else
	Reports   // comments, notifies, uploads coverage: touches no file of the release
)

// Facts are what the table says of one use of an action.
type Facts struct {
	// Known is false for what no row names; then all else is empty. It is also
	// false for a workflow of ours by a tag or branch, of which only Stores,
	// Fetches and Ledger are told: so that it is on the path, as something unknown.
	Known bool
	Role  Role
	// Source is the document that the row was read in, with its version.
	Source string
	// Caches that it may restore or save.
	Caches []Cache
	// Stores and Fetches are the artifacts of the run; Outside, from another
	// run or a release.
	Stores  []Stored
	Fetches []Fetched
	// Outputs are those that it has, in lower case: empty and not nil for none, nil
	// where that is not known.
	Outputs []string
	// Signs says what it signs, nil for nothing.
	Signs *Signed
	// Loose names what it fetches inside without a fixed hash ("the uv
	// installer from astral.sh", "actions/cache@v4").
	Loose []string
	// Ledger is the output with the list of the files that the gate let pass, ""
	// where it is not sallyport's gate.
	Ledger string
	// Command is sallyport's command ("gate", "seal", …) where it is sallyport.
	Command string
	// Dists are the files and folders that sallyport looks at, as written or by
	// default.
	Dists string
	// Scripts are inputs whose text is run as a script ("script" of
	// actions/github-script). Shell are those of them that a shell runs, so
	// that they can be read like a run step.
	Scripts, Shell []string
}

// Cache is a cache in an action.
type Cache struct {
	// Name says which cache it is: "pip's cache of actions/setup-python".
	Name string
	// On says whether it is in use for these inputs.
	On func(Values) expr.Truth
	// Default: it may be in use without a word of the caller's (for the version
	// used). It is false for a step that is there for its cache.
	Default bool
	// NeedsFile is the base name of a file of the repository without which it
	// is not in use ("pixi.lock"); "" for none.
	NeedsFile string
	// Restores and Saves say what it does when in use.
	Restores, Saves bool
	// HonoursMode: ACTIONS_CACHE_MODE: none in the environment turns it off in
	// the version used.
	HonoursMode bool
	// Verified: what it restores is compared with its origin before it is used,
	// so that a poisoned entry does not get into the run.
	Verified bool
	// Off is the input line that turns it off ("enable-cache: false"), "" where
	// none does; Advice says what to do instead.
	Off, Advice string
}

// Stored is an artifact that an action stores. Name may hold templates.
type Stored struct {
	Name  string
	Paths []string
	// IDOutput and DigestOutput are the outputs with its id and digest, "" where it
	// has none or where that is not known.
	IDOutput, DigestOutput string
}

// Fetched is what an action downloads. By is "name", "pattern", "id" or "all".
type Fetched struct {
	By, Text string
	// Input is the input that ids are handed over in, in lower case; "" for the
	// others.
	Input string
	// Outside says where from if not from this run: "another run", "a
	// release", "another repository"; "" for this run.
	Outside string
	Dest    string
	Merge   bool
}

// Signed is what an action attests.
type Signed struct {
	// Subjects are the paths or globs as written, one each; empty where it
	// covers something that is not known here.
	Subjects []string
	// Checksums is a file or text of digests in place of paths.
	Checksums string
	// Kind is "provenance", "publish", "sbom", "signature" or "other".
	Kind string
}
