// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// aRelease is the environment of a release's job.
var aRelease = map[string]string{
	"GITHUB_REPOSITORY": "octo-sci/samplepkg", "GITHUB_REPOSITORY_ID": "100200300", "GITHUB_REPOSITORY_OWNER_ID": "400500",
	"GITHUB_REF": "refs/tags/v1.0", "GITHUB_SHA": commit,
	"GITHUB_WORKFLOW_REF": "octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0", "GITHUB_WORKFLOW_SHA": commit,
	"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_ID": "123456789", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_ACTOR": "dependabot[bot]",
	"GITHUB_API_URL": "https://api.github.com", "GITHUB_SERVER_URL": "https://github.com",
	"GITHUB_WORKSPACE": "/github/workspace", "RUNNER_TEMP": "/github/runner_temp", "RUNNER_ENVIRONMENT": "github-hosted",
}

// fields lists the facts by the variable each comes from.
func fields(f Facts) map[string]Fact {
	return map[string]Fact{
		"GITHUB_REPOSITORY": f.Repository, "GITHUB_REPOSITORY_ID": f.RepositoryID, "GITHUB_REPOSITORY_OWNER_ID": f.OwnerID,
		"GITHUB_REF": f.Ref, "GITHUB_SHA": f.SHA, "GITHUB_WORKFLOW_REF": f.WorkflowRef, "GITHUB_WORKFLOW_SHA": f.WorkflowSHA,
		"GITHUB_EVENT_NAME": f.Event, "GITHUB_RUN_ID": f.RunID, "GITHUB_RUN_ATTEMPT": f.RunAttempt, "GITHUB_ACTOR": f.Actor,
		"GITHUB_API_URL": f.APIURL, "GITHUB_SERVER_URL": f.ServerURL, "GITHUB_WORKSPACE": f.Workspace,
		"RUNNER_TEMP": f.TempDir, "RUNNER_ENVIRONMENT": f.RunnerEnvironment,
	}
}

func TestFacts(t *testing.T) {
	j := newJob(t)
	for k, v := range aRelease {
		j.env[k] = v
	}
	facts, err := j.Facts()
	if err != nil {
		t.Fatal(err)
	}
	for k, fact := range fields(facts) {
		if v, ok := fact.Get(); v != aRelease[k] || !ok || !fact.Is(aRelease[k]) {
			t.Errorf("%s is %q, %v; want %q", k, v, ok, aRelease[k])
		}
	}
	want := WorkflowRef{"octo-sci/samplepkg", "release.yml", "refs/tags/v1.0"}
	if diff := cmp.Diff(want, facts.Workflow); diff != "" {
		t.Errorf("workflow (-want +got):\n%s", diff)
	}
}

// What is missing or empty is not offered, and equals nothing, least of all "".
func TestFactsNotOffered(t *testing.T) {
	for k := range aRelease {
		for _, how := range []string{"unset", "empty"} {
			j := newJob(t)
			for k, v := range aRelease {
				j.env[k] = v
			}
			if delete(j.env, k); how == "empty" {
				j.env[k] = ""
			}
			facts, err := j.Facts()
			if err != nil {
				t.Errorf("%s %s: %v", k, how, err)
			}
			fact := fields(facts)[k]
			if fact.Offered() || fact.Is("") || fact.String() == "" {
				t.Errorf("%s %s: offered %v, equals empty %v", k, how, fact.Offered(), fact.Is(""))
			}
		}
	}
	if FactOf("x").Is("") || FactOf("").Offered() {
		t.Error("an empty value is taken for a fact")
	}
}

func TestFactsMalformed(t *testing.T) {
	bad := map[string][]string{
		"GITHUB_REPOSITORY":          {"octo", "a/b/c", "/b", "a/", "a/..", "a b/c", "https://github.com/a/b", "a/b\n"},
		"GITHUB_REPOSITORY_ID":       {"0", "01", "-1", "1e3", "x", "1 ", strings.Repeat("9", 21)},
		"GITHUB_REPOSITORY_OWNER_ID": {"id"},
		"GITHUB_REF":                 {"main", "refs/", "refs/x", "refs/heads/", "refs/heads/a..b", "refs/heads/a b", "refs/heads/a.lock", "refs/heads/a\x7f"},
		"GITHUB_SHA":                 {"HEAD", strings.ToUpper(commit), commit[:39], commit + "\n"},
		"GITHUB_WORKFLOW_REF":        {"release.yml"},
		"GITHUB_WORKFLOW_SHA":        {"main"},
		"GITHUB_EVENT_NAME":          {"Push", "a b", "push\n"},
		"GITHUB_RUN_ID":              {"x"},
		"GITHUB_RUN_ATTEMPT":         {"0"},
		"GITHUB_ACTOR":               {"a\nb", "\xff", strings.Repeat("a", 5000)},
		"GITHUB_API_URL":             {"api.github.com", "file:///etc", "https://user@api.github.com", "https://api.github.com?x", "https://api.github.com#"},
		"GITHUB_SERVER_URL":          {"javascript:alert(1)"},
		"GITHUB_WORKSPACE":           {"work", "."},
		"RUNNER_TEMP":                {"tmp"},
		"RUNNER_ENVIRONMENT":         {"GitHub-hosted", "my-own"},
	}
	for k := range aRelease {
		if len(bad[k]) == 0 {
			t.Errorf("no bad values for %s", k)
		}
		for _, v := range bad[k] {
			j := newJob(t)
			j.env[k] = v
			facts, err := j.Facts()
			if err == nil || !strings.Contains(err.Error(), k) {
				t.Errorf("%s=%.40q: error %v", k, v, err)
			}
			if fields(facts)[k].Offered() || facts.Workflow != (WorkflowRef{}) {
				t.Errorf("%s=%.40q: offered although malformed", k, v)
			}
		}
	}
}

func TestParseWorkflowRef(t *testing.T) {
	good := map[string]WorkflowRef{
		"o/r/.github/workflows/a.yml@refs/heads/main":                 {"o/r", "a.yml", "refs/heads/main"},
		"o/r.py/.github/workflows/a b.yaml@refs/pull/12/merge":        {"o/r.py", "a b.yaml", "refs/pull/12/merge"},
		"o/r/.github/workflows/a.yml@refs/tags/x@refs/tags/v1":        {"o/r", "a.yml", "refs/tags/x@refs/tags/v1"},
		"o/r/.github/workflows/evil.yml@refs.yml@refs/heads/main":     {"o/r", "evil.yml@refs.yml", "refs/heads/main"},
		"o/r/.github/workflows/a.yml@refs/heads/.x@y.yml":             {},
		"o/r/.github/workflows/a.yml@refs/heads/users/me/release.yml": {"o/r", "a.yml", "refs/heads/users/me/release.yml"},
	}
	for in, want := range good {
		got, err := ParseWorkflowRef(in)
		if (err == nil) != (want != WorkflowRef{}) || got != want {
			t.Errorf("%q: %+v, %v; want %+v", in, got, err, want)
		}
		if err == nil && got.String() != in {
			t.Errorf("%q is written back as %q", in, got.String())
		}
	}
	for _, in := range []string{
		"", "o/r", "o/r/.github/workflows/a.yml", "o/r/.github/workflows/a.yml@main", "o/r/.github/workflows/a.yml@" + commit,
		"o/r/.github/workflows/@refs/heads/main", "o/r/.github/workflows/.yml@refs/heads/main",
		"o/r/.github/workflows/a.txt@refs/heads/main", "o/r/.github/workflows/sub/a.yml@refs/heads/main",
		"o/r/.github/actions/a.yml@refs/heads/main", "/o/r/.github/workflows/a.yml@refs/heads/main",
		"o/../.github/workflows/a.yml@refs/heads/main", "o/r/x/.github/workflows/a.yml@refs/heads/main",
		"o/r/.github/workflows/a.yml@refs/heads/", "o/r/.github/workflows/a.yml@refs/heads/a b",
		"o/r/.github/workflows/a\n.yml@refs/heads/main", " o/r/.github/workflows/a.yml@refs/heads/main",
	} {
		if got, err := ParseWorkflowRef(in); err == nil {
			t.Errorf("%q is read as %+v", in, got)
		}
	}
}

func FuzzParseWorkflowRef(f *testing.F) {
	f.Add("octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0")
	f.Add("o/r/.github/workflows/a.yml@refs/tags/x@refs/tags/v1")
	f.Add("o/r/.github/workflows/a@refs.yml@refs/heads/.github/workflows/b.yml@refs/heads/main")
	f.Fuzz(func(t *testing.T, in string) {
		w, err := ParseWorkflowRef(in)
		if err != nil {
			if w != (WorkflowRef{}) {
				t.Fatalf("an error and a value: %+v", w)
			}
			return
		}
		if w.String() != in {
			t.Fatalf("%q is written back as %q", in, w.String())
		}
		if strings.Contains(w.File, "/") || !strings.HasPrefix(w.Ref, "refs/") || strings.Count(w.Repository, "/") != 1 {
			t.Fatalf("%q is read as %+v", in, w)
		}
	})
}
