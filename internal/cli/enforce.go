// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// enforcement lets a project try the gate before it stops releases, until a
// day that it names.
type enforcement struct {
	enforce bool
	from    string
}

// maxTrial is how far away the day may be.
const maxTrial = 90 * 24 * time.Hour

func (f *enforcement) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.enforce, "enforce", true, "with --enforce=false the exit code is 0 whatever the verdict, until the day of --enforce-from")
	flags.Var(&once{at: &f.from}, "enforce-from", "the `DAY` (YYYY-MM-DD) from which the verdict counts; goes with --enforce=false")
}

// until returns the day from which the verdict counts, "" where it counts
// already.
func (f *enforcement) until(cmd *cobra.Command, now time.Time) (string, error) {
	given := cmd.Flags().Changed("enforce-from")
	if f.enforce {
		if given {
			return "", usagef("reading the arguments: --enforce-from goes with --enforce=false; leave it out, or add that")
		}
		return "", nil
	}
	if !given {
		return "", usagef("reading the arguments: --enforce=false needs an end; add --enforce-from YYYY-MM-DD, at most %d days away", int(maxTrial.Hours()/24))
	}
	day, err := time.Parse(time.DateOnly, f.from)
	switch {
	case err != nil:
		return "", usagef("reading the arguments: --enforce-from is %q; write a day as YYYY-MM-DD", f.from)
	case !now.Before(day):
		return "", nil // the day has come
	case day.Sub(now) > maxTrial:
		return "", usagef("reading the arguments: --enforce-from is %s, more than %d days away; choose an earlier day", f.from, int(maxTrial.Hours()/24))
	}
	return f.from, nil
}
