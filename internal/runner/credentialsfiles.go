// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// credentialFile is a file that uploaders read, below a home folder or the
// workspace. All paths are those on Linux, where the runner's container actions
// run.
type credentialFile struct {
	path string
	read func(s *sight, where, text string)
}

// homeFiles are below a home folder.
var homeFiles = []credentialFile{
	{".pypirc", (*sight).settings},
	{".netrc", (*sight).netrc},
	{"_netrc", (*sight).netrc},
	{".config/pypoetry/auth.toml", (*sight).settings},
	{".config/pypoetry/config.toml", (*sight).settings},
	{".config/pdm/config.toml", (*sight).settings},
	{".config/hatch/config.toml", (*sight).settings},
	{".cache/hatch/previous_working_users.json", (*sight).hatchUsers},
	{".cache/hatch/publish/previous_working_users.json", (*sight).hatchUsers},
	{".cache/hatch/publish/index/previous_working_users.json", (*sight).hatchUsers},
	{".config/uv/uv.toml", (*sight).addresses},
	{".local/share/uv/credentials/credentials.toml", (*sight).settings},
	{".config/pip/pip.conf", (*sight).addresses},
	{".pip/pip.conf", (*sight).addresses},
	{".config/python_keyring/keyringrc.cfg", (*sight).keyring},
	{".local/share/python_keyring/keyringrc.cfg", (*sight).keyring},
	{".local/share/python_keyring/keyring_pass.cfg", (*sight).keyringStore},
	{".local/share/python_keyring/crypted_pass.cfg", (*sight).keyringStore},
}

// workspaceFiles are below the workspace: settings of the project, which seldom
// hold credentials and may lead an upload elsewhere.
var workspaceFiles = []credentialFile{
	{".pypirc", (*sight).settings},
	{"pdm.toml", (*sight).settings},
	{".pdm.toml", (*sight).settings},
	{"uv.toml", (*sight).addresses},
	{"pyproject.toml", (*sight).addresses},
	{"poetry.toml", (*sight).addresses},
	{"hatch.toml", (*sight).addresses},
	{"pip.conf", (*sight).addresses},
}

// namedFiles are variables that name such a file elsewhere.
var namedFiles = []struct {
	variable string
	read     func(s *sight, where, text string)
}{
	{"NETRC", (*sight).netrc},
	{"HATCH_CONFIG", (*sight).settings},
	{"PDM_CONFIG_FILE", (*sight).settings},
	{"UV_CONFIG_FILE", (*sight).addresses},
	{"PIP_CONFIG_FILE", (*sight).addresses},
}

// namedFolders are variables that move folders of [homeFiles] elsewhere.
var namedFolders = []struct{ variable, instead string }{
	{"XDG_CONFIG_HOME", ".config"},
	{"XDG_DATA_HOME", ".local/share"},
	{"XDG_CACHE_HOME", ".cache"},
	{"POETRY_CONFIG_DIR", ".config/pypoetry"},
	{"HATCH_CACHE_DIR", ".cache/hatch"},
	{"UV_CREDENTIALS_DIR", ".local/share/uv/credentials"},
}

// folder is one that is looked into: nothing outside of it is ever opened.
type folder struct {
	dir, show string
	root      *os.Root
}

// files looks into the folders.
func (s *sight) files() {
	home := s.value("HOME")
	var all []*folder
	open := func(dir, show, what string, list []credentialFile) {
		root, err := os.OpenRoot(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return // nothing is there to read
		case err != nil:
			s.miss(false, what, fmt.Sprintf("it could not be opened (%s)", cause(err)))
			return
		}
		f := &folder{dir: dir, show: show, root: root}
		all = append(all, f)
		for _, c := range list {
			s.file(f, c.path, show+c.path, c.read)
		}
	}
	switch {
	case !isAbs(home):
		s.miss(false, "this step's home folder", "HOME does not name it; set it")
	case home == s.o.RunnerHome: // looked at once, below
	default:
		open(home, "~/", "this step's home folder", homeFiles)
	}
	if isAbs(s.o.Workspace) {
		open(s.o.Workspace, "./", "the workspace", workspaceFiles)
	} else {
		s.miss(false, "the workspace", "the runner does not say where it is (GITHUB_WORKSPACE)")
	}
	switch {
	case isAbs(s.o.RunnerHome):
		if _, err := os.Stat(s.o.RunnerHome); err != nil {
			s.miss(false, "the runner's home folder", fmt.Sprintf("it should be mounted, and could not be opened (%s)", cause(err)))
		}
		open(s.o.RunnerHome, "the runner's ~/", "the runner's home folder", homeFiles)
	case !s.o.HomeIsRunners:
		s.miss(true, "the runner's home folder (its ~/.pypirc, ~/.netrc and the like)",
			"a container action does not see it; use the composite form of this action, which mounts it")
	}
	s.named(all)
	for _, f := range all {
		f.root.Close()
	}
}

// named looks at files and folders that variables name, where they lie in one
// of the folders.
func (s *sight) named(all []*folder) {
	for _, v := range namedFiles {
		if path := s.value(v.variable); path != "" && path != os.DevNull {
			s.elsewhere(all, v.variable, path, "", v.read)
		}
	}
	for _, v := range namedFolders {
		path := s.value(v.variable)
		if path == "" {
			continue
		}
		for _, c := range homeFiles {
			if rest, ok := strings.CutPrefix(c.path, v.instead+"/"); ok {
				s.elsewhere(all, v.variable, path, rest, c.read)
			}
		}
	}
}

// elsewhere looks at a file below the path that a variable names.
func (s *sight) elsewhere(all []*folder, variable, path, below string, read func(*sight, string, string)) {
	what := "$" + variable
	full := filepath.Join(path, below)
	if below != "" {
		what += "/" + below
	}
	for _, f := range all {
		if rel, err := filepath.Rel(f.dir, full); isAbs(path) && err == nil && filepath.IsLocal(rel) {
			s.file(f, rel, what, read)
			return
		}
	}
	// One line for a folder is enough.
	if what = "$" + variable; !s.seen[what] {
		s.seen[what] = true
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !s.o.HomeIsRunners {
			s.miss(true, what, "it names a place on the runner, which a container action does not see; leave it unset in this job")
			return
		}
		s.miss(false, what, "it names a place outside of the home folders and the workspace, where this step does not look; leave it unset in this job")
	}
}

// file reads one file, if it is there.
func (s *sight) file(f *folder, path, show string, read func(*sight, string, string)) {
	key := "file " + filepath.Join(f.dir, path)
	if s.seen[key] {
		return
	}
	s.seen[key] = true
	text, err := readBelow(f.root, path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
	case err != nil:
		s.miss(false, show, fmt.Sprintf("it is there and could not be read (%s); remove it from the job", cause(err)))
	default:
		read(s, show, text)
	}
}
