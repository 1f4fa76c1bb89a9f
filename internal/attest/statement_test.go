// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

var (
	one   = [32]byte{31: 0x1f}
	aFile = []attest.Subject{{Name: "samplepkg-1.0.0.tar.gz", SHA256: one}}
)

const oneHex = "000000000000000000000000000000000000000000000000000000000000001f"

// lines joins JSON that is written over several lines for the reader.
func lines(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString(strings.TrimLeft(line, "\t"))
	}
	return b.String()
}

func TestProvenanceBytes(t *testing.T) {
	got, err := attest.Provenance(claimsOf(t, map[string]any{
		"sha": strings.Repeat("a1", 20), "ref": "refs/tags/v1<&>", "event_name": "release", "run_id": "77", "run_attempt": "3",
		"workflow_ref":     "octo-sci/samplepkg/.github/workflows/rel@1.yml@refs/tags/v1<&>",
		"job_workflow_ref": "octo-sci/flows/.github/workflows/attest.yml@" + strings.Repeat("b2", 20),
	}), aFile)
	if err != nil {
		t.Fatal(err)
	}
	want := lines(`{"_type":"https://in-toto.io/Statement/v1",
		"subject":[{"name":"samplepkg-1.0.0.tar.gz","digest":{"sha256":"` + oneHex + `"}}],
		"predicateType":"https://slsa.dev/provenance/v1",
		"predicate":{"buildDefinition":{
		"buildType":"https://actions.github.io/buildtypes/workflow/v1",
		"externalParameters":{"workflow":{"ref":"refs/tags/v1<&>","repository":"https://github.com/octo-sci/samplepkg","path":".github/workflows/rel@1.yml"}},
		"internalParameters":{"github":{"event_name":"release","repository_id":"100200300","repository_owner_id":"400500","runner_environment":"github-hosted"}},
		"resolvedDependencies":[{"uri":"git+https://github.com/octo-sci/samplepkg@refs/tags/v1<&>","digest":{"gitCommit":"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"}}]},
		"runDetails":{
		"builder":{"id":"https://github.com/octo-sci/flows/.github/workflows/attest.yml@b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"},
		"metadata":{"invocationId":"https://github.com/octo-sci/samplepkg/actions/runs/77/attempts/3"}}}}`)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}
}

// TestProvenanceAgain holds the statement against a second one, made from what
// the certificate says.
func TestProvenanceAgain(t *testing.T) {
	var subjects []sigstoretest.Subject
	for _, s := range release() {
		subjects = append(subjects, sigstoretest.Subject{Name: s.Name, SHA256: dist.Digest(s.SHA256).Hex()})
	}
	slices.SortFunc(subjects, func(a, b sigstoretest.Subject) int { return strings.Compare(a.Name, b.Name) })
	for _, changes := range []map[string]any{
		nil,
		{"event_name": "workflow_dispatch", "runner_environment": "self-hosted", "environment": "pypi"},
		{"ref": "refs/heads/main", "workflow_ref": "octo-sci/samplepkg/.github/workflows/nightly.yaml@refs/heads/main"},
		{"ref": "refs/tags/a@1", "repository": "Octo/.github", "repository_owner": "Octo", "workflow_ref": "Octo/.github/.github/workflows/r.yml@refs/tags/a@1"},
	} {
		c := claimsOf(t, changes)
		got, err := attest.Provenance(c, release())
		if err != nil {
			t.Errorf("%v: %v", changes, err)
			continue
		}
		if diff := cmp.Diff(string(sigstoretest.Provenance(certified(c), subjects...)), string(got)); diff != "" {
			t.Errorf("%v (-by the certificate +got):\n%s", changes, diff)
		}
	}
}

// used are the claims that stand in the statement.
var used = []string{
	"repository", "repository_id", "repository_owner_id", "ref", "sha", "event_name",
	"workflow_ref", "job_workflow_ref", "run_id", "run_attempt", "runner_environment",
}

func TestProvenanceRefusesClaims(t *testing.T) {
	type refusal struct {
		claim   string
		changes map[string]any
	}
	var all []refusal
	for _, claim := range used {
		all = append(all, refusal{claim, map[string]any{claim: nil}}, refusal{claim, map[string]any{claim: ""}})
	}
	const flow = "/.github/workflows/release.yml@refs/tags/v1.0.0"
	for _, r := range append(all,
		refusal{"iss", map[string]any{"iss": runner.TokenIssuer + "/octo"}},
		refusal{"iss", map[string]any{"iss": nil}},
		refusal{"workflow_ref", map[string]any{"workflow_ref": "octo-sci/other" + flow}},
		refusal{"workflow_ref", map[string]any{"workflow_ref": "octo-sci/samplepkg2" + flow}},
		refusal{"workflow_ref", map[string]any{"repository": "octo-sci/other"}},
	) {
		got, err := attest.Provenance(claimsOf(t, r.changes), aFile)
		claim := new(runner.ClaimError)
		if got != nil || !errors.As(err, &claim) || claim.Claim != r.claim {
			t.Errorf("%v: %v; want an error about %q", r.changes, err, r.claim)
		}
	}
	if got, err := attest.Provenance(runner.Claims{}, aFile); err == nil {
		t.Errorf("no claims at all: %s", got)
	}
	malformed := claimsOf(t, nil)
	malformed.SHA = "main"
	if got, err := attest.Provenance(malformed, aFile); err == nil {
		t.Errorf("a branch for a commit: %s", got)
	}
}

// Names of owners and repositories are the same in any letter case; the
// statement has the repository's own.
func TestWorkflowOfOtherCase(t *testing.T) {
	got, err := attest.Provenance(claimsOf(t, map[string]any{
		"workflow_ref": "Octo-Sci/SamplePkg/.github/workflows/release.yml@refs/tags/v1.0.0",
	}), aFile)
	if err != nil || !strings.Contains(string(got), `"repository":"https://github.com/octo-sci/samplepkg","path":".github/workflows/release.yml"`) {
		t.Errorf("%s, %v", got, err)
	}
}

func TestPublishBytes(t *testing.T) {
	got, err := attest.Publish("Sample_Pkg-1.0.0-1-cp314-cp314-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", one)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"Sample_Pkg-1.0.0-1-cp314-cp314-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",` +
		`"digest":{"sha256":"` + oneHex + `"}}],"predicateType":"https://docs.pypi.org/attestations/publish/v1","predicate":null}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}
	for _, name := range []string{"", "samplepkg", "samplepkg-1.0.0.tar.bz2", "samplepkg-1.0.0.WHL", "dist/samplepkg-1.0.0.tar.gz", "samplepkg-1.0.0.tar.gz\n", "sämplepkg-1.0.0.tar.gz", "samplepkg-latest.tar.gz"} {
		if got, err := attest.Publish(name, one); err == nil {
			t.Errorf("%q: %s", name, got)
		}
	}
	if got, err := attest.Publish("samplepkg-1.0.0.tar.gz", [32]byte{}); err == nil || !strings.Contains(err.Error(), "not hashed") {
		t.Errorf("no digest: %s, %v", got, err)
	}
}

func many(n int) []attest.Subject {
	var out []attest.Subject
	for i := range n {
		out = append(out, attest.Subject{Name: fmt.Sprintf("samplepkg-1.%d.tar.gz", i), SHA256: one})
	}
	return out
}

func TestSubjects(t *testing.T) {
	c := claimsOf(t, nil)
	for _, tt := range []struct {
		name     string
		subjects []attest.Subject
		says     string // "" where they are taken
	}{
		{"none", nil, "no file to attest"},
		{"the most", many(attest.MaxSubjects), ""},
		{"one too many", many(attest.MaxSubjects + 1), "1025 files are more than the 1024"},
		{"same name twice", append(many(2), many(1)...), `"samplepkg-1.0.tar.gz" is given twice`},
		{"same file under two names", []attest.Subject{{Name: "a-1.0.zip", SHA256: one}, {Name: "a-1.0.tar.gz", SHA256: one}}, ""},
		{"not hashed", append(many(2), attest.Subject{Name: "a-1.0.zip"}), `"a-1.0.zip" was not hashed`},
		{"no release file", append(many(2), attest.Subject{Name: "notes.txt", SHA256: one}), `"notes.txt"`},
	} {
		given := slices.Clone(tt.subjects)
		got, err := attest.Provenance(c, tt.subjects)
		if !slices.Equal(given, tt.subjects) {
			t.Errorf("%s: the caller's list was changed", tt.name)
		}
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.says)
		}
		if err != nil {
			continue
		}
		backwards := slices.Clone(tt.subjects)
		slices.Reverse(backwards)
		again, err := attest.Provenance(c, backwards)
		if err != nil || string(again) != string(got) {
			t.Errorf("%s: the order of the files changes the statement (%v)", tt.name, err)
		}
	}
}

func TestSubjectsOfDists(t *testing.T) {
	file := func(name string, digest byte) *dist.Dist {
		n, err := dist.ParseName(name)
		if err != nil {
			t.Fatal(err)
		}
		return &dist.Dist{Path: "dist/" + name, Name: n, Digest: dist.Digest{digest}}
	}
	got, err := attest.Subjects([]*dist.Dist{file("b-1.tar.gz", 2), file("B-1.tar.gz", 3), file("a-1.tar.gz", 1)})
	want := []attest.Subject{{Name: "B-1.tar.gz", SHA256: [32]byte{3}}, {Name: "a-1.tar.gz", SHA256: [32]byte{1}}, {Name: "b-1.tar.gz", SHA256: [32]byte{2}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, bad := range [][]*dist.Dist{nil, {file("a-1.tar.gz", 0)}, {file("a-1.tar.gz", 1), file("a-1.tar.gz", 2)}} {
		if got, err := attest.Subjects(bad); err == nil {
			t.Errorf("%v", got)
		}
	}
}

// FuzzPublish holds that any name that is taken gives a statement that the
// strict reader reads as that name and digest.
func FuzzPublish(f *testing.F) {
	f.Add("samplepkg-1.0.tar.gz", []byte{1})
	f.Add("a.b_c-1!2.0+local-1a-py2.py3-none-any.whl", []byte{255})
	f.Fuzz(func(t *testing.T, name string, digest []byte) {
		var sum [32]byte
		copy(sum[:], digest)
		data, err := attest.Publish(name, sum)
		if err != nil {
			return
		}
		st := read(t, data)
		if len(st.Subjects) != 1 || st.Subjects[0].Name != name || st.Subjects[0].SHA256 != dist.Digest(sum).Hex() || st.Subjects[0].Upper {
			t.Fatalf("%q is read as %+v", name, st.Subjects)
		}
	})
}
