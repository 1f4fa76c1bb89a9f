// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"fmt"
	"slices"
	"strings"
)

const github = "https://github.com/"

// PredictAttestation predicts whether the index would accept an attestation
// that this job signs and uploads through publisher p. The index compares the
// certificate's source repository and its build config, the file that started
// the run, with the publisher; not the file that holds the job, by which it
// gives out the upload token. So a job of a reusable workflow is given a token
// and has its attestation refused.
//
// The texts come as "Invalid attestations supplied during upload: Could not
// verify the uploaded artifact using the included attestation: Verification
// failed: …". Spelling is predicted as by [PredictMint].
func PredictAttestation(c JobClaims, p Registration) Prediction {
	if p.Kind != "" && p.Kind != KindGitHub || p.Repository == "" || p.Workflow == "" {
		return Prediction{Verdict: Unknown, Message: "the registered publisher is not known, or not one of GitHub"}
	}
	if !sameRepository(p.Repository, c.Repository) {
		return refused("repository", "Certificate's Source Repository URI does not match (got %s, expected %s)", github+c.Repository, github+p.Repository)
	}
	if c.Ref == "" && c.SHA == "" {
		return refused("ref", "Certificate must contain either Source Repository Digest or Source Repository Ref")
	}
	config := c.Repository + "/.github/workflows/" + p.Workflow + "@"
	if c.WorkflowRef == "" || !(c.SHA != "" && c.WorkflowRef == config+c.SHA || c.Ref != "" && c.WorkflowRef == config+c.Ref) {
		return refused("workflow_ref", "Certificate's Build Config URI (%s) does not match expected Trusted Publisher (%s @ %s)", github+c.WorkflowRef, p.Workflow, p.Repository)
	}
	if c.Repository != p.Repository {
		return Prediction{Verdict: Unknown, Claim: "repository", Message: fmt.Sprintf(
			"the index compares letter case: it accepts the attestation if the publisher is registered as %q, as in the certificate, and not as %q", c.Repository, p.Repository)}
	}
	return Prediction{Verdict: Accept}
}

// workflowFile takes a workflow's file name out of OWNER/REPO/…/FILE@REF as
// the index does: in the first part between slashes that has one, the longest
// text that ends in .yml or .yaml before an "@".
func workflowFile(ref string) (string, bool) {
	for part := range strings.SplitSeq(ref, "/") {
		for end := len(part) - 1; end > 0; end-- {
			if part[end] != '@' {
				continue
			}
			for _, ending := range []string{".yml", ".yaml"} {
				if name := part[:end]; len(name) > len(ending) && strings.HasSuffix(name, ending) {
					return name, true
				}
			}
		}
	}
	return "", false
}

// pythonText writes a text as Python shows it, in whose words the index
// answers.
func pythonText(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	var b strings.Builder
	b.WriteString(quote)
	for _, r := range s {
		switch {
		case r == '\\' || string(r) == quote:
			b.WriteString(`\` + string(r))
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteString(map[rune]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}[r])
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + quote
}

// pythonList writes a sorted list of different texts as Python shows it.
func pythonList(all []string) string {
	all = slices.Compact(slices.Sorted(slices.Values(all)))
	shown := make([]string, len(all))
	for i, s := range all {
		shown[i] = pythonText(s)
	}
	return "[" + strings.Join(shown, ", ") + "]"
}
