// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// computed stands for a value that a script makes: not constant, no secret.
const computed = "${{ computed by a script }}"

// SetupOf says what a script leaves behind for the later steps of its job.
func SetupOf(script shell.Script, ctx Context) Setup {
	s := within(script, ctx)
	s.Mints = mints(script, ctx, &configs{})
	for name, w := range script.EnvFile {
		s.set(name, newCall(ctx, script.Assigned).resolve(word{w.Text, w.Static}, name))
	}
	return s
}

// within is what a script's commands set for the commands behind them.
func within(script shell.Script, ctx Context) Setup {
	var s Setup
	for _, command := range script.Commands {
		s.command(newCall(ctx, command.Env), command)
	}
	for _, w := range script.Written {
		if homeConfig(w.Path.Text) {
			s.Home = "a file that the job writes into the home folder"
		}
		if !strings.HasSuffix(w.Path.Text, "pypirc") {
			continue
		}
		if w.Content.Text == "" && !w.Content.Static {
			s.PypircUnread = true
		} else {
			s.Pypirc = strings.TrimPrefix(s.Pypirc+"\n"+w.Content.Text, "\n")
		}
	}
	return s
}

func (s *Setup) set(name string, v value) {
	if s.Env == nil {
		s.Env = map[string]string{}
	}
	s.Env[name] = v.text
	if !v.static && !strings.Contains(v.text, "${{") {
		s.Env[name] = computed
	}
}

// command reads the commands that configure an uploader, and those that put
// a .pypirc where uploaders look.
func (s *Setup) command(c *call, command shell.Command) {
	name, args := unlaunch(c.expand(command.Words))
	if fillsHome(name, args) {
		s.Home = name + ", which writes into the home folder"
	}
	switch name {
	case "poetry", "pdm", "hatch":
		s.configure(c, name, args)
	case "cp", "mv", "ln", "install", "sed", "perl", "envsubst", "base64", "gpg", "openssl":
		for _, w := range args {
			if strings.HasSuffix(w.text, "pypirc") {
				s.PypircUnread = true
			}
		}
	}
}

func (s *Setup) configure(c *call, tool string, args []word) {
	flags := options("-C --directory=", "-P --project=", "-p=", "-e --env=", "--local", "--migrate", "-l", "--unset", "-d --delete", "-n --no-interaction")
	rest, before, ok := sub(c, flags, args, "config")
	if !ok {
		return
	}
	a := flags.parse(c, rest, false)
	if a.has("unset") || a.has("delete") || before.has("unset") {
		return
	}
	words := a.rest
	if tool == "hatch" && len(words) > 0 && words[0].text == "set" {
		words = words[1:]
	}
	if len(words) < 2 {
		return
	}
	key := strings.ToLower(words[0].text)
	last := c.resolve(words[len(words)-1], key)
	switch group, name, _ := strings.Cut(key, "."); {
	case tool == "poetry" && group == "pypi-token":
		s.set("POETRY_PYPI_TOKEN_"+poetryKey(name), last)
	case tool == "poetry" && group == "http-basic" && len(words) > 2:
		s.set("POETRY_HTTP_BASIC_"+poetryKey(name)+"_PASSWORD", last)
	case tool == "poetry" && group == "repositories":
		s.set("POETRY_REPOSITORIES_"+poetryKey(strings.TrimSuffix(name, ".url"))+"_URL", last)
	case tool == "pdm" && group == "repository":
		s.set("pdm config "+key, last)
	case tool == "hatch" && key == "publish.index.auth":
		s.set("HATCH_INDEX_AUTH", last)
	case tool == "hatch" && key == "publish.index.repo":
		s.set("HATCH_INDEX_REPO", last)
	}
}
