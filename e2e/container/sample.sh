#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Runs the image "first" as GitHub's runner starts a container action, and the
# program itself on the same files, and holds what they wrote against each
# other. run.sh starts it; $1 is its temporary folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=e2e/container/lab.sh
. "$here/lab.sh"
work=$1

# The inputs as the runner hands them on: every one that action.yml has, with its
# default where nobody wrote it.
inputs() {
  printf 'INPUT_%s=\n' POLICY BUNDLES KINDS STORE PUBLIC-GOOD SIGNING-CONFIG TRUSTED-ROOT \
    PROJECT REPOSITORY ENVIRONMENT INDEX BUNDLE-DIR SIGNING-CONFIG ENFORCE ENFORCE-FROM OFFLINE GITHUB-TOKEN
  printf '%s\n' INPUT_LEDGER=none INPUT_CHECKSUMS=none INPUT_STRICT=false INPUT_SIGN-VERDICT=false INPUT_COMMAND=verify "INPUT_DISTS=$1" INPUT_POLICY=sallyport.yml INPUT_TRUSTED-ROOT=trusted_root.json INPUT_OFFLINE=true
}

# variables are what the runner tells about a run of the sample's release, with
# its folders at the given places: workspace, temp, file commands, event.
variables() {
  inputs dist
  cat <<VARIABLES
GITHUB_ACTIONS=true
CI=true
GITHUB_ACTION=sallyport
GITHUB_ACTOR=octo-cat
GITHUB_API_URL=https://api.github.com
GITHUB_SERVER_URL=https://github.com
GITHUB_EVENT_NAME=push
GITHUB_EVENT_PATH=$4/event.json
GITHUB_JOB=verify
GITHUB_REF=refs/tags/v1.0.0
GITHUB_REF_NAME=v1.0.0
GITHUB_REF_TYPE=tag
GITHUB_REPOSITORY=octo-sci/samplepkg
GITHUB_RUN_ID=1234567890
GITHUB_RUN_ATTEMPT=1
GITHUB_RUN_NUMBER=7
GITHUB_WORKSPACE=$1
GITHUB_OUTPUT=$3/set_output
GITHUB_STEP_SUMMARY=$3/step_summary
GITHUB_STATE=$3/save_state
GITHUB_ENV=$3/set_env
GITHUB_PATH=$3/add_path
RUNNER_OS=Linux
RUNNER_ARCH=X64
RUNNER_NAME=e2e
RUNNER_TEMP=$2
RUNNER_ENVIRONMENT=github-hosted
VARIABLES
}

# lay makes the folders of a job.
lay() {
  mkdir -p "$1"/{workspace,temp,home,workflow,commands}
  cp -r "$root/testdata/sample/dist" "$root/testdata/sample/sallyport.yml" "$root/testdata/sample/trusted_root.json" "$1/workspace/"
  touch "$1"/commands/{set_output,step_summary,save_state,set_env,add_path}
  echo '{}' >"$1/workflow/event.json"
}

# in_container starts a program of the image with the runner's arguments, and
# with more variables where some are given.
in_container() {
  local job=$1 program=$2 names=() values=() variable
  shift 2
  while IFS= read -r variable; do
    values+=("$variable")
    names+=(-e "${variable%%=*}")
  done < <(variables /github/workspace /github/runner_temp /github/file_commands /github/workflow; echo HOME=/github/home; [ $# = 0 ] || printf '%s\n' "$@")
  env "${values[@]}" "CONTAINERS_CONF=$CONTAINERS_CONF" "CONTAINERS_STORAGE_CONF=$CONTAINERS_STORAGE_CONF" \
    podman run --name "sallyport-e2e-$$" --label sallyport-e2e --workdir /github/workspace --rm \
    "${names[@]}" --network none --entrypoint "$program" \
    -v "$job/temp:/github/runner_temp" -v "$job/home:/github/home" -v "$job/workflow:/github/workflow" \
    -v "$job/commands:/github/file_commands" -v "$job/workspace:/github/workspace" \
    "$(image first)"
}

outside() {
  local job=$1 mounted list=()
  while IFS= read -r variable; do list+=("$variable"); done < <(variables "$job/workspace" "$job/temp" "$job/commands" "$job/workflow")
  mounted=$(podman image mount "$(image first)")
  cp "$mounted/sallyport" "$work/sallyport"
  podman image unmount "$(image first)" >/dev/null
  (cd "$job/workspace" && env -i "HOME=$job/home" "${list[@]}" "$work/sallyport")
}

# plain has a command file's values without the random words that part them,
# and with the runner's own names for folders.
plain() {
  awk '
    end != "" && $0 == end { end = ""; next }
    end != "" { print "  " $0; next }
    match($0, /<</) { print substr($0, 1, RSTART - 1) ":"; end = substr($0, RSTART + 2); next }
    { print }
  ' "$1/commands/$2" | sed -e "s|$1/workspace|/github/workspace|g" -e "s|$1/temp|/github/runner_temp|g"
}

lay "$work/inside"
lay "$work/outside"
begin=$(date +%s%N)
in_container "$work/inside" /sallyport >"$work/inside.log" 2>&1 || { cat "$work/inside.log"; fail "the container ended with an error"; }
end=$(date +%s%N)
cat "$work/inside.log"
echo "from the container's start to its end: $(((end - begin) / 1000000)) ms"
outside "$work/outside" >"$work/outside.log" 2>&1 || { cat "$work/outside.log"; fail "the program ended with an error"; }

for file in set_output step_summary save_state; do
  diff <(plain "$work/outside" $file) <(plain "$work/inside" $file) || fail "the container wrote another $file than the program (- program, + container)"
done
for file in set_env add_path; do
  [ ! -s "$work/inside/commands/$file" ] || fail "the container wrote $file, which changes the steps after it"
done
diff <(sed "s|$work/outside|JOB|g" "$work/outside.log") <(sed "s|$work/inside|JOB|g" "$work/inside.log") ||
  fail "the container printed something else than the program"
diff -r "$work/outside/temp" "$work/inside/temp" || fail "the container left other files in the temporary folder"
diff -r "$root/testdata/sample/dist" "$work/inside/workspace/dist" || fail "the container changed the release files"
verdict=$(plain "$work/inside" set_output | grep -A1 '^verdict:' | tail -n 1)
[ "$verdict" = "  pass" ] || fail "the output verdict is ${verdict:-missing}"
grep -q samplepkg-1.0.0.tar.gz "$work/inside/commands/step_summary" || fail "the summary does not name the sdist"
echo "outputs:"
plain "$work/inside" set_output | cut -c 1-120

# The second look, which the runner starts at the end of the job with what the
# seal saved. Here a state says that the sample was sealed.
ledger() {
  local file parts=()
  for file in "$1"/*.whl "$1"/*.tar.gz; do
    parts+=("{\"name\":\"$(basename "$file")\",\"sha256\":\"$(sha256sum "$file" | cut -c 1-64)\",\"size\":$(stat -c %s "$file")}")
  done
  printf '{"schema_version":1,"project":"samplepkg","version":"1.0.0","commit":"%040d","run":"1234567890","dists":[%s]}' 0 "$(IFS=,; echo "${parts[*]}")"
}
state="STATE_sealed={\"paths\":[\"dist\"],\"ledger\":$(ledger "$work/inside/workspace/dist")}"
in_container "$work/inside" /post >"$work/post.log" 2>&1 || { cat "$work/post.log"; fail "the second look stops a job that sealed nothing"; }
in_container "$work/inside" /post "$state" >"$work/post.log" 2>&1 || { cat "$work/post.log"; fail "the second look refuses the files that were sealed"; }
cp "$root/testdata/sample/tampered/samplepkg-1.0.0.tar.gz" "$work/inside/workspace/dist/"
code=0
in_container "$work/inside" /post "$state" >"$work/post.log" 2>&1 || code=$?
[ "$code" = 1 ] || { cat "$work/post.log"; fail "the second look ended with $code over a swapped file"; }
grep '^::error' "$work/post.log" | cut -c 1-160
