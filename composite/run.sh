#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Starts sallyport's container for composite/action.yml, which says what it sees
# and why. Everything comes from the environment; there are no arguments.
set -euo pipefail

stop() {
  printf 'sallyport: error: %s\n' "$1" >&2
  exit 3
}

image='^ghcr\.io/scientific-python/sallyport@sha256:[0-9a-f]{64}$'
[[ ${SALLYPORT_IMAGE:-} =~ $image ]] ||
  stop 'starting the container: this commit names no image by digest; use the commit of a release'
for name in GITHUB_WORKSPACE RUNNER_TEMP HOME; do
  [[ ${!name:-} == /* && ${!name} != *[:,$'\n']* ]] ||
    stop "starting the container: $name is not the path of a folder that can be mounted"
done

# Where uploaders look for a credential, below the home folder.
files=(
  .pypirc
  .netrc
  _netrc
  .config/pypoetry/auth.toml
  .config/pypoetry/config.toml
  .config/pdm/config.toml
  .config/hatch/config.toml
  .cache/hatch/previous_working_users.json
  .cache/hatch/publish/previous_working_users.json
  .cache/hatch/publish/index/previous_working_users.json
  .config/uv/uv.toml
  .local/share/uv/credentials/credentials.toml
  .config/pip/pip.conf
  .pip/pip.conf
  .config/python_keyring/keyringrc.cfg
  .local/share/python_keyring/keyringrc.cfg
  .local/share/python_keyring/keyring_pass.cfg
  .local/share/python_keyring/crypted_pass.cfg
)

# hidden: a folder on the way may not be entered, so that nobody knows whether
# the file is there.
hidden() {
  local folder=$HOME/$1
  while [[ $folder != "$HOME" ]]; do
    folder=${folder%/*}
    [[ ! -d $folder || -x $folder ]] || return 0
  done
  return 1
}

# The folder that they are mounted over has a place for each that exists. It is
# there also when none does: an empty home was looked at.
places=$(mktemp -d "$RUNNER_TEMP/sallyport-home.XXXXXX")
trap 'rm -rf "$places"' EXIT
mounts=(--mount "type=bind,source=$places,target=/runner-home,readonly")
for file in "${files[@]}"; do
  [[ -e $HOME/$file || -L $HOME/$file ]] || hidden "$file" || continue
  [[ ! -d $HOME/$file ]] || continue # no uploader reads a folder
  [[ $file != */* ]] || mkdir -p "$places/${file%/*}"
  if [[ -f $HOME/$file ]]; then
    : >"$places/$file"
    mounts+=(--mount "type=bind,source=$HOME/$file,target=/runner-home/$file,readonly")
  else
    # Something else, or hidden. The program says of a pipe that it is there and
    # could not be read.
    mkfifo "$places/$file"
  fi
done

workspace="type=bind,source=$GITHUB_WORKSPACE,target=$GITHUB_WORKSPACE"
if [[ ${INPUT_COMMAND:-} != attest ]]; then
  workspace+=,readonly
  # But for the folder of what later steps are to find.
  mkdir -p "$GITHUB_WORKSPACE/sallyport-out"
  mounts+=(--mount "type=bind,source=$GITHUB_WORKSPACE/sallyport-out,target=$GITHUB_WORKSPACE/sallyport-out")
fi

# By name: docker takes the values from the environment, so that none of them
# stands in a list of processes. What would bend the program's own start, or is
# of no use to it, stays outside.
variables=()
while IFS= read -r -d '' entry; do
  case ${entry%%=*} in
    PATH | HOME | TMPDIR | PWD | OLDPWD | SHLVL | _ | LD_* | GO* | DOCKER_* | BASH_* | ACTIONS_RUNTIME_TOKEN) ;;
    *) variables+=(--env "${entry%%=*}") ;;
  esac
done < <(env -0)

code=0
docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges \
  --user "$(id -u):$(id -g)" --workdir "$GITHUB_WORKSPACE" \
  --mount "$workspace" \
  --mount "type=bind,source=$RUNNER_TEMP,target=$RUNNER_TEMP" \
  "${mounts[@]}" \
  "${variables[@]}" --env "HOME=$RUNNER_TEMP" --env "TMPDIR=$RUNNER_TEMP" \
  "$SALLYPORT_IMAGE" || code=$?
# The program's own codes are 0 to 3. Docker's (125 and above) mean that it did
# not run, which is no verdict.
((code <= 3)) || stop "starting the container: docker ended with $code"
exit "$code"
