#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds the action's image without Docker and runs it as GitHub's runner does.
#
#   e2e/container/run.sh
#
# Needs root on Linux and Debian's buildah, podman, runc and debootstrap. Where
# one of them is missing it says so and ends with 0, since nothing was tested;
# with SALLYPORT_E2E_REQUIRED set, that is a failure.
#
# The build's base image is made here, of Debian's smallest system and the Go
# that runs the tests, since a registry may be out of reach. It is kept in
# SALLYPORT_E2E_CACHE (~/.cache/sallyport-e2e). Modules come from Go's own cache.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=e2e/container/lab.sh
. "$here/lab.sh"

need
work=$(mktemp -d)
trap 'clean "$work"' EXIT
# Storage of our own: no image of the machine is seen, used or removed.
storage "$work"
standin

step "the image, twice"
build first
build second
first=$(digest first)
second=$(digest second)
[ -n "$first" ] || fail "the image has no digest"
[ "$first" = "$second" ] || fail "two builds of the same files differ: $first and $second"
echo "both builds are $first"

step "its size"
size=$(unpacked first)
packed=$(packed first)
echo "$size bytes, $packed compressed"
[ "$size" -le $((30 * 1000 * 1000)) ] || fail "the image has $size bytes; 30 MB are allowed"
[ "$packed" -le $((12 * 1000 * 1000)) ] || fail "the image has $packed bytes compressed; 12 MB are allowed"

step "what is in it"
contents first

step "verify on the sample, as the runner starts it"
"$here/sample.sh" "$work"

step "the composite action's script"
"$here/composite.sh" "$work"

echo
echo "ok  container"
