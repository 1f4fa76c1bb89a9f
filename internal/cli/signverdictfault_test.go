// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// Whatever a service does wrong, nothing is written and no ledger is handed on.
func TestSignVerdictFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		service sigstoretest.Service
		fault   sigstoretest.Fault
		code    int
		says    string
	}{
		"Fulcio refuses":            {sigstoretest.Fulcio, sigstoretest.Fault{Status: 400, Body: `{"code":3,"message":"no"}`}, 2, "Fulcio"},
		"Fulcio is down":            {sigstoretest.Fulcio, sigstoretest.Fault{Status: 503}, 2, "503"},
		"Fulcio hangs":              {sigstoretest.Fulcio, sigstoretest.Fault{Hang: true}, 2, "Fulcio"},
		"Fulcio signs other claims": {sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieClaims}, 2, "certificate"},
		"certificate in no log":     {sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieNoSCT}, 1, "unverified-sct"},
		"certificate by nobody":     {sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieAuthority}, 1, "untrusted-certificate"},
		"log is down":               {sigstoretest.Rekor2, sigstoretest.Fault{Status: 502}, 2, "Rekor"},
		"log proves nothing":        {sigstoretest.Rekor2, sigstoretest.Fault{Lie: sigstoretest.LieProof}, 1, "unverified-log-entry"},
		"timestamps are down":       {sigstoretest.TSA, sigstoretest.Fault{Status: 500}, 2, "timestamp authority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newVerdictScene(t)
			s.args[slices.Index(s.args, "5s")] = "1500ms"
			s.services.Fail(tt.service, slices.Repeat([]sigstoretest.Fault{tt.fault}, 100)...)
			r := s.run(t, "--format", "github")
			r.wants(t, tt.code, tt.says)
			switch {
			case tt.code == 2:
				r.wants(t, 2, "signing the verdict of a release that passes, for which no ledger is handed on")
				if strings.Count(strings.TrimSpace(r.stderr), "\n") > 0 || len(r.outputs) > 0 {
					t.Errorf("outputs %v, standard error: %s", r.outputs, r.stderr)
				}
			case outputsOf(r)["verdict"] != "fail" || !strings.Contains(r.stdout, "no ledger is handed on") || strings.Contains(r.stdout, "wrote "):
				t.Errorf("outputs %v\n%s", r.outputs, r.stdout)
			}
			if exists(s.ledger) || outputsOf(r)["ledger"] != "" {
				t.Error("a ledger was handed on")
			}
			s.nothing(t, true)
		})
	}
}

// A file that changes while the verdict is signed has none.
func TestSignVerdictSwapped(t *testing.T) {
	s := newVerdictScene(t)
	s.services.Fail(sigstoretest.Rekor2, sigstoretest.Fault{Delay: time.Second})
	go func() {
		for s.services.Requests(sigstoretest.Rekor2) == 0 {
			time.Sleep(time.Millisecond)
		}
		_ = os.WriteFile(filepath.Join(s.dist, wheel), []byte("swapped"), 0o644)
	}()
	s.run(t).wants(t, 2, "changed")
	s.nothing(t, true)
	if exists(s.ledger) {
		t.Error("a ledger was handed on")
	}
}

// With --github each verdict is stored; what GitHub refuses is a failure.
func TestSignVerdictStores(t *testing.T) {
	s := newVerdictScene(t)
	rep, r := s.report(t, "--github")
	r.wants(t, 0)
	stored := s.github.Stored()
	if len(stored) != 2 || len(rep.Attestations) != 2 {
		t.Fatalf("%d are stored, %d were made", len(stored), len(rep.Attestations))
	}
	for _, a := range rep.Attestations {
		if a.ID == "" || !strings.HasPrefix(a.URL, "https://github.com/octo-sci/samplepkg/attestations/") {
			t.Errorf("stored: %+v", a)
		}
	}
	if ids := outputsOf(r)["attestation-id"]; strings.Count(ids, ",") != 1 {
		t.Errorf("ids: %q", ids)
	}
	var bundle struct {
		Envelope struct{ Payload string } `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal([]byte(get(t, filepath.Join(s.dir, wheelVerdict))), &bundle); err != nil {
		t.Fatal(err)
	}
	if data, err := base64.StdEncoding.DecodeString(bundle.Envelope.Payload); err != nil || !strings.Contains(string(data), wheel) {
		t.Errorf("%v\n%s", err, data)
	}

	s = newVerdictScene(t)
	s.github.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/attestations") && refusal(w, 403, "Resource not accessible by integration")
	}
	s.run(t, "--github").wants(t, 2, "nothing was written", "no ledger is handed on")
	s.nothing(t, true)
	if exists(s.ledger) {
		t.Error("a ledger was handed on")
	}
}

// A repository that is not public has its verdict signed by GitHub's instance,
// unless somebody asks for the public one; a public repository's is in the
// public log.
func TestSignVerdictInstance(t *testing.T) {
	for name, tt := range map[string]struct {
		visibility, policy string
		flags              []string
		code               int
		says               string
		instance           string
	}{
		"public":               {"public", "", nil, 0, "2 files: signed verdict", "public-good"},
		"public, github":       {"public", "builder:\n  instance: github\n", nil, 1, "wrong-instance", ""},
		"private":              {"private", "", nil, 0, "2 files: signed verdict", "github"},
		"internal":             {"internal", "", nil, 0, "2 files: signed verdict", "github"},
		"private, public-good": {"private", "", []string{"--public-good"}, 0, "in a public log, for ever", "public-good"},
		"private, the policy alone": {"private", "builder:\n  instance: public-good\n", nil, 3,
			"add --public-good if that is meant", ""},
		"private, policy and flag": {"private", "builder:\n  instance: public-good\n", []string{"--public-good"}, 0, "for ever", "public-good"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newVerdictScene(t)
			for _, f := range []string{"--signing-config", "--trusted-root"} {
				i := slices.Index(s.args, f)
				s.args = slices.Delete(s.args, i, i+2)
			}
			own := sigstoretest.Serve(t, sigstoretest.Use(t, sigstoretest.GitHub), sigstoretest.ServeOptions{})
			s.hosts = map[string]string{
				"fulcio.githubapp.com": own.FulcioURL, "timestamp.githubapp.com": own.TSAURL,
				"fulcio.sigstore.dev": s.services.FulcioURL, "rekor.sigstore.dev": s.services.Rekor1URL, "timestamp.sigstore.dev": s.services.TSAURL,
			}
			s.publish(t, map[string][]byte{"signing_config.v0.2.json": s.services.SigningConfig(sigstoretest.LogV1)})
			if tt.policy != "" {
				s.commitPolicy(t, goodPolicy+tt.policy)
			}
			s.issuer.Set(map[string]any{"repository_visibility": tt.visibility})
			r := s.run(t, append([]string{"--format", "github"}, tt.flags...)...)
			r.wants(t, tt.code, tt.says)
			if tt.instance == "" {
				s.nothing(t, false)
				return
			}
			if public := s.services.Requests(sigstoretest.Fulcio) > 0; public != (tt.instance == "public-good") || own.Requests(sigstoretest.Fulcio) > 0 == public {
				t.Errorf("the public instance was asked: %v", public)
			}
			if len(s.files(t)) != 4 {
				t.Errorf("files: %q", s.files(t))
			}
		})
	}
}

func TestSignVerdictUsage(t *testing.T) {
	without := func(flags ...string) func(*verdictScene) {
		return func(s *verdictScene) {
			for _, f := range flags {
				i := slices.Index(s.args, f)
				s.args = slices.Delete(s.args, i, i+2)
			}
		}
	}
	for name, tt := range map[string]struct {
		change func(s *verdictScene)
		flags  []string
		says   string
	}{
		"outside of Actions":   {func(s *verdictScene) { s.env = map[string]string{"RUNNER_TEMP": s.temp} }, nil, "no job of GitHub Actions"},
		"no permission":        {func(s *verdictScene) { delete(s.env, "ACTIONS_ID_TOKEN_REQUEST_TOKEN") }, nil, `add "id-token: write" to the job's permissions`},
		"no folder":            {func(s *verdictScene) { delete(s.env, "RUNNER_TEMP") }, nil, "--bundle-dir"},
		"with --seal":          {without("--ledger-out"), []string{"--seal"}, "--sign-verdict and --seal are both given"},
		"with --offline":       {nil, []string{"--offline"}, "--offline is given, and signing asks"},
		"no root":              {without("--trusted-root"), nil, "--signing-config and --trusted-root belong together"},
		"no services":          {without("--signing-config"), nil, "--signing-config and --trusted-root belong together"},
		"empty folder":         {nil, []string{"--bundle-dir", ""}, "--bundle-dir is given an empty value"},
		"hasty":                {without("--timeout"), []string{"--timeout", "1ms"}, "--timeout is 1ms"},
		"no token":             {func(s *verdictScene) { delete(s.env, "GITHUB_TOKEN") }, []string{"--github"}, "--github needs a token"},
		"in the dists' folder": {func(s *verdictScene) { s.args = append(s.args, "--bundle-dir", s.dist) }, nil, "in the folder of the release files"},
		"without --sign-verdict": {func(s *verdictScene) {
			s.args = slices.DeleteFunc(s.args, func(a string) bool { return a == "--sign-verdict" })
		}, nil, "goes with --sign-verdict"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newVerdictScene(t)
			if tt.change != nil {
				tt.change(s)
			}
			s.run(t, tt.flags...).wants(t, 3, tt.says)
			s.nothing(t, false)
			if exists(s.ledger) {
				t.Error("a ledger was handed on")
			}
		})
	}
}

// A token for another job than the first one is not signed with.
func TestSignVerdictAnotherRun(t *testing.T) {
	s := newVerdictScene(t)
	s.issuer.Set(map[string]any{"run_id": "999"})
	rep, r := s.report(t)
	if r.code != 1 || rules(rep)["other-run"] == 0 {
		t.Errorf("exit code %d, %v", r.code, rules(rep))
	}
	s.nothing(t, false)
}
