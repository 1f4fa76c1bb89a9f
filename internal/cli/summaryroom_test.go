// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// What earlier commands of the step wrote into the summary stays, and together
// with ours it is below the limit above which GitHub shows none of it.
func TestSummaryBesideOthers(t *testing.T) {
	const limit = 1 << 20
	g := newGateScene(t)
	g.call = g.inActions(t)
	for i := range 300 {
		put(t, filepath.Join(g.dist, fmt.Sprintf("samplepkg-1.%d-py3-none-any.whl", i+1)), fmt.Append(nil, i))
	}
	for name, tt := range map[string]struct {
		there int
		has   string // in the summary
		told  bool   // that there is no room
	}{
		"nothing":        {0, "sallyport gate: fail", false},
		"little":         {limit / 2, "sallyport gate: fail", false},
		"nearly all":     {limit - 6000, "sallyport gate: fail", false},
		"no room":        {limit - 3000, "", true},
		"more than that": {limit + 10, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			put(t, g.output, nil)
			before := strings.Repeat("x", tt.there)
			put(t, g.summary, []byte(before))
			var stdout, stderr bytes.Buffer
			code := cli.Main(cli.Env{
				Args: g.args, Lookup: func(name string) (string, bool) { v, ok := g.env[name]; return v, ok },
				Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: sigstoretest.DefaultTime.UTC, Client: &http.Client{Transport: noNetwork{t}},
			})
			if code != 1 || stderr.String() != "" {
				t.Errorf("exit code %d: %s", code, stderr.String())
			}
			data, err := os.ReadFile(g.summary)
			if err != nil {
				t.Fatal(err)
			}
			if ours, ok := strings.CutPrefix(string(data), before); !ok || len(data) > max(limit, tt.there) || !strings.Contains(ours, tt.has) || tt.has == "" && ours != "" {
				t.Errorf("%d bytes, %d before; ours begins %.200q", len(data), tt.there, ours)
			}
			told := false
			for _, c := range runnertest.ParseLog(stdout.String()) {
				told = told || c.Name == "warning" && strings.Contains(c.Properties["title"], "no room")
			}
			if told != tt.told {
				t.Errorf("told of the missing room: %v", told)
			}
		})
	}
}
