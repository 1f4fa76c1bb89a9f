// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// Fact is one fact that the runner may offer. A fact that is not offered has
// no value: it must never be compared as if it were empty.
type Fact struct {
	value   string
	offered bool
}

// FactOf returns an offered fact; an empty value is one that is not offered.
func FactOf(value string) Fact { return Fact{value: value, offered: value != ""} }

// Get returns the value and whether there is one. An offered value is never
// empty.
func (f Fact) Get() (string, bool) { return f.value, f.offered }

// Offered reports whether there is a value.
func (f Fact) Offered() bool { return f.offered }

// Is reports whether the fact is offered and exactly want. It is never true
// for an empty want.
func (f Fact) Is(want string) bool { return f.offered && want != "" && f.value == want }

// String shows the value, or "(not offered)"; for messages, not comparisons.
func (f Fact) String() string {
	if !f.offered {
		return "(not offered)"
	}
	return f.value
}

// Facts is what the runner says of the running job. They come from the
// environment, which earlier steps can write: they say what to expect, and
// prove nothing.
type Facts struct {
	Repository   Fact // OWNER/NAME
	RepositoryID Fact // decimal digits
	OwnerID      Fact // decimal digits
	Ref          Fact // refs/…
	SHA          Fact // commit, 40 or 64 lower-case hex digits
	// WorkflowRef is the entry workflow (the caller, never a reusable one) as
	// OWNER/REPO/.github/workflows/FILE@REF, and Workflow the same in parts;
	// Workflow is zero where WorkflowRef is not offered.
	WorkflowRef       Fact
	Workflow          WorkflowRef
	WorkflowSHA       Fact // commit, 40 or 64 lower-case hex digits
	Event             Fact // push, release, …
	RunID             Fact // decimal digits
	RunAttempt        Fact // decimal digits
	Actor             Fact
	APIURL            Fact // https://api.github.com
	ServerURL         Fact // https://github.com
	Workspace         Fact // absolute path
	TempDir           Fact // absolute path
	RunnerEnvironment Fact // github-hosted or self-hosted
}

// maxFact is the length in bytes up to which a fact is believed.
const maxFact = 4096

var (
	digits     = lazyregexp.New(`^[1-9][0-9]{0,19}$`)
	hexDigest  = lazyregexp.New(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	eventName  = lazyregexp.New(`^[a-z_]{1,64}$`)
	ownerName  = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	repoName   = lazyregexp.New(`^[A-Za-z0-9._-]{1,100}$`)
	runnerKind = lazyregexp.New(`^(github-hosted|self-hosted)$`)
)

// Facts reads the facts of the running job. A variable that is unset or empty
// is a fact that is not offered; one that is malformed is an error that names
// it, and all such are reported.
func (r *Runner) Facts() (Facts, error) {
	var f Facts
	if r == nil {
		return f, nil
	}
	var errs []error
	read := func(into *Fact, variable, form string, ok func(string) bool) {
		v, _ := r.lookup(variable)
		if v == "" {
			return
		}
		if _, _, bad := control(v, ""); bad || len(v) > maxFact || !ok(v) {
			errs = append(errs, fmt.Errorf("reading %s: %.200q is not %s", variable, v, form))
			return
		}
		*into = FactOf(v)
	}
	anything := func(string) bool { return true }
	read(&f.Repository, "GITHUB_REPOSITORY", "OWNER/NAME", validRepository)
	read(&f.RepositoryID, "GITHUB_REPOSITORY_ID", "a number", digits.MatchString)
	read(&f.OwnerID, "GITHUB_REPOSITORY_OWNER_ID", "a number", digits.MatchString)
	read(&f.Ref, "GITHUB_REF", "a full ref (refs/…)", validRef)
	read(&f.SHA, "GITHUB_SHA", "a commit", hexDigest.MatchString)
	read(&f.WorkflowRef, "GITHUB_WORKFLOW_REF", "OWNER/REPO/.github/workflows/FILE@REF", func(v string) bool {
		var err error
		f.Workflow, err = ParseWorkflowRef(v)
		return err == nil
	})
	read(&f.WorkflowSHA, "GITHUB_WORKFLOW_SHA", "a commit", hexDigest.MatchString)
	read(&f.Event, "GITHUB_EVENT_NAME", "an event", eventName.MatchString)
	read(&f.RunID, "GITHUB_RUN_ID", "a number", digits.MatchString)
	read(&f.RunAttempt, "GITHUB_RUN_ATTEMPT", "a number", digits.MatchString)
	read(&f.Actor, "GITHUB_ACTOR", "a name of one line", anything)
	read(&f.APIURL, "GITHUB_API_URL", "an http(s) address without user, query or fragment", validURL)
	read(&f.ServerURL, "GITHUB_SERVER_URL", "an http(s) address without user, query or fragment", validURL)
	read(&f.Workspace, "GITHUB_WORKSPACE", "an absolute path", isAbs)
	read(&f.TempDir, "RUNNER_TEMP", "an absolute path", isAbs)
	read(&f.RunnerEnvironment, "RUNNER_ENVIRONMENT", "github-hosted or self-hosted", runnerKind.MatchString)
	return f, errors.Join(errs...)
}

func isAbs(p string) bool { return strings.HasPrefix(p, "/") }

func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == "" && !strings.ContainsAny(s, "?# ")
}

// validRepository reports whether s is OWNER/NAME as GitHub allows it.
func validRepository(s string) bool {
	owner, name, ok := strings.Cut(s, "/")
	return ok && ownerName.MatchString(owner) && repoName.MatchString(name) && strings.Trim(name, ".") != ""
}

// validRef reports whether s is a full ref by the rules of
// git-check-ref-format.
func validRef(s string) bool {
	rest, ok := strings.CutPrefix(s, "refs/")
	if !ok || !strings.Contains(rest, "/") || len(s) > 1024 || !utf8.ValidString(s) {
		return false
	}
	for _, part := range strings.Split(rest, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
	}
	return !strings.ContainsAny(s, `~^:?*[\`) && !strings.Contains(s, "..") &&
		!strings.Contains(s, "@{") && !strings.HasSuffix(s, ".")
}

// WorkflowRef is a workflow file in a repository at a ref.
type WorkflowRef struct {
	Repository string // OWNER/REPO
	File       string // its name in .github/workflows, ending in .yml or .yaml
	Ref        string // refs/…
}

const workflowDir = ".github/workflows/"

// ParseWorkflowRef reads GITHUB_WORKFLOW_REF:
// OWNER/REPO/.github/workflows/FILE@REF. It is strict, and unambiguous where
// names hold an "@": FILE has no slash, so the first slash after the folder is
// the one in "@refs/".
func ParseWorkflowRef(s string) (WorkflowRef, error) {
	malformed := fmt.Errorf("malformed workflow ref %.200q, want OWNER/REPO/.github/workflows/FILE@refs/…", s)
	parts := strings.SplitN(s, "/", 6) // OWNER REPO .github workflows FILE@refs REST
	if len(parts) != 6 || parts[2]+"/"+parts[3]+"/" != workflowDir {
		return WorkflowRef{}, malformed
	}
	file, ok := strings.CutSuffix(parts[4], "@refs")
	w := WorkflowRef{Repository: parts[0] + "/" + parts[1], File: file, Ref: "refs/" + parts[5]}
	if !ok || !validWorkflowFile(file) || !validRepository(w.Repository) || !validRef(w.Ref) {
		return WorkflowRef{}, malformed
	}
	return w, nil
}

// validWorkflowFile reports whether s can be a workflow's file name.
func validWorkflowFile(s string) bool {
	stem, ok := strings.CutSuffix(s, ".yml")
	if !ok {
		stem, ok = strings.CutSuffix(s, ".yaml")
	}
	if _, _, bad := control(s, ""); bad || !ok || stem == "" || len(s) > 255 {
		return false
	}
	return !strings.ContainsAny(s, `/\`)
}

// String writes w as the runner does.
func (w WorkflowRef) String() string {
	return w.Repository + "/" + workflowDir + w.File + "@" + w.Ref
}
