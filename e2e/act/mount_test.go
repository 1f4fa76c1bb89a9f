// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
)

// layMount makes the folder that the containers share: the shim with what each
// job is told, the lab's roots, and what is planted.
func (r *release) layMount(c change) {
	r.t.Helper()
	for job, files := range c.planted {
		for name, data := range files {
			put(r.t, filepath.Join(r.dir, "planted", job, "files", name), data)
		}
	}
	for job, variable := range c.variables {
		put(r.t, filepath.Join(r.dir, "planted", job, "env"), []byte(variable+"\n"))
	}
	put(r.t, filepath.Join(r.dir, "web-ca.pem"), r.world.web.ca)
	put(r.t, filepath.Join(r.dir, "trusted_root.json"), get(r.t, r.world.lab.TrustedRoot))
	put(r.t, filepath.Join(r.dir, "signing_config.json"), get(r.t, r.world.lab.SigningConfig))
	put(r.t, filepath.Join(r.dir, "shim"), get(r.t, r.world.shim))
	if err := os.Chmod(filepath.Join(r.dir, "shim"), 0o755); err != nil {
		r.t.Fatal(err)
	}
	type variables struct {
		Add     map[string]string `json:"add"`
		Replace map[string]string `json:"replace"`
		Folders []string          `json:"folders"`
	}
	all := map[string]variables{}
	for id, j := range r.jobs {
		// On GitHub, later steps find these folders elsewhere: nobody is to see
		// them here.
		temp, home := "/github/runner_temp", "/github/home"
		v := variables{
			Add: map[string]string{
				"GITHUB_WORKFLOW_REF": "octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0", "GITHUB_WORKFLOW_SHA": r.sha,
				"GITHUB_REPOSITORY_ID": "100200300", "GITHUB_REPOSITORY_OWNER_ID": "400500", "RUNNER_ENVIRONMENT": "github-hosted",
				"HTTPS_PROXY": r.world.web.proxy, "SSL_CERT_FILE": mount + "/web-ca.pem",
			},
			Replace: map[string]string{
				"RUNNER_TEMP": temp, "HOME": home, "GITHUB_API_URL": r.github.URL(), "INPUT_TRUSTED-ROOT": mount + "/trusted_root.json",
			},
			Folders: []string{temp, home},
		}
		if j.tokens {
			maps.Copy(v.Add, r.serveTokens(id, c.claims[id]))
		}
		if j.signs {
			v.Replace["INPUT_SIGNING-CONFIG"] = mount + "/signing_config.json"
		}
		all[id] = v
	}
	data, err := json.Marshal(all)
	if err != nil {
		r.t.Fatal(err)
	}
	put(r.t, filepath.Join(r.dir, "shim.json"), data)
}

// serveTokens serves the job's token service until the test ends, and returns
// the variables by which the job finds it.
func (r *release) serveTokens(id string, claims map[string]any) map[string]string {
	r.t.Helper()
	issuer, err := r.world.lab.Issuer()
	if err != nil {
		r.t.Fatal(err)
	}
	issuer.Set(r.jobs[id].claims(r.sha, r.attempt))
	issuer.Set(claims)
	server := httptest.NewServer(http.HandlerFunc(issuer.ServeHTTP))
	r.t.Cleanup(server.Close)
	r.issuers[id] = issuer
	return issuer.Env(server.URL)
}
