// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// Limits of the runner for command files.
const (
	maxSummary   = 1 << 20     // bytes of one step; one more and none of it is shown
	maxOutputs   = 1000 * 1000 // bytes of UTF-16 of all outputs of a job
	maxDeclared  = 500         // artifacts of a job
	maxArtifacts = 1 << 20     // bytes of one step's file of artifacts
)

// commandFiles are the command files: the name in the github context, and how
// the file's name begins.
var commandFiles = map[string]string{
	"output": "set_output_", "state": "save_state_", "env": "set_env_", "path": "add_path_",
	"step_summary": "step_summary_", "artifacts": "artifacts_", "artifacts_list": "artifacts_list_",
}

// makeFiles makes the command files of one stage, and returns their names on
// the runner by their names in the github context.
func (j *Job) makeFiles() (map[string]string, error) {
	out := map[string]string{}
	for _, name := range sortedKeys(commandFiles) {
		host := fmt.Sprintf("%s/_runner_file_commands/%s%08d-7c1e-4b0a-9f53-0242ac120002", HostTemp, commandFiles[name], j.serial)
		var data []byte
		if name == "artifacts_list" && j.options.Artifacts {
			data = j.artifactsList()
		}
		if err := os.WriteFile(j.onDisk(host), data, 0o644); err != nil {
			return nil, err
		}
		out[name] = host
	}
	return out, nil
}

// onDisk is where a name of the runner is on this machine.
func (j *Job) onDisk(host string) string { return j.paths.real(j.paths.toContainer(host)) }

// readFiles reads the command files as the runner does after a stage, whatever
// became of it, and removes them.
func (j *Job) readFiles(files map[string]string, r *Result, log *stepLog, fault func(string, ...any)) {
	each := func(name string, use func(p runnertest.Pair)) {
		pairs, text, err := readPairs(j.onDisk(files[name]))
		if s := holdsAny(text, j.secrets()); s != "" {
			fault("a secret (%s) is in GITHUB_%s", s, strings.ToUpper(name))
		}
		if name != "env" {
			j.delimiters(name, text, fault)
		}
		for _, p := range pairs {
			p.Name, p.Value = j.paths.leave(p.Name), j.paths.leave(p.Value)
			use(p)
		}
		if err != nil { // those before it hold all the same
			fault("the runner cannot read GITHUB_%s: %v", strings.ToUpper(name), err)
			log.annotate(Annotation{Level: "error", Message: fmt.Sprintf("Unable to process file command '%s' successfully.", name)})
			r.Failed = true
		}
	}
	each("output", func(p runnertest.Pair) { j.output(p, r, fault) })
	each("state", func(p runnertest.Pair) {
		if old, twice := r.State[p.Name]; twice && old != p.Value {
			fault("injected: the state %q is saved as %q and as %q", p.Name, old, p.Value)
		}
		r.State[p.Name] = p.Value
	})
	each("env", func(p runnertest.Pair) {
		if !j.allowed("GITHUB_ENV") {
			fault("injected: GITHUB_ENV sets %q to %q", p.Name, p.Value)
			return
		}
		j.vars[p.Name] = p.Value
	})
	if data, err := os.ReadFile(j.onDisk(files["path"])); err == nil && len(data) > 0 && !j.allowed("GITHUB_PATH") {
		fault("injected: GITHUB_PATH gets %q", data)
	}
	j.summary(j.onDisk(files["step_summary"]), r, log, fault)
	j.declared(j.onDisk(files["artifacts"]), r, log, fault)
	for _, host := range files {
		os.Remove(j.onDisk(host)) // what is gone is gone
	}
}

// delimiters holds that nothing in a value could have ended it: each has a
// delimiter of its own, that nobody could have known.
func (j *Job) delimiters(name, text string, fault func(string, ...any)) {
	for _, mark := range runnertest.Delimiters(text) {
		switch {
		case j.allowed("NAME=VALUE"):
		case mark == "":
			fault("injectable: GITHUB_%s has a NAME=VALUE, which a newline ends", strings.ToUpper(name))
		case len(mark) < 32 || j.marks[mark]:
			fault("injectable: GITHUB_%s has the delimiter %q, which could be known", strings.ToUpper(name), mark)
		}
		j.marks[mark] = true
	}
}

// output takes one output; of one name the last holds.
func (j *Job) output(p runnertest.Pair, r *Result, fault func(string, ...any)) {
	if !j.action.declares(p.Name) {
		fault("injected: the output %q (%q) is not declared in action.yml", p.Name, p.Value)
	}
	for name, old := range r.Outputs {
		if strings.EqualFold(name, p.Name) {
			if old != p.Value {
				fault("injected: the output %q is set to %q and to %q", p.Name, old, p.Value)
			}
			delete(r.Outputs, name)
		}
	}
	r.Outputs[p.Name] = p.Value
	if j.paths.names(p.Value) && !slices.Contains(r.OnlyInside, p.Name) {
		r.OnlyInside = append(r.OnlyInside, p.Name)
	}
	j.outputs += 2 * (len(utf16.Encode([]rune(p.Name))) + len(utf16.Encode([]rune(p.Value))))
	if j.outputs > maxOutputs {
		fault("all outputs of the job have %d bytes, and %d are allowed", j.outputs, maxOutputs)
		r.Failed = true
	}
}

// summary takes the step's summary: all of it, masked, or none.
func (j *Job) summary(path string, r *Result, log *stepLog, fault func(string, ...any)) {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return
	}
	if len(data) > maxSummary {
		fault("the summary has %d bytes, and the runner shows none of it", len(data))
		log.annotate(Annotation{Level: "error", Message: fmt.Sprintf(
			"$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got %dk.", len(data)/1024)})
		return
	}
	text := j.paths.leave(string(data))
	if s := holdsAny(text, j.secrets()); s != "" {
		fault("a secret (%s) is in the summary", s)
	}
	r.Summary = j.masks.hide(text)
}

// declared takes the lines that declare artifacts: paths, relative to the
// workspace or of the container, of which the runner takes digests.
func (j *Job) declared(file string, r *Result, log *stepLog, fault func(string, ...any)) {
	data, err := os.ReadFile(file)
	if err != nil || len(data) == 0 || !j.options.Artifacts {
		return
	}
	refuse := func(format string, args ...any) {
		fault(format, args...)
		log.annotate(Annotation{Level: "error", Message: "Unable to process file command 'artifacts' successfully."})
		r.Failed = true
	}
	if len(data) > maxArtifacts {
		refuse("GITHUB_ARTIFACTS has %d bytes", len(data))
		return
	}
	for line := range strings.SplitSeq(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		line = j.paths.leave(strings.TrimSpace(line))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.Contains(line, "=") {
			refuse("GITHUB_ARTIFACTS has %q, and = is reserved", line)
			return
		}
		name := strings.TrimPrefix(line, "file://")
		content, err := os.ReadFile(j.Path(name))
		if err != nil {
			refuse("the declared artifact %q cannot be read", name)
			return
		}
		sum := sha256.Sum256(content)
		r.Artifacts = append(r.Artifacts, line)
		entry := path.Base(name) + "\x00sha256:" + hex.EncodeToString(sum[:])
		for _, old := range j.listed {
			if strings.HasPrefix(old, path.Base(name)+"\x00") && old != entry {
				refuse("two artifacts are %q, with two digests", path.Base(name))
				return
			}
		}
		if !slices.Contains(j.listed, entry) {
			j.listed = append(j.listed, entry)
		}
	}
	if len(j.listed) > maxDeclared {
		refuse("%d artifacts are declared", len(j.listed))
	}
}

// artifactsList is the list of what earlier steps declared.
func (j *Job) artifactsList() []byte {
	subjects := []map[string]string{}
	for _, entry := range slices.Sorted(slices.Values(j.listed)) {
		name, digest, _ := strings.Cut(entry, "\x00")
		subjects = append(subjects, map[string]string{"name": name, "digest": digest, "kind": "file"})
	}
	data, err := json.Marshal(map[string]any{"version": 1, "subjects": subjects})
	if err != nil {
		panic("emulator: " + err.Error()) // strings can be written
	}
	return data
}

// maxScanned is the size in bytes up to which a file is searched for secrets.
const maxScanned = 8 << 20

// holding returns the files of the job that hold a secret, but for those in
// before: what a test put there is its own affair.
func (j *Job) holding(before map[string]string) map[string]string {
	out := map[string]string{}
	secrets := j.secrets()
	root := j.paths.real("/github")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // a folder that nobody may read holds nothing that anybody reads
		}
		if info, err := d.Info(); err != nil || info.Size() > maxScanned {
			return nil
		}
		name := j.paths.leave(path)
		if _, there := before[name]; there {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		if s := holdsAny(string(data), secrets); s != "" {
			out[name] = s
		}
		return nil
	})
	if err != nil {
		j.tb.Fatal(err)
	}
	return out
}
