// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/gittree"
	"github.com/scientific-python/sallyport/internal/workflow"
)

// settingsTime is how long GitHub's settings may take; what is not read by
// then is unchecked.
const settingsTime = 30 * time.Second

// commitTree opens the tree of the commit to audit: the one that is asked for,
// else the running workflow's, else the one that is checked out. It is nil
// where the folder holds no repository.
func (w *world) commitTree(f *auditFlags, o *gate.AuditOptions) (fs.FS, string, error) {
	repo, err := gittree.Open(f.repo)
	if errors.Is(err, gittree.ErrNoRepository) {
		if f.commit != "" {
			return nil, "", usagef("reading the arguments: --commit %q: %q holds no .git; name the folder of a checkout", f.commit, f.repo)
		}
		return nil, "", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("%w; --work-tree audits the files as they lie there", err)
	}
	commit := f.commit
	if ran, ok := w.facts.WorkflowSHA.Get(); ok && commit == "" && w.runner.Active() {
		commit = ran
	}
	if commit == "" {
		if commit, _, err = repo.Head(); err != nil {
			return nil, "", fmt.Errorf("reading the commit that is checked out in %q: %w; --work-tree audits the files as they lie there", f.repo, err)
		}
	}
	tree, err := repo.Tree(strings.ToLower(commit))
	switch {
	case errors.Is(err, gittree.ErrMissing):
		return nil, "", fmt.Errorf("auditing %q: %w; or name another commit with --commit", f.repo, err)
	case err != nil:
		return nil, "", fmt.Errorf("reading commit %q in %q: %w", commit, f.repo, err)
	}
	if !w.runner.Active() && f.commit == "" {
		if changed := uncommitted(tree, f.repo); changed != "" {
			o.Before.Add(gate.UncommittedWorkflow.Found("", "commit it, or audit the files as they lie with --work-tree",
				"%q differs from commit %.12s, which is what was audited", changed, commit))
		}
	}
	return tree, commit, nil
}

// uncommitted names a workflow file that lies in the folder otherwise than in
// the commit; "" for none.
func uncommitted(tree fs.FS, dir string) string {
	names := []string{policyPath}
	for _, list := range []fs.FS{tree, os.DirFS(dir)} {
		entries, _ := fs.ReadDir(list, workflow.Folder)
		for _, e := range entries {
			if ext := filepath.Ext(e.Name()); ext == ".yml" || ext == ".yaml" {
				names = append(names, workflow.Folder+"/"+e.Name())
			}
		}
	}
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if info, err := os.Lstat(path); err == nil && info.Size() > workflow.MaxFileSize {
			return name
		}
		lies, err1 := os.ReadFile(path)
		committed, err2 := fs.ReadFile(tree, name)
		// A checkout may end its lines otherwise.
		plain := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
		if (err1 == nil) != (err2 == nil) || !bytes.Equal(plain(lies), plain(committed)) {
			return name
		}
	}
	return ""
}

// readSettings asks GitHub for the settings that rules judge. Whatever cannot
// be read is said, and nothing of it ends the audit.
func (w *world) readSettings(ctx context.Context, read *gate.Workflows, o *gate.AuditOptions) error {
	switch {
	case w.offline:
		o.Settings.WhyNot = "--offline forbids asking GitHub"
		return nil
	case o.Repository == "":
		o.Settings.WhyNot = "the repository is not known (pass --repository OWNER/NAME, or add publisher.repository to the policy)"
		return nil
	}
	client, err := w.github()
	if err != nil {
		return err
	}
	q := gate.Questions(read, *o)
	if len(q.Environments) == 0 && len(q.Pins) == 0 && len(q.Refs) == 0 {
		o.Settings.WhyNot = "there is nothing to ask GitHub about"
		return nil
	}
	if w.token() == "" {
		// Without a token, GitHub answers 60 questions an hour.
		q.Pins, q.Refs, o.Settings.WhyNoPins = nil, nil, "there is no token (GITHUB_TOKEN)"
	}
	if o.Commit != "" {
		q.Commit = o.Commit
	}
	ctx, cancel := context.WithTimeout(ctx, settingsTime)
	defer cancel()
	settings, err := client.ReadSettings(ctx, q)
	if err != nil {
		o.Settings.WhyNot = fmt.Sprintf("asking GitHub: %v", err)
		return nil
	}
	o.Settings.GitHub = settings
	return nil
}
