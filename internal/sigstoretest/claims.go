// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto/x509/pkix"
	"fmt"
	"strings"
)

// The constants of [GitHubClaims].
const (
	// GitHubServer is GitHub's address, the prefix of every URI claim.
	GitHubServer = "https://github.com"
	// GitHubIssuer is the issuer of GitHub's workflow tokens.
	GitHubIssuer = "https://token.actions.githubusercontent.com"
	// DefaultCommit is the commit that everything is built from.
	DefaultCommit = "3f7a1c0de5b94286a1e07cd95b2f8640937be1d2"
)

// Claims is what a certificate says about the workflow run that asked for it.
// The number at a field is its extension under 1.3.6.1.4.1.57264.1; an empty
// field leaves the extension out. The deprecated extensions .1 to .6 are
// written too, from the same fields, as Fulcio does. Nothing is checked: claims
// that contradict each other make a certificate that does.
type Claims struct {
	SAN   string // subject alternative name, a URI
	Email string // subject alternative name, an e-mail address; after SAN if both are set
	// ExtraURIs are further URI names after SAN.
	ExtraURIs []string

	Issuer                 string // .8 and .1
	BuildSignerURI         string // .9: the workflow file that holds the signing job, with its ref
	BuildSignerDigest      string // .10
	RunnerEnvironment      string // .11: github-hosted or self-hosted
	SourceRepositoryURI    string // .12 and, without the server, .5
	SourceRepositoryDigest string // .13 and .3
	SourceRepositoryRef    string // .14 and .6
	RepositoryID           string // .15
	OwnerURI               string // .16
	OwnerID                string // .17
	BuildConfigURI         string // .18: the workflow file that was started, with its ref
	BuildConfigDigest      string // .19
	Trigger                string // .20 and .2
	RunURI                 string // .21, with /attempts/N
	Visibility             string // .22: public, internal or private
	Environment            string // .23
	TokenSubject           string // .24
	WorkflowName           string // .4, the workflow's display name

	// Omit leaves out extensions by number, .1 to .24, whatever the fields say.
	Omit []int
	// Extra holds extensions as they are. One with the OID of a claim takes
	// that claim's place, others come after the claims.
	Extra []pkix.Extension
}

// GitHubClaims returns what GitHub claims for a push of tag v1.0.0 to the
// public repository octo-sci/samplepkg that runs release.yml, in a job without
// an environment. All fields agree with each other.
func GitHubClaims() Claims {
	const repository = GitHubServer + "/octo-sci/samplepkg"
	const workflow = repository + "/.github/workflows/release.yml@refs/tags/v1.0.0"
	return Claims{
		SAN:                    workflow,
		Issuer:                 GitHubIssuer,
		BuildSignerURI:         workflow,
		BuildSignerDigest:      DefaultCommit,
		RunnerEnvironment:      "github-hosted",
		SourceRepositoryURI:    repository,
		SourceRepositoryDigest: DefaultCommit,
		SourceRepositoryRef:    "refs/tags/v1.0.0",
		RepositoryID:           "100200300",
		OwnerURI:               GitHubServer + "/octo-sci",
		OwnerID:                "400500",
		BuildConfigURI:         workflow,
		BuildConfigDigest:      DefaultCommit,
		Trigger:                "push",
		RunURI:                 repository + "/actions/runs/11122233344/attempts/1",
		Visibility:             "public",
		TokenSubject:           "repo:octo-sci/samplepkg:ref:refs/tags/v1.0.0",
		WorkflowName:           "release",
	}
}

// Repository returns OWNER/NAME of the source repository.
func (c Claims) Repository() string {
	return strings.TrimPrefix(c.SourceRepositoryURI, GitHubServer+"/")
}

// WithRepository moves the run to another repository, given as OWNER/NAME. The
// numeric ids stay: change them with [Claims.WithIDs]. A signer in a third
// repository stays too.
func (c Claims) WithRepository(repository string) Claims {
	before, after := c.SourceRepositoryURI+"/", GitHubServer+"/"+repository+"/"
	for _, uri := range []*string{&c.SAN, &c.BuildSignerURI, &c.BuildConfigURI, &c.RunURI} {
		if rest, ok := strings.CutPrefix(*uri, before); ok {
			*uri = after + rest
		}
	}
	owner, _, _ := strings.Cut(repository, "/")
	c.SourceRepositoryURI = GitHubServer + "/" + repository
	c.OwnerURI = GitHubServer + "/" + owner
	return c.withSubject()
}

// WithIDs sets the numeric ids of the repository and its owner.
func (c Claims) WithIDs(repository, owner string) Claims {
	c.RepositoryID, c.OwnerID = repository, owner
	return c
}

// WithWorkflow makes the run one of another workflow file of the repository,
// given by its name under .github/workflows. A reusable signer stays.
func (c Claims) WithWorkflow(file string) Claims {
	_, ref, _ := strings.Cut(c.BuildConfigURI, "@")
	return c.withConfig(c.SourceRepositoryURI + "/.github/workflows/" + file + "@" + ref)
}

// WithRef makes the run one of another full ref, such as refs/heads/main. A
// signer in the same repository moves along; one in another repository stays.
func (c Claims) WithRef(ref string) Claims {
	local := c.SourceRepositoryURI + "/"
	for _, uri := range []*string{&c.SAN, &c.BuildSignerURI, &c.BuildConfigURI} {
		if file, old, _ := strings.Cut(*uri, "@"); old == c.SourceRepositoryRef && strings.HasPrefix(*uri, local) {
			*uri = file + "@" + ref
		}
	}
	c.SourceRepositoryRef = ref
	return c.withSubject()
}

// WithCommit makes the run one of another commit. A signer whose digest was
// another commit than the run's stays.
func (c Claims) WithCommit(commit string) Claims {
	before := c.SourceRepositoryDigest
	for _, digest := range []*string{&c.BuildSignerDigest, &c.BuildConfigDigest} {
		if *digest == before {
			*digest = commit
		}
	}
	c.SourceRepositoryDigest = commit
	return c
}

// WithEvent sets the event that started the run.
func (c Claims) WithEvent(event string) Claims {
	c.Trigger = event
	return c.withSubject()
}

// WithEnvironment puts the signing job into a deployment environment; empty
// takes it out of any.
func (c Claims) WithEnvironment(name string) Claims {
	c.Environment = name
	return c.withSubject()
}

// WithReusable makes a reusable workflow the signer: its URI with ref, and the
// commit that this ref meant.
func (c Claims) WithReusable(signerURI, digest string) Claims {
	c.SAN, c.BuildSignerURI, c.BuildSignerDigest = signerURI, signerURI, digest
	return c
}

// WithLocalReusable makes a reusable workflow of the same repository the
// signer, given by its name under .github/workflows: GitHub claims it at the
// run's own ref and commit.
func (c Claims) WithLocalReusable(file string) Claims {
	_, ref, _ := strings.Cut(c.BuildConfigURI, "@")
	return c.WithReusable(c.SourceRepositoryURI+"/.github/workflows/"+file+"@"+ref, c.SourceRepositoryDigest)
}

// WithRun sets the run's number and attempt.
func (c Claims) WithRun(id int64, attempt int) Claims {
	c.RunURI = fmt.Sprintf("%s/actions/runs/%d/attempts/%d", c.SourceRepositoryURI, id, attempt)
	return c
}

// withConfig replaces the started workflow, and the signer if it was the same.
func (c Claims) withConfig(uri string) Claims {
	before := c.BuildConfigURI
	for _, u := range []*string{&c.SAN, &c.BuildSignerURI, &c.BuildConfigURI} {
		if *u == before {
			*u = uri
		}
	}
	return c
}

// withSubject derives the token's subject by GitHub's default template. An
// absent subject stays absent.
func (c Claims) withSubject() Claims {
	if c.TokenSubject == "" {
		return c
	}
	context := "ref:" + c.SourceRepositoryRef
	switch {
	case c.Environment != "":
		// GitHub escapes the separator in environment names.
		context = "environment:" + strings.ReplaceAll(c.Environment, ":", "%3A")
	case c.Trigger == "pull_request":
		// Not pull_request_target: that one runs on the base branch.
		context = "pull_request"
	}
	c.TokenSubject = "repo:" + c.Repository() + ":" + context
	return c
}
