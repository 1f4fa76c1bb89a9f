// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// verdictScene is the gate's job with id-token: write: a repository with its
// history, attested files, a runner with a token service, GitHub and Sigstore.
type verdictScene struct {
	attestScene
	repo   string
	commit string // of the workflow
	github *githubtest.Server
	ledger string
}

func newVerdictScene(t *testing.T) *verdictScene {
	t.Helper()
	s := &verdictScene{attestScene: attestScene{issuer: runnertest.StartIssuer(t), dir: t.TempDir()}, github: githubtest.New()}
	t.Cleanup(s.github.Close)
	sample := writeSample(t, s.dir)
	in := sigstoretest.Use(t, sigstoretest.PublicGood)
	s.services = sigstoretest.Serve(t, in, sigstoretest.ServeOptions{})
	s.dist, s.temp, s.repo = sample.dist, filepath.Join(s.dir, "temp"), filepath.Join(s.dir, "repo")
	if err := os.MkdirAll(s.temp, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(s.dir, "services.json"), s.services.SigningConfig())
	s.github.Token = token
	s.github.AddFile("octo-sci", "samplepkg", workflowSHA, "README.md", []byte("x"))
	s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", githubtest.Environment{Reviewers: []string{"mara"}, PreventSelfReview: true, Tags: []string{"v*"}})
	s.env = map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": filepath.Join(s.dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(s.dir, "summary"),
		"RUNNER_TEMP": s.temp, "GITHUB_WORKSPACE": s.dir, "GITHUB_TOKEN": token, "GITHUB_API_URL": s.github.URL(),
		// What the token says counts.
		"GITHUB_REPOSITORY": "evil/fork", "GITHUB_SHA": strings.Repeat("e", 40), "GITHUB_REF": "refs/heads/evil",
		"GITHUB_WORKFLOW_SHA": strings.Repeat("e", 40), "GITHUB_RUN_ID": "666", "GITHUB_JOB": "gate",
	}
	maps.Copy(s.env, s.issuer.Env(""))
	s.ledger = filepath.Join(s.dir, "ledger.out")
	s.args = []string{"gate", "--sign-verdict", "--repo", s.repo, "--ledger-out", s.ledger, "--timeout", "5s", "--bundle", filepath.Join(s.dir, "bundles"),
		"--signing-config", filepath.Join(s.dir, "services.json"), "--trusted-root", sample.root}
	s.commitPolicy(t, goodPolicy)
	return s
}

// commitPolicy makes the policy the one at the workflow's commit.
func (s *verdictScene) commitPolicy(t *testing.T, policy string) {
	t.Helper()
	if s.commit == "" {
		put(t, filepath.Join(s.repo, ".github", "workflows", "release.yml"), []byte(release))
		git(t, s.repo, "init", "-q")
	}
	if policy != "" {
		put(t, filepath.Join(s.repo, ".github", "sallyport.yml"), []byte(policy))
	} else if err := os.Remove(filepath.Join(s.repo, ".github", "sallyport.yml")); err != nil {
		t.Fatal(err)
	}
	git(t, s.repo, "add", "-A")
	git(t, s.repo, "commit", "-q", "--allow-empty", "-m", "x")
	s.commit = git(t, s.repo, "rev-parse", "HEAD")
	s.issuer.Set(map[string]any{"workflow_sha": s.commit, "job_workflow_sha": s.commit})
}

const (
	wheelVerdict = bundlesIn + wheel + ".vsa.sigstore.json"
	sdistVerdict = bundlesIn + sdist + ".vsa.sigstore.json"
)

// nothing fails the test where a verdict was written, or a service asked.
func (s *verdictScene) nothing(t *testing.T, asked bool) {
	t.Helper()
	if diff := cmp.Diff([]string{"dist/" + wheel, "dist/" + sdist}, s.files(t)); diff != "" {
		t.Errorf("files were written (-want +got):\n%s", diff)
	}
	if n := s.services.Requests(sigstoretest.Fulcio); n > 0 && !asked {
		t.Errorf("Fulcio was asked %d times", n)
	}
	if len(s.github.Stored()) > 0 {
		t.Error("GitHub was given something")
	}
}

// verified verifies a bundle as anybody would.
func (s *verdictScene) verified(t *testing.T, path string) *evidence.Attestation {
	t.Helper()
	roots, err := trust.Load(t.Context(), trust.Options{Files: []string{filepath.Join(s.dir, "root.json")}, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := evidence.Split([]byte(get(t, path)), path, evidence.Given)
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	a := evidence.NewVerifier(roots).Verify(docs[0])
	if !a.OK() {
		t.Fatalf("%s does not verify: %v", path, a.Problem)
	}
	return a
}

func outputsOf(r result) map[string]string {
	out := map[string]string{}
	for _, o := range r.outputs {
		out[o.Name] = o.Value
	}
	return out
}

// One bundle a file, in a folder of its own, that verifies and says what the
// gate found.
func TestSignVerdict(t *testing.T) {
	s := newVerdictScene(t)
	r := s.run(t, "--format", "github")
	r.wants(t, 0, "pass: 2 files", "wrote", "2 files: signed verdict of one file")
	if diff := cmp.Diff([]string{"dist/" + wheel, "dist/" + sdist, wheelVerdict, sdistVerdict}, s.files(t)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	outputs := outputsOf(r)
	if outputs["verdict"] != "pass" || outputs["bundle-dir"] != filepath.Join(s.dir, bundlesIn) || outputs["ledger"] == "" || !exists(s.ledger) {
		t.Errorf("outputs: %v", outputs)
	}
	if !strings.Contains(r.summary, "Attestations written") || !strings.Contains(r.summary, "signed verdict") {
		t.Errorf("summary: %s", r.summary)
	}
	bundle := get(t, filepath.Join(s.dir, "bundles", "provenance.sigstore.json"))
	for file, name := range map[string]string{wheel: wheelVerdict, sdist: sdistVerdict} {
		a := s.verified(t, filepath.Join(s.dir, name))
		if a.Statement.PredicateType != attest.PredicateSummary || len(a.Statement.Subjects) != 1 ||
			a.Statement.Subjects[0] != (evidence.Subject{Name: file, SHA256: digestOf(t, filepath.Join(s.dist, file))}) {
			t.Errorf("%s is about %+v", name, a.Statement)
		}
		const workflow = "octo-sci/samplepkg/.github/workflows/release.yml"
		if a.Signer.SignerURI != "https://github.com/"+workflow+"@refs/tags/v1.0.0" || a.Signer.RunURI != "https://github.com/octo-sci/samplepkg/actions/runs/11122233344/attempts/1" {
			t.Errorf("%s is signed by %+v", name, a.Signer)
		}
		want := `{"verifier":{"id":"https://github.com/` + workflow + `@refs/tags/v1.0.0","version":{"` + workflow + `":"COMMIT","sallyport":"VERSION"}},` +
			`"timeVerified":"TIME","resourceUri":"pkg:pypi/samplepkg@1.0?file_name=` + file + `",` +
			`"policy":{"uri":"https://github.com/octo-sci/samplepkg/blob/COMMIT/.github/sallyport.yml","digest":{"sha256":"` + sha([]byte(goodPolicy)) + `"}},` +
			`"inputAttestations":[{"name":"provenance.sigstore.json","digest":{"sha256":"` + sha([]byte(bundle)) + `"}}],` +
			`"verificationResult":"PASSED","verifiedLevels":["SLSA_BUILD_LEVEL_2","SALLYPORT_GATE_BUILD","SALLYPORT_GATE_HAND_OFF","SALLYPORT_GATE_PUBLISH"],` +
			`"slsaVersion":"1.1","https://github.com/scientific-python/sallyport/waivers/v1":[]}`
		got := strings.ReplaceAll(string(a.Statement.Predicate), s.commit, "COMMIT")
		got = regexp.MustCompile(`"timeVerified":"[0-9T:-]+Z"`).ReplaceAllString(got, `"timeVerified":"TIME"`)
		got = regexp.MustCompile(`"sallyport":"[^"]+"`).ReplaceAllString(got, `"sallyport":"VERSION"`)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, asked := range s.issuer.Requests() {
		if asked.Audience != "sigstore" {
			t.Errorf("a token for %q was asked for", asked.Audience)
		}
	}

	// A second time the files are in the way, and no ledger is handed on.
	if err := os.Remove(s.ledger); err != nil {
		t.Fatal(err)
	}
	asked := s.services.Requests(sigstoretest.Fulcio)
	again := s.run(t)
	again.wants(t, 3, "exists already")
	if exists(s.ledger) || outputsOf(again)["ledger"] != "" || s.services.Requests(sigstoretest.Fulcio) != asked {
		t.Error("a ledger was handed on, or a certificate asked for")
	}

	// To whoever reads the bundles as provenance they are none.
	verify := call{args: []string{"verify", "--offline", "--policy", filepath.Join(s.dir, "good.yml"), "--trusted-root", filepath.Join(s.dir, "root.json"),
		"--bundle", filepath.Join(s.dir, bundlesIn), s.dist}, now: time.Now()}
	verify.run(t).wants(t, 1, "no provenance attestation covers", attest.PredicateSummary)
}

// The report lists what was signed as that of attest does, and its waivers are
// signed too.
func TestSignVerdictReport(t *testing.T) {
	s := newVerdictScene(t)
	until := time.Now().AddDate(0, 6, 0).Format(time.DateOnly)
	s.commitPolicy(t, goodPolicy+"ignore:\n  - {rule: unprotected-tag, files: [.github/workflows/release.yml], reason: \"not <yet>\", until: "+until+"}\n")
	rep, r := s.report(t)
	r.wants(t, 0)
	var got []report.Attestation
	for _, a := range rep.Attestations {
		if a.LogIndex < 0 {
			t.Errorf("%s is in no log", a.Path)
		}
		a.LogIndex, a.Path = 0, filepath.Base(a.Path)
		got = append(got, a)
	}
	var want []report.Attestation
	for _, f := range []string{wheel, sdist} {
		want = append(want, report.Attestation{Path: f + ".vsa.sigstore.json", Kind: "verdict", PredicateType: attest.PredicateSummary, Subjects: 1, Instance: "custom"})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attestations (-want +got):\n%s", diff)
	}
	if len(rep.Notes) != 1 { // where the gate ran
		t.Errorf("notes: %q", rep.Notes)
	}
	waiver := `waivers/v1":[{"rule":"unprotected-tag","subject":".github/workflows/release.yml job publish","reason":"not <yet>","until":"` + until + `"}]}`
	if predicate := string(s.verified(t, filepath.Join(s.dir, wheelVerdict)).Statement.Predicate); !strings.HasSuffix(predicate, waiver) {
		t.Errorf("want %s in\n%s", waiver, predicate)
	}
}

// What must not be signed is said, and the gate's verdict is what it was.
func TestSignVerdictRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(t *testing.T, s *verdictScene)
		flags  []string
		code   int
		says   string // of the note; "" for none
	}{
		"trial":            {nil, []string{"--enforce=false", "--enforce-from", time.Now().AddDate(0, 0, 30).Format(time.DateOnly)}, 0, "the verdict is not enforced; remove --enforce=false"},
		"looser by a flag": {nil, []string{"--runners", "any"}, 0, `flags let more pass than the policy file (builder.runners: was "github-hosted", is "any")`},
		"run by a flag":    {nil, []string{"--run", "any"}, 0, "flags let more pass than the policy file (builder.run"},
		"policy from the work tree": {nil, []string{"--policy", "good.yml"}, 0,
			`the policy was read at commit "", not at the workflow's`},
		"work tree": {nil, []string{"--work-tree"}, 0, `the policy was read at commit ""`},
		"publisher by flags alone": {func(t *testing.T, s *verdictScene) { s.commitPolicy(t, "") },
			[]string{"--workflow", "release.yml", "--environment", "pypi", "--project", "samplepkg"}, 0, "without a policy file"},
		"another publisher than the running workflow": {func(t *testing.T, s *verdictScene) {
			s.commitPolicy(t, "project: samplepkg\npublisher:\n  environment: pypi\n")
			s.issuer.Set(map[string]any{"workflow_ref": "octo-sci/samplepkg/.github/workflows/other.yml@refs/tags/v1.0.0",
				"job_workflow_ref": "octo-sci/samplepkg/.github/workflows/other.yml@refs/tags/v1.0.0"})
		}, []string{"--workflow", "release.yml"}, 0, `publisher.workflow: was "other.yml", is "release.yml"`},
		"fail": {func(t *testing.T, s *verdictScene) {
			s.args[slices.Index(s.args, filepath.Join(s.dir, "bundles"))] = filepath.Join(s.dir, "branch")
		}, nil, 1, ""},
		"undecided": {func(t *testing.T, s *verdictScene) {
			s.commitPolicy(t, "project: samplepkg\n")
		}, nil, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newVerdictScene(t)
			if tt.change != nil {
				tt.change(t, s)
			}
			t.Chdir(s.dir)
			rep, r := s.report(t, tt.flags...)
			said := ""
			for _, n := range rep.Notes {
				if strings.HasPrefix(n, "No signed verdict: ") {
					said = n
				}
			}
			if r.code != tt.code || !strings.Contains(said, tt.says) || (tt.says == "") != (said == "") {
				t.Errorf("exit code %d, %v, notes %q", r.code, rules(rep), rep.Notes)
			}
			if handed := tt.code == 0; exists(s.ledger) != handed {
				t.Errorf("a ledger was handed on: %v", !handed)
			}
			if len(rep.Attestations) > 0 || outputsOf(r)["bundle-dir"] != "" {
				t.Errorf("something was signed: %+v", rep.Attestations)
			}
			s.nothing(t, false)
		})
	}
}

// A verdict is no provenance, wherever it lies: it is listed, satisfies nothing
// and disturbs nothing. In the folder of the release files uploaders stop at it.
func TestVerdictBesideProvenance(t *testing.T) {
	s := newVerdictScene(t)
	s.run(t).wants(t, 0)
	// GitHub has it, as after a run that was repeated.
	for file, name := range map[string]string{wheel: wheelVerdict, sdist: sdistVerdict} {
		s.github.AddAttestation("octo-sci", "samplepkg", digestOf(t, filepath.Join(s.dist, file)), githubtest.Attestation{Bundle: []byte(get(t, filepath.Join(s.dir, name)))})
	}
	again := filepath.Join(s.temp, "again")
	rep, r := s.report(t, "--bundle-dir", again)
	r.wants(t, 0)
	for _, d := range rep.Dists {
		var types []string
		for _, v := range d.Verified {
			types = append(types, v.PredicateType)
		}
		if diff := cmp.Diff([]string{evidence.PredicateProvenanceV1, attest.PredicateSummary}, types); diff != "" {
			t.Errorf("%s (-want +got):\n%s", d.Path, diff)
		}
	}
	predicate := string(s.verified(t, filepath.Join(again, wheel+".vsa.sigstore.json")).Statement.Predicate)
	if strings.Count(predicate, `{"name":`)+strings.Count(predicate, `{"uri":"https://api`) != 1 || !strings.Contains(predicate, `"provenance.sigstore.json"`) {
		t.Errorf("the verdict rests on more than the provenance: %s", predicate)
	}

	verify := func(more ...string) (*report.Report, result) {
		c := call{args: append([]string{"verify", "--offline", "--policy", filepath.Join(s.dir, "good.yml"), "--trusted-root", filepath.Join(s.dir, "root.json"), s.dist}, more...), now: time.Now()}
		return c.report(t)
	}
	bundles := []string{"--bundle", filepath.Join(s.dir, "bundles")}
	if rep, r := verify(append(bundles, "--bundle", filepath.Join(s.dir, bundlesIn))...); r.code != 0 || len(rep.Findings) > 0 || len(rep.Dists[0].Verified) != 2 {
		t.Errorf("with --bundle: exit code %d, %v", r.code, rules(rep))
	}
	// Alone it satisfies nothing.
	if rep, r := verify("--bundle", filepath.Join(s.dir, bundlesIn)); r.code != 1 || rules(rep)["missing-provenance"] != 2 || len(rep.Findings) != 2 {
		t.Errorf("alone: exit code %d, %v", r.code, rules(rep))
	}
	put(t, filepath.Join(s.dist, wheel+".vsa.sigstore.json"), []byte(get(t, filepath.Join(s.dir, wheelVerdict))))
	if rep, r := verify(bundles...); r.code != 0 || rules(rep)["attestation-stops-upload"] != 1 || len(rep.Findings) != 1 {
		t.Errorf("in the folder: exit code %d, %v", r.code, rules(rep))
	}
}
