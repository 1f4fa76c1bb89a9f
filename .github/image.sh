#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds the image twice and writes it as an archive (OCI) into FILE, owned by
# the user $OWNER; $VERSION is what the program says of itself. Outputs for
# GitHub: "digest", of the image as a registry names it, and "config", of what
# it holds, which does not depend on how the layers were packed. With IMAGE, one
# in a registry by digest, it also holds that against the build.
#
#   VERSION=v1.2.3 OWNER=1000 .github/image.sh FILE [IMAGE]
set -euo pipefail
cd "$(dirname "$0")/.."
file=$1
[[ $VERSION =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "VERSION is ${VERSION@Q}; write v1.2.3" >&2; exit 3; }
grep -q '^ARG GOLANG=.*@sha256:[0-9a-f]\{64\}$' Dockerfile ||
  { echo "Dockerfile: ARG GOLANG has no digest; RELEASING.md says how to find it" >&2; exit 3; }

build() {
  buildah bud --quiet --no-cache --pull-always --format oci --timestamp 0 --identity-label=false \
    --build-arg VERSION="$VERSION" --tag "$1" .
}
build localhost/sallyport:first
build localhost/sallyport:second
config() { buildah inspect --type image --format '{{.FromImageID}}' "localhost/sallyport:$1"; }
first=$(config first)
second=$(config second)
[ -n "$first" ] && [ "$first" = "$second" ] || { echo "two builds differ: $first and $second" >&2; exit 1; }

buildah push --quiet localhost/sallyport:first "oci-archive:$file"
chown "$OWNER" "$file"
{
  echo "digest=$(skopeo inspect --format '{{.Digest}}' "oci-archive:$file")"
  echo "config=sha256:$first"
} | tee -a "${GITHUB_OUTPUT:-/dev/null}"

if [ $# -gt 1 ]; then
  held=$(skopeo inspect --raw "docker://$2" | jq -r .config.digest)
  [ "$held" = "sha256:$first" ] || { echo "$2 holds $held, and the build made sha256:$first" >&2; exit 1; }
  echo "ok  $2 holds what this build made"
fi
