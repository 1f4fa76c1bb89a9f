// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/trust"
)

// signing has a gate sign its verdict, with our services. The README's always
// does.
var signing = map[string]string{
	"sign-verdict": "true", "signing-config": emulator.HostTemp + "/services.json", "trusted-root": emulator.HostTemp + "/root.json",
}

// The called gate signs a verdict for each file of a release that passes, and
// whoever has the bundle can verify it.
func TestWholeReleaseSigned(t *testing.T) {
	r, got := scene{}.check(t)
	want := []string{wheel + ".vsa.sigstore.json", sdist + ".vsa.sigstore.json"}
	if diff := cmp.Diff(want, bundles(r)); diff != "" {
		t.Fatalf("bundles (-want +got):\n%s", diff)
	}
	roots, err := trust.Load(t.Context(), trust.Options{Files: []string{r.gate.Path("/github/runner_temp/root.json")}, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range []string{wheel, sdist} {
		path := filepath.Join(r.gate.Path(bundleFolder), want[i])
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		docs, err := evidence.Split(data, path, evidence.Given)
		if err != nil || len(docs) != 1 {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		a := evidence.NewVerifier(roots).Verify(docs[0])
		if !a.OK() {
			t.Fatalf("%s does not verify: %v", want[i], a.Problem)
		}
		subject := evidence.Subject{Name: file, SHA256: digest(r, r.gate.Path("dist/"+file))}
		if !slices.Equal(a.Statement.Subjects, []evidence.Subject{subject}) || !strings.Contains(string(a.Statement.Predicate), `"verificationResult":"PASSED"`) {
			t.Errorf("%s says %+v\n%s", want[i], a.Statement.Subjects, a.Statement.Predicate)
		}
		// It speaks in the name of our workflow, at the commit that was called.
		if signer := "https://github.com/scientific-python/sallyport/.github/workflows/gate.yml@" + sallyport; a.Signer.SignerURI != signer || a.Signer.SignerDigest != sallyport {
			t.Errorf("%s is signed by %q at %q", want[i], a.Signer.SignerURI, a.Signer.SignerDigest)
		}
	}
	if out := got["gate"].Outputs; !strings.Contains(out["attestations"], want[0]) || !strings.Contains(got["gate"].Summary, "signed verdict") {
		t.Errorf("outputs %v\n%s", out, got["gate"].Summary)
	}
}

// Of anything else there is none.
func TestWholeReleaseUnsigned(t *testing.T) {
	trial := map[string]string{"enforce": "false", "enforce-from": time.Now().AddDate(0, 0, 30).Format(time.DateOnly)}
	for name, s := range map[string]scene{
		"the gate fails":            {gated: swapWheel, stops: "gate", rule: "digest-mismatch"},
		"a trial that passes":       {with: trial},
		"something is not known":    {example: "compiled", with: signing, signer: byGitHub, edits: edits{policyFile: full("")}, stops: "gate", code: 2, rule: "publisher-unknown"},
		"nobody asks for a verdict": {example: "compiled"},
	} {
		t.Run(name, func(t *testing.T) {
			r, got := s.check(t)
			if all := bundles(r); len(all) > 0 {
				t.Errorf("there are verdicts: %q\n%s", all, got["gate"].Log)
			}
		})
	}
	t.Run("a trial that fails", func(t *testing.T) {
		r, got := play(t, scene{with: trial, gated: swapWheel})
		if all := bundles(r); len(all) > 0 || got["gate"].Outputs["verdict"] != "fail" || got["gate"].Code != 0 {
			t.Errorf("verdict %q, bundles %q\n%s", got["gate"].Outputs["verdict"], all, got["gate"].Log)
		}
		// Without a ledger the seal stops what the gate let go on.
		if got["seal"].Code == 0 {
			t.Errorf("seal: exit code %d\n%s", got["seal"].Code, got["seal"].Log)
		}
	})
}

const bundleFolder = "sallyport-out/attestations"

// bundles are the names of what the gate's job has in the folder of bundles.
func bundles(r *release) []string {
	r.t.Helper()
	var out []string
	err := filepath.WalkDir(r.gate.Path("/github"), func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.Contains(d.Name(), ".vsa") {
			out = append(out, d.Name())
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	slices.Sort(out)
	return out
}
