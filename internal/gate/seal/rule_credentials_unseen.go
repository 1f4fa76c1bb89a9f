// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/runner"
)

var _ = register(finding.Rule{
	ID:       "credentials-unseen",
	Severity: finding.Error,
	Title:    "Some places where uploaders look for credentials could not be looked into",
	Why: "A credential that was not seen is not one that is not there. A container action does not see the runner's home folder, where a self-hosted " +
		"machine may have a .pypirc; the composite form of this action mounts it. A file that is there and cannot be read, or a keyring that is " +
		"asked, leaves it open how the upload will log in.",
	Bad:        "~/.pypirc is a link out of the home folder",
	Good:       "uses: scientific-python/sallyport/composite@… in the job that uploads",
	References: []string{"SPEC 6: principle 2", "GitHub: container actions"},
}, func(j *job, rule *finding.Rule) {
	if !j.in.Looked {
		j.res.Skip(rule.Undecided(thisJob, "nothing was looked at for credentials; run the seal in the job that uploads"))
		return
	}
	for _, c := range j.in.Credentials {
		if c.Class == runner.ClassKeyring {
			j.res.Skip(rule.Undecided(c.Where+": "+c.Name, "%q in %s has an uploader ask a keyring, and what that holds cannot be seen; remove it from this job: trusted publishing needs no keyring", c.Name, c.Where))
		}
	}
	for _, u := range j.in.Unseen {
		item := rule.Undecided(u.What, "%s", u.Reason)
		// What this form of step can never see is listed: on a hosted runner
		// it is empty.
		item.Blocking = !u.Outside
		j.res.Skip(item)
	}
})
