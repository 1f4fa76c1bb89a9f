// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/report"
)

// The signed verdicts of many files are one line, with a few of the addresses
// under which GitHub stores them.
func TestSignedVerdicts(t *testing.T) {
	r := good()
	r.Command = "gate"
	for i := range 60 {
		r.Attestations = append(r.Attestations, report.Attestation{
			Path: fmt.Sprintf("out/samplepkg-1.0-%d-py3-none-any.whl.vsa.sigstore.json", i), Kind: "verdict",
			PredicateType: "https://slsa.dev/verification_summary/v1", Subjects: 1, Instance: "public-good", LogIndex: int64(i),
			ID: fmt.Sprint(1000 + i), URL: fmt.Sprintf("https://github.com/octo-sci/samplepkg/attestations/%d", 1000+i),
		})
	}
	var b strings.Builder
	if err := report.Text(&b, r, report.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"text": b.String(), "summary": report.Summary(r, 0)} {
		for _, want := range []string{".vsa.sigstore.json", "60 files", "signed verdict of one file", "attestations/1002", "and 57 more"} {
			if !strings.Contains(text, want) {
				t.Errorf("the %s does not say %q:\n%s", where, want, text)
			}
		}
		if strings.Contains(text, "attestations/1003") {
			t.Errorf("the %s lists them all", where)
		}
	}
}
