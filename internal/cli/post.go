// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// sealedState is the name under which the seal tells the post step what it saw.
const sealedState = "sealed"

// sealedFiles is what was sealed, for a second look at the end of the job.
type sealedFiles struct {
	Paths  []string        `json:"paths"`
	Ledger json.RawMessage `json:"ledger"`
}

// remember saves what was sealed for the post step, or that nothing was: a
// state that was not saved could be somebody else's.
func (g *gating) remember(rep *report.Report, paths []string) error {
	if !g.world.runner.Active() || g.world.lookup("GITHUB_STATE") == "" {
		return nil
	}
	value := ""
	if (g.flags.seal || g.uploads) && rep.Verdict == report.Pass && len(rep.Dists) > 0 && g.ledger != nil {
		ledger, err := g.ledger.JSON()
		if err != nil {
			return err
		}
		data, err := json.Marshal(sealedFiles{paths, ledger})
		if err != nil {
			return fmt.Errorf("saving what was sealed: %w", err)
		}
		value = string(data)
	}
	err := saveSealed(g.world.runner, value)
	if errors.Is(err, runner.ErrFull) {
		rep.Notes = append(rep.Notes, "There are too many files for a second look at the end of the job.")
		err = g.world.runner.SaveState(sealedState, "")
	}
	return err
}

// noSecondLook says that none can be had, where one may have been promised:
// the gate and the seal save a state, if only to say that nothing was sealed.
func (w *world) noSecondLook() error {
	command := w.lookup("INPUT_COMMAND")
	if _, saved := w.runner.GetState(sealedState); saved || command != "gate" && command != "seal" {
		return nil
	}
	return w.runner.Annotate(runner.LevelWarning, "", 0, 0, "sallyport: no second look",
		"The runner kept nothing of what was sealed, so whether the files changed before the upload is not known. "+
			"If the step of sallyport stopped, correct that first; if it passed, compare what the index serves with the output ledger of the gate.")
}

// postCommand is the second look: the action's post step, at the end of the job
// and so after the upload.
func postCommand(e *Env) *cobra.Command {
	return &cobra.Command{
		Use: "post", Hidden: true, Args: cobra.NoArgs,
		Short: "Look again, at the end of the job, whether the files are those that were sealed",
		RunE:  func(cmd *cobra.Command, _ []string) error { return runPost(cmd, e) },
	}
}

func runPost(cmd *cobra.Command, e *Env) error {
	w, err := newWorld(e, &common{})
	if err != nil {
		return err
	}
	state, err := loadSealed(w.runner)
	if err != nil {
		return fmt.Errorf("reading what was sealed: %w; the state of this action was changed", err)
	}
	if state == "" {
		return w.noSecondLook()
	}
	var was sealedFiles
	if err := json.Unmarshal([]byte(state), &was); err != nil {
		return fmt.Errorf("reading what was sealed: %w; the state of this action was changed", err)
	}
	ledger, err := handoff.ParseLedger(was.Ledger)
	if err != nil {
		return fmt.Errorf("reading what was sealed: %w; the state of this action was changed", err)
	}
	release, err := gate.Collect(cmd.Context(), was.Paths, nil, nil)
	if err != nil {
		return err
	}
	p := policy.New()
	p.Project = ledger.Project
	rep := gate.SecondLook(release, gate.Options{Tool: tool(), Policy: p.WithDefaults(), Ledger: ledger})
	if rep.Verdict != report.Pass {
		rep.Notes = []string{"These are not the files that were sealed, and the upload has happened in between. Report it to security@pypi.org if the files are malicious."}
	}
	return (&common{format: "github"}).write(e, w, rep)
}
