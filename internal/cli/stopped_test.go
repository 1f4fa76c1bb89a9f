// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// An action's step that stops without a report says so on the run's page, with
// the line where there is one.
func TestStopped(t *testing.T) {
	for name, tt := range map[string]struct {
		env    map[string]string
		policy string
		code   int
		log    string // an annotation
		page   string // of the summary
	}{
		"a policy": {nil, goodPolicy + "colour: red\n", 3, "::error file=.github/sallyport.yml,line=6,title=sallyport%3A policy::", "stopped"},
		"an input": {map[string]string{"INPUT_COMMAND": "verfy"}, goodPolicy, 3, "::error title=sallyport%3A stopped::reading the inputs: command is \"verfy\"", "The inputs or the policy are wrong"},
		"hostile":  {map[string]string{"INPUT_COMMAND": "x\n::warning::y<b>"}, goodPolicy, 3, "::error title=sallyport%3A stopped::reading the inputs", "x"},
		"state":    {map[string]string{"args": "post", "STATE_sealed": "{"}, goodPolicy, 2, "the state of this action was changed", "sallyport post: stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateScene(t)
			g.call = g.inActions(t)
			policy := filepath.Join(g.env["GITHUB_WORKSPACE"], ".github", "sallyport.yml")
			put(t, policy, []byte(tt.policy))
			g.args = nil
			for k, v := range map[string]string{"INPUT_COMMAND": "verify", "INPUT_DISTS": g.dist, "INPUT_POLICY": policy, "INPUT_OFFLINE": "true"} {
				g.env[k] = v
			}
			for k, v := range tt.env {
				g.env[k] = v
			}
			if a := tt.env["args"]; a != "" {
				g.args = []string{a}
			}
			r := g.run(t)
			if r.code != tt.code || !strings.Contains(r.stdout, strings.Replace(tt.log, ".github/", filepath.Dir(policy)+"/", 1)) || !strings.Contains(r.summary, tt.page) || strings.Contains(r.summary, "<b>") || strings.Contains(r.stdout, "\n::warning") {
				t.Errorf("exit code %d\n%s%s\n%s", r.code, r.stdout, r.stderr, r.summary)
			}
		})
	}
}
