// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"slices"
	"strings"
)

// actionInput maps one input of action.yml onto a flag of the commands that
// have it.
type actionInput struct {
	name     string
	flag     string
	kind     inputKind
	commands []string // nil: all
}

type inputKind int

const (
	text   inputKind = iota // --flag=VALUE
	onTrue                  // --flag where the value is true
	toggle                  // --flag=false where the value is false
)

// actionInputs are all inputs but command and dists. An input that is empty is
// one that was not given: the runner sets a variable for each. The inputs in
// [neverEmpty] are an exception.
var actionInputs = []actionInput{
	{"policy", "policy", text, nil},
	{"repository", "repository", text, nil},
	{"project", "project", text, nil},
	{"environment", "environment", text, nil},
	{"index", "index", text, nil},
	{"strict", "strict", onTrue, nil},
	{"offline", "offline", onTrue, []string{"gate", "verify", "audit"}},
	{"ledger", "ledger", text, []string{"seal", "verify"}},
	{"checksums", "checksums", text, []string{"gate", "verify", "attest"}},
	{"bundles", "bundle", text, []string{"gate", "verify"}},
	{"enforce", "enforce", toggle, []string{"gate", "seal"}},
	{"enforce-from", "enforce-from", text, []string{"gate", "seal"}},
	{"kinds", "kinds", text, []string{"attest"}},
	{"sign-verdict", "sign-verdict", onTrue, []string{"gate"}},
	{"bundle-dir", "bundle-dir", text, []string{"gate", "attest"}},
	{"store", "github", onTrue, []string{"gate", "attest"}},
	{"public-good", "public-good", onTrue, []string{"gate", "attest"}},
	{"signing-config", "signing-config", text, []string{"gate", "attest"}},
	{"trusted-root", "trusted-root", text, []string{"gate", "seal", "verify", "attest"}},
}

// actionCommands are the values of the input command.
var actionCommands = []string{"gate", "seal", "verify", "attest", "audit"}

// neverEmpty are the inputs that ask for a check which nothing else asks for,
// with the value that stands for leaving them out. GitHub makes an empty value
// of an output whose name is misspelt, which must not switch the check off.
var neverEmpty = map[string]string{"checksums": "none", "ledger": "none", "strict": "false", "sign-verdict": "false"}

// actionArgs makes a command line of the action's inputs. The second result is
// false where the program was not started as the action.
//
// An input that the command does not have is an error: it would be a check that
// somebody asked for and did not get.
func actionArgs(lookup func(string) (string, bool)) ([]string, bool, error) {
	given := func(name string) (string, bool) {
		v, set := lookup("INPUT_" + strings.ToUpper(strings.ReplaceAll(name, " ", "_")))
		return strings.TrimSpace(v), set
	}
	input := func(name string) string {
		v, _ := given(name)
		return v
	}
	command := input("command")
	if command == "" {
		return nil, false, nil
	}
	if !slices.Contains(actionCommands, command) {
		return nil, true, usagef("reading the inputs: command is %q; use %s", command, strings.Join(actionCommands, ", "))
	}
	args := []string{command}
	if command == "seal" {
		args = []string{"gate", "--seal"}
	}
	for _, in := range actionInputs {
		value, set := given(in.name)
		absent, never := neverEmpty[in.name]
		// Without a ledger the seal leaves the verdict open by itself; and in a
		// trial the gate's output is empty where it would have stopped.
		if never && set && value == "" && (in.name != "ledger" || command != "seal") {
			return nil, true, usagef("reading the inputs: %s is given an empty value; see that the output which it is taken from exists and is spelt the same, or leave the input out", in.name)
		}
		if value == "" || never && value == absent {
			continue
		}
		if in.kind != text && value != "true" && value != "false" {
			return nil, true, usagef("reading the inputs: %s is %q; use true or false", in.name, value)
		}
		switch {
		case in.kind == onTrue && value == "false", in.kind == toggle && value == "true":
			continue
		case in.commands != nil && !slices.Contains(in.commands, command):
			return nil, true, unusedInput(in.name, command)
		case command == "gate" && slices.Contains(signingFlagNames, in.flag) && input("sign-verdict") != "true":
			return nil, true, usagef("reading the inputs: %s is given, and the command gate has no use for it where it does not sign; leave it out, or set sign-verdict to \"true\"", in.name)
		case in.kind == onTrue:
			args = append(args, "--"+in.flag)
		case in.kind == toggle:
			args = append(args, "--"+in.flag+"=false")
		case in.flag == "bundle" || in.flag == "trusted-root":
			for _, v := range lines(value) {
				args = append(args, "--"+in.flag+"="+v)
			}
		default:
			args = append(args, "--"+in.flag+"="+value)
		}
	}
	args = append(args, "--")
	dists := lines(input("dists"))
	if command == "audit" {
		if len(dists) > 0 && !slices.Equal(dists, defaultDists) {
			return nil, true, unusedInput("dists", command)
		}
		return args, true, nil
	}
	if len(dists) == 0 {
		return nil, true, usagef("reading the inputs: dists is empty; name the folder of the release files, such as dist")
	}
	return append(args, dists...), true, nil
}

// defaultDists is what the input dists is where nobody wrote one.
var defaultDists = []string{"dist"}

func unusedInput(name, command string) error {
	return usagef("reading the inputs: %s is given, and the command %s has no use for it; leave it out", name, command)
}

// lines are the lines of an input that has something on them.
func lines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
