// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"maps"
	"slices"
	"strings"
)

// Secrets are what a call of a reusable workflow hands over.
type Secrets struct {
	Inherit bool
	Named   map[string]string
}

// OfReusable says what a reusable workflow of another repository uploads, by
// the table below. For one that no table names, a secret that looks like a
// credential for an index gives a guessed sink. PyPI accepts no upload by
// trusted publishing from another repository's workflow.
func OfReusable(uses Uses, with map[string]string, secrets Secrets, ctx Context) (found []Sink, isKnown bool) {
	in := newInputs(with, ctx)
	switch strings.ToLower(uses.String()) {
	// inputs upload_to_pypi (default: tags v*), repository_url, upload_to_anaconda (default: no), anaconda_user;
	// secrets pypi_token, anaconda_token (at 8c8bb6c)
	case "openastronomy/github-actions-workflows/.github/workflows/publish.yml",
		"openastronomy/github-actions-workflows/.github/workflows/publish_pure_python.yml":
		found = openAstronomy(in, uses, secrets)
	default:
		values := in.values()
		for name, text := range secrets.Named {
			v := ctx.written(text, "secret "+name)
			values["secret "+name] = v
		}
		return guess(uses.String(), values, ctx), false
	}
	return found, true
}

func openAstronomy(in inputs, uses Uses, secrets Secrets) []Sink {
	var found []Sink
	if v := in.get("upload_to_pypi"); !v.given || v.mayBeTrue() {
		s := sink(uses.String(), in.index(PyPI, "repository_url"), handed(in, secrets, "pypi_token"))
		s.Files = []string{"dist/*"}
		found = append(found, s)
	}
	if in.get("upload_to_anaconda").mayBeTrue() {
		s := sink(uses.String(), anacondaAt(in.get("anaconda_user")), handed(in, secrets, "anaconda_token"))
		s.Files = []string{"dist/*"}
		found = append(found, s)
	}
	return found
}

// handed is the class of a token that a reusable workflow takes as a secret.
func handed(in inputs, secrets Secrets, name string) choice {
	for _, given := range slices.Sorted(maps.Keys(secrets.Named)) {
		if v := in.c.ctx.written(secrets.Named[given], "secret "+given); strings.EqualFold(given, name) && v.set() {
			return in.c.token(v)
		}
	}
	if secrets.Inherit {
		return choice{Token, "secret " + name + ", inherited", []string{name}}
	}
	return choice{None, "secret " + name + " is not handed over", nil}
}
