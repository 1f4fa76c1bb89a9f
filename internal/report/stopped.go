// SPDX-License-Identifier: BSD-3-Clause

package report

import "strings"

// Stopped is the step summary of a run that ended before its work was done. Messages are the errors, one each, and may be hostile.
func Stopped(command string, usage bool, messages []string) string {
	var b strings.Builder
	b.WriteString("## ❌ sallyport " + mdText(command) + ": stopped\n\n<strong>The step did not come to its end: do not upload.</strong> ")
	if usage {
		b.WriteString("The inputs or the policy are wrong.\n")
	} else {
		b.WriteString("Something could not be read or reached.\n")
	}
	for _, m := range messages {
		b.WriteString("\n- " + mdMessage(m) + "\n")
	}
	return b.String()
}
