// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

const secret = "pypi-AgEIcHlwaS5vcmcCJDAw"

// What the runner would do that nobody asked for, and what it would drop,
// fails a test. Without the mistake, each of these is silent.
func TestFaults(t *testing.T) {
	const heredoc = "report<<D\nx\nD\nverdict<<D\npass\nD\n" // the second in the value of the first
	long := strings.ReplaceAll(heredoc, "D", strings.Repeat("_", 40))
	for name, tt := range map[string]struct {
		run  emulator.Program
		want string
	}{
		"unknown command":    {says("::set-output name=verdict::pass\n"), "would execute"},
		"stopped commands":   {says("::stop-commands::x\n"), "would execute"},
		"matcher":            {says("::add-matcher::x.json\n"), "would execute"},
		"old command":        {says("a file ##[error]x\n"), "no command as we write them"},
		"blank before":       {says("  ::error title=sallyport::x\n"), "no command as we write them"},
		"invisible before":   {says("\u200b::error title=sallyport::x\n"), "no command as we write them"},
		"after a return":     {says("text\r::set-env name=x::y\n"), "would execute"},
		"terminal":           {says("\x1b[31mred\n"), "not printable"},
		"no text":            {says("\xff\n"), "not printable"},
		"without an end":     {says("::set-env name=x::y"), "would execute"},
		"property":           {says("::error title=sallyport,repo=x::y\n"), `property "repo"`},
		"title":              {says("::error title=other::y\n"), "title"},
		"mask of a word":     {says("::add-mask::pass\n"), "of no secret"},
		"file elsewhere":     {says("::error title=sallyport,file=/etc/passwd::y\n"), "not in the repository"},
		"line":               {says("::error title=sallyport,line=one::y\n"), "drops"},
		"no message":         {says("::error title=sallyport:: \n"), "no message"},
		"long message":       {says("::error title=sallyport::" + strings.Repeat("x", 4097) + "\n"), "cuts it at 4096"},
		"eleven":             {says(strings.Repeat("::notice title=sallyport::x\n", 11)), "drops the last"},
		"undeclared output":  {writes("GITHUB_OUTPUT", "other=1\n"), "not declared"},
		"output twice":       {writes("GITHUB_OUTPUT", "verdict=fail\nVERDICT=pass\n"), `is set to "fail" and to "pass"`},
		"state twice":        {writes("GITHUB_STATE", "a=1\na=2\n"), `is saved as "1" and as "2"`},
		"no delimiter":       {writes("GITHUB_OUTPUT", "verdict<<X\npass\n"), "cannot read GITHUB_OUTPUT"},
		"neither form":       {writes("GITHUB_OUTPUT", "verdict\n"), "cannot read GITHUB_OUTPUT"},
		"variable":           {writes("GITHUB_ENV", "LD_PRELOAD=x\n"), "GITHUB_ENV sets"},
		"path":               {writes("GITHUB_PATH", "/tmp\n"), "GITHUB_PATH gets"},
		"much summary":       {writes("GITHUB_STEP_SUMMARY", strings.Repeat("x", 1<<20+1)), "shows none of it"},
		"much output":        {writes("GITHUB_OUTPUT", "report="+strings.Repeat("x", 500_000)+"\n"), "all outputs of the job"},
		"secret in log":      {says("it is " + secret + "\n"), "is in the log"},
		"secret before mask": {says(secret + "\n::add-mask::" + secret + "\n"), "is in the log"},
		"secret in message":  {says("::error title=sallyport::" + secret + "\n"), "in the command error"},
		"secret in output":   {writes("GITHUB_OUTPUT", "report="+secret+"\n"), "in GITHUB_OUTPUT"},
		"secret in state":    {writes("GITHUB_STATE", "a="+secret+"\n"), "in GITHUB_STATE"},
		"secret in summary":  {writes("GITHUB_STEP_SUMMARY", secret), "is in the summary"},
		"secret in a file": {func(p emulator.Process) int {
			os.WriteFile(filepath.Join(p.Env["RUNNER_TEMP"], "x"), []byte("a "+secret+" b"), 0o600)
			return 0
		}, "in the file /github/runner_temp/x"},
		"panic":                 {func(emulator.Process) int { panic("oh") }, "the program panicked: oh"},
		"undeclarable artifact": {writes("GITHUB_ARTIFACTS", "a=b\n"), "= is reserved"},
		"missing artifact":      {writes("GITHUB_ARTIFACTS", "dist/x.whl\n"), "cannot be read"},
		"form":                  {writes("GITHUB_OUTPUT", "report=x\n"), "injectable: GITHUB_OUTPUT has a NAME=VALUE"},
		"form of state":         {writes("GITHUB_STATE", "report=x\n"), "injectable: GITHUB_STATE has a NAME=VALUE"},
		"short delimiter":       {writes("GITHUB_OUTPUT", heredoc), "which could be known"},
		"constant delimiter":    {writes("GITHUB_OUTPUT", long), "which could be known"},
	} {
		t.Run(name, func(t *testing.T) {
			var allow []string
			if !strings.Contains(tt.want, "NAME=VALUE") && !strings.Contains(tt.want, "known") {
				allow = append(allow, "NAME=VALUE")
			}
			got := recorded(t, func(tb testing.TB) {
				emulator.New(tb, emulator.Options{
					Allow:  allow,
					Action: "testdata/action.yml", Program: tt.run, Titles: "sallyport", Secrets: map[string]string{"PYPI": secret}, Artifacts: true,
				}).Run(emulator.Step{})
			})
			if !strings.Contains(got, tt.want) || strings.Contains(got, secret) {
				t.Errorf("the test fails with %q, want %q", got, tt.want)
			}
		})
	}
}

// A token that was handed out is a secret, masked or not.
func TestTokenLeaks(t *testing.T) {
	i := runnertest.StartIssuer(t)
	for name, tt := range map[string]struct {
		format string
		want   string
	}{
		"masked": {"::add-mask::%s\n", ""},
		"shown":  {"token: %s\n", "is in the log"},
	} {
		got := recorded(t, func(tb testing.TB) {
			emulator.New(tb, emulator.Options{Action: "testdata/action.yml", TokenIssuer: i, Program: func(p emulator.Process) int {
				token := ask(t, p.Env["ACTIONS_ID_TOKEN_REQUEST_URL"]+"&audience=x", p.Env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
				fmt.Fprintf(p.Stdout, tt.format, token)
				return 0
			}}).Run(emulator.Step{})
		})
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: the test says %q, want %q", name, got, tt.want)
		}
	}
}

// What a test allows is no fault, and does what it does on a runner.
func TestAllowed(t *testing.T) {
	var seen string
	j := emulator.New(t, emulator.Options{Action: "testdata/action.yml", Allow: []string{"GITHUB_ENV", "GITHUB_PATH", "set-output"},
		Program: func(p emulator.Process) int {
			seen = p.Env["ADDED"]
			io.WriteString(p.Stderr, "::set-output name=x::y\n")
			writes("GITHUB_PATH", "/x\n")(p)
			return writes("GITHUB_ENV", "ADDED=yes\n")(p)
		}})
	j.Run(emulator.Step{})
	if j.Run(emulator.Step{}); seen != "yes" {
		t.Errorf("the next step sees %q", seen)
	}
}
