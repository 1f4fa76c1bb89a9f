// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/rulepage"
)

func explainCommand(e *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE]",
		Short: "Explain a rule, or list all of them",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("reading the arguments: explain takes one rule, not %d", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			rules := gate.Rules()
			if len(args) == 0 {
				for _, r := range rules {
					fmt.Fprintf(e.Stdout, "%-34s %-9s %-8s %s\n", r.ID, r.Gate, r.Severity, r.Title)
				}
				return nil
			}
			for _, r := range rules {
				if r.ID == args[0] {
					fmt.Fprint(e.Stdout, rulepage.Text(r, e.Width))
					return nil
				}
			}
			return usagef("reading the arguments: there is no rule %q; \"sallyport explain\" lists them", args[0])
		},
	}
}
