// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/trust"
)

// audience is what tokens for Sigstore are made for.
const audience = "sigstore"

// tokenMargin is how long a token must be good for when it is used. One that
// expires on the way to Fulcio all the same is replaced.
const tokenMargin = 5 * time.Second

// signing is what attest and the gate have in common: a job that signs as
// itself.
type signing struct {
	*signingFlags
	env      *Env
	world    *world
	progress *progress
	bundles  string // folder

	first  *runner.IDToken
	claims runner.Claims
	config *trust.SigningConfig
	// notes are for every report, public for one of a release that was signed.
	notes, public []string
	stored        []string // addresses of what GitHub has taken
	written       bool
}

// identify asks for the job's token. From here on its claims, not the
// environment, say what is running.
func (s *signing) identify(ctx context.Context) error {
	s.progress.say("asking the runner for an identity token")
	token, err := s.world.commands().IDToken(ctx, audience, runner.TokenOptions{HTTPClient: s.env.Client, Budget: s.timeout, Now: s.env.Now})
	var permission *runner.PermissionError
	if errors.As(err, &permission) || errors.Is(err, runner.ErrOutsideActions) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	s.first, s.claims = token, token.Claims
	return s.world.fromClaims(s.claims)
}

// private says whether the repository's name is not for everybody.
func (s *signing) private() bool { return s.claims.RepositoryVisibility != "public" }

// instance chooses who signs: the public instance for public repositories,
// GitHub's own for others. It is not asked where --signing-config names the
// services. built is the policy's builder.instance.
func (s *signing) instance(built string) (trust.Instance, error) {
	private := s.private()
	if s.signingConfig == "" {
		switch {
		case built == policy.InstanceGitHub && s.publicGood:
			return "", usagef("reading the arguments: --public-good is given, and the policy says instance: github; leave the flag out, or change the policy")
		case built == policy.InstancePublicGood && private && !s.publicGood:
			return "", usagef("reading the policy: it says instance: public-good, and the repository is %s: signing there publishes its name in a log for ever; add --public-good if that is meant", s.claims.RepositoryVisibility)
		}
	}
	if private && s.publicGood {
		s.public = append(s.public, fmt.Sprintf("--public-good: the name of this %s repository, its workflow and its commit are now in a public log, for ever.", s.claims.RepositoryVisibility))
	}
	if s.signingConfig == "" && (built == policy.InstanceGitHub || private && !s.publicGood) {
		return trust.GitHub, nil
	}
	return trust.PublicGood, nil
}

// loadServices finds the services to sign with.
func (s *signing) loadServices(ctx context.Context, instance trust.Instance) error {
	var err error
	s.config, err = trust.LoadSigning(ctx, trust.SigningOptions{
		Instance: instance, File: s.signingConfig, Now: s.env.Now(), Client: s.env.Client, Repositories: s.env.TUF,
	})
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usageError{err}
		}
		return err
	}
	if p := s.config.Problem; p != nil {
		s.notes = append(s.notes, fmt.Sprintf("The list of Sigstore's current services could not be fetched (%v); the one built in, of %s, was used.", p.Err, p.Date.Format(time.DateOnly)))
	}
	return nil
}

// root is the trust root by which what the services sign will be verified.
func (s *signing) root(roots *trust.Set) (*trust.Root, error) {
	for _, r := range roots.Roots {
		if r.Instance == s.config.Instance {
			return r, nil
		}
	}
	return nil, fmt.Errorf("choosing the trust root: there is none of the instance %q", string(s.config.Instance))
}

// token returns the job's first token while it is good for long enough, and
// asks for another after that, which must be this job's too.
func (s *signing) token(ctx context.Context) (string, error) {
	if t := s.first; t != nil {
		s.first = nil
		if s.env.Now().Add(tokenMargin).Before(t.Claims.Expires) {
			return t.Secret(), nil
		}
	}
	t, err := s.world.commands().IDToken(ctx, audience, runner.TokenOptions{HTTPClient: s.env.Client, Budget: s.timeout, Now: s.env.Now})
	if err != nil {
		return "", err
	}
	if a, b := attest.Identity(s.claims), attest.Identity(t.Claims); !sameIdentity(a, b) {
		return "", errors.New("asking the runner for another identity token: it is not for the same job; run the job again")
	}
	return t.Secret(), nil
}

// signed signs the plan's statements. Nothing of it is verified yet.
func (s *signing) signed(ctx context.Context, plan *attest.Plan) (*attest.Release, error) {
	s.progress.say("signing")
	signer, err := attest.NewSigner(attest.SignerOptions{
		Config: s.config, Token: s.token, Timeout: s.timeout, Client: s.env.Client, UserAgent: userAgent(),
		Check: func(leaf *x509.Certificate) error { return attest.CheckCertificate(leaf, s.claims) },
	})
	if err != nil {
		return nil, err
	}
	bundles, err := signer.Sign(ctx, plan.Tasks())
	if err != nil {
		return nil, err
	}
	return plan.Render(bundles)
}
