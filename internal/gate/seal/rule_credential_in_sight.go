// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/runner"
)

var _ = register(finding.Rule{
	ID:       "credential-in-sight",
	Severity: finding.Error,
	Title:    "The job that uploads has a credential for an index in sight",
	Why: "Uploaders take a password before they ask for trusted publishing, and most say nothing about it: the files go out with a long-lived token " +
		"and without attestations, while the workflow looks as it should. And whatever runs in this job can take the token home. " +
		"Only names are looked at and shown, never a value.",
	Bad:        "TWINE_PASSWORD: ${{ secrets.PYPI_TOKEN }} in the job's env, or a ~/.pypirc on the runner",
	Good:       "no password, token or file with one in the job: trusted publishing needs none",
	References: []string{"SPEC 6: principle 2", "SPEC 8: OIDC through Trusted Publishers", "PyPI: API token used in a project with a trusted publisher"},
}, func(j *job, rule *finding.Rule) {
	for _, c := range j.in.Credentials {
		if !c.Class.Secret() {
			continue
		}
		f := rule.Found(c.Where+": "+c.Name, "look for it under env: of the workflow and of this job, and in the steps before this one; take it out, delete the secret that it comes from, and revoke the token on the index", "%q in %s is %s; expected none in the job that uploads", c.Name, c.Where, describe(c))
		f.Severity = j.severity(c)
		switch {
		case c.Token.Origin == "minted":
			f.Hint = "let the uploader do the exchange itself (PyPI's action, twine and uv do): handed on by hand, the token is in reach of every step for fifteen minutes, and the attestations are left out"
		case f.Severity == finding.Warning:
			f.Hint = "upload to the other index in a job of its own, which has no id-token"
		case c.Kind == runner.KindFile:
			f.Hint = "remove the file, or the entry, before the upload; if it came with the machine, upload from a fresh runner; then revoke the token on the index"
		}
		j.res.Add(f)
	}
})

// severity is lower for what is of another index than the one that the release
// goes to: it cannot stand in for trusted publishing there. A token for PyPI
// never is.
func (j *job) severity(c runner.Credential) finding.Severity {
	if (c.Index == runner.IndexOther || c.Index == runner.IndexTest) && c.Index != indexName(j.in.Policy) {
		return finding.Warning
	}
	return finding.Error
}

// describe says what a credential is.
func describe(c runner.Credential) string {
	at := ""
	switch c.Index {
	case runner.IndexPyPI:
		at = " for PyPI"
	case runner.IndexTest:
		at = " for TestPyPI"
	case runner.IndexOther:
		at = " for another index"
	}
	switch {
	case c.Class == runner.ClassURL:
		return "an address with a password in it" + at
	case c.Class != runner.ClassToken:
		return "a password or token" + at
	case c.Token.Origin == "minted":
		return "an upload token" + at + " that trusted publishing gave out minutes ago"
	case c.Token.Origin == "user" && c.Token.Scope == "account":
		return "a long-lived upload token" + at + " for everything that its owner may publish"
	case c.Token.Origin == "user" && c.Token.Scope == "project":
		return "a long-lived upload token" + at + " for named projects"
	case c.Token.Origin == "user":
		return "a long-lived upload token" + at
	}
	return "an upload token" + at + " of a kind that is not known"
}
