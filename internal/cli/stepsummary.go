// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"

	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// leastSummary is the least room in bytes for which a summary is written: a
// verdict, the gates, and the first of what was found.
const leastSummary = 4000

// writeSummary writes the step summary into the room that earlier commands of
// the step have left. Where there is none, the log has the report and the
// verdict is what it is; somebody who looks for the summary is told.
func (w *world) writeSummary(rep *report.Report) error {
	room, err := w.runner.SummaryRoom()
	if err != nil {
		return err
	}
	if room < leastSummary {
		err := w.runner.Annotate("warning", "", 0, 0, "sallyport: no room in the step summary",
			"Earlier commands of this step filled the step summary; the report is in the log. Run sallyport in a step of its own.")
		if errors.Is(err, runner.ErrFull) {
			return nil
		}
		return err
	}
	return w.runner.AppendSummary(report.Summary(rep, min(room, report.MaxSummary)))
}
