// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// readEnvironments is the permission that environments need in a repository
// that is not public.
const readEnvironments = "actions: read"

// Environment is what GitHub says of a deployment environment.
type Environment struct {
	Name string
	// Missing says that the repository has no such environment. GitHub makes
	// one, without any protection, as soon as a job names it.
	Missing bool
	// RequiresReview says that a job waits until a reviewer approves it.
	// Reviewers may be empty all the same where the token may not see them.
	RequiresReview bool
	// Reviewers are the people and teams of which one must approve.
	Reviewers []Reviewer
	// PreventSelfReview says that who started the run may not approve it.
	PreventSelfReview bool
	// WaitMinutes is how long a job waits at least.
	WaitMinutes int64
	// AdminsBypass says that administrators may skip all of this, as they may
	// unless it was switched off.
	AdminsBypass bool
	// Apps are the GitHub apps that decide as well, by their slugs. Where they
	// could not be read, AppsErr says why.
	Apps    []string
	AppsErr error
	// OtherRules are rules of kinds that are not known here.
	OtherRules []string
	// Restriction says which branches and tags may use the environment.
	Restriction Restriction
	// Policies are the patterns, where Restriction is Selected. Where they
	// could not be read, PoliciesErr says why.
	Policies    []DeploymentPolicy
	PoliciesErr error
	// AnyProtected says whether any branch is protected, where Restriction is
	// ProtectedOnly: without one, GitHub lets every branch in. Unknown where
	// none was seen, since a rule may be there for branches to come.
	AnyProtected Known
}

// Reviewer is a person or a team.
type Reviewer struct {
	Type string // "User" or "Team"
	Name string // login or slug; foreign text
}

// Restriction says which refs may use an environment.
type Restriction int8

// The restrictions that GitHub offers.
const (
	Unrestricted  Restriction = iota
	ProtectedOnly             // protected branches, and no tag
	Selected                  // branches and tags by pattern
)

// DeploymentPolicy is a pattern for the branches or tags that may use an
// environment.
type DeploymentPolicy struct {
	Pattern string // fnmatch; foreign text
	Tag     bool   // for tags; otherwise for branches
}

// Environment reads an environment with all that protects it. One that does
// not exist is an answer: Missing. GitHub answers 404 for that and for what
// the token may not see; therefore the list of environments decides.
//
// Error: [*UnreadableError]; of a part alone it is in the part's own field.
func (c *Client) Environment(ctx context.Context, owner, repo, env string) (Environment, error) {
	e, err := c.environment(ctx, owner, repo, env)
	return e, unreadable(err, readEnvironments, "the environment %q of %s/%s", env, owner, repo)
}

func (c *Client) environment(ctx context.Context, owner, repo, env string) (Environment, error) {
	if err := checkRepository(owner, repo); err != nil {
		return Environment{}, err
	}
	if env == "" || env == "." || env == ".." || len(env) > 255 || strings.ContainsFunc(env, unicode.IsControl) {
		return Environment{}, fmt.Errorf("asking GitHub: %q is not the name of an environment", env)
	}
	path := "/repos/" + owner + "/" + repo + "/environments/" + url.PathEscape(env)
	var e Environment
	err := c.get(ctx, path, nil, maxSetting, func(d *httpx.Decoder) (err error) {
		e, err = decodeEnvironment(d)
		return err
	})
	switch {
	case missing(err):
		return c.missingEnvironment(ctx, owner, repo, env)
	case err != nil:
		return Environment{}, err
	case !strings.EqualFold(e.Name, env):
		return Environment{}, &AnswerError{URL: c.http.URL(path, nil), Err: errors.New("it is of another environment")}
	}
	e.Apps, e.AppsErr = entire(ctx, c, path+"/deployment_protection_rules", nil, "custom_deployment_protection_rules", 2, decodeApp)
	if missing(e.AppsErr) {
		// The environment itself could be read, with the same permission.
		e.AppsErr = nil
	}
	e.AppsErr = unreadable(e.AppsErr, readEnvironments, "the apps that protect the environment %q of %s/%s", env, owner, repo)
	e.Apps = compact(e.Apps)
	switch e.Restriction {
	case Selected:
		// GitHub has this list only where the restriction is by pattern.
		e.Policies, e.PoliciesErr = entire(ctx, c, path+"/deployment-branch-policies", nil, "branch_policies", 10, decodePolicy)
		e.PoliciesErr = unreadable(gone(e.PoliciesErr, "list"), readEnvironments, "the branches and tags that may use the environment %q of %s/%s", env, owner, repo)
	case ProtectedOnly:
		some, _, err := pages(ctx, c, "/repos/"+owner+"/"+repo+"/branches", url.Values{"protected": {"true"}}, "", 1, decodeBranch)
		for _, b := range some {
			if err == nil && b.Protected {
				e.AnyProtected = Yes
			}
		}
	}
	return e, nil
}

// missingEnvironment is the answer where there is no environment of a name.
// The list of all of them must bear it out, or the repository be public: then
// nobody needs a permission to see it.
func (c *Client) missingEnvironment(ctx context.Context, owner, repo, env string) (Environment, error) {
	all := "/repos/" + owner + "/" + repo + "/environments"
	names, err := entire(ctx, c, all, nil, "environments", 10, decodeNamed)
	if missing(err) {
		about, aboutErr := c.About(ctx, owner, repo)
		if aboutErr == nil && !about.Private {
			err = nil
		}
	}
	if err != nil {
		return Environment{}, gone(err, "environment")
	}
	for _, n := range names {
		if strings.EqualFold(n, env) {
			return Environment{}, &AnswerError{URL: c.http.URL(all, nil), Err: errors.New("the environment is listed, and not found by its name")}
		}
	}
	return Environment{Name: env, Missing: true, AdminsBypass: true}, nil
}

// compact drops empty strings.
func compact(all []string) []string {
	var out []string
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
