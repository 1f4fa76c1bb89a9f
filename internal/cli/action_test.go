// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestActionArgs(t *testing.T) {
	for name, tt := range map[string]struct {
		inputs string // NAME=VALUE, parted by ;
		want   string // arguments, parted by a space
		bad    string
	}{
		"not the action":       {"", "", ""},
		"gate":                 {"command=gate;dists=dist", "gate -- dist", ""},
		"seal":                 {"command=seal;dists=dist;ledger={}", "gate --seal --ledger={} -- dist", ""},
		"audit":                {"command=audit;dists=dist", "audit --", ""},
		"all empty":            {"command=verify;dists=dist;policy=;enforce=;bundles=", "verify -- dist", ""},
		"two folders":          {"command=verify;dists=a\n b \n\nc;strict=true", "verify --strict -- a b c", ""},
		"trial":                {"command=gate;dists=dist;enforce=false;enforce-from=2026-12-01", "gate --enforce=false --enforce-from=2026-12-01 -- dist", ""},
		"defaults written out": {"command=gate;dists=dist;enforce=true;strict=false;offline=false;store=false", "gate -- dist", ""},
		"attest":               {"command=attest;dists=dist;store=true;kinds=slsa,release", "attest --kinds=slsa,release --github -- dist", ""},
		"several bundles":      {"command=verify;dists=dist;bundles=a.json\nb.json", "verify --bundle=a.json --bundle=b.json -- dist", ""},
		"a file like a flag":   {"command=verify;dists=--offline", "verify -- --offline", ""},
		"a value like a flag":  {"command=verify;dists=dist;policy=--offline", "verify --policy=--offline -- dist", ""},

		"left out":           {"command=verify;dists=dist;strict=false;checksums=none;ledger=none", "verify -- dist", ""},
		"seal in a trial":    {"command=seal;dists=dist;ledger=;enforce=false;enforce-from=2026-12-01", "gate --seal --enforce=false --enforce-from=2026-12-01 -- dist", ""},
		"checksums":          {"command=gate;dists=dist;checksums=abc", "gate --checksums=abc -- dist", ""},
		"misspelt checksums": {"command=gate;dists=dist;checksums=", "", "checksums is given an empty value"},
		"misspelt in attest": {"command=attest;dists=dist;checksums= ", "", "checksums is given an empty value"},
		"misspelt strict":    {"command=gate;dists=dist;strict=", "", "strict is given an empty value"},
		"misspelt ledger":    {"command=verify;dists=dist;ledger=", "", "ledger is given an empty value"},

		"unknown command": {"command=publish;dists=dist", "", `"publish"`},
		"no dists":        {"command=gate", "", "dists is empty"},
		"not a truth":     {"command=gate;dists=dist;strict=yes", "", "true or false"},
		"other command's": {"command=gate;dists=dist;ledger={}", "", "ledger is given"},
		"enforce misused": {"command=verify;dists=dist;enforce=false", "", "enforce is given"},
	} {
		env := map[string]string{}
		for pair := range strings.SplitSeq(tt.inputs, ";") {
			if k, v, ok := strings.Cut(pair, "="); ok {
				env["INPUT_"+strings.ToUpper(k)] = v
			}
		}
		args, active, err := actionArgs(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		switch {
		case tt.bad != "":
			if err == nil || !strings.Contains(err.Error(), tt.bad) {
				t.Errorf("%s: error %v, want %q", name, err, tt.bad)
			}
		case err != nil || active != (tt.inputs != ""):
			t.Errorf("%s: active %v, error %v", name, active, err)
		default:
			if diff := cmp.Diff(tt.want, strings.Join(args, " ")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}
