// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The token goes to no other host than github.com's API, whoever names one.
func TestCheckAPI(t *testing.T) {
	for base, good := range map[string]bool{
		"": true, "https://api.github.com": true, "https://api.github.com:443/": true, "http://127.0.0.1:8080": true, "http://[::1]:80/x": true, "http://localhost:1": true,
		"https://ghe.example": false, "https://api.github.com.evil.example": false, "https://evil.example/api.github.com": false, "https://evil.example#api.github.com": false,
		"https://api.github.com@evil.example": false, "https://api.octo.ghe.com": false, "https://github.com": false, "https://10.0.0.1": false, "https://127.0.0.1.evil.example": false, "https://\x7f": false,
	} {
		err := checkAPI(base)
		var usage usageError
		if good != (err == nil) || err != nil && (!errors.As(err, &usage) || !strings.Contains(err.Error(), "leave it as the runner sets it")) {
			t.Errorf("%q: %v", base, err)
		}
	}
	env := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_TOKEN": "ghs_0123456789abcdef", "GITHUB_API_URL": "https://evil.example",
		"GITHUB_REPOSITORY": "octo-sci/samplepkg", "GITHUB_WORKFLOW_SHA": strings.Repeat("a", 40)}
	var out strings.Builder
	code := Main(Env{
		Args: []string{"verify", t.TempDir()}, Lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok }, Stdin: strings.NewReader(""),
		Stdout: io.Discard, Stderr: &out, Now: time.Now, Client: &http.Client{Transport: nobody{t}},
	})
	if code != ExitUsage || !strings.Contains(out.String(), `GITHUB_API_URL leads to "evil.example"`) {
		t.Errorf("exit code %d: %s", code, out.String())
	}
}

// nobody fails a test that asks anybody.
type nobody struct{ t *testing.T }

func (n nobody) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("asked %s", r.URL)
	return nil, http.ErrServerClosed
}
