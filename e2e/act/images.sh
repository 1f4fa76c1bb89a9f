#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Makes the two images that a release in act needs, as archives that podman
# loads:
#
#   e2e/act/images.sh FOLDER
#
# action.tar, in FOLDER, is the action's image, built from the project's
# Dockerfile as e2e/container does. job.tar, kept in SALLYPORT_E2E_CACHE, is what
# jobs run in: Debian's smallest system with what GitHub's machines have, as far
# as the sample needs it. FOLDER/images names both, one a line.
#
# Without a folder it makes only what the cache lacks, which needs Debian's
# archive.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=e2e/container/lab.sh
. "$here/../container/lab.sh"

# packages is what a job finds on its machine. The build backend is there too:
# the index is out of reach.
packages=ca-certificates,git,python3,python3-build,python3-pip,python3-setuptools,python3-wheel,python-is-python3

# job makes the jobs' system, once for each list of packages.
job() {
  local mirror suite
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  jobs=$kept/job-$suite-$(printf %s "$packages" | sha256sum | cut -c 1-12).tar
  [ ! -e "$jobs" ] || return 0
  step "what jobs run in: $suite with $packages"
  mkdir -p "$(dirname "$jobs")"
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' | awk -v suite="$suite" '$2 == suite && $3 == "main" {print $1; exit}')
  [ -n "$mirror" ] || skip "apt names no archive for $suite, so there is nothing to make the jobs' image of"
  debootstrap --variant=minbase --include="$packages" "$suite" "$work/job" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    { tail -n 5 "$work/debootstrap.log"; skip "debootstrap could not fetch $suite"; }
  rm -rf "$work"/job/var/cache/apt/archives "$work"/job/var/lib/apt/lists "$work"/job/usr/share/{doc,man,locale}
  tar -C "$work/job" -cf "$work/job.tar" .
  mv "$work/job.tar" "$jobs"
  rm -rf "$work/job"
}

# action builds what Dockerfile says, with a cache of compiled packages, which
# lies in the building image where Go looks for one: the program is the same, to
# the byte.
action() {
  mkdir -p "$kept/go-build"
  (cd "$root" && go mod download)
  step "the action's image"
  buildah bud --quiet --isolation chroot --pull-never --no-cache --format oci --timestamp 0 --identity-label=false \
    --volume "$(go env GOMODCACHE)/cache/download:/modules:ro" --volume "$kept/go-build:/root/.cache/go-build" \
    --build-arg GOLANG="$base" --build-arg GOPROXY=file:///modules --build-arg GOSUMDB=off --build-arg VERSION=v0.0.0-e2e \
    --tag "$(image first)" --file "$root/Dockerfile" "$root" >"$work/build.log" 2>&1 ||
    { tail -n 40 "$work/build.log"; fail "the action's image could not be built"; }
  buildah push --quiet "$(image first)" "oci-archive:$1:localhost/sallyport-e2e-action:latest"
}

need
work=$(mktemp -d)
trap 'clean "$work"' EXIT
storage "$work"
kept=$(dirname "$cache")/act
standin
job
[ $# = 1 ] || exit 0
action "$1/action.tar"
printf '%s\n' "$1/action.tar" "$jobs" >"$1/images"
