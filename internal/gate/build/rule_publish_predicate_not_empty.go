// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/strictjson"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "publish-predicate-not-empty",
		Severity: finding.Error,
		Title:    "A publish attestation carries a predicate",
		Why: "PyPI's publish attestation says one thing: this publisher uploads this file. Its predicate is empty or null; " +
			"anything else was not made by a publishing tool and may be meant to be read as more.",
		Bad:        `"predicate": {"approved": true}`,
		Good:       `"predicate": null`,
		References: []string{"PyPI: publish attestation v1"},
	},
	kinds: publish,
	judge: func(r *rule, j *judgement) {
		p := j.att.Statement.Predicate
		if strictjson.IsNull(p) {
			return
		}
		if m, err := strictjson.Object(p); err == nil && len(m) == 0 {
			return
		}
		r.deviates(j, "let PyPI's publish action make the publish attestation", "the publish attestation's predicate is not empty")
	},
})
