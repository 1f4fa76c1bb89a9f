// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/packed"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// outFolder holds what the action writes for later steps, in the workspace: of
// a container's other folders they know nothing. It is not hidden, as GitHub's
// own actions pass over hidden files.
const outFolder = "sallyport-out"

// isAction reports whether the program was started as the action.
func (w *world) isAction() bool { return w.runner.Active() && w.env.action }

// forLater is a path as later steps of the job find it: from the workspace.
func (w *world) forLater(path string) string {
	if ws := w.workspace(); ws != "" && w.isAction() {
		if rel, err := filepath.Rel(ws, path); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return path
}

// asAction writes what the action promises beside the summary: the report for
// programs and for code scanning, as files, and the outputs that name them.
// Outside of the action it does nothing.
func (w *world) asAction(rep *report.Report) error {
	if !w.isAction() || rep.Command == "post" {
		return nil
	}
	outputs := []struct{ name, value string }{
		{"digests", digests(rep)}, {"attestations", w.attestationPaths(rep)},
	}
	for i, o := range outputs {
		if len(o.value) > packed.MaxHanded {
			// It would reach no step. Where it is asked for as checksums, an empty
			// value is an error.
			outputs[i].value = ""
			if err := w.tooLong(o.name); err != nil {
				return err
			}
		}
	}
	ws := w.workspace()
	if ws == "" {
		return errors.New("writing the report files: the runner names no workspace (GITHUB_WORKSPACE)")
	}
	dir := filepath.Join(ws, outFolder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing the report files: %w", cause(err))
	}
	for _, f := range []struct {
		output, name string
		write        func(*bytes.Buffer) error
	}{
		{"report", "report.json", func(b *bytes.Buffer) error { return report.JSON(b, rep) }},
		{"sarif", "report.sarif", func(b *bytes.Buffer) error {
			return report.SARIF(b, rep, gate.Rules(), report.SARIFOptions{Root: ws})
		}},
	} {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			return err
		}
		file := filepath.Join(dir, strings.ReplaceAll(rep.Command, " ", "-")+"-"+f.name)
		if err := writeFile(file, b.Bytes()); err != nil {
			return err
		}
		outputs = append(outputs, struct{ name, value string }{f.output, w.forLater(file)})
	}
	var problems []error
	for _, o := range outputs {
		problems = append(problems, w.runner.Output(o.name, o.value))
	}
	return errors.Join(problems...)
}

// tooLong says that an output is left empty.
func (w *world) tooLong(name string) error {
	err := w.runner.Annotate("notice", "", 0, 0, "sallyport: an output is too long",
		fmt.Sprintf("The output %s is left empty: of so many files it would be longer than any step can take. The JSON report lists them.", name))
	if errors.Is(err, runner.ErrFull) {
		return nil
	}
	return err
}

// digests is what sha256sum would say of the files, in base64: an output has
// one line. Of many files it is packed.
func digests(rep *report.Report) string {
	var b bytes.Buffer
	for _, d := range rep.Dists {
		fmt.Fprintf(&b, "%s  %s\n", d.SHA256, path.Base(filepath.ToSlash(d.Path)))
	}
	plain := base64.StdEncoding.EncodeToString(b.Bytes())
	text, err := packed.Handed(plain, b.Bytes())
	if err != nil {
		return plain // too long either way, which is for the caller to see
	}
	return text
}

// attestationPaths are the files that attest wrote, as a JSON list.
func (w *world) attestationPaths(rep *report.Report) string {
	paths, seen := []string{}, map[string]bool{}
	for _, a := range rep.Attestations {
		if !seen[a.Path] {
			seen[a.Path] = true
			paths = append(paths, w.forLater(a.Path))
		}
	}
	data, err := json.Marshal(paths)
	if err != nil {
		return "[]" // strings marshal always
	}
	return string(data)
}
