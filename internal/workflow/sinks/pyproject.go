// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"maps"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// maxTOML bounds the configuration files that are read, in bytes.
const maxTOML = 1 << 20

// uvSettings are the settings of uv that decide an upload; uv.toml has them at
// the top, pyproject.toml below [tool.uv].
type uvSettings struct {
	TrustedPublishing string    `toml:"trusted-publishing"`
	PublishURL        string    `toml:"publish-url"`
	KeyringProvider   string    `toml:"keyring-provider"`
	Index             []uvIndex `toml:"index"`
}

type uvIndex struct {
	Name       string `toml:"name"`
	PublishURL string `toml:"publish-url"`
}

// pyproject is what uploaders read from pyproject.toml.
type pyproject struct {
	Tool struct {
		UV uvSettings `toml:"uv"`
	} `toml:"tool"`
}

// uv are uv's settings. A file that does not parse, or is over 1 MiB, has
// none: uv itself would stop there.
func (c *call) uv() uvSettings {
	if c.read.uv != nil {
		return c.read.uv.Tool.UV
	}
	c.read.uv = &pyproject{}
	switch {
	case len(c.ctx.UV) > maxTOML || len(c.ctx.Pyproject) > maxTOML:
	case c.ctx.UV != "":
		_ = toml.Unmarshal([]byte(c.ctx.UV), &c.read.uv.Tool.UV)
	default:
		_ = toml.Unmarshal([]byte(c.ctx.Pyproject), c.read.uv)
	}
	return c.read.uv.Tool.UV
}

// inFolder has the command read the configuration of another folder, named as
// from where the script began.
func (c *call) inFolder(dir string) {
	if c.ctx.Config == nil {
		return
	}
	pypirc := c.read.pypirc
	c.ctx.Pyproject, c.ctx.UV = c.ctx.Config(dir)
	c.read = &configs{pypirc: pypirc}
}

// After is the context of the next step of the job, once this one has run.
func (ctx Context) After(s Setup) Context {
	if len(s.Env) > 0 {
		env := maps.Clone(ctx.Env)
		if env == nil {
			env = map[string]string{}
		}
		maps.Copy(env, s.Env)
		ctx.Env = env
	}
	if s.Pypirc != "" {
		ctx.Pypirc = strings.TrimPrefix(ctx.Pypirc+"\n"+s.Pypirc, "\n")
	}
	ctx.PypircUnread = ctx.PypircUnread || s.PypircUnread
	ctx.Minted = ctx.Minted || s.Mints
	if s.Home != "" {
		ctx.Home = s.Home
	}
	return ctx
}

// Setup is what a step leaves behind that decides a later upload of its job.
type Setup struct {
	// Env are variables, and settings by the variable that would set them
	// ("poetry config pypi-token.pypi X" is POETRY_PYPI_TOKEN_PYPI).
	Env map[string]string
	// Pypirc is text written to a .pypirc; PypircUnread says that text that
	// is not known was written there.
	Pypirc       string
	PypircUnread bool
	// Home is what [Context] has by that name.
	Home string
	// Mints: the step asks an index for a token by hand.
	Mints bool
}
