// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"bytes"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
	"github.com/scientific-python/sallyport/internal/tuftest"
)

// The seal asks for newer trust roots where there is an attestation to verify,
// and else asks nobody.
func TestSealTrustRoots(t *testing.T) {
	for name, tt := range map[string]struct {
		file  string // beside the distributions
		args  []string
		asked bool
	}{
		"no attestation":        {"", nil, false},
		"an attestation":        {wheel + ".publish.attestation", nil, true},
		"a broken one":          {wheel + ".slsa.attestation", nil, true},
		"one in another folder": {"", []string{"--bundle", "bundles"}, true},
		"another file":          {"notes.txt", nil, false},
		"offline":               {wheel + ".publish.attestation", []string{"--offline"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSealScene(t)
			switch {
			case strings.HasSuffix(tt.file, ".publish.attestation"):
				c := sigstoretest.GitHubClaims().WithEnvironment("pypi")
				of := sigstoretest.Publish(sigstoretest.Subject{Name: wheel, SHA256: sha([]byte(get(t, filepath.Join(s.dist, wheel))))})
				put(t, filepath.Join(s.dist, tt.file), sigstoretest.Use(t, sigstoretest.PublicGood).MustSign(t, of, c, sigstoretest.SignOptions{}).PEP740())
			case tt.file != "":
				put(t, filepath.Join(s.dist, tt.file), []byte("x"))
			}
			var repos []*tuftest.Repo
			tuf := map[trust.Instance]trust.Repository{}
			for instance, kind := range map[trust.Instance]sigstoretest.Kind{trust.PublicGood: sigstoretest.PublicGood, trust.GitHub: sigstoretest.GitHub} {
				r := tuftest.New(t, map[string][]byte{"trusted_root.json": sigstoretest.Use(t, kind).TrustedRoot()})
				repos = append(repos, r)
				tuf[instance] = trust.Repository{URL: r.URL(), Anchor: r.RootJSON()}
			}
			t.Chdir(s.dir)
			var stdout, stderr bytes.Buffer
			args := append([]string{"gate", "--seal", "--format=json", "--ledger", s.ledger}, tt.args...)
			code := cli.Main(cli.Env{
				Args: append(args, s.dist), Lookup: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
				Names: slices.Sorted(maps.Keys(s.env)), Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
				Client: &http.Client{Transport: loopbackOnly{t, nil}}, Issuer: s.issuer.Base(), Index: s.index, TUF: tuf,
			})
			if code > 2 || strings.Contains(stdout.String(), `"stale-trust-root"`) {
				t.Errorf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
			}
			for _, r := range repos {
				if asked := len(r.Requests()) > 0; asked != tt.asked {
					t.Errorf("asked a repository of trust roots: %v (%q)", asked, r.Requests())
				}
			}
			if source := `"source": "tuf"`; strings.Contains(stdout.String(), source) != tt.asked {
				t.Errorf("the report has %s: %v", source, !tt.asked)
			}
		})
	}
}
