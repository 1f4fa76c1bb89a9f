// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

// TestSameOfEach holds that one fault of sixty wheels, each found in the
// wheel's own attestation, is said once.
func TestSameOfEach(t *testing.T) {
	r := &Report{Verdict: Fail}
	for i := range 60 {
		wheel := fmt.Sprintf("dist/samplepkg-1.0-cp3%02d-cp3%02d-any.whl", i, i)
		r.Dists = append(r.Dists, Dist{Path: wheel, Kind: "wheel"})
		r.Findings = append(r.Findings, Finding{
			Rule: "wrong-workflow", Gate: finding.Build, Severity: finding.Error, Subject: wheel, File: wheel + ".slsa.attestation",
			Message: `workflow "a.yml", the policy says "b.yml"`, Hint: "change one",
		})
	}
	var text bytes.Buffer
	if err := Text(&text, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for name, form := range map[string]string{"text": text.String(), "summary": Summary(r, 0)} {
		if n := strings.Count(form, "a.yml"); n != 1 {
			t.Errorf("%s says it %d times:\n%s", name, n, form)
		}
		if !strings.Contains(form, ".slsa.attestation") || !strings.Contains(form, "of each file") {
			t.Errorf("%s does not say where:\n%s", name, form)
		}
	}
	// Found in one file for all, the place is that file; in files of different
	// endings, these are different findings.
	for i := range r.Findings {
		r.Findings[i].File = "dist/all.intoto.jsonl"
	}
	r.Findings[7].File = r.Findings[7].Subject + ".publish.attestation"
	text.Reset()
	if err := Text(&text, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text.String(), "a.yml"); n != 2 || !strings.Contains(text.String(), "at: dist/all.intoto.jsonl") || !strings.Contains(text.String(), "any.whl.publish.attestation") {
		t.Errorf("said %d times:\n%s", n, text.String())
	}
}
