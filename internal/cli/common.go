// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
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
	flags.Var(&once{at: &c.policy}, "policy", "policy `FILE` (default .github/sallyport.yml of the repository)")
	flags.Var(&once{at: &c.format}, "format", "`FORM` of the report: text, json, sarif, or github (annotations, summary, outputs); default text, in Actions github")
	flags.Var(&once{at: &c.output}, "output", "write the report to `FILE`, and text to standard output")
	flags.Var(&once{at: &c.repo}, "repo", "checkout `DIR` whose policy file is used (default the current folder)")
	flags.BoolVar(&c.offline, "offline", false, "use no network: built-in trust roots, no GitHub, no index")
	flags.BoolVar(&c.verbose, "verbose", false, "show every file and every reference")
}

// somePath wants at least one argument.
func somePath(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("reading the arguments: no path is given; name the release files or their folder, such as dist/")
	}
	return nil
}

// once is a flag that may be given once: of two values nobody can say which
// was meant.
type once struct {
	at    *string
	given bool
}

func (o *once) Set(v string) error {
	if o.given {
		return fmt.Errorf("it was given before (%q); give it once", *o.at)
	}
	*o.at, o.given = v, true
	return nil
}

func (o *once) String() string {
	if o.at == nil { // pflag's zero value
		return ""
	}
	return *o.at
}

func (o *once) Type() string { return "string" }

func (c *common) check(cmd *cobra.Command) error {
	for _, name := range []string{"policy", "format", "output", "repo"} {
		if fl := cmd.Flags().Lookup(name); fl.Changed && fl.Value.String() == "" {
			return usagef("reading the arguments: --%s is given an empty value; leave the flag out, or give a value", name)
		}
	}
	if c.format != "" && !slices.Contains(formats, c.format) {
		return usagef("reading the arguments: --format is %q; use text, json, sarif or github", c.format)
	}
	if c.repo != "" {
		if info, err := os.Stat(c.repo); err != nil {
			return usagef("reading the arguments: --repo %q: %w; name the folder of a checkout", c.repo, cause(err))
		} else if !info.IsDir() {
			return usagef("reading the arguments: --repo %q is no folder; name the folder of a checkout", c.repo)
		}
	}
	if c.output != "" {
		return checkOutput(c.output)
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
	text := report.TextOptions{Color: e.Width > 0 && !w.noColor(), Width: e.Width, Verbose: c.verbose, Rules: gate.Rules()}
	// Standard output first: the verdict is seen even where nothing else can
	// be written.
	var problems []error
	if c.output == "" {
		problems = append(problems, encode(e.Stdout, rep, format, text, w))
	} else {
		problems = append(problems, report.Text(e.Stdout, rep, text))
		var b bytes.Buffer
		if err := encode(&b, rep, format, report.TextOptions{Verbose: c.verbose, Rules: gate.Rules()}, w); err != nil {
			problems = append(problems, err)
		} else {
			problems = append(problems, writeFile(c.output, b.Bytes()))
		}
	}
	if format == "github" {
		problems = append(problems, w.toGitHub(rep, c.format != ""))
	}
	// A workflow that reads the output must never find it empty. The form github
	// asks for outputs, so a step that has none is an error there; the other
	// forms write it where there are outputs.
	if c.format == "github" || w.lookup("GITHUB_OUTPUT") != "" {
		problems = append(problems, w.runner.Output("verdict", string(rep.Verdict)))
	}
	problems = append(problems, w.asAction(rep))
	verdict := verdictExit(rep.Verdict)
	if err := errors.Join(problems...); err != nil {
		if rep.Verdict != report.Fail {
			return err
		}
		say(e.Stderr, err) // what was found outweighs what could not be written
	}
	return verdict
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
