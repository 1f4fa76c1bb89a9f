// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func show1(w Word) string {
	if w.Static {
		return w.Text
	}
	return "<" + w.Text + ">"
}

func showMap(m map[string]Word) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, name+"="+show1(m[name]))
	}
	return strings.Join(out, " ")
}

func TestWritten(t *testing.T) {
	tests := []struct{ text, dialect, want, env string }{
		{"cat > ~/.pypirc <<EOF\n[pypi]\npassword = ${{ secrets.T }}\nEOF", "", "~/.pypirc: <[pypi]\npassword = ${{ secrets.T }}\n>", ""},
		{"cat <<'EOF' > f\n$A\nEOF", "", "f: $A\n", ""},
		{"cat <<-EOF > f\n\ta\n\tEOF", "", "f: a\n", ""},
		{"echo -e 'a\\nb' >> f", "", "f+ a\nb\n", ""},
		{"printf '%s=%s\\n' a \"$B\" > f", "", "f: <a=$B\n>", ""},
		{"{ echo A=1; echo \"B=$C\"; } >> $GITHUB_ENV", "", "<$GITHUB_ENV>+ <A=1\nB=$C\n>", "A=1 B=<$C>"},
		{"echo A=1 | tee -a \"$GITHUB_ENV\"", "", "<$GITHUB_ENV>+ A=1\n", "A=1"},
		{"cat >> ${GITHUB_ENV} <<X\nA<<E\n1\n2\nE\nB=3\nX", "", "<${GITHUB_ENV}>+ A<<E\n1\n2\nE\nB=3\n", "A=1\n2 B=3"},
		{"V=5; echo V=$V >> $GITHUB_ENV", "", "<$GITHUB_ENV>+ V=5\n", "V=5"},
		{"sudo tee /etc/f <<E\nx\nE", "", "/etc/f: x\n", ""},
		{"curl -s x > f", "", "f: <>", ""},
		{"a > /dev/null 2> log", "", "", ""},
		{"echo $(a) > f", "", "f: <$(a)\n>", ""},
		{"\"A=b\" | Out-File -FilePath $env:GITHUB_ENV -Append", "pwsh", "<$env:GITHUB_ENV>+ A=b\n", "A=b"},
		{"echo \"A=b\" >> $env:GITHUB_ENV", "pwsh", "<$env:GITHUB_ENV>+ A=b\n", "A=b"},
		{"Add-Content -Path $env:GITHUB_ENV -Value 'A=b'", "pwsh", "<$env:GITHUB_ENV>+ A=b\n", "A=b"},
		{"echo A=b>> %GITHUB_ENV%", "cmd", "<%GITHUB_ENV%>+ A=b\n", "A=b"},
	}
	for _, tt := range tests {
		s := Parse(tt.text, tt.dialect)
		var got []string
		for _, w := range s.Written {
			sep := ": "
			if w.Append {
				sep = "+ "
			}
			got = append(got, show1(w.Path)+sep+show1(w.Content))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.text, diff)
		}
		if diff := cmp.Diff(tt.env, showMap(s.EnvFile)); diff != "" {
			t.Errorf("%s: environment file: -want +got:\n%s", tt.text, diff)
		}
	}
}

func TestEnv(t *testing.T) {
	tests := []struct{ text, dialect, want, assigned string }{
		{"A=1 twine", "", "A=1", ""},
		{"export A=1 B=\"$X\"; twine", "", "A=1 B=<$X>", "A=1 B=<$X>"},
		{"export \"A=${{ secrets.T }}\"\ntwine", "", "A=<${{ secrets.T }}>", "A=<${{ secrets.T }}>"},
		{"A=1; A=2 sudo env C=3 twine", "", "A=2 C=3", "A=1"},
		{"A=1; (A=2); twine", "", "A=1", "A=<2>"},
		{"if x; then A=1; else A=2; fi; twine", "", "A=<2>", "A=<2>"},
		{"[ x ] && A=1; twine", "", "A=<1>", "A=1"},
		{"A=1; unset A; twine", "", "", "A=1"},
		{"A=$(which twine); twine", "", "A=twine", "A=twine"},
		{"A=$(cat v); twine", "", "A=<$(cat v)>", "A=<$(cat v)>"},
		{"A=(a b); A+=(c); twine", "", "A=a b c", "A=<a b c>"},
		{"read A; twine", "", "A=<$A>", "A=<$A>"},
		{"eval export A=1; twine", "", "A=1", "A=1"},
		{"docker run -e A=1 i twine", "", "A=1", ""},
		{"$env:A = 'x'\ntwine", "pwsh", "A=x", "A=x"},
		{"set A=x\ntwine", "cmd", "A=x", "A=x"},
		{"A=1\nif; twine", "", "A=1", "A=1"},
	}
	for _, tt := range tests {
		s := Parse(tt.text, tt.dialect)
		got := "no twine"
		for _, c := range s.Commands {
			if c.Program() == "twine" {
				got = showMap(c.Env)
			}
		}
		if got != tt.want {
			t.Errorf("%s: environment %q, want %q", tt.text, got, tt.want)
		}
		if got := showMap(s.Assigned); got != tt.assigned {
			t.Errorf("%s: assigned %q, want %q", tt.text, got, tt.assigned)
		}
	}
}

func TestUnresolved(t *testing.T) {
	tests := []struct {
		text, dialect string
		want          []string
	}{
		{". ./a.sh; source b.sh; . ./a.sh", "", []string{"./a.sh", "b.sh"}},
		{"bash -x c.sh arg; sudo sh d.sh", "", []string{"c.sh", "d.sh"}},
		{"./e.sh; scripts/f; bin/g; ./venv/bin/twine; /opt/h", "", []string{"./e.sh", "scripts/f", "bin/g"}},
		{"eval \"$(a)\"; bash -c \"$B\"", "", []string{"eval $(a)", "bash -c $B"}},
		{"curl -s x | bash -s -- a", "", []string{"curl -s x | bash"}},
		{"bash <(curl -s x)", "", []string{"<(curl -s x)"}},
		{"twine upload x; eval 'a b'", "", nil},
		{"& .\\a.ps1\n. .\\b.ps1", "pwsh", []string{".\\a.ps1", ".\\b.ps1"}},
		{"call a.bat", "cmd", []string{"a.bat"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, Parse(tt.text, tt.dialect).Unresolved); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.text, diff)
		}
	}
}

func TestInput(t *testing.T) {
	s := Parse("python - <<'EOF'\nimport os\nEOF\necho y | twine upload x", "")
	if len(s.Commands) != 3 || s.Commands[0].Stdin == nil || s.Commands[0].Stdin.Text != "import os\n" || s.Commands[0].Stdin.Line != 2 {
		t.Errorf("python: %+v", s.Commands)
	}
	if c := s.Commands[2]; c.Piped != "echo y" || c.Stdin == nil || c.Stdin.Text != "y\n" {
		t.Errorf("twine: %+v", c)
	}
	if s := Parse("x", "pwsh"); !s.Approximate || s.Problem != nil {
		t.Errorf("pwsh: %+v", s)
	}
	if s := Parse("x", "${{ inputs.shell }}"); !s.Approximate || len(s.Commands) != 1 {
		t.Errorf("a shell not known: %+v", s)
	}
}

func TestUnwrap(t *testing.T) {
	tests := []struct{ text, want string }{
		{"twine upload x", "1 twine upload x"},
		{"python -m twine upload x", "1 python -m> twine upload x"},
		{"python3.12 -W ignore -Im twine.__main__ upload", "1 python -m> twine upload"},
		{"py -3.12 -mtwine upload", "1 python -m> twine upload"},
		{"$PYTHON -m twine upload", "1 python -m> twine upload"},
		{"python -c 'x' -m twine", "1 python -c x -m twine"},
		{"python bin/twine upload", "1 python> bin/twine upload"},
		{"python setup.py upload", "1 python setup.py upload"},
		{"uv run twine upload", "1 uv run> twine upload"},
		{"uv --quiet --directory d run --with twine --extra x -- twine upload", "1 uv run> twine upload"},
		{"uv run --with twine -m twine upload", "1 uv run -m> twine upload"},
		{"uv run python -m twine upload", "1 uv run> python -m> twine upload"},
		{"uv run release.py a", "1 uv run> python release.py a"},
		{"uv publish --token x", "1 uv publish --token x"},
		{"uvx twine upload", "1 uvx> twine upload"},
		{"uvx --from twine==5 twine@latest upload", "1 uvx> twine upload"},
		{"uv tool run --from 'twine>=6' twine upload", "1 uv tool run> twine upload"},
		{"pipx run --spec twine==5 twine upload", "1 pipx run> twine upload"},
		{"pipx run 'twine==5.0' upload", "1 pipx run> twine upload"},
		{"python -m pipx run twine upload", "1 python -m> pipx run> twine upload"},
		{"poetry -C d run twine upload", "1 poetry run> twine upload"},
		{"pdm run -p d twine upload", "1 pdm run> twine upload"},
		{"hatch -e release run publish:twine upload", "1 hatch run> twine upload"},
		{"hatch run +py=3.12 release:publish", "1 hatch run> publish"},
		{"hatch publish", "1 hatch publish"},
		{"pixi run -e release twine upload", "1 pixi run> twine upload"},
		{"rye run twine upload", "1 rye run> twine upload"},
		{"conda run -n x --no-capture-output twine upload", "1 conda run> twine upload"},
		{"micromamba run -n x python -m twine upload", "1 micromamba run> python -m> twine upload"},
		{"tox exec -e py -- twine upload", "1 tox exec> twine upload"},
		{"coverage run --branch -m twine upload", "1 coverage run -m> twine upload"},
		{"sudo uv run twine upload", "1 sudo> uv run> twine upload"},
	}
	for _, tt := range tests {
		s := Parse(tt.text, "")
		if len(s.Commands) != 1 {
			t.Errorf("%s: %d commands", tt.text, len(s.Commands))
			continue
		}
		all := s.Commands[0].Unwrap()
		if got := render(all[len(all)-1]); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.text, got, tt.want)
		}
		if render(all[0]) != render(s.Commands[0]) {
			t.Errorf("%s: the first reading is %s", tt.text, render(all[0]))
		}
	}
}

func TestProgramAndModule(t *testing.T) {
	tests := []struct{ text, program, module string }{
		{"/venv/bin/python3.12 -m twine upload", "python", "twine upload"},
		{"./venv/bin/twine upload", "twine", ""},
		{"twine.EXE upload", "twine", ""},
		{"pip3.11 install x", "pip", ""},
		{"sha256sum x", "sha256sum", ""},
		{"$HOME/.local/bin/uv publish", "uv", ""},
		{"\"$(cat bin/twine)\" upload", "", ""},
		{"${{ inputs.x }}/bin/twine upload", "twine", ""},
		{"$X upload", "", ""},
		{"$X -m twine upload", "", "twine upload"},
		{"$(which python) -m build", "python", "build"},
		{"py -3 -m hatch publish", "py", "hatch publish"},
		{"python -B -c 'a'", "python", ""},
	}
	for _, tt := range tests {
		list := Parse(tt.text, "").Commands
		c := list[len(list)-1]
		module, args := c.Module()
		if got := strings.TrimSpace(fmt.Sprint(module, " ", join(args))); c.Program() != tt.program || got != tt.module {
			t.Errorf("%s: program %q, module %q", tt.text, c.Program(), got)
		}
	}
	if p := (Command{}).Program(); p != "" {
		t.Errorf("no words: %q", p)
	}
}
