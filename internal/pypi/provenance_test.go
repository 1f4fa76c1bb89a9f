// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseProvenance(t *testing.T) {
	for _, tt := range []struct {
		name, publisher string
		want            Publisher
	}{
		{"GitHub, new", `{"kind":"GitHub","repository":"o/r","workflow":"release.yml","environment":null}`,
			Publisher{Kind: KindGitHub, Repository: "o/r", Workflow: "release.yml"}},
		{"GitHub, old", `{"claims":null,"environment":"","kind":"GitHub","repository":"o/r","workflow":"release.yml"}`,
			Publisher{Kind: KindGitHub, Repository: "o/r", Workflow: "release.yml"}},
		{"GitHub, environment", `{"kind":"GitHub","repository":"o/r","workflow":"release.yml","environment":"pypi","claims":{"x":[1]}}`,
			Publisher{Kind: KindGitHub, Repository: "o/r", Workflow: "release.yml", Environment: "pypi"}},
		{"GitHub, no environment", `{"kind":"GitHub","repository":"o/r","workflow":"release.yml","later":true}`,
			Publisher{Kind: KindGitHub, Repository: "o/r", Workflow: "release.yml"}},
		{"GitLab", `{"kind":"GitLab","repository":"g/s/r","workflow_filepath":"ci/x.yml","environment":"prod"}`,
			Publisher{Kind: KindGitLab, Repository: "g/s/r", Workflow: "ci/x.yml", Environment: "prod"}},
		{"Google", `{"kind":"Google","email":"x@y.iam"}`, Publisher{Kind: KindGoogle, Email: "x@y.iam"}},
		{"unknown", `{"kind":"CircleCI","repository":7,"project":"x"}`, Publisher{Kind: "CircleCI"}},
		{"unknown by case", `{"kind":"github","repository":"o/r","workflow":"w"}`, Publisher{Kind: "github"}},
	} {
		got, err := ParseProvenance(provenanceOf(tt.publisher))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if d := cmp.Diff([]AttestationBundle{{Publisher: tt.want, Attestations: got.Bundles[0].Attestations}}, got.Bundles); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
	got, err := ParseProvenance([]byte(` {"version": 1, "x": {}, "attestation_bundles": [
		{"publisher":{"kind":"A"},"attestations":[{"a": 1},{"b" : [2]}]}, {"publisher":{"kind":"B"},"attestations":[{}],"y":0}]}` + "\n"))
	if err != nil || len(got.Bundles) != 2 || string(got.Bundles[0].Attestations[1]) != `{"b" : [2]}` || got.Bundles[1].Publisher.Kind != "B" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestParseProvenanceRefuses(t *testing.T) {
	good := string(provenanceOf(`{"kind":"GitHub","repository":"o/r","workflow":"w"}`))
	if _, err := ParseProvenance([]byte(good)); err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) string {
		t.Helper()
		if strings.Count(good, old) == 0 {
			t.Fatalf("%q is not in the good object", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", "empty"},
		{"HTML", "<html>", "invalid character"},
		{"null", "null", "expecting an object"},
		{"list", "[]", "expecting an object"},
		{"version 2", change(`"version":1`, `"version":2`), `"2"`},
		{"version text", change(`"version":1`, `"version":"1"`), "only 1"},
		{"version 1.0", change(`"version":1`, `"version":1.0`), "only 1"},
		{"version 1e0", change(`"version":1`, `"version":1e0`), "only 1"},
		{"version true", change(`"version":1`, `"version":true`), "only 1"},
		{"no version", change(`"version":1,`, ``), "only 1"},
		{"gigantic version", change(`"version":1`, `"version":1`+strings.Repeat("0", 5000)), "only 1"},
		{"version twice", change(`"version":1`, `"version":1,"version":1`), "twice"},
		{"version twice, by escape", change(`"version":1`, `"version":1,"versio\u006e":2`), "twice"},
		{"Version beside", change(`"version":1`, `"version":1,"Version":2`), "spelled"},
		{"long s", change(`"version":1`, `"version":1,"ver\u017fion":2`), "spelled"},
		{"other case", change(`"attestation_bundles"`, `"Attestation_Bundles"`), "spelled"},
		{"other case of a bundle", change(`"publisher"`, `"Publisher"`), "spelled"},
		{"other case of attestations", change(`"attestations"`, `"ATTESTATIONS"`), "spelled"},
		{"kind in Kelvin", change(`"kind"`, `"\u212aind"`), "spelled"},
		{"Repository beside", change(`"repository"`, `"Repository":"a/b","repository"`), "spelled"},
		{"repository twice", change(`"repository"`, `"repository":"a/b","repository"`), "twice"},
		{"twice in an attestation", change(`[{"version":1}]`, `[{"a":{"b":1,"b":2}}]`), "twice"},
		{"no bundles", change(`"attestation_bundles"`, `"attestation_bundle"`), "attestation_bundles"},
		{"bundles null", `{"version":1,"attestation_bundles":null}`, "attestation_bundles"},
		{"bundles empty", `{"version":1,"attestation_bundles":[]}`, "empty"},
		{"bundle null", `{"version":1,"attestation_bundles":[null]}`, "attestation_bundles[0]"},
		{"no attestations", change(`,"attestations":[{"version":1}]`, ``), "attestations"},
		{"attestations empty", change(`[{"version":1}]`, `[]`), "empty"},
		{"attestation text", change(`[{"version":1}]`, `[{},"x"]`), "attestations[1]"},
		{"no publisher", `{"version":1,"attestation_bundles":[{"attestations":[{}]}]}`, "publisher"},
		{"publisher null", `{"version":1,"attestation_bundles":[{"publisher":null,"attestations":[{}]}]}`, "publisher"},
		{"no kind", change(`"kind":"GitHub",`, ``), "kind"},
		{"kind number", change(`"GitHub"`, `1`), "kind"},
		{"no repository", change(`"repository":"o/r",`, ``), "repository: it is missing"},
		{"repository empty", change(`"o/r"`, `""`), "repository: it is missing"},
		{"repository null", change(`"o/r"`, `null`), "repository: it is missing"},
		{"repository list", change(`"o/r"`, `["o/r"]`), "repository"},
		{"no workflow", change(`,"workflow":"w"`, ``), "workflow"},
		{"environment number", change(`"workflow":"w"`, `"workflow":"w","environment":0`), "environment"},
		{"line break", change(`"w"`, `"w\n::error::"`), "control character"},
		{"unpaired surrogate", change(`"w"`, `"w\ud800"`), "unpaired"},
		{"long", change(`"w"`, `"`+strings.Repeat("w", 1025)+`"`), "1024"},
		{"GitLab without a path", change(`GitHub`, `GitLab`), "workflow_filepath"},
		{"Google without an address", change(`GitHub`, `Google`), "email"},
		{"invalid UTF-8", change(`"w"`, "\"w\xff\""), "UTF-8"},
		{"invalid UTF-8 elsewhere", change(`[{"version":1}]`, "[{\"a\":\"\xff\"}]"), "UTF-8"},
		{"byte order mark", "\xef\xbb\xbf" + good, "byte order mark"},
		{"trailing", good + "{}", "after"},
		{"cut", good[:len(good)-1], "ends"},
		{"deep", change(`[{"version":1}]`, `[{"a":`+strings.Repeat("[", 64)+strings.Repeat("]", 64)+`}]`), "64"},
		{"very deep", strings.Repeat("[", 1<<20), "64"},
		{"large", good + strings.Repeat(" ", maxProvenance), "8388608"},
	} {
		p, err := ParseProvenance([]byte(tt.in))
		if err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 600 {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if p.Bundles != nil {
			t.Errorf("%s: bundles beside an error", tt.name)
		}
	}
}

// Provenance objects that an index really served, where the corpus is at hand.
func TestParseProvenanceCorpus(t *testing.T) {
	root := os.Getenv("SALLYPORT_CORPUS")
	if root == "" {
		t.Skip("SALLYPORT_CORPUS is not set: real provenance objects are not read")
	}
	for name, want := range map[string]Publisher{
		"pypi_attestations-0.0.19.tar.gz.provenance":       {Kind: KindGitHub, Repository: "trailofbits/pypi-attestations", Workflow: "release.yml"},
		"sampleproject-4.0.0.tar.gz.provenance.json":       {Kind: KindGitHub, Repository: "pypa/sampleproject", Workflow: "release.yml"},
		"gcb_attestation_test-0.0.0.tar.gz.provenance":     {Kind: KindGoogle, Email: "919436158236-compute@developer.gserviceaccount.com"},
		"pypi_attestations-0.0.19.tar.gz.slsa.attestation": {},
	} {
		data, err := os.ReadFile(filepath.Join(root, "attestations", "pypi", name))
		if err != nil {
			t.Fatal(err)
		}
		p, err := ParseProvenance(data)
		if want == (Publisher{}) {
			if err == nil {
				t.Errorf("%s: an attestation is read as a provenance object", name)
			}
			continue
		}
		if err != nil || len(p.Bundles) != 1 || p.Bundles[0].Publisher != want || len(p.Bundles[0].Attestations) == 0 {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}
