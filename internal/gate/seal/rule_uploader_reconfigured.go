// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/runner"
)

var _ = register(finding.Rule{
	ID:       "uploader-reconfigured",
	Severity: finding.Error,
	Title:    "A setting in the job changes where or how the upload goes",
	Why: "Uploaders read their settings from variables and files, which any earlier step can write. An address of another host gets the files, and " +
		"the token too: the index names the audience that the token is asked for, so that a false one can have a token for PyPI made out and use it there. " +
		"Other settings switch trusted publishing or attestations off without a word.",
	Bad:        "TWINE_REPOSITORY_URL: https://pypi.example/legacy/",
	Good:       "no such setting, or the policy's publisher.index",
	References: []string{"SPEC 8: OIDC through Trusted Publishers", "PyPI: upload API", "PEP 740: upload"},
}, func(j *job, rule *finding.Rule) {
	for _, c := range j.in.Credentials {
		subject := c.Where + ": " + c.Name
		const hint = "remove the setting from this job; the workflow file says where releases go"
		switch c.Class {
		case runner.ClassIndex:
			want := indexName(j.in.Policy)
			if c.Index == runner.IndexOther && want == c.Index {
				j.res.Skip(rule.Undecided(subject, "%q in %s sends uploads to an index that is neither PyPI nor TestPyPI, and so does the policy; whether they are one is not looked at, so remove the setting from this job", c.Name, c.Where))
			} else if c.Index != want {
				j.res.Add(rule.Found(subject, hint, "%q in %s sends uploads to %s, the policy's index is %s", c.Name, c.Where, shownIndex(c.Index), shownIndex(want)))
			}
		case runner.ClassNoTrusted:
			j.res.Add(rule.Found(subject, hint, "%q in %s switches trusted publishing off", c.Name, c.Where))
		case runner.ClassNoAttestations:
			f := rule.Found(subject, hint, "%q in %s has attestations left out of the upload, which cannot be added later", c.Name, c.Where)
			f.Severity = finding.Warning
			j.res.Add(f)
		}
	}
})

// indexName is the policy's index in the words of credentials.
func indexName(p *policy.Policy) string {
	switch p.Index() {
	case policy.DefaultIndex:
		return runner.IndexPyPI
	case policy.TestIndex:
		return runner.IndexTest
	}
	return runner.IndexOther
}

func shownIndex(index string) string {
	switch index {
	case runner.IndexPyPI, runner.IndexTest:
		return index
	case runner.IndexOther:
		return "another index"
	}
	return "an index that only a configuration file names"
}
