// SPDX-License-Identifier: BSD-3-Clause

package sinks

import "strings"

// word is a word of a command: its text, and whether it is that text or holds
// expansions that are not known.
type word struct {
	text   string
	static bool
}

// call is one command to be recognised, and what it may know.
type call struct {
	ctx   Context
	env   func(name string) (word, bool) // the command's own and the script's variables
	maybe func(name string) (word, bool) // a variable whose name is only known in part, which may be this one
	mints bool                           // the script asks an index for a token
	dir   string                         // where it runs, from where the script began
	shell bool                           // it runs on the machine, in the step's environment
	read  *configs
}

// configs are the configuration files of a context, each read once.
type configs struct {
	pypirc map[string]map[string]string
	uv     *pyproject
}

// variable reads the environment as the command sees it.
func (c *call) variable(name string) value {
	if w, ok := c.env(name); ok {
		return c.resolve(w, name)
	}
	if isCredentialVariable(name) && c.maybe != nil {
		if w, ok := c.maybe(name); ok {
			v := c.resolve(w, name)
			v.open = true
			return v
		}
	}
	return c.ctx.env(name)
}

// resolve makes a value of a word. A word that is nothing but a variable is
// replaced by the variable where that is known; a default ("${X:-y}") counts
// when the variable is certainly empty.
func (c *call) resolve(w word, from string) value {
	v := value{text: w.text, static: w.static, given: true, from: from}
	for range maxDepth {
		if strings.Contains(v.text, "${{") {
			return c.ctx.written(v.text, from)
		}
		if v.static {
			return v
		}
		m := shellVar.FindStringSubmatch(v.text)
		if m == nil {
			if m = cmdVar.FindStringSubmatch(v.text); m == nil {
				return v
			}
			m = append(m, "", "", "")
		}
		name := m[1] + m[2] + m[4]
		next, ok := c.env(name)
		if !ok {
			text, inContext := c.ctx.Env[name]
			if !inContext {
				return v
			}
			next = word{text, !dynamic(text)}
		}
		if next.static && next.text == "" && m[3] != "" {
			next.text = m[3]
		}
		if next.text == v.text {
			return v
		}
		v.text, v.static = next.text, next.static
	}
	return v
}

// pypirc is the configuration file that the context gives.
func (c *call) pypirc() map[string]map[string]string {
	if c.read.pypirc == nil {
		c.read.pypirc = readPypirc(c.ctx.Pypirc)
	}
	return c.read.pypirc
}

// choice is a class and what decided it.
type choice struct {
	credential Credential
	why        string
	secrets    []string
}

// token is the class of an upload that is handed v. A credential that is no
// secret and no constant, in a job that asks an index for a token by hand, is
// that token.
func (c *call) token(v value) choice {
	if v.minted(c.ctx.MintedBy) && (c.mints || c.ctx.Minted) {
		return choice{TrustedPublishing, v.from + ", a token that the job asks the index for", nil}
	}
	if v.open && len(v.secrets()) == 0 {
		return choice{Unknown, v.from + ", which an expression may set", nil}
	}
	return choice{Token, v.from, v.secrets()}
}

// exchange is the class where nothing is handed over and the uploader trades
// the id-token if the job may have one.
func (c *call) exchange(otherwise Credential) choice {
	if why := c.elsewhere(); why != "" {
		return choice{Unknown, "no credential is given here, and one may come from a configuration that is not known: " + why, nil}
	}
	switch c.ctx.IDToken {
	case Yes:
		return choice{TrustedPublishing, "no credential is given and the job may have an id-token", nil}
	case No:
		return choice{otherwise, "no credential is given and the job has no id-token", nil}
	}
	return choice{Unknown, "no credential is given, and whether the job may have an id-token is not known", nil}
}

// nothing is the class of an uploader without trusted publishing that is
// handed nothing.
func nothing() choice { return choice{Ambient, "no credential is given", nil} }

// inFile is the class by the .pypirc's section for a repository: false where
// it has no password.
func (c *call) inFile(name string) (choice, bool) {
	if password, ok := c.pypirc()[name]["password"]; ok && password != "" {
		return c.token(c.resolve(word{password, !dynamic(password)}, ".pypirc")), true
	}
	if c.ctx.PypircUnread {
		return choice{Token, ".pypirc, which the job writes", nil}, true
	}
	return choice{}, false
}

// texts are words as they are written, for Files.
func (c *call) texts(words []word) []string {
	var out []string
	for _, w := range words {
		v := c.resolve(w, "")
		if v.set() {
			out = append(out, v.text)
		}
	}
	return out
}

// files are the positional arguments, or the uploader's default.
func (c *call) files(words []word, otherwise string) []string {
	if files := c.texts(words); len(files) > 0 {
		return files
	}
	if otherwise == "" {
		return nil
	}
	return []string{otherwise}
}

func sink(uploader string, a address, ch choice) Sink {
	return Sink{Uploader: uploader, Index: a.url, IndexKnown: a.known, Credential: ch.credential,
		Why: ch.why, Secrets: ch.secrets, Attests: No}
}

// inAddress is the class of an upload whose address carries a password.
func inAddress(a address) choice {
	return choice{Token, a.from + ", which carries a password", a.secrets}
}
