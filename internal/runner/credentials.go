// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"fmt"
	"slices"
	"strings"
)

// CredentialKind says in what form something lies in sight.
type CredentialKind string

// The kinds of credentials.
const (
	KindVariable CredentialKind = "variable"
	KindFile     CredentialKind = "file"
	// KindOption is a setting, in a variable or a file, that holds no secret
	// and changes what an uploader does.
	KindOption CredentialKind = "option"
)

// CredentialClass says what something in sight is.
type CredentialClass string

// The classes of credentials, and of settings that change what an uploader
// does.
const (
	ClassPassword CredentialClass = "password" // a password, or a token of unknown form
	ClassToken    CredentialClass = "token"    // an index's upload token: see Token
	ClassURL      CredentialClass = "url"      // an address with a password in it

	ClassKeyring        CredentialClass = "keyring"               // a store is asked for a password
	ClassIndex          CredentialClass = "index"                 // uploads go to Index
	ClassNoTrusted      CredentialClass = "no-trusted-publishing" // trusted publishing is switched off
	ClassNoAttestations CredentialClass = "no-attestations"       // attestations are not uploaded
)

// Secret reports whether the class is one of something that must be kept
// secret, rather than a setting.
func (c CredentialClass) Secret() bool {
	return c == ClassPassword || c == ClassToken || c == ClassURL
}

// The indexes that a credential may be for. The empty string is one that is
// not known: it may be PyPI.
const (
	IndexPyPI  = "pypi.org"
	IndexTest  = "test.pypi.org"
	IndexOther = "other" // surely neither of the two
)

// TokenClass is what an upload token says of itself.
type TokenClass struct {
	Host   string // [IndexPyPI], [IndexTest], or ""
	Origin string // minted (by trusted publishing), user, or unknown
	Scope  string // project, account, or unknown
}

// Credential is something by which an upload could happen in another way than
// by trusted publishing, or to another index. It holds names and no value, nor
// anything that depends on one but its class.
type Credential struct {
	// Name is the variable's; in a file, the section and the key as far as they
	// are plain words. At most 120 characters without control characters.
	Name string
	Kind CredentialKind
	// Where is "the environment", or the file: ~/… in this step's home folder,
	// ./… in the workspace, and "the runner's ~/…" in that of the runner.
	Where string
	Class CredentialClass
	Token TokenClass // of ClassToken
	Index string     // [IndexPyPI], [IndexTest], [IndexOther] or ""
}

// Unseen is something that may hold credentials and could not be looked at.
type Unseen struct {
	What   string // "~/.pypirc", "the runner's home folder"
	Reason string // why, and how to have it looked at
	// Outside is set for what no step of this form can see, however it stands;
	// otherwise something is there that could not be read.
	Outside bool
}

// CredentialOptions say where to look.
type CredentialOptions struct {
	// Names are the names of all variables. Without them, variables whose names
	// are composed (poetry's) and tokens in others are unseen.
	Names []string
	// Classify reads an upload token offline; false says that it is none. Nil
	// takes whatever has the form for a token of unknown kind.
	Classify func(token string) (TokenClass, bool)
	// Workspace is the job's folder; "" is unseen.
	Workspace string
	// RunnerHome is where the runner's own home folder is mounted, which a
	// container action does not see; "" is unseen.
	RunnerHome string
	// HomeIsRunners says that this program runs on the runner itself, so that
	// HOME is the runner's own.
	HomeIsRunners bool
}

// Credentials looks for what uploaders take for a credential, or for a setting
// that leads an upload astray, in the environment and in the files that they
// read below HOME, the workspace and the runner's home folder. Files are read
// up to 1 MiB and never through a link that leads out of those folders.
//
// It sees what this step sees: variables that only another step has are not
// among them, nor is the content of a keyring. Both lists are in a fixed order.
func Credentials(look Lookup, o CredentialOptions) ([]Credential, []Unseen) {
	s := &sight{look: look, o: o, seen: map[string]bool{}}
	s.variables()
	s.files()
	return slices.Clip(s.found), slices.Clip(s.unseen)
}

// sight is one look around.
type sight struct {
	look   Lookup
	o      CredentialOptions
	found  []Credential
	unseen []Unseen
	seen   map[string]bool // names and places of what was found or read
	full   bool            // more was found than is listed
}

// add appends what was found, once for a place, a name and an index.
func (s *sight) add(c Credential) {
	key := strings.Join([]string{c.Where, c.Name, c.Index}, "\x00")
	switch {
	case s.seen[key]:
		return
	case len(s.found) < maxFound:
		s.found = append(s.found, c)
	case len(s.found) == maxFound && !s.full:
		s.full = true
		s.miss(false, "all further credentials", fmt.Sprintf("more than %d were found; remove those that are listed", maxFound))
	}
	s.seen[key] = true
}

func (s *sight) miss(outside bool, what, reason string) {
	s.unseen = append(s.unseen, Unseen{What: what, Reason: reason, Outside: outside})
}

const (
	// maxFound bounds what is listed: enough to act on.
	maxFound = 200
	// maxLooked bounds how many texts of one form are looked at in one value.
	maxLooked = 4096
)

// value returns a variable, "" where it is unset.
func (s *sight) value(name string) string {
	v, _ := s.look(name)
	return v
}

// token returns the class of the first upload token in a text.
func (s *sight) token(text string) (TokenClass, bool) {
	for _, t := range tokenForm.FindAllString(text, maxLooked) {
		if s.o.Classify == nil {
			return TokenClass{Origin: "unknown", Scope: "unknown"}, true
		}
		if class, ok := s.o.Classify(t); ok {
			return class, true
		}
		if len(t) > 80 && t[len("pypi-")] == 'M' { // the first form, long out of use
			return TokenClass{Origin: "unknown", Scope: "unknown"}, true
		}
	}
	return TokenClass{}, false
}

// secret fills in what a secret text is: an upload token, an address with a
// password, or just a password.
func (s *sight) secret(c Credential, text string) Credential {
	c.Class = ClassPassword
	if class, ok := s.token(text); ok {
		c.Class, c.Token = ClassToken, class
		if class.Host != "" {
			c.Index = class.Host
		}
	} else if index, ok := addressSecret(text, true); ok {
		c.Class = ClassURL
		if c.Index == "" {
			c.Index = index
		}
	}
	return c
}
