// SPDX-License-Identifier: BSD-3-Clause

// Package policy reads the policy file (.github/sallyport.yml), completes it
// from flags and the runner's facts, and compares values as the policy's
// documentation says.
//
// The file is strict YAML: an unknown or duplicate key, a second document, or
// an empty value is an error that names the line. No value ever means "no
// check" by being empty: the reader refuses one ([Error]), and the comparisons
// ([Same] and its kin) never hold for one.
//
// The usual way through the package:
//
//	f, err := policy.ReadFile(path)              // or Parse, for bytes from git
//	p, err := f.Choose(project, index, workflow) // or policy.New() without a file
//	p, err = p.With(overlay)                     // flags replace, facts fill in
//	p = p.WithDefaults()
//	err = p.CheckIgnores(now, rules)
//
// The package trusts the file's text to be the policy; where that text came
// from (a work tree, a commit) is for the caller to establish and to write
// into [Origin].
package policy

import "time"

// DefaultIndex is the upload address of PyPI.
const DefaultIndex = "https://upload.pypi.org/legacy/"

// TestIndex is the upload address of TestPyPI.
const TestIndex = "https://test.pypi.org/legacy/"

// NightlyIndex is the upload channel of the Scientific Python nightly wheels
// on anaconda.org, which offers no trusted publishing. It is preset among
// [Policy.OtherIndexes] where the policy does not write "other-indexes".
const NightlyIndex = "https://anaconda.org/scientific-python-nightly-wheels"

// NoEnvironment is how a policy says that the publisher is registered without
// an environment.
const NoEnvironment = "none"

// Values of [Builder.Runners], [Builder.Instance] and [Builder.Run].
const (
	RunnersHosted      = "github-hosted"
	RunnersAny         = "any"
	InstancePublicGood = "public-good"
	InstanceGitHub     = "github"
	RunSame            = "same"
	RunAny             = "any"
)

// Predicate kinds that "require" may name.
const (
	RequireProvenance = "provenance"
	RequirePublish    = "publish"
)

// Values of [Origin.Source].
const (
	SourceFile     = "file"     // a policy file, whatever flags replaced in it
	SourceInput    = "input"    // no file: flags and the runner's facts
	SourceDefaults = "defaults" // neither
)

// Origin says where a policy came from, for the report.
type Origin struct {
	Source string // file, input, defaults
	Path   string
	Commit string
	SHA256 string // lower-case hex of the file's bytes
}

// Policy is what is expected of one project's releases. Empty strings and nil
// slices mean "not said by the policy"; [Policy.WithDefaults] fills those that
// have a default.
type Policy struct {
	Origin Origin
	// Lines says on which line of the file a key was written, by its full name
	// ("publisher.environment"). A key that is absent was not written.
	Lines        map[string]int
	Project      string
	Publisher    Publisher
	Builder      Builder
	Source       SourceTree
	Require      []string
	OtherIndexes []OtherIndex
	Ignore       []Ignore
}

// Publisher is the trusted publisher registered on the index.
type Publisher struct {
	Repository   string // OWNER/NAME
	RepositoryID string // decimal digits
	OwnerID      string // decimal digits
	Workflow     string // file name in .github/workflows
	Environment  string // "none": registered without; "": not said
	Index        string
}

// Builder says who may sign build provenance, and from where.
type Builder struct {
	Refs        []string // templates with {version}; empty: the default rule
	Commit      string   // 40 lower-case hex digits (or 64)
	Events      []string
	Environment string
	Runners     string // github-hosted, any
	Instance    string // public-good, github; "": by the repository's visibility
	Run         string // same, any
	Signers     []Signer
}

// Signer is a reusable workflow trusted to sign.
type Signer struct {
	Raw        string // as written
	Local      bool   // ./.github/workflows/FILE: the source repository at the source commit
	Repository string // OWNER/REPO, empty when Local
	Path       string // .github/workflows/FILE
	Commit     string // set for @COMMIT
	Ref        string // set for @refs/tags/…
}

// SourceTree says what the bytes are compared with.
type SourceTree struct {
	Repository string
	Path       string
	Generated  []Generated
}

// Generated declares files that only this project's build makes.
type Generated struct {
	Files  []string // globs, see [Glob]
	By     string
	Reason string
	SHA256 string // lower-case hex; "": not said
	Line   int
}

// OtherIndex is a channel without trusted publishing.
type OtherIndex struct {
	URL        string
	Credential string // token, ambient, none: the report's words
	Reason     string
	Line       int // 0: preset
}

// Ignore waives one waivable rule for some files until a day.
type Ignore struct {
	Rule   string
	Files  []string // globs, see [Glob]
	Reason string
	Until  time.Time // the last day on which the entry holds, UTC midnight
	Line   int
}
