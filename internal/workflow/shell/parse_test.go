// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parseTests are the shapes that run steps have, and the commands in them as
// render writes them.
var parseTests = []struct {
	name, dialect, text string
	want                []string
}{
	{"plain", "", `twine upload dist/*`, []string{
		`1 twine upload dist/*`,
	}},
	{"continuation", "", `twine upload \
  --repository testpypi \
  dist/*`, []string{
		`1 twine upload --repository testpypi dist/*`,
	}},
	{"quotes", "", `'twine' "up"load dist/a\ b.whl`, []string{
		`1 twine upload 'dist/a b.whl'`,
	}},
	{"expression", "", `twine upload -u __token__ -p ${{ secrets.PYPI_TOKEN }} "dist/*"`, []string{
		`1 twine upload -u __token__ -p <${{ secrets.PYPI_TOKEN }}> dist/*`,
	}},
	{"expression with braces in string", "", `echo "${{ format('}} {0}', github.ref) }}"; twine upload x`, []string{
		`1 echo <${{ format('}} {0}', github.ref) }}>`,
		`1 twine upload x`,
	}},
	{"expression over lines", "", `echo ${{
  github.ref
}}
twine upload x`, []string{
		`1 echo <${{\n  github.ref\n}}>`,
		`4 twine upload x`,
	}},
	{"expression in a name", "", `echo ${VAR_${{ matrix.n }}}`, []string{
		`1 echo <${VAR_${{ matrix.n }}}>`,
	}},
	{"expression in arithmetic", "", `echo $(( ${{ github.run_number }} + 1 ))`, []string{
		`1 echo <$(( ${{ github.run_number }} + 1 ))>`,
	}},
	{"expression is the command", "", `${{ inputs.command }} dist/*`, []string{
		`1 <${{ inputs.command }}> dist/*`,
	}},
	{"sudo env", "", `sudo -E -u root env A=b TWINE_USERNAME=__token__ twine upload x`, []string{
		`1 sudo> env> twine upload x`,
	}},
	{"wrappers", "", `nohup nice -n 5 timeout -k 5 60s stdbuf -oL twine upload x`, []string{
		`1 nohup> nice> timeout> stdbuf> twine upload x`,
	}},
	{"time", "", `time -p twine upload x`, []string{
		`1 time> twine upload x`,
	}},
	{"exec", "", `exec twine upload x`, []string{
		`1 exec> twine upload x`,
	}},
	{"command", "", `command -v twine
command twine upload x`, []string{
		`1 command -v twine`,
		`2 command> twine upload x`,
	}},
	{"path", "", `./.venv/bin/twine upload x`, []string{
		`1 ./.venv/bin/twine upload x`,
	}},
	{"home", "", `$HOME/.local/bin/uv publish`, []string{
		`1 <$HOME/.local/bin/uv> publish`,
	}},
	{"variable split", "", `UPLOAD="twine upload"
$UPLOAD dist/*`, []string{
		`2 twine upload dist/*`,
	}},
	{"variable quoted", "", `T=twine; "$T" upload "${D:-dist}"/*`, []string{
		`1 twine upload <${D:-dist}/*>`,
	}},
	{"array", "", `args=(--skip-existing -r testpypi)
args+=(dist/*)
twine upload "${args[@]}"`, []string{
		`3 twine upload --skip-existing -r testpypi dist/*`,
	}},
	{"array index", "", `c=(twine uv)
${c[1]} publish`, []string{
		`2 uv publish`,
	}},
	{"default program", "", `${UPLOADER:-twine} upload x`, []string{
		`1 <${UPLOADER:-twine}> upload x #conditional`,
		`1 twine upload x #conditional`,
	}},
	{"which", "", `$(which twine) upload x`, []string{
		`1 which twine #ignored`,
		`1 twine upload x`,
	}},
	{"which python", "", "`command -v python3` -m twine upload x", []string{
		`1 command -v python3 #ignored`,
		`1 python3 -m twine upload x`,
	}},
	{"and", "", `twine check dist/* && twine upload dist/*`, []string{
		`1 twine check dist/*`,
		`1 twine upload dist/* #conditional`,
	}},
	{"and more", "", `twine check dist/* && twine upload dist/*
echo done`, []string{
		`1 twine check dist/* #ignored`,
		`1 twine upload dist/* #conditional`,
		`2 echo done`,
	}},
	{"or true", "", `twine upload x || true`, []string{
		`1 twine upload x #ignored`,
		`1 true #conditional`,
	}},
	{"or colon", "", `twine upload x || :`, []string{
		`1 twine upload x #ignored`,
		`1 : #conditional`,
	}},
	{"or echo", "", `twine upload x || echo "already there"`, []string{
		`1 twine upload x #ignored`,
		`1 echo 'already there' #conditional`,
	}},
	{"or exit", "", `twine upload x || { echo no; exit 1; }`, []string{
		`1 twine upload x`,
		`1 echo no #conditional`,
		`1 exit 1 #conditional`,
	}},
	{"or exit 0", "", `twine upload x || exit 0`, []string{
		`1 twine upload x #ignored`,
		`1 exit 0 #conditional`,
	}},
	{"set +e", "", `set +e
twine upload x
echo $?`, []string{
		`1 set +e #ignored`,
		`2 twine upload x`,
		`3 echo <$?>`,
	}},
	{"set +e 2", "", `set +e
twine upload x
echo done`, []string{
		`1 set +e #ignored`,
		`2 twine upload x #ignored`,
		`3 echo done`,
	}},
	{"set +e back", "", `set +e
set -e
twine upload x
echo done`, []string{
		`1 set +e #ignored`,
		`2 set -e`,
		`3 twine upload x`,
		`4 echo done`,
	}},
	{"custom shell no -e", "bash -l {0}", `twine upload x
echo done`, []string{
		`1 twine upload x #ignored`,
		`2 echo done`,
	}},
	{"custom shell -e", "bash -el {0}", `twine upload x
echo done`, []string{
		`1 twine upload x`,
		`2 echo done`,
	}},
	{"if", "", `if [ "$REF" = main ]; then
  twine upload -r testpypi x
else
  twine upload x
fi`, []string{
		`1 [ <$REF> = main ] #ignored`,
		`2 twine upload -r testpypi x #conditional`,
		`4 twine upload x #conditional`,
	}},
	{"if not", "", `if ! twine upload x; then
  echo "failed"
fi`, []string{
		`1 twine upload x #ignored`,
		`2 echo failed #conditional`,
	}},
	{"if not exit", "", `if ! twine upload x; then
  exit 1
fi`, []string{
		`1 twine upload x`,
		`2 exit 1 #conditional`,
	}},
	{"until", "", `until twine upload x; do sleep 5; done`, []string{
		`1 twine upload x`,
		`1 sleep 5 #conditional`,
	}},
	{"while", "", `while read -r f; do twine upload "$f"; done < list`, []string{
		`1 read -r f #ignored`,
		`1 twine upload <$f> #conditional`,
	}},
	{"for", "", `for repo in testpypi pypi; do
  twine upload -r $repo dist/*
done`, []string{
		`2 twine upload -r testpypi dist/*`,
		`2 twine upload -r pypi dist/*`,
	}},
	{"for glob", "", `for f in dist/*.whl; do twine upload "$f"; done`, []string{
		`1 twine upload dist/*.whl`,
	}},
	{"case", "", `case "$GITHUB_REF" in
  refs/tags/*) twine upload x ;;
  *) echo skip ;;
esac`, []string{
		`2 twine upload x #conditional`,
		`3 echo skip #conditional`,
	}},
	{"subshell", "", `(cd out && twine upload *)`, []string{
		`1 cd out`,
		`1 twine upload * #conditional`,
	}},
	{"pipe", "", `twine upload x | tee log`, []string{
		`1 twine upload x #ignored #pipe`,
		`1 tee log #pipe`,
	}},
	{"pipe pipefail", "bash", `twine upload x | tee log`, []string{
		`1 twine upload x #pipe`,
		`1 tee log #pipe`,
	}},
	{"background", "", `twine upload x &
wait`, []string{
		`1 twine upload x #ignored #background`,
		`2 wait`,
	}},
	{"cmdsubst", "", `OUT=$(twine upload x)`, []string{
		`1 twine upload x`,
	}},
	{"cmdsubst echo", "", `echo "$(twine upload x)"`, []string{
		`1 twine upload x #ignored`,
		`1 echo <$(twine upload x)>`,
	}},
	{"function", "", `publish() {
  twine upload "$@"
}
publish -r testpypi dist/*`, []string{
		`2 publish()> twine upload -r testpypi dist/*`,
	}},
	{"function not called", "", `publish() { twine upload x; }
echo hi`, []string{
		`2 echo hi`,
	}},
	{"function recursion", "", `f() { f; g; }
g() { f; twine upload x; }
f`, []string{
		`2 f()> f()> g()> twine upload x`,
		`2 f()> g()> f()> g()> twine upload x`,
		`2 f()> g()> twine upload x`,
	}},
	{"bash -c", "", `bash -c "twine upload x && echo ok"`, []string{
		`1 bash -c> twine upload x`,
		`1 bash -c> echo ok #conditional`,
	}},
	{"sh -ec", "", `sh -ec 'twine upload "$1"' _ dist/*`, []string{
		`1 sh -c> twine upload dist/*`,
	}},
	{"bash -c unknown", "", `bash -c "$CMD"`, []string{
		`1 bash -c> <$CMD>`,
	}},
	{"bash -c part", "", `bash -c "twine upload ${FILES}"`, []string{
		`1 bash -c> twine upload <${FILES}>`,
	}},
	{"bash heredoc", "", `bash <<'EOF'
echo one
twine upload x
EOF`, []string{
		`2 bash> echo one #ignored`,
		`3 bash> twine upload x`,
	}},
	{"bash herestring", "", `bash <<< "twine upload x"`, []string{
		`1 bash> twine upload x`,
	}},
	{"echo to bash", "", `echo "twine upload x" | sh`, []string{
		`1 echo 'twine upload x' #ignored #pipe`,
		`1 sh> twine upload x #pipe`,
	}},
	{"curl bash", "", `curl -LsSf https://example.org/install.sh | bash -s -- --yes`, []string{
		`1 curl -LsSf https://example.org/install.sh #ignored #pipe`,
		`1 bash -s -- --yes #pipe`,
	}},
	{"python heredoc", "", `python - <<EOF
import os
EOF`, []string{
		`1 python -`,
	}},
	{"python -c", "", `python -c 'import subprocess; subprocess.run(["twine", "upload"])'`, []string{
		`1 python -c 'import subprocess; subprocess.run(["twine", "upload"])'`,
	}},
	{"eval", "", `eval "twine upload x"`, []string{
		`1 eval> twine upload x`,
	}},
	{"eval var", "", `C='uv publish'
eval $C --token "$T"`, []string{
		`2 eval> uv publish --token <$T>`,
	}},
	{"eval unknown", "", `eval "$(ssh-agent)"`, []string{
		`1 ssh-agent #ignored`,
		`1 eval> <$(ssh-agent)>`,
	}},
	{"source", "", `. ./env.sh
source scripts/x.sh
bash scripts/release.sh arg
./tools/go.sh`, []string{
		`1 . ./env.sh`,
		`2 source scripts/x.sh`,
		`3 bash scripts/release.sh arg`,
		`4 ./tools/go.sh`,
	}},
	{"xargs", "", `ls dist/* | xargs -n 1 twine upload`, []string{
		`1 ls dist/* #ignored #pipe`,
		`1 xargs> twine upload #pipe`,
	}},
	{"find", "", `find dist -name '*.whl' -exec twine upload {} +`, []string{
		`1 find dist -name *.whl -exec twine upload {} +`,
		`1 find> twine upload {}`,
	}},
	{"find semicolon", "", `find dist -exec twine upload {} \;
echo`, []string{
		`1 find dist -exec twine upload {} ;`,
		`1 find> twine upload {} #ignored`,
		`2 echo`,
	}},
	{"docker", "", `docker run --rm -v "$PWD:/io" -e A=b quay.io/x bash -c "twine upload x"`, []string{
		`1 docker run --rm -v <$PWD:/io> -e A=b quay.io/x bash -c 'twine upload x'`,
		`1 docker run> bash -c> twine upload x`,
	}},
	{"ssh", "", `ssh -p 22 host twine upload x`, []string{
		`1 ssh -p 22 host twine upload x`,
		`1 ssh> twine upload x`,
	}},
	{"trap", "", `trap 'twine upload x' EXIT`, []string{
		`1 trap> twine upload x #conditional`,
		`1 trap 'twine upload x' EXIT`,
	}},
	{"heredoc write", "", `cat > ~/.pypirc <<EOF
[pypi]
password = ${{ secrets.T }}
user = $U
EOF`, []string{
		`1 cat`,
	}},
	{"echo write", "", `echo -e "[pypi]\nusername=__token__" > ~/.pypirc
printf '[a]\nb = %s\n' "$X" >> f`, []string{
		`1 echo -e [pypi]\nusername=__token__`,
		`2 printf '[a]\nb = %s\n' <$X>`,
	}},
	{"group write", "", `{
  echo A=1
  echo "B=$C"
} >> "$GITHUB_ENV"`, []string{
		`2 echo A=1`,
		`3 echo <B=$C>`,
	}},
	{"env file", "", `echo "TWINE_PASSWORD=${{ secrets.T }}" >> $GITHUB_ENV
echo X=1 | tee -a "$GITHUB_ENV"`, []string{
		`1 echo <TWINE_PASSWORD=${{ secrets.T }}>`,
		`2 echo X=1 #ignored #pipe`,
		`2 tee -a <$GITHUB_ENV> #pipe`,
	}},
	{"tee heredoc", "", `sudo tee /etc/pip.conf <<EOF
index-url = x
EOF`, []string{
		`1 sudo> tee /etc/pip.conf`,
	}},
	{"export", "", `export TWINE_USERNAME=__token__
export "TWINE_PASSWORD=${{ secrets.T }}"
twine upload x`, []string{
		`3 twine upload x`,
	}},
	{"either", "", `if [ -n "$T" ]; then R=testpypi; else R=pypi; fi
twine upload -r $R x`, []string{
		`1 [ -n <$T> ] #ignored`,
		`2 twine upload -r testpypi x #conditional`,
		`2 twine upload -r pypi x #conditional`,
	}},
	{"maybe", "", `CMD="echo"
[ -n "$REAL" ] && CMD="twine upload"
$CMD dist/*`, []string{
		`2 [ -n <$REAL> ] #ignored`,
		`3 echo dist/* #conditional`,
		`3 twine upload dist/* #conditional`,
	}},
	{"exit before", "", `if [ -z "$TAG" ]; then exit 0; fi
twine upload x`, []string{
		`1 [ -z <$TAG> ] #ignored`,
		`1 exit 0 #conditional`,
		`2 twine upload x #conditional`,
	}},
	{"braces", "", `{twine,upload,dist/a}`, []string{
		`1 twine upload dist/a`,
	}},
	{"ansi", "", `$'\x74wine' upload x`, []string{
		`1 twine upload x`,
	}},
	{"split name", "", `a=tw; b=ine; $a$b upload x`, []string{
		`1 twine upload x`,
	}},
	{"alias", "", `shopt -s expand_aliases
alias up='twine upload'
up x`, []string{
		`1 shopt -s expand_aliases`,
		`2 alias 'up=twine upload'`,
		`3 twine upload x`,
	}},
	{"coproc time", "", `time { twine upload x; }`, []string{
		`1 time> twine upload x`,
	}},
	{"process substitution", "", `bash <(curl -s https://example.org/x)`, []string{
		`1 curl -s https://example.org/x #ignored #background`,
		`1 bash <<(curl -s https://example.org/x)>`,
	}},
	{"negated", "", `! twine upload x`, []string{
		`1 twine upload x #ignored`,
	}},
	{"nested quotes", "", `sudo bash -c "sh -c 'twine upload x'"`, []string{
		`1 sudo> bash -c> sh -c> twine upload x`,
	}},
	{"parse error", "", `if then twine upload x
twine upload y && echo "a b"`, []string{
		`1 twine upload x #conditional`,
		`2 twine upload y`,
		`2 echo 'a b' #conditional`,
	}},
	{"pwsh", "pwsh", "$env:TWINE_USERNAME = \"__token__\"\n& \"C:\\Program Files\\twine.exe\" upload `\n  dist\\* --skip-existing\nif ($env:GITHUB_REF -eq \"x\") { python -m twine upload dist/* }\n\"A=b\" | Out-File -FilePath $env:GITHUB_ENV -Append\necho \"X=1\" >> $env:GITHUB_ENV\n$t = \"twine\"; & $t upload x\nGet-ChildItem dist | ForEach-Object { twine upload $_.FullName }\ntwine upload \"$env:A\\x\" # comment\nInvoke-Expression \"twine upload y\"\n$out = twine upload z\nStart-Process twine -ArgumentList 'upload','w' -Wait", []string{
		`2 'C:\Program Files\twine.exe' upload dist\* --skip-existing`,
		`4 python -m twine upload dist/* #conditional`,
		`5 Out-File -FilePath <$env:GITHUB_ENV> -Append #pipe`,
		`6 echo X=1`,
		`7 twine upload x`,
		`8 Get-ChildItem dist #pipe`,
		`8 ForEach-Object #pipe`,
		`8 twine upload <$_.FullName>`,
		`9 twine upload <$env:A\x>`,
		`10 Invoke-Expression> twine upload y`,
		`11 twine upload z`,
		`12 Start-Process> twine upload w`,
	}},
	{"cmd", "cmd", `@echo off
REM twine upload no
set "TWINE_USERNAME=__token__"
set P=twine
%P% upload dist\* || exit /b 0
if "%X%"=="y" twine upload ^
  dist\*
for %%f in (dist\*.whl) do twine upload %%f
call twine upload %A%
echo A=b>> %GITHUB_ENV%`, []string{
		`1 echo off`,
		`5 twine upload dist\* #ignored`,
		`5 exit /b 0 #conditional`,
		`6 twine upload dist\* #conditional`,
		`8 twine upload %%f`,
		`9 call> twine upload <%A%>`,
		`10 echo A=b`,
	}},
	{"python shell", "python", `import os
os.system("twine upload x")`, []string{
		`1 python -c 'import os\nos.system("twine upload x")'`,
	}},
	{"perl", "perl {0}", `print 1`, []string{
		`1 perl -c 'print 1'`,
	}},
	{"micromamba", "micromamba-shell {0}", `twine upload x`, []string{
		`1 twine upload x`,
	}},
	{"shebang", "", `#!/usr/bin/env python3
import os`, []string{
		`1 python3 -c '#!/usr/bin/env python3\nimport os'`,
	}},
	{"nix", "", `nix develop -c twine upload x`, []string{
		`1 nix> twine upload x`,
	}},
	{"powershell in bash", "", `pwsh -c "twine upload x"`, []string{
		`1 pwsh -c> twine upload x`,
	}},
	{"select stdin", "", `cat <<EOF | sudo bash -x
twine upload x
EOF`, []string{
		`1 cat #ignored #pipe`,
		`1 sudo> bash> twine upload x #pipe`,
	}},
	{"local set", "", `f() { local T="$1"; shift; $T upload "$@"; }
f twine a b`, []string{
		`1 f()> shift`,
		`1 f()> twine upload a b`,
	}},
	{"unquoted expression", "", `twine upload ${{ inputs.args }} dist/*`, []string{
		`1 twine upload <${{ inputs.args }}> dist/*`,
	}},
	{"comment", "", `# twine upload x
echo "# not" # twine upload`, []string{
		`2 echo '# not'`,
	}},
	{"crlf", "", "twine upload x\r\necho y\r", []string{
		`1 twine upload x`,
		`2 echo y`,
	}},
	{"env -S", "", `env -S "twine upload" x`, []string{
		`1 env> twine upload x`,
	}},
	{"unset", "", `T=twine
unset T
$T upload x`, []string{
		`2 unset T`,
		`3 <$T> upload x`,
	}},
	{"group or true", "", `{ twine check x; twine upload x; } || true`, []string{
		`1 twine check x #ignored`,
		`1 twine upload x #ignored`,
		`1 true #conditional`,
	}},
	{"subshell or exit", "", `(twine check x; twine upload x) || exit 1`, []string{
		`1 twine check x`,
		`1 twine upload x`,
		`1 exit 1 #conditional`,
	}},
	{"pipefail set", "", `set -o pipefail
twine upload x | tee log
echo`, []string{
		`1 set -o pipefail`,
		`2 twine upload x #pipe`,
		`2 tee log #pipe`,
		`3 echo`,
	}},
	{"positional", "", `set -- twine upload
"$@" x`, []string{
		`1 set -- twine upload`,
		`2 twine upload x`,
	}},
	{"shift in a script", "", `shift; "$1" upload`, []string{
		`1 shift`,
		`1 <$1> upload`,
	}},
	{"nested substitution", "", `echo "$(cd dist; twine upload "$(ls)")"`, []string{
		`1 cd dist #ignored`,
		`1 ls #ignored`,
		`1 twine upload <$(ls)> #ignored`,
		`1 echo <$(cd dist; twine upload "$(ls)")>`,
	}},
	{"else if", "", `if a; then twine check x; elif b; then twine upload x; else uv publish; fi`, []string{
		`1 a #ignored`,
		`1 twine check x #conditional`,
		`1 b #ignored #conditional`,
		`1 twine upload x #conditional`,
		`1 uv publish #conditional`,
	}},
	{"prefix assignment", "", `TWINE_USERNAME=__token__ TWINE_PASSWORD=${{ secrets.T }} twine upload x`, []string{
		`1 twine upload x`,
	}},
	{"su", "", `su -c "twine upload x" builder`, []string{
		`1 su -c> twine upload x`,
	}},
	{"windows path in bash", "", `.venv/Scripts/twine.exe upload x`, []string{
		`1 .venv/Scripts/twine.exe upload x`,
	}},
	{"two lines joined by and", "", `python -m build &&
  twine upload dist/*`, []string{
		`1 python -m build`,
		`2 twine upload dist/* #conditional`,
	}},
	{"heredoc with dash", "", `if true; then
	bash <<-EOF
	twine upload x
	EOF
fi`, []string{
		`1 true #ignored`,
		`3 bash> twine upload x #conditional`,
	}},
	{"return in a function", "", `f() { [ -n "$1" ] || return 0; twine upload "$1"; }
f x
twine check x`, []string{
		`1 f()> [ -n x ] #ignored`,
		`1 f()> return 0 #conditional`,
		`1 f()> twine upload x #conditional`,
		`3 twine check x`,
	}},
	{"redefined function", "", `f() { echo; }
[ "$CI" ] && f() { twine upload x; }
f`, []string{
		`2 [ <$CI> ] #ignored`,
		`1 f()> echo #conditional`,
		`2 f()> twine upload x #conditional`,
	}},
	{"for over unknown", "", `for f in $(ls dist); do twine upload "$f"; done`, []string{
		`1 ls dist #ignored`,
		`1 twine upload <$f>`,
	}},
	{"retry loop", "", `for i in 1 2 3; do
  twine upload x && break || sleep 5
done`, []string{
		`2 twine upload x`,
		`2 break #conditional`,
		`2 sleep 5 #conditional`,
	}},
	{"pwsh block on the next line", "pwsh", `if ($env:X)
{
  twine upload x
}
else { uv publish }`, []string{
		`3 twine upload x #conditional`,
		`5 uv publish #conditional`,
	}},
	{"pwsh and or", "pwsh", `twine check x && twine upload x
twine upload y || exit 0`, []string{
		`1 twine check x`,
		`1 twine upload x #conditional`,
		`2 twine upload y #ignored`,
		`2 exit 0 #conditional`,
	}},
	{"cmd block", "cmd", `if exist dist (
  twine upload dist\*
) else (
  echo none
)
twine check x`, []string{
		`2 twine upload dist\* #conditional`,
		`4 echo none #conditional`,
		`6 twine check x`,
	}},
}

func TestParse(t *testing.T) {
	for _, tt := range parseTests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, renderAll(Parse(tt.text, tt.dialect))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
