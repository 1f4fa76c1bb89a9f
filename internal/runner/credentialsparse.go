// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// secretKeys are the keys under which uploaders' files keep secrets.
var secretKeys = []string{"password", "passwd", "token", "api_token", "api-token", "auth", "secret"}

// settings reads a file in which any secret is an uploader's: .pypirc and the
// TOML of poetry, pdm, hatch and uv. Neither format is parsed as a whole, so
// that a mistake in one line hides nothing in another: what looks like a secret
// under its usual keys counts.
func (s *sight) settings(where, text string) {
	for _, part := range sections(text) {
		for _, e := range part.entries {
			if !e.secret(part.name) || blank(e.value) {
				continue
			}
			s.add(s.secret(Credential{Name: part.show(e.key), Kind: KindFile, Where: where, Index: part.index(e.key)}, e.value))
		}
	}
	s.addresses(where, text)
}

// addresses reads a file that holds all kinds of settings: tokens, addresses
// with passwords, and uv's settings for uploads.
func (s *sight) addresses(where, text string) {
	for _, part := range sections(text) {
		for _, e := range part.entries {
			c := Credential{Name: part.show(e.key), Kind: KindFile, Where: where, Index: part.index(e.key)}
			if class, ok := s.token(e.value); ok {
				c.Class, c.Token = ClassToken, class
				if class.Host != "" {
					c.Index = class.Host
				}
				s.add(c)
			} else if index, ok := addressSecret(e.value, false); ok {
				c.Class, c.Index = ClassURL, index
				s.add(c)
			} else if part.name == "" || part.name == "tool.uv" {
				s.uvSetting(c, e)
			}
		}
	}
	// Whatever the lines may be, a token in them is one.
	if class, ok := s.token(text); ok && !s.foundIn(where) {
		s.add(Credential{Name: "a token", Kind: KindFile, Where: where, Class: ClassToken, Token: class, Index: class.Host})
	}
	if index, ok := addressSecret(text, false); ok && !s.foundIn(where) {
		s.add(Credential{Name: "an address", Kind: KindFile, Where: where, Class: ClassURL, Index: index})
	}
}

// foundIn reports whether a secret was found in a file.
func (s *sight) foundIn(where string) bool {
	for _, c := range s.found {
		if c.Where == where && c.Class.Secret() {
			return true
		}
	}
	return false
}

// uvSetting takes the settings by which uv publishes in another way.
func (s *sight) uvSetting(c Credential, e entry) {
	c.Kind = KindOption
	value := plain(e.value)
	switch {
	case e.key == "keyring-provider" && !noKeyring(value):
		c.Class = ClassKeyring
	case e.key == "trusted-publishing" && value == "never":
		c.Class = ClassNoTrusted
	case e.key == "publish-url":
		c.Class, c.Index = ClassIndex, indexOf(value)
	default:
		return
	}
	s.add(c)
}

// netrc reads logins by host: "machine HOST login USER password WORD", in any
// number of lines, and "default" for all other hosts. GitHub's are none of an
// index.
func (s *sight) netrc(where, text string) {
	host, known := "", false
	var words []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			words = append(words, strings.Fields(line)...)
		}
	}
	for i := 0; i+1 < len(words); i++ {
		switch words[i] {
		case "machine":
			i++
			host, known = hostName(words[i]), true
		case "default":
			host, known = "", true
		case "login", "account":
			i++
		case "password":
			i++
			c := Credential{Name: "password of another host", Kind: KindFile, Where: where, Index: IndexOther}
			switch {
			case !known || host == "":
				c.Name, c.Index = "password of any host", ""
			case host == "github.com" || strings.HasSuffix(host, ".github.com"):
				continue
			case hostIndex(host) != IndexOther:
				c.Name, c.Index = "password of "+hostIndex(host), hostIndex(host)
			}
			s.add(s.secret(c, words[i]))
		}
	}
}

// hatchUsers reads the names under which hatch has uploaded: their passwords
// are in a keyring.
func (s *sight) hatchUsers(where, text string) {
	if strictjson.Check([]byte(text), strictjson.Limits{Bytes: maxCredentialFile, Depth: 8, Members: 4096}) == nil {
		if m, err := strictjson.Object([]byte(text)); err == nil && len(m) == 0 {
			return
		}
	}
	s.add(Credential{Name: "users that hatch remembers", Kind: KindOption, Where: where, Class: ClassKeyring})
}

// keyring reads which keyring is asked.
func (s *sight) keyring(where, text string) {
	for _, part := range sections(text) {
		for _, e := range part.entries {
			if e.key == "default-keyring" && !noKeyring(plain(e.value)) {
				s.add(Credential{Name: part.show(e.key), Kind: KindOption, Where: where, Class: ClassKeyring})
			}
		}
	}
}

// keyringStore reads a keyring that is a file: each entry is a password.
func (s *sight) keyringStore(where, text string) {
	for _, part := range sections(text) {
		for _, e := range part.entries {
			if !blank(e.value) && part.name != "keyring-setting" {
				s.add(Credential{Name: "passwords of a keyring", Kind: KindFile, Where: where, Class: ClassPassword})
			}
		}
	}
}
