// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"slices"
	"strings"
)

// variable is one that uploaders read.
type variable struct {
	name  string
	class CredentialClass
	index string // of a secret that is of one index only
}

// uploaderVariables are those of a fixed name, tool by tool; below them the
// names under which projects keep tokens, which only scripts read. User names
// alone are no credential.
var uploaderVariables = []variable{
	{"TWINE_PASSWORD", ClassPassword, ""},
	{"TWINE_REPOSITORY", ClassIndex, ""},
	{"TWINE_REPOSITORY_URL", ClassIndex, ""},
	{"UV_PUBLISH_TOKEN", ClassPassword, ""},
	{"UV_PUBLISH_PASSWORD", ClassPassword, ""},
	{"UV_PUBLISH_URL", ClassIndex, ""},
	{"UV_PUBLISH_INDEX", ClassIndex, ""},
	{"UV_KEYRING_PROVIDER", ClassKeyring, ""},
	{"UV_PUBLISH_NO_ATTESTATIONS", ClassNoAttestations, ""},
	{"FLIT_PASSWORD", ClassPassword, ""},
	{"FLIT_INDEX_URL", ClassIndex, ""},
	{"HATCH_INDEX_AUTH", ClassPassword, ""},
	{"HATCH_INDEX_REPO", ClassIndex, ""},
	{"PDM_PUBLISH_PASSWORD", ClassPassword, ""},
	{"PDM_PUBLISH_REPO", ClassIndex, ""},
	{"MATURIN_PYPI_TOKEN", ClassPassword, ""},
	{"MATURIN_PASSWORD", ClassPassword, ""},
	{"MATURIN_REPOSITORY", ClassIndex, ""},
	{"MATURIN_REPOSITORY_URL", ClassIndex, ""},
	{"RYE_TOKEN", ClassPassword, ""},
	{"PYPI_TOKEN", ClassPassword, ""},
	{"PYPI_TOKEN_MAP", ClassPassword, ""},
	{"PYTHON_KEYRING_BACKEND", ClassKeyring, ""},

	{"PYPI_API_TOKEN", ClassPassword, ""},
	{"PYPI_PASSWORD", ClassPassword, ""},
	{"PYPI_KEY", ClassPassword, ""},
	{"TWINE_TOKEN", ClassPassword, ""},
	{"TWINE_API_KEY", ClassPassword, ""},
	{"TEST_PYPI_API_TOKEN", ClassPassword, IndexTest},
	{"TESTPYPI_TOKEN", ClassPassword, IndexTest},
	{"ANACONDA_API_TOKEN", ClassPassword, IndexOther},
	{"BINSTAR_API_TOKEN", ClassPassword, IndexOther},
	{"ANACONDA_TOKEN", ClassPassword, IndexOther},
	{"ANACONDA_ORG_UPLOAD_TOKEN", ClassPassword, IndexOther},
}

const environment = "the environment"

// variables looks at the environment.
func (s *sight) variables() {
	for _, v := range uploaderVariables {
		s.known(v)
	}
	if s.o.Names == nil {
		s.miss(false, "variables whose names are composed, as POETRY_PYPI_TOKEN_PYPI", "the names of the variables are not known here; give them all")
		return
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(s.o.Names))) {
		if value := s.value(name); strings.TrimSpace(value) != "" {
			s.composed(name, value)
		}
	}
}

// known looks at a variable of the table.
func (s *sight) known(v variable) {
	value := strings.TrimSpace(s.value(v.name))
	if value == "" {
		return
	}
	c := Credential{Name: v.name, Kind: KindVariable, Where: environment, Class: v.class, Index: v.index}
	switch v.class {
	case ClassPassword:
		s.add(s.secret(c, value))
		return
	case ClassKeyring:
		if noKeyring(value) {
			return
		}
	case ClassNoAttestations:
		if off(value) {
			return
		}
	case ClassIndex:
		if u := s.secret(c, value); u.Class != ClassPassword {
			s.add(u)
			return
		}
		c.Index = indexOf(value)
		if v.name == "HATCH_INDEX_REPO" && (value == "main" || value == "test") { // hatch's own names
			c.Index = map[string]string{"main": IndexPyPI, "test": IndexTest}[value]
		}
	}
	c.Kind = KindOption
	s.add(c)
}

// noKeyring reports whether a setting of a keyring means none.
func noKeyring(value string) bool {
	v := strings.ToLower(value)
	return v == "disabled" || strings.HasPrefix(v, "keyring.backends.null.") || strings.HasPrefix(v, "keyring.backends.fail.")
}

// off reports whether uv takes a switch for off.
func off(value string) bool {
	switch strings.ToLower(value) {
	case "0", "false", "f", "no", "n", "off":
		return true
	}
	return false
}

// composed looks at a variable by the form of its name, and at any for a
// token.
func (s *sight) composed(name, value string) {
	c := Credential{Name: name, Kind: KindVariable, Where: environment}
	if !plainVariable(name) {
		c.Name = "a variable of an unusual name"
	}
	if repo, ok := strings.CutPrefix(name, "POETRY_PYPI_TOKEN_"); ok {
		c.Index = s.poetryIndex(repo)
		s.add(s.secret(c, value))
		return
	}
	if repo, ok := between(name, "POETRY_HTTP_BASIC_", "_PASSWORD"); ok {
		c.Index = s.poetryIndex(repo)
		s.add(s.secret(c, value))
		return
	}
	if _, ok := between(name, "UV_INDEX_", "_PASSWORD"); ok {
		s.add(s.secret(c, value))
		return
	}
	if class, ok := s.token(value); ok {
		c.Class, c.Token, c.Index = ClassToken, class, class.Host
		s.add(c)
		return
	}
	if index, ok := addressSecret(value, false); ok && holdsAddress(name) {
		c.Class, c.Index = ClassURL, index
		s.add(c)
		return
	}
	if repo, ok := between(name, "POETRY_REPOSITORIES_", "_URL"); ok && strings.EqualFold(repo, "pypi") {
		c.Kind, c.Class, c.Index = KindOption, ClassIndex, indexOf(value)
		s.add(c)
	}
}

// poetryIndex says which index poetry means by a repository's name.
func (s *sight) poetryIndex(repo string) string {
	if address := s.value("POETRY_REPOSITORIES_" + repo + "_URL"); address != "" {
		return secretIndex(address)
	}
	if strings.EqualFold(repo, "pypi") {
		return IndexPyPI
	}
	return ""
}

// holdsAddress reports whether a variable of that name is one for addresses of
// indexes, or of anything that speaks HTTP.
func holdsAddress(name string) bool {
	switch name {
	case "UV_INDEX", "UV_DEFAULT_INDEX", "UV_FIND_LINKS", "PIP_FIND_LINKS", "HATCH_INDEX_REPO", "PDM_PUBLISH_REPO":
		return true
	}
	return strings.HasSuffix(name, "_URL") || strings.HasSuffix(name, "_URLS")
}

func between(s, prefix, suffix string) (string, bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return "", false
	}
	middle, ok := strings.CutSuffix(rest, suffix)
	return middle, ok && middle != ""
}

// plainVariable reports whether a variable's name may be shown: others choose
// it, and it could hold anything.
func plainVariable(name string) bool {
	return plainName.MatchString(name) && !strings.Contains(name, "pypi-")
}
