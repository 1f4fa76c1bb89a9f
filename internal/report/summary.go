// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
)

// MaxSummary is what [Summary] keeps to if it is not told otherwise. A step's
// summaries may have 1 MiB together; above that the runner shows none of it.
const MaxSummary = 1000 * 1000

// Summary writes r as GitHub's Markdown for a step summary, at most maxBytes
// bytes of it (0: [MaxSummary]): the verdict and what it means for the upload,
// the gates, what was found with its place and its correction, what could not
// be checked and how to have it checked, waivers, a row a file, the publish
// paths as a graph and a table, what decides nothing, what the release shows,
// and what it was judged by. What does not fit is left out in whole parts, the
// last of a section first; each section says how many, and a last line how many
// in all. Every value from outside is escaped for Markdown and HTML and cannot
// mention, link or embed anything.
func Summary(r *Report, maxBytes int) string {
	if maxBytes <= 0 {
		maxBytes = MaxSummary
	}
	d := newDoc(maxBytes)
	r.banner(d)
	r.gateRows(d)
	d.keep(r.basis(), func() { r.sections(d) })
	if d.left > 0 {
		d.limit = maxBytes
		d.add(fmt.Sprintf("\n%s left out here; the JSON report has all.\n", count(d.left, "row")))
	}
	return d.b.String()
}

// sections writes what is between the gates and the last line. The shares say
// what matters more where there is not room for all.
func (r *Report) sections(d *mdDoc) {
	if r.Command == "audit" {
		d.share(40, func() { r.wayRows(d) })
	}
	d.share(30, func() { r.madeRows(d) })
	said := r.entries()
	foundParts(d, said)
	d.share(20, func() {
		d.table("Waived by the policy", []string{"Rule", "Where", "Until", "Reason"}, rowsOf(r.Ignored, func(w Ignored) []string {
			return []string{mdRule(w.Rule), mdName(w.Subject), mdText(clip(w.Until, maxName)), mdMessage(w.Reason)}
		}))
	})
	if r.Command != postCommand { // the seal's summary has them, with their signers
		d.share(60, func() { r.distRows(d) })
	}
	d.share(30, func() { r.indexRows(d) })
	if r.Command != "audit" {
		d.share(70, func() { r.wayRows(d) })
	}
	asideParts(d, said)
	r.shownRows(d)
}

// basis says what it was all judged by.
func (r *Report) basis() string {
	basis := "\nJudged by " + mdText(r.Policy.policyLine())
	if roots := r.trustLine(); roots != "" {
		basis += "; trust roots: " + mdText(roots)
	}
	if r.Tool.Version != "" {
		basis += "; sallyport " + mdText(clip(r.Tool.Version, maxName))
	}
	return basis + "\n"
}

// The commands as reports name them, where they stand in the publish job.
const (
	sealCommand = "gate seal" // before the upload
	postCommand = "post"      // after it: the folder is looked at again
)

// banner writes the verdict, and what it means for the upload.
func (r *Report) banner(d *mdDoc) {
	verdict := clip(string(r.Verdict), maxName)
	title := fmt.Sprintf("## %s sallyport %s: %s", verdictMark(r.Verdict), mdText(clip(r.Command, maxName)), mdText(verdict))
	if r.EnforceFrom != "" {
		title += ", not enforced"
	}
	d.add(title + "\n")
	if r.EnforceFrom != "" {
		// An alert, which GitHub draws as a red bar.
		d.add("\n> [!CAUTION]\n> 🛑 <strong>The gate is switched off until " + mdName(r.EnforceFrom) + ".</strong> " +
			"This step ends green whatever it finds, so it keeps nothing from being uploaded. " +
			"Take enforce and enforce-from out of the workflow to switch it on.\n")
	}
	said := r.verdictCounts()
	if !r.showsGates() {
		said = append(said, r.rulesChecked()...)
	}
	var words []string
	if advice := r.advice(); advice != "" {
		words = append(words, "<strong>"+advice+"</strong>")
	}
	if len(said) > 0 {
		words = append(words, mdText(capital(strings.Join(said, ", ")))+".")
	}
	if len(words) > 0 {
		d.add("\n" + strings.Join(words, " ") + "\n")
	}
}

// advice is what to do now, where the command stands before an upload.
func (r *Report) advice() string {
	switch r.Command {
	case "gate", "verify", sealCommand:
	case postCommand:
		if r.Verdict == Pass {
			return "Nothing in the folder changed between the seal and the end of this job."
		}
		return "What was uploaded may not be what was verified: look at it now."
	default:
		return ""
	}
	switch r.Verdict {
	case Pass:
		if r.Command == "verify" {
			return "These files are what their attestations say."
		}
		return "These files may be uploaded."
	case Undecided:
		return "This is not a pass: do not upload these files before what is missing below has been checked."
	}
	return "Do not upload these files."
}

// capital makes the first letter of s a capital one.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// rowsOf makes a row of each element.
func rowsOf[T any](all []T, row func(T) []string) [][]string {
	out := make([][]string, 0, len(all))
	for _, v := range all {
		out = append(out, row(v))
	}
	return out
}

func verdictMark(v Verdict) string {
	switch v {
	case Pass:
		return "✅"
	case Fail:
		return "❌"
	case NotRun:
		return "⚪"
	}
	return "⚠️"
}

func labelMark(label string) string {
	switch label {
	case "error":
		return "❌"
	case "warning", "undecided":
		return "⚠️"
	}
	return "ℹ️"
}
