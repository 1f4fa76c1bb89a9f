// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/report"
)

// common are the flags that every command with a report has.
type common struct {
	policy  string
	format  string
	output  string
	repo    string
	offline bool
	verbose bool
}

var formats = []string{"text", "json", "sarif", "github"}

func (c *common) register(flags *pflag.FlagSet) {
	flags.StringVar(&c.policy, "policy", "", "policy `FILE` (default .github/sallyport.yml of the repository)")
	flags.StringVar(&c.format, "format", "", "form of the report: text, json, sarif, or github (annotations, summary, outputs); default text, in Actions github")
	flags.StringVar(&c.output, "output", "", "write the report to `FILE`, and text to standard output")
	flags.StringVar(&c.repo, "repo", "", "checkout `DIR` whose policy file is used (default the current folder)")
	flags.BoolVar(&c.offline, "offline", false, "use no network: built-in trust roots, no GitHub, no index")
	flags.BoolVar(&c.verbose, "verbose", false, "show every file and every reference")
}

func (c *common) check(cmd *cobra.Command) error {
	for _, name := range []string{"policy", "format", "output", "repo"} {
		if fl := cmd.Flags().Lookup(name); fl.Changed && fl.Value.String() == "" {
			return usagef("reading the arguments: --%s is given an empty value; leave the flag out, or give a value", name)
		}
	}
	if c.format != "" && !slices.Contains(formats, c.format) {
		return usagef("reading the arguments: --format is %q; use text, json, sarif or github", c.format)
	}
	return nil
}

func tool() report.Tool { return report.Tool{Name: "sallyport", Version: Version} }

// write writes the report in the chosen form and returns the verdict's exit
// code as an error.
func (c *common) write(e *Env, w *world, rep *report.Report) error {
	format := c.format
	if format == "" {
		format = "text"
		if w.runner.Active() {
			format = "github"
		}
	}
	text := report.TextOptions{Color: e.Width > 0 && !w.noColor(), Width: e.Width, Verbose: c.verbose}
	if c.output != "" {
		var b bytes.Buffer
		if err := encode(&b, rep, format, report.TextOptions{Verbose: c.verbose}, w); err != nil {
			return err
		}
		if err := writeFile(c.output, b.Bytes()); err != nil {
			return err
		}
		if format == "text" || format == "json" || format == "sarif" {
			if err := report.Text(e.Stdout, rep, text); err != nil {
				return err
			}
		}
	}
	if c.output == "" || format == "github" {
		if err := encode(e.Stdout, rep, format, text, w); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	if format == "github" {
		if err := w.toGitHub(rep); err != nil {
			return err
		}
	}
	return verdictExit(rep.Verdict)
}

func encode(out io.Writer, rep *report.Report, format string, text report.TextOptions, w *world) error {
	switch format {
	case "json":
		return report.JSON(out, rep)
	case "sarif":
		return report.SARIF(out, rep, gate.Rules(), report.SARIFOptions{Root: w.workspace()})
	}
	return report.Text(out, rep, text)
}

func verdictExit(v report.Verdict) error {
	switch v {
	case report.Pass:
		return nil
	case report.Fail:
		return exitError(ExitFail)
	}
	return exitError(ExitUndecided)
}

// writeFile writes a file whole or not at all.
func writeFile(path string, data []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".sallyport-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Chmod(0o644)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
