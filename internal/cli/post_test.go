// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"maps"
	"strings"
	"testing"
)

// A second look that cannot be had is said, and that nothing was sealed is not.
func TestNoSecondLook(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		warn bool
	}{
		"no state of the seal":    {map[string]string{"INPUT_COMMAND": "seal"}, true},
		"no state of the gate":    {map[string]string{"INPUT_COMMAND": "gate"}, true},
		"the seal sealed nothing": {map[string]string{"INPUT_COMMAND": "seal", "STATE_sealed": ""}, false},
		"no state of verify":      {map[string]string{"INPUT_COMMAND": "verify"}, false},
	} {
		c := call{args: []string{"post"}}.inActions(t)
		maps.Copy(c.env, tt.env)
		r := c.run(t)
		if r.code != 0 || strings.Contains(r.stdout, "::warning title=sallyport%3A no second look::") != tt.warn || !tt.warn && r.stdout != "" {
			t.Errorf("%s: exit code %d\n%s%s", name, r.code, r.stdout, r.stderr)
		}
	}
}
