// SPDX-License-Identifier: BSD-3-Clause

// Package sinks says what in a workflow uploads to a package index, and with
// which credential. Its inputs are the action a step uses or the commands it
// runs, and what surrounds the step, all as written; nothing is run, fetched
// or judged. Who wins where several credentials are set follows each uploader
// as it was read at the version named beside its code or table row.
//
// Nothing given here is trusted. Values of credentials never leave the
// package: a sink names the input, variable, flag or file that decided.
package sinks

// Credential is the class of what an upload authenticates with, spelled as in
// the report's publish_paths.
type Credential string

// The classes.
const (
	// TrustedPublishing: the uploader trades the job's id-token for a
	// short-lived token at the index.
	TrustedPublishing Credential = "trusted-publishing"
	// Token: a password or token is handed over in the workflow.
	Token Credential = "token"
	// Ambient: nothing is handed over; the uploader finds what the runner has
	// (a keyring, a configuration file in the home folder).
	Ambient Credential = "ambient"
	// None: nothing is handed over and there is nothing to find: the upload
	// cannot authenticate.
	None Credential = "none"
	// Unknown: which one it is depends on what the workflow does not say.
	Unknown Credential = "unknown"
)

// Truth is a statement that may be undecided.
type Truth string

// The three values. The zero Truth is none of them and counts as Unclear.
const (
	Yes     Truth = "yes"
	No      Truth = "no"
	Unclear Truth = "unknown"
)

// The two indexes that offer trusted publishing, by their upload addresses.
const (
	PyPI     = "https://upload.pypi.org/legacy/"
	TestPyPI = "https://test.pypi.org/legacy/"
)

// Sink is one upload to an index, as far as the text of the workflow tells.
type Sink struct {
	// Uploader is the action (OWNER/REPO[/PATH]) or the command, such as
	// "twine upload".
	Uploader string
	// Index is the upload address without user information, "" where it is
	// not a constant. IndexKnown says which of the two.
	Index      string
	IndexKnown bool
	Credential Credential
	// Why names the input, variable, flag or file that decided the class,
	// never its value.
	Why string
	// Secrets are the names of the secrets that the credential refers to.
	Secrets []string
	// Spare names credentials for indexes that are in reach of the upload and
	// lose against the one that is used.
	Spare []string
	// Files are the uploaded paths or globs as written, or the uploader's
	// default; empty where unknown.
	Files []string
	// Attests: does the upload carry PEP 740 attestations? Unclear where that
	// depends on the version or on files beside the distributions.
	Attests Truth
	// SkipExisting is set unless files that are already there certainly stop
	// the upload. DryRun is set only where certainly nothing is sent.
	SkipExisting, DryRun bool
	// Mints: the step only asks the index for a token; another uploads.
	Mints bool
	// Guessed: an action or command that no table knows, which is given what
	// looks like a credential for an index.
	Guessed bool
	// Ignored: the script goes on, and succeeds, where the upload fails.
	Ignored bool
	// Line is where the command stands in its script, from 1; 0 for actions.
	Line int
	// Via are the indirections from the step to the command, outermost first.
	Via []string
}

// Context is what surrounds a step, all as written.
type Context struct {
	// Env is the effective environment: workflow, job and step merged. Values
	// may be templates such as ${{ secrets.X }}. A name with ${{ in it is one
	// that is not known: it may be any that begins with what stands before.
	Env map[string]string
	// StepEnv names the variables that the step itself sets.
	StepEnv []string
	// IDToken: may the job ask for an id-token?
	IDToken Truth
	// Minted: an earlier step of the job asks an index for a token by hand.
	// MintedBy are the ids of those steps, in lower case.
	Minted   bool
	MintedBy []string
	// Pyproject is the text of pyproject.toml where the uploader runs, Pypirc
	// of the .pypirc it reads; "" where there is none. UV is uv.toml, which
	// has uv ignore pyproject.toml's [tool.uv].
	Pyproject, UV, Pypirc string
	// PypircUnread: a .pypirc is written by the job, with text that is not
	// known here.
	PypircUnread bool
	// Home says what puts an uploader's configuration into the home folder, or
	// where else it looks for it, with text that is not known here; "" for
	// nothing.
	Home string
	// Config gives Pyproject and UV as they are for an uploader that runs in a
	// folder below that of the script; nil where that is not known.
	Config func(dir string) (pyproject, uv string)
	// Version is the version that a comment beside an action's commit names
	// ("v1.12.4"); "" where there is none.
	Version string
}
