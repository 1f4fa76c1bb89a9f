// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Folders of a runner, as its own steps see them. Only names that begin with
// one of these are translated for a container.
const (
	HostWork = "/home/runner/work"
	HostTemp = HostWork + "/_temp"
)

// mount is a folder of the runner, and its name in the container.
type mount struct{ host, inside string }

// paths translates between the runner's names, the container's and this
// machine's.
type paths struct {
	root      string // of this machine; root + "/github/…" stands for "/github/…"
	workspace string // the runner's
	mounts    []mount
}

func layOut(root, workspace string, event map[string]any, repository string) (paths, error) {
	root, err := filepath.EvalSymlinks(root) // so that a name has one spelling
	if err != nil {
		return paths{}, err
	}
	name := path.Base("/" + repository)
	p := paths{root: root, workspace: HostWork + "/" + name + "/" + name}
	p.mounts = []mount{
		{HostTemp + "/_github_home", "/github/home"},
		{HostTemp + "/_github_workflow", "/github/workflow"},
		{HostTemp + "/_runner_file_commands", "/github/file_commands"},
		{HostTemp, "/github/runner_temp"},
		{p.workspace, "/github/workspace"},
	}
	for _, m := range p.mounts {
		if err := os.MkdirAll(p.real(m.inside), 0o755); err != nil {
			return p, err
		}
	}
	if workspace != "" {
		if err := os.CopyFS(p.real("/github/workspace"), os.DirFS(workspace)); err != nil {
			return p, fmt.Errorf("copying the workspace: %w", err)
		}
	}
	if event == nil {
		event = map[string]any{}
	}
	data, err := json.MarshalIndent(event, "", "  ")
	if err != nil {
		return p, fmt.Errorf("writing the event: %w", err)
	}
	return p, os.WriteFile(p.real("/github/workflow/event.json"), data, 0o644)
}

// real is where a name of the container is on this machine.
func (p paths) real(name string) string { return filepath.Join(p.root, filepath.FromSlash(name)) }

// toContainer translates a value as the runner does: one that is a mounted
// folder or begins with one, and no other.
func (p paths) toContainer(value string) string {
	for _, m := range p.mounts {
		if value == m.host {
			return m.inside
		}
		if rest, ok := strings.CutPrefix(value, m.host+"/"); ok {
			return m.inside + "/" + rest
		}
	}
	return value
}

// toHost is the way back.
func (p paths) toHost(value string) string {
	for _, m := range p.mounts {
		if value == m.inside {
			return m.host
		}
		if rest, ok := strings.CutPrefix(value, m.inside+"/"); ok {
			return m.host + "/" + rest
		}
	}
	return value
}

// enter puts this machine's folders for the container's, wherever a value has
// one: what the file system of a container would do.
func (p paths) enter(value string) string {
	for _, m := range p.mounts {
		var b strings.Builder
		for rest := value; ; {
			at := strings.Index(rest, m.inside)
			if at < 0 {
				b.WriteString(rest)
				break
			}
			end := at + len(m.inside)
			b.WriteString(rest[:at])
			whole := (end == len(rest) || !nameByte(rest[end])) && (at == 0 || !nameByte(rest[at-1]) && rest[at-1] != '/')
			if whole && !strings.HasSuffix(b.String(), p.root) {
				b.WriteString(p.root)
			}
			b.WriteString(m.inside)
			rest = rest[end:]
		}
		value = b.String()
	}
	return value
}

// names reports whether a value has one of the container's folders in it.
func (p paths) names(value string) bool {
	for _, m := range p.mounts {
		if strings.Contains(value, m.inside) {
			return true
		}
	}
	return false
}

// nameByte reports whether b would make a longer name of the one before it.
func nameByte(b byte) bool {
	return b == '_' || b == '-' || b == '.' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// leave puts the container's names for this machine's.
func (p paths) leave(text string) string {
	return strings.ReplaceAll(text, p.root+"/github/", "/github/")
}

// relative is an annotation's file as the runner shows it: relative to the
// workspace where it is below that.
func (p paths) relative(file string) string {
	file = p.toHost(p.leave(file))
	if rest, ok := strings.CutPrefix(file, p.workspace+"/"); ok {
		return rest
	}
	return file
}
