// SPDX-License-Identifier: BSD-3-Clause

package workflow

import "slices"

// Access is how far a permission of GITHUB_TOKEN reaches.
type Access int

// The accesses. UnknownAccess depends on a setting of the repository that its files
// do not show, or on a value that could not be read.
const (
	NoAccess Access = iota
	ReadAccess
	WriteAccess
	UnknownAccess
)

// String names the access as a workflow would.
func (a Access) String() string {
	return [...]string{"none", "read", "write", "unknown"}[a]
}

// IDToken is the scope with which a job may ask for an OIDC token.
const IDToken = "id-token"

// Scopes are the permissions that a workflow may name, sorted.
var Scopes = []string{
	"actions", "artifact-metadata", "attestations", "checks", "contents", "deployments", "discussions", IDToken,
	"issues", "models", "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses", "workflows",
}

// PermissionsKind is which form a permissions block has.
type PermissionsKind int

// The forms. An empty block ({}) is Named without scopes.
const (
	Default  PermissionsKind = iota // no block: what the repository's settings say
	Named                           // scopes; what is not named is none
	ReadAll                         // read-all
	WriteAll                        // write-all
	Unread                          // a block that could not be read
)

// Permissions is a permissions block.
type Permissions struct {
	Kind   PermissionsKind
	Scopes []Scope // in the file's order
	Pos    Pos
}

// Scope is one line of a permissions block.
type Scope struct {
	Name   Text
	Access Access
}

// Of returns the access to a scope. Nil is [Default].
//
// By default the token may read contents and packages, and no job gets an
// OIDC token unless a block says so; for the rest a setting of the repository
// decides. write-all includes the OIDC token, read-all does not.
func (p *Permissions) Of(scope string) Access {
	if p == nil || p.Kind == Default {
		if scope == IDToken {
			return NoAccess
		}
		return UnknownAccess
	}
	switch p.Kind {
	case ReadAll:
		if scope == IDToken || scope == "workflows" {
			return NoAccess
		}
		return ReadAccess
	case WriteAll:
		if scope == "models" {
			return ReadAccess
		}
		return WriteAccess
	case Unread:
		return UnknownAccess
	}
	found := NoAccess
	for _, s := range p.Scopes { // a doubled key is a problem; the wider one is taken
		if equalFold(s.Name.Value, scope) {
			found = max(found, s.Access)
		}
	}
	return found
}

// EffectivePermissions returns the block that holds for a job: its own, else
// the workflow's, else [Default]. It never returns nil.
func (w *Workflow) EffectivePermissions(j *Job) *Permissions {
	if j != nil && j.Permissions != nil {
		return j.Permissions
	}
	if w.Permissions != nil {
		return w.Permissions
	}
	return &Permissions{}
}

// Intersect returns what a job of a called workflow may do: what it asks for,
// and no more than its caller has. Both are effective permissions; nil or
// [Default] for the callee means that it has what the caller has. (GitHub does
// not start a run whose callee asks for more.) A caller with the repository's
// default may be allowed to hand on an OIDC token that it does not itself get,
// so there the answer to a callee that asks is UnknownAccess.
func Intersect(caller, callee *Permissions) Permissions {
	if callee == nil || callee.Kind == Default {
		if caller == nil {
			return Permissions{}
		}
		return *caller
	}
	out := Permissions{Kind: Named, Pos: callee.Pos}
	for _, scope := range Scopes {
		if a := lesser(ceiling(caller, scope), callee.Of(scope)); a != NoAccess {
			out.Scopes = append(out.Scopes, Scope{Text{Value: scope, Line: callee.Pos.Line, Column: callee.Pos.Column, FirstLine: callee.Pos.Line}, a})
		}
	}
	return out
}

func ceiling(p *Permissions, scope string) Access {
	if (p == nil || p.Kind == Default) && scope == IDToken {
		return UnknownAccess
	}
	return p.Of(scope)
}

func lesser(a, b Access) Access {
	if a == NoAccess || b == NoAccess {
		return NoAccess
	}
	if a == UnknownAccess || b == UnknownAccess {
		return UnknownAccess
	}
	return min(a, b)
}

func knownScope(name string) bool { return slices.Contains(Scopes, name) }
