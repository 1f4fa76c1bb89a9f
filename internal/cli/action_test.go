// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"
	"fmt"
	"slices"
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
		"store, unsigned": {"command=gate;dists=dist;store=true", "", "store is given, and the command gate has no use for it where it does not sign"},
		"signed":          {"command=gate;dists=dist;sign-verdict=true;store=true", "gate --sign-verdict --github -- dist", ""},
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

// Each input with each command either has an effect or is refused: one that
// nobody looks at could be a check that somebody relies on. One that says what
// holds anyway is neither.
func TestEachInputCounts(t *testing.T) {
	run := func(command, name, value string) ([]string, error) {
		env := map[string]string{"INPUT_COMMAND": command, "INPUT_DISTS": "dist", "INPUT_CHECKSUMS": "none", "INPUT_LEDGER": "none", "INPUT_STRICT": "false", "INPUT_SIGN-VERDICT": "false"}
		env["INPUT_"+strings.ToUpper(name)] = value
		args, _, err := actionArgs(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		return args, err
	}
	inputs := append(slices.Clone(actionInputs), actionInput{name: "dists", kind: text, commands: []string{"gate", "seal", "verify", "attest"}})
	for _, command := range actionCommands {
		plain, err := run(command, "command", command)
		if err != nil {
			t.Fatalf("%s without inputs: %v", command, err)
		}
		for _, in := range inputs {
			given, same := "value", []string{""}
			switch in.kind {
			case onTrue:
				given, same = "true", []string{"", "false"}
			case toggle:
				given, same = "false", []string{"", "true"}
			}
			if word, never := neverEmpty[in.name]; never {
				same = []string{word}
			}
			if in.name == "dists" {
				same = []string{"dist"}
			}
			for _, value := range same {
				if args, err := run(command, in.name, value); err != nil || !slices.Equal(args, plain) {
					t.Errorf("%s with %s %q: %q, %v", command, in.name, value, args, err)
				}
			}
			args, err := run(command, in.name, given)
			if used := in.commands == nil || slices.Contains(in.commands, command); !used {
				var usage usageError
				if !errors.As(err, &usage) || !strings.Contains(err.Error(), in.name+" is given, and the command "+command+" has no use for it; leave it out") {
					t.Errorf("%s with %s: %q, %v", command, in.name, args, err)
				}
				continue
			}
			if err != nil && strings.Contains(err.Error(), "sign-verdict") {
				args, err = signed(in.name, given)
			}
			if err != nil || slices.Equal(args, plain) {
				t.Errorf("%s with %s: %q, %v", command, in.name, args, err)
				continue
			}
			// The command knows the flag.
			cmd, _, err := rootCommand(&Env{}).Find(args[:1])
			if err != nil || in.flag != "" && cmd.Flags().Lookup(in.flag) == nil {
				t.Errorf("%s has no flag %q: %v", cmd.Name(), in.flag, err)
			}
		}
	}
}

// signed is what an input of the gate's signature becomes beside sign-verdict.
func signed(name, value string) ([]string, error) {
	env := map[string]string{"INPUT_COMMAND": "gate", "INPUT_DISTS": "dist", "INPUT_SIGN-VERDICT": "true", "INPUT_" + strings.ToUpper(name): value}
	args, _, err := actionArgs(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err == nil && len(args) < 5 { // gate --sign-verdict --NAME -- dist
		err = fmt.Errorf("%s has no effect: %q", name, args)
	}
	return args, err
}
