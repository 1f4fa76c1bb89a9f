// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/packed"
	"github.com/scientific-python/sallyport/internal/report"
)

// isLedger reports whether a flag's value is a ledger itself and no file's name.
func isLedger(value string) bool {
	return strings.HasPrefix(strings.TrimSpace(value), "{") || packed.Is(value)
}

// handedLedger is the ledger as an output of the step, "" where it goes as a
// file instead. A ledger that no step could take as an input must, which somebody
// has to say: a release whose ledger is lost on the way could not be sealed.
func (g *gating) handedLedger(rep *report.Report, l *handoff.Ledger) (string, error) {
	text, err := l.Handed()
	var long *packed.TooLongError
	switch {
	case errors.As(err, &long) && g.flags.ledgerOut != "":
		rep.Notes = append(rep.Notes, fmt.Sprintf("The ledger of %d files is too long for an output; the job that uploads needs the file %q.", len(l.Dists), g.flags.ledgerOut))
		return "", nil
	case errors.As(err, &long):
		return "", fmt.Errorf("%w; write it with --ledger-out FILE, store that file as an artifact of its own, and have the job that uploads take it by the artifact's id and pass --ledger FILE", err)
	}
	return text, err
}
