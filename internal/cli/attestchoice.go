// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"fmt"
	"slices"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/trust"
)

// withoutLog leaves out what nobody asked for by name where the public instance
// has no log any more that the index takes: a release need not wait for a new
// version of this program.
func (s *attesting) withoutLog() error {
	f := s.flags
	if s.config.Instance != trust.PublicGood || s.config.Rekor1 != nil || attest.IndexTakesRekorV2Since != "" || f.kindList != "" {
		return nil
	}
	s.notes = append(s.notes, "No attestations for the package index were made: Sigstore's public instance lists no log of version 1 any more, and this version of sallyport knows of no other that the index takes. Update sallyport.")
	return s.drop()
}

// drop plans again, without what goes to the index.
func (s *attesting) drop() error {
	s.flags.kinds = slices.DeleteFunc(s.flags.kinds, attest.Kind.ForIndex)
	if s.todo == nil {
		return nil
	}
	var err error
	s.todo, err = attest.NewPlan(s.flags.kinds, s.release.Files.Dists, s.bundles)
	return err
}

// assumePublisher takes the running workflow for the publisher's where nothing
// else says which one it is, as before a project's first release: the
// statement is about this job whatever the index will say of it.
func (s *attesting) assumePublisher() error {
	p := s.options.Policy
	if p.Publisher.Workflow != "" && p.Publisher.Repository != "" || !s.world.unpublished {
		return nil // it is known, or the gates say why it is not
	}
	at, err := runner.ParseWorkflowRef(s.claims.WorkflowRef)
	if err != nil {
		return err
	}
	full, err := p.With(policy.Overlay{Facts: []policy.Setting{
		{Key: "publisher.repository", Values: []string{s.claims.Repository}, From: "the job's token"},
		{Key: "publisher.workflow", Values: []string{at.File}, From: "the job's token"},
	}})
	if err != nil {
		return err
	}
	s.options.Policy, s.options.WhyUnknown = full.WithDefaults(), ""
	s.notes = append(s.notes, fmt.Sprintf("No policy file and no earlier release says which workflow publishes this project; it was taken to be the running one, %s. Write %s so that nothing is taken for granted.", at.File, policyPath))
	return nil
}

// choose chooses who signs, and what is made then: the index takes nothing but
// what the public instance signs.
func (s *attesting) choose() (trust.Instance, error) {
	f, built := s.flags, s.options.Policy.Builder.Instance
	private := s.private()
	chosen, err := s.instance(built)
	if err != nil {
		return "", err
	}
	withhold := chosen == trust.GitHub || private && !f.publicGood
	if !withhold || !slices.ContainsFunc(f.kinds, attest.Kind.ForIndex) {
		return chosen, nil
	}
	why := fmt.Sprintf("the repository is %s: --public-good makes them, which publishes its name in a log for ever", s.claims.RepositoryVisibility)
	if built == policy.InstanceGitHub {
		why = "the policy says instance: github"
	}
	if f.kindList != "" {
		return "", usagef("reading the arguments: --kinds names attestations for the package index, which takes only those of the public instance, and %s; leave out slsa and publish otherwise", why)
	}
	if f.signingConfig != "" {
		s.public = append(s.public, fmt.Sprintf("The bundles were entered in the logs that %s names, with the name of this %s repository.", f.signingConfig, s.claims.RepositoryVisibility))
	}
	s.notes = append(s.notes, fmt.Sprintf("No attestations for the package index were made: it takes only those of the public instance, and %s.", why))
	return chosen, s.drop()
}

// require has the gates ask for what is made here, whatever the policy wants in
// the end.
func (s *attesting) require() {
	p := *s.options.Policy
	makes := []string{}
	if slices.ContainsFunc(s.flags.kinds, func(k attest.Kind) bool { return k != attest.KindPublish }) {
		makes = append(makes, policy.RequireProvenance)
	}
	if hasKind(s.flags.kinds, attest.KindPublish) {
		makes = append(makes, policy.RequirePublish)
	} else if hasKind(s.flags.kinds, attest.KindSLSA) {
		s.public = append(s.public, "Publish attestations are left to PyPI's publish action: it makes them while it uploads, and refuses to run where one exists.")
	}
	p.Require = makes
	s.options.Policy = &p
}
