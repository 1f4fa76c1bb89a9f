// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"slices"
	"strings"
	"testing"
)

// lines are the commands of a script, each with the folder it runs in.
func lines(s Script) []string {
	var out []string
	for _, c := range s.Commands {
		var words []string
		for _, w := range c.Words {
			words = append(words, w.Text)
		}
		text := strings.Join(words, " ")
		if c.Dir != "" {
			text = c.Dir + ": " + text
		}
		out = append(out, text)
	}
	return out
}

func TestFolders(t *testing.T) {
	for text, want := range map[string]string{
		"cd sub && make":                                      "sub: make",
		"pushd a/b\npopd\nmake":                               "make",
		"pushd a\ncd ../b\nmake":                              "b: make",
		"(cd sub; ls)\nmake":                                  "make",
		"cd \"$GITHUB_WORKSPACE/x\"\nmake":                    "x: make",
		"cd a\ncd \"$(git rev-parse --show-toplevel)\"\nmake": "make",
		"cd a\ncd /\nmake":                                    "a: make",
		"cd a\ncd \"$X\"\nmake":                               "a: make",
		"cd ../..\nmake":                                      "make",
		"f() { cd a; }\nf\nmake":                              "a: make",
	} {
		if got := lines(Parse(text, "bash")); got[len(got)-1] != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestTextsFromElsewhere(t *testing.T) {
	for _, c := range []struct{ text, dialect, want string }{
		{"script -qc 'twine upload d' /dev/null", "bash", "twine upload d"},
		{"at now <<< 'twine upload d'", "bash", "twine upload d"},
		{"systemd-run --user twine upload d", "bash", "twine upload d"},
		{"apptainer exec x.sif twine upload d", "bash", "twine upload d"},
		{"sops exec-env s.yml 'twine upload d'", "bash", "twine upload d"},
		{"docker compose run x twine upload d", "bash", "twine upload d"},
		{"cat ci/x | sh", "bash", "sh ci/x"},
		{"sh -s < ci/x", "bash", "sh ci/x"},
		{"start /wait twine upload d", "cmd", "twine upload d"},
		{`find ci -name '*.sh' -exec bash {} \;`, "bash", "bash ci/*.sh"},
	} {
		if got := lines(Parse(c.text, c.dialect)); !slices.Contains(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestParseIn(t *testing.T) {
	env := map[string]string{"CMD": "twine upload -p ${{ secrets.X }} d", "A": "tw", "B": "ine", "not a name": "x"}
	for text, want := range map[string]string{
		`eval "$CMD"`:        "twine upload -p ${{ secrets.X }} d",
		`bash -c "$CMD"`:     "twine upload -p ${{ secrets.X }} d",
		`echo "$CMD" | bash`: "twine upload -p ${{ secrets.X }} d",
		"$A$B upload d":      "twine upload d",
		"A=x; $A d":          "x d",
	} {
		if got := lines(ParseIn(text, "bash", env)); !slices.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestParseFile(t *testing.T) {
	const text = "up() { twine upload d; }\nls() { echo; }\nls"
	if got := lines(Parse(text, "bash")); slices.Contains(got, "twine upload d") {
		t.Errorf("a function that nothing calls runs: %q", got)
	}
	if got := lines(ParseFile(text, "bash", ". x\nls up-to-date")); slices.Contains(got, "twine upload d") {
		t.Errorf("a function that nothing names runs: %q", got)
	}
	if got := lines(ParseFile(text, "bash", ". x; up;")); !slices.Contains(got, "twine upload d") {
		t.Errorf("%q", got)
	}
	if s := ParseFile("a() { b; }\nb() { a; }", "bash", "a b"); len(s.Commands) > MaxCommands {
		t.Errorf("%d commands", len(s.Commands))
	}
}
