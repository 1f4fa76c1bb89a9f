// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/policy"
)

// auditFlags are the flags of "sallyport audit".
type auditFlags struct {
	common
	settings
	strict   bool
	workTree bool
	commit   string
}

// auditSettings are the policy's keys that have a flag here.
var auditSettings = []string{"project", "repository", "workflow", "environment", "index"}

func auditCommand(e *Env) *cobra.Command {
	f := &auditFlags{}
	cmd := &cobra.Command{
		Use:   "audit [DIR]",
		Short: "Find every way by which a repository's workflows reach a package index",
		Long: `Read the GitHub Actions workflows of a repository and find every way by which
they reach a package index: which job uploads, with which credential, what runs
beside it, and what flows into the files. Anything but trusted publishing, in a
protected environment, from files nobody else can write, is a finding.

In a checkout the files are read at its commit, from git's objects. A folder
without .git is read as it lies there. Nothing in the repository is run.

Exit code: 0 all is well, 1 something deviates, 2 something could not be
checked, 3 bad usage or configuration.`,
		Example: `  sallyport audit
  sallyport audit --work-tree ~/src/samplepkg`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("reading the arguments: audit takes one folder, not %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runAudit(cmd, e, f, args) },
	}
	flags := cmd.Flags()
	f.common.register(flags)
	f.settings.register(flags, auditSettings...)
	flags.BoolVar(&f.strict, "strict", false, "treat warnings as errors, and whatever could not be checked as blocking")
	flags.BoolVar(&f.workTree, "work-tree", false, "audit the files as they lie in the folder, uncommitted changes included")
	flags.Var(&once{at: &f.commit}, "commit", "audit the files of this `COMMIT` (40 hex digits) of the checkout; default: the run's, else HEAD")
	return cmd
}

func runAudit(cmd *cobra.Command, e *Env, f *auditFlags, args []string) error {
	ctx := cmd.Context()
	if err := f.dir(cmd, args); err != nil {
		return err
	}
	if err := f.common.check(cmd); err != nil {
		return err
	}
	w, err := newWorld(e, &f.common)
	if err != nil {
		return err
	}
	progress := newProgress(e)
	defer progress.done()
	o := gate.AuditOptions{Strict: f.strict, Tool: tool()}
	progress.say("reading the workflows")
	tree, commit, err := w.auditedTree(f, &o)
	if err != nil {
		return err
	}
	file, err := readTreePolicy(f, tree)
	if err != nil {
		return err
	}
	if err := w.auditPolicies(cmd, f, file, commit, &o); err != nil {
		return err
	}
	read, err := gate.ReadWorkflows(tree, o.Repository, o.DefaultBranch)
	if err != nil {
		return fmt.Errorf("reading the workflows of %q: %w", f.repo, err)
	}
	progress.say("asking GitHub for the repository's settings")
	if err := w.readSettings(ctx, read, &o); err != nil {
		return err
	}
	rep := gate.Audit(read, o)
	progress.done()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("auditing the workflows: stopped before the end: %w", err)
	}
	return f.common.write(e, w, rep)
}

// dir takes the folder from the argument or --repo, which mean the same.
func (f *auditFlags) dir(cmd *cobra.Command, args []string) error {
	for _, flag := range []string{"commit"} {
		if cmd.Flags().Changed(flag) && cmd.Flags().Lookup(flag).Value.String() == "" {
			return usagef("reading the arguments: --%s is given an empty value; leave the flag out, or give a value", flag)
		}
	}
	if f.workTree && f.commit != "" {
		return usagef("reading the arguments: --work-tree and --commit are both given; give one")
	}
	switch given := cmd.Flags().Changed("repo"); {
	case len(args) == 1 && args[0] == "":
		return usagef("reading the arguments: the folder is given as an empty argument; leave it out for the current folder")
	case len(args) == 1 && given && filepath.Clean(f.repo) != filepath.Clean(args[0]):
		return usagef("reading the arguments: the folder is given twice, as %q and by --repo as %q; give one", args[0], f.repo)
	case len(args) == 1:
		f.repo = args[0]
		if info, err := os.Stat(f.repo); err != nil {
			return usagef("reading the arguments: %q: %w; name the folder of a repository", f.repo, cause(err))
		} else if !info.IsDir() {
			return usagef("reading the arguments: %q is no folder; name the folder of a repository", f.repo)
		}
	case !given:
		f.repo = "."
	}
	return nil
}

// auditedTree opens what is audited: the files of a commit, or those that lie
// in the folder. Which of them it was, the report says.
func (w *world) auditedTree(f *auditFlags, o *gate.AuditOptions) (tree fs.FS, commit string, err error) {
	why := "--work-tree asks for that"
	if !f.workTree {
		tree, commit, err = w.commitTree(f, o)
		if tree != nil || err != nil {
			return tree, commit, err
		}
		if w.runner.Active() {
			// What lies in the folder an earlier step, or an artifact, can have
			// brought along.
			return nil, "", usagef("reading the workflows: %q holds no .git, so what the run's commit says of policy and workflows is not known; add actions/checkout to the job, before this step", f.repo)
		}
		why = "it holds no .git"
	}
	found := gate.AuditedWorkTree.Found("", "to audit what GitHub runs, run it in a git checkout with everything committed", "the files were read as they lie in %q, since %s", f.repo, why)
	if w.runner.Active() {
		found.Severity = finding.Warning // an earlier step may have rewritten them
	}
	o.Before.Add(found)
	return os.DirFS(f.repo), "", nil
}

// auditPolicies completes each publisher's entry of the policy file, which may
// be nil.
func (w *world) auditPolicies(cmd *cobra.Command, f *auditFlags, file *policy.File, commit string, o *gate.AuditOptions) error {
	if f.policy != "" && w.runner.Active() {
		o.Before.Add(gate.PolicyFromWorkTree.Found("", "leave --policy out: the file is then read at the run's commit", "the policy was read from %q in the work tree", f.policy))
	}
	all := []*policy.Policy{policy.New()}
	if file != nil {
		o.FromFile = true
		all = file.Policies
		if file.Several && (f.get("project") != "" || f.get("workflow") != "" || f.get("index") != "") {
			one, err := file.Choose(f.get("project"), f.get("index"), f.get("workflow"))
			if err != nil {
				return err
			}
			all = []*policy.Policy{one}
		}
	}
	overlay := f.settings.overlay(cmd.Flags(), w.facts)
	if file != nil && file.Several {
		// What chooses an entry says nothing about the others.
		overlay.Flags = slices.DeleteFunc(overlay.Flags, func(s policy.Setting) bool { return s.Key != "publisher.repository" })
	}
	for _, p := range all {
		p, err := p.With(overlay)
		if err != nil {
			return err
		}
		if err := p.CheckIgnores(w.env.Now(), gate.Waivable); err != nil {
			return err
		}
		if commit != "" && f.policy == "" && p.Origin.Source == policy.SourceFile {
			p.Origin.Commit = commit
		}
		o.Policies = append(o.Policies, p.WithDefaults())
	}
	if f.get("workflow") != "" || f.get("environment") != "" {
		o.FromFile = true // the publisher is said, by a flag
	}
	o.Repository, o.Commit = o.Policies[0].Publisher.Repository, commit
	return nil
}

// readTreePolicy reads the policy: the file that --policy names, else the one
// of the audited tree; nil for none.
func readTreePolicy(f *auditFlags, tree fs.FS) (*policy.File, error) {
	if f.policy != "" {
		return policy.ReadFile(f.policy)
	}
	// A link to nowhere is a policy that cannot be read, not one that is absent.
	info, err := fs.Lstat(tree, policyPath)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading %q: %w", policyPath, cause(err))
		}
		if _, err := fs.Lstat(tree, misnamedPath); err == nil {
			return nil, misnamed()
		}
		return nil, nil
	}
	if !info.Mode().IsRegular() || info.Size() > policy.MaxSize {
		return nil, usagef("reading %q: it is no regular file of at most %d bytes; replace it", policyPath, policy.MaxSize)
	}
	data, err := fs.ReadFile(tree, policyPath)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", policyPath, cause(err))
	}
	return policy.Parse(data, policyPath)
}
