#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Runs composite/run.sh, with a "docker" that is podman and takes the image
# "first" for the one that is pulled, and looks at what the container sees and
# may do. run.sh starts it; $1 is its temporary folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=e2e/container/lab.sh
. "$here/lab.sh"
work=$1/composite
digest=ghcr.io/scientific-python/sallyport@sha256:$(printf '0%.0s' {1..64})

mkdir -p "$work"/{bin,workspace,temp/files,home/.config/pypoetry}
cp -r "$root/testdata/sample/dist" "$root/testdata/sample/sallyport.yml" "$root/testdata/sample/trusted_root.json" "$work/workspace/"
touch "$work"/temp/files/{output,summary,state}
cat >"$work/bin/docker" <<DOCKER
#!/bin/bash
for a in "\$@"; do printf '%s\n' "\$a"; done >"$work/arguments"
args=("\$@")
last=\$((\${#args[@]} - 1))
[ "\${args[\$last]}" = "$digest" ] || { echo "docker: \${args[\$last]} is no image of the action" >&2; exit 125; }
args[\$last]=$(image first)
CONTAINERS_CONF=$CONTAINERS_CONF CONTAINERS_STORAGE_CONF=$CONTAINERS_STORAGE_CONF exec podman "\${args[0]}" --network none "\${args[@]:1}"
DOCKER
chmod +x "$work/bin/docker"

start() {
  env -i "PATH=$work/bin:$PATH" "HOME=$work/home" "SALLYPORT_IMAGE=${IMAGE-$digest}" \
    INPUT_COMMAND=verify INPUT_DISTS=dist INPUT_POLICY=sallyport.yml INPUT_TRUSTED-ROOT=trusted_root.json INPUT_OFFLINE=true \
    INPUT_ENFORCE-FROM= GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push GITHUB_REF=refs/tags/v1.0.0 \
    GITHUB_REPOSITORY=octo-sci/samplepkg GITHUB_RUN_ID=1234567890 GITHUB_SERVER_URL=https://github.com GITHUB_API_URL=https://api.github.com \
    "GITHUB_WORKSPACE=$work/workspace" "RUNNER_TEMP=$work/temp" \
    "GITHUB_OUTPUT=$work/temp/files/output" "GITHUB_STEP_SUMMARY=$work/temp/files/summary" "GITHUB_STATE=$work/temp/files/state" \
    TWINE_PASSWORD=pypi-not-to-be-shown ACTIONS_RUNTIME_TOKEN=not-to-be-handed-on LD_PRELOAD= "$@" \
    bash -p "$root/composite/run.sh"
}
has() { grep -qxF -- "$1" "$work/arguments" || fail "docker was not told $1"; }
hasnot() { ! grep -qF -- "$1" "$work/arguments" || fail "docker was told $1"; }

printf '[pypi]\npassword = pypi-not-to-be-shown\n' >"$work/home/.pypirc"
printf '[pypi-token]\n' >"$work/home/.config/pypoetry/auth.toml"
mkfifo "$work/home/.netrc"
start >"$work/log" 2>&1 || { cat "$work/log"; fail "the composite action ended with an error"; }
grep -q '^verdict' "$work/temp/files/output" || fail "no output verdict was written"
[ -s "$work/temp/files/summary" ] || fail "no summary was written"
has "type=bind,source=$work/home/.pypirc,target=/runner-home/.pypirc,readonly"
has "type=bind,source=$work/home/.config/pypoetry/auth.toml,target=/runner-home/.config/pypoetry/auth.toml,readonly"
has "type=bind,source=$work/workspace,target=$work/workspace,readonly"
has TWINE_PASSWORD
has INPUT_TRUSTED-ROOT
hasnot source="$work/home/.netrc"
hasnot ACTIONS_RUNTIME_TOKEN
hasnot docker.sock
hasnot not-to-be
! grep -q not-to-be "$work/log" || fail "a value of a credential is in the log"
[ -z "$(find "$work/temp" -maxdepth 1 -name 'sallyport-home.*')" ] || fail "the places for the mounts were left behind"

# The seal says what lies there, by name. It fails: there is no job's token here.
sealing=(INPUT_COMMAND=seal INPUT_POLICY= INPUT_TRUSTED-ROOT= INPUT_OFFLINE=)
code=0
start "${sealing[@]}" >"$work/log" 2>&1 || code=$?
[ "$code" = 1 ] || { cat "$work/log"; fail "a seal beside credentials ended with $code"; }
for credential in "the runner's ~/.pypirc" TWINE_PASSWORD; do
  grep -F "$credential" "$work/log" | grep -q credential-in-sight || { cat "$work/log"; fail "the seal did not see $credential"; }
done
grep -q "the runner's ~/.netrc" "$work/log" || { cat "$work/log"; fail "the seal does not say that the runner's ~/.netrc is no file"; }
! grep -q not-to-be "$work/log" || fail "a value of a credential is in the log"

rm "$work/home/.pypirc" "$work/home/.netrc" "$work/home/.config/pypoetry/auth.toml"
start >"$work/log" 2>&1 || { cat "$work/log"; fail "the composite action ended with an error where no credential lies"; }
grep -q 'target=/runner-home,readonly' "$work/arguments" || fail "an empty home was not shown"

for image in "" ghcr.io/scientific-python/sallyport:v1.0.0 "evil.example/sallyport@${digest#*@}" "$digest --privileged"; do
  code=0
  IMAGE=$image start >"$work/log" 2>&1 || code=$?
  [ "$code" = 3 ] || { cat "$work/log"; fail "the image ${image@Q} ended with $code"; }
done
cp "$root/testdata/sample/tampered/"* "$work/workspace/dist/"
code=0
start >"$work/log" 2>&1 || code=$?
[ "$code" = 1 ] || { cat "$work/log"; fail "a tampered release ended with $code"; }
# What docker itself says is no verdict.
printf '#!/bin/bash\nexit 125\n' >"$work/bin/docker"
code=0
start >"$work/log" 2>&1 || code=$?
[ "$code" = 3 ] || { cat "$work/log"; fail "a docker that did not start ended with $code"; }
echo "ok"
