// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gate/build"
	"github.com/scientific-python/sallyport/internal/github"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/pypi"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// policyPath is where a repository keeps its policy, and misnamedPath where it
// may lie by mistake: a policy that nobody reads is no policy.
const (
	policyPath   = ".github/sallyport.yml"
	misnamedPath = ".github/sallyport.yaml"
)

func misnamed() error {
	return usagef("reading the policy: there is no %s, but %s; rename it", policyPath, misnamedPath)
}

// world is the runner, GitHub and the index, as far as a command may use them.
type world struct {
	env     *Env
	runner  *runner.Runner
	facts   runner.Facts
	offline bool
	client  *github.Client // made on first use
	// unpublished says that the index was asked, and knows no publisher.
	unpublished bool
	// claimed says that the facts are from the job's identity token.
	claimed bool
}

// inActions says whether the program runs in a job of Actions. A token of the
// job proves it even where a step took GITHUB_ACTIONS away.
func (w *world) inActions() bool { return w.claimed || w.runner.Active() }

func newWorld(e *Env, c *common) (*world, error) {
	w := &world{env: e, offline: c.offline, runner: runner.New(e.Lookup, e.Stdout)}
	if w.runner.Active() {
		var err error
		if w.facts, err = w.runner.Facts(); err != nil {
			return nil, usageError{fmt.Errorf("reading the runner's facts: %w", err)}
		}
	}
	return w, nil
}

func (w *world) lookup(names ...string) string {
	for _, n := range names {
		if v, ok := w.env.Lookup(n); ok && v != "" {
			return v
		}
	}
	return ""
}

func (w *world) noColor() bool { return w.lookup("NO_COLOR") != "" || w.lookup("TERM") == "dumb" }

func (w *world) workspace() string {
	ws, _ := w.facts.Workspace.Get()
	return ws
}

// userAgent names the program to the services it asks.
func userAgent() string { return "sallyport/" + Version }

// Attestations are a few kilobytes; what GitHub answers must fit into memory
// beside everything else.
const (
	maxBundle  = evidence.MaxDocument
	maxBundles = 16 << 20
)

func (w *world) token() string { return w.lookup("INPUT_GITHUB-TOKEN", "GITHUB_TOKEN", "GH_TOKEN") }

// github makes the API's client: of the runner's API address in Actions, else
// of github.com, with whatever token the environment has.
func (w *world) github() (*github.Client, error) {
	if w.client != nil {
		return w.client, nil
	}
	base, _ := w.facts.APIURL.Get()
	server, _ := w.facts.ServerURL.Get()
	token := w.token()
	c, err := github.New(github.Options{
		BaseURL: base, ServerURL: server, Token: token, HTTPClient: w.env.Client, UserAgent: userAgent(), MaxBundle: maxBundle, MaxTotal: maxBundles,
	})
	if err == nil {
		err = checkAPI(base)
	}
	if err != nil {
		return nil, usageError{err}
	}
	if token != "" && w.runner.Active() {
		// The runner takes commands from standard error too, which leaves
		// standard output to the report.
		if err := runner.New(w.env.Lookup, w.env.Stderr).Mask(token); err != nil {
			return nil, fmt.Errorf("masking the token: %w", err)
		}
	}
	w.client = c
	return c, nil
}

// policyFile is a policy file that was read, or none (nil) with where it would
// have been.
type policyFile struct {
	file   *policy.File
	commit string
}

// choosePolicy chooses the publisher that fits the release, and completes it
// from flags, facts and the index.
func (w *world) choosePolicy(ctx context.Context, read policyFile, s *settings, overlay policy.Overlay, r *gate.Release, o *gate.Options) error {
	p, err := read.choose(s, r)
	if err != nil {
		return err
	}
	if p, err = p.With(overlay); err != nil {
		return err
	}
	if p.Origin.Source != policy.SourceFile && (p.Publisher.Repository == "" || p.Publisher.Workflow == "") {
		if p, err = w.registered(ctx, p, s.project(r), o); err != nil {
			return err
		}
	}
	if err := p.CheckIgnores(w.env.Now(), gate.Waivable); err != nil {
		return err
	}
	o.Policy = p.WithDefaults()
	return nil
}

// choose is what the file itself says of the publisher that fits the release:
// without a file, nothing.
func (read policyFile) choose(s *settings, r *gate.Release) (*policy.Policy, error) {
	if read.file == nil {
		return policy.New(), nil
	}
	p, err := read.file.Choose(s.project(r), s.get("index"), s.get("workflow"))
	if err != nil {
		return nil, err
	}
	p.Origin.Commit = read.commit
	return p, nil
}

// project is the one that a flag names, or else that of all files.
func (s *settings) project(r *gate.Release) string {
	if name := s.get("project"); name != "" {
		return name
	}
	return onlyProject(r)
}

// onlyProject is the project of all files, or "" where they are of several.
func onlyProject(r *gate.Release) string {
	name := ""
	for _, d := range r.Files.Dists {
		if name != "" && d.Name.Normalized != name {
			return ""
		}
		name = d.Name.Normalized
	}
	return name
}

// readPolicy reads the file that --policy names; else, in Actions, the file at
// the run's own commit through the API; else the checkout's.
func (w *world) readPolicy(ctx context.Context, c *common, o *gate.Options) (read policyFile, err error) {
	switch {
	case c.policy != "":
		read.file, err = policy.ReadFile(c.policy)
		if w.inActions() {
			o.Before.Add(gate.PolicyFromWorkTree.Found("", "leave --policy out: the file is then read at the run's commit", "the policy was read from %q in the work tree", c.policy))
		}
	case w.inActions():
		read.file, read.commit, err = w.policyAtCommit(ctx, o)
	default:
		path := filepath.Join(c.repo, filepath.FromSlash(policyPath))
		if _, gone := os.Lstat(path); !errors.Is(gone, fs.ErrNotExist) {
			read.file, err = policy.ReadFile(path)
		} else if _, gone := os.Lstat(filepath.Join(c.repo, filepath.FromSlash(misnamedPath))); gone == nil {
			err = misnamed()
		}
	}
	return read, err
}

// policyAtCommit reads the policy at the commit of the running workflow. No
// file there means that the project has none; anything else that goes wrong
// blocks, since defaults could be looser.
func (w *world) policyAtCommit(ctx context.Context, o *gate.Options) (*policy.File, string, error) {
	unread := func(format string, args ...any) {
		o.Before.Skip(gate.PolicyUnread.Undecided("", format, args...))
	}
	commit, ok := w.facts.WorkflowSHA.Get()
	repository, ok2 := w.facts.Repository.Get()
	owner, name, _ := strings.Cut(repository, "/")
	switch {
	case w.offline:
		unread("--offline forbids asking GitHub for the policy at the run's commit; name the file with --policy, or leave --offline out")
		return nil, "", nil
	case !ok || !ok2:
		unread("the runner does not say at which commit its workflow is (GITHUB_WORKFLOW_SHA, GITHUB_REPOSITORY); name the file with --policy")
		return nil, "", nil
	}
	client, err := w.github()
	if err != nil {
		return nil, "", err
	}
	data, err := client.Contents(ctx, owner, name, policyPath, commit)
	var missing *github.NotFoundError
	if errors.As(err, &missing) {
		// GitHub says "not found" also to a token that may read nothing. Only
		// where the running workflow's own file is there, the policy is not.
		if _, werr := client.Contents(ctx, owner, name, ".github/workflows/"+w.facts.Workflow.File, commit); werr != nil {
			unread("GitHub finds no %s at commit %s, but not the running workflow's own file either (%v), so the token may not read the repository; add permissions: contents: read to the job", policyPath, commit, werr)
			return nil, "", nil
		}
		switch _, err := client.Contents(ctx, owner, name, misnamedPath, commit); {
		case err == nil:
			return nil, "", misnamed()
		case !errors.As(err, &missing):
			unread("%v", err)
		}
		return nil, "", nil
	}
	if err != nil {
		unread("%v", err)
		return nil, "", nil
	}
	file, err := policy.Parse(data, policyPath)
	return file, commit, err
}

// registered completes a policy that no file was written for from the index.
func (w *world) registered(ctx context.Context, p *policy.Policy, project string, o *gate.Options) (*policy.Policy, error) {
	switch {
	case w.offline:
		o.WhyUnknown = "there is no policy file, and --offline forbids asking the index"
		return p, nil
	case project == "":
		o.WhyUnknown = "there is no policy file, and the files are not of one project that the index could be asked about; pass --project"
		return p, nil
	case p.Index() != policy.DefaultIndex:
		o.WhyUnknown = fmt.Sprintf("there is no policy file, and only PyPI is asked for publishers, not %q", p.Index())
		return p, nil
	}
	client, err := pypi.New(pypi.Options{BaseURL: w.env.Index, HTTPClient: w.env.Client, UserAgent: userAgent()})
	if err != nil {
		return nil, usageError{err}
	}
	pub, file, err := client.RegisteredPublisher(ctx, project)
	w.unpublished = errors.Is(err, pypi.ErrNoProvenance) || errors.Is(err, pypi.ErrNotFound)
	switch {
	case err != nil:
		o.WhyUnknown = fmt.Sprintf("there is no policy file, and asking the index: %v", err)
		return p, nil
	case pub.Kind != pypi.KindGitHub:
		o.WhyUnknown = fmt.Sprintf("there is no policy file, and the last release with provenance was published by a %q publisher", pub.Kind)
		return p, nil
	}
	o.Registered = &build.Registered{Repository: pub.Repository, Workflow: pub.Workflow, Environment: pub.Environment, File: file}
	var facts []policy.Setting
	for key, value := range map[string]string{"project": project, "publisher.repository": pub.Repository, "publisher.workflow": pub.Workflow, "publisher.environment": pub.Environment} {
		if value != "" {
			facts = append(facts, policy.Setting{Key: key, Values: []string{value}, From: "the index"})
		}
	}
	full, err := p.With(policy.Overlay{Facts: facts})
	if err != nil {
		o.Registered, o.WhyUnknown = nil, fmt.Sprintf("the index names a publisher that is none: %v", err)
		return p, nil
	}
	return full, nil
}

// fetch asks GitHub for the attestations of all files. Failures are kept for
// the rules: they matter only where an attestation is missing.
func (w *world) fetch(ctx context.Context, asked bool, r *gate.Release, o *gate.Options) error {
	owner, name, ok := strings.Cut(o.Policy.Publisher.Repository, "/")
	if !ok {
		if asked {
			return usagef("reading the arguments: --from-github needs to know the repository; add --repository OWNER/NAME, or publisher.repository to the policy")
		}
		return nil
	}
	client, err := w.github()
	if err != nil {
		return err
	}
	var digests []string
	for _, d := range r.Files.Dists {
		digests = append(digests, d.Digest.Hex())
	}
	if len(digests) == 0 {
		return nil
	}
	o.Unread = map[string]string{}
	result, err := client.Attestations(ctx, github.Query{Owner: owner, Repo: name, Digests: digests})
	if err != nil {
		for _, d := range digests {
			o.Unread[d] = err.Error()
		}
		return nil
	}
	for _, d := range result.Digests {
		if d.Err != nil {
			o.Unread[d.SHA256] = d.Err.Error()
		}
		for _, a := range d.Attestations {
			if a.Err != nil {
				o.Unread[d.SHA256] = a.Err.Error()
				continue
			}
			docs, err := evidence.Split(a.Bundle, a.Source, evidence.GitHubAPI)
			if err != nil {
				o.Unread[d.SHA256] = "its answer holds something that is no attestation"
				continue
			}
			for i := range docs {
				docs[i].ByGitHub = a.Initiator == github.InitiatorGitHub
			}
			o.GitHub = append(o.GitHub, docs...)
		}
	}
	return nil
}

// toGitHub writes annotations and the step summary, which must be there where
// this form was asked for.
func (w *world) toGitHub(rep *report.Report, asked bool) error {
	var problems []error
	for _, a := range report.Annotations(rep, 0) {
		if err := w.runner.Annotate(a.Level, a.File, a.Line, a.Col, a.Title, a.Message); err != nil && !errors.Is(err, runner.ErrFull) {
			problems = append(problems, err)
		}
	}
	// A step always has a summary; a program that a step starts may not.
	if w.runner.Active() && (w.lookup("GITHUB_STEP_SUMMARY") != "" || asked) {
		problems = append(problems, w.writeSummary(rep))
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("writing to the runner: %w", err)
	}
	return nil
}
