#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Holds a release's tag against the image that it names. $CONFIG is what a build
# of this tag holds; the image in the registry must hold the same, its
# provenance must name a commit of main (A), and between A and the tag nothing
# may differ but the pins: the image's digest in the two action.yml (commit B),
# and B in the two workflows that others call.
set -euo pipefail
cd "$(dirname "$0")/.."
stop() { printf 'pins: error: %s\n' "$*" >&2; exit 1; }
image=ghcr.io/scientific-python/sallyport

digest=$(sed -n "s|^  image: docker://$image@\(sha256:[0-9a-f]\{64\}\)\$|\1|p" action.yml)
[ -n "$digest" ] || stop "action.yml names no image by digest"
held=$(skopeo inspect --raw "docker://$image@$digest" | jq -r .config.digest)
[ -n "$CONFIG" ] && [ "$held" = "$CONFIG" ] || stop "$image@$digest holds $held, and this tag builds $CONFIG"

a=$(gh attestation verify "oci://$image@$digest" --repo scientific-python/sallyport \
  --signer-workflow scientific-python/sallyport/.github/workflows/release.yml --source-ref refs/heads/main \
  --format json --jq '.[0].verificationResult.signature.certificate.sourceRepositoryDigest')
[[ $a =~ ^[0-9a-f]{40}$ ]] || stop "the provenance of $image@$digest names no commit"
git merge-base --is-ancestor "$a" origin/main || stop "commit $a is not on main"

b=$(git rev-parse 'HEAD^')
[ "$(git rev-parse 'HEAD^^')" = "$a" ] || stop "HEAD^^ is not $a, which the image was built from"
[ "$(git diff --name-only "$a" "$b" | sort | xargs)" = 'action.yml composite/action.yml' ] ||
  stop "commit $b changes more, or less, than the image in action.yml and composite/action.yml"
[ "$(git diff --name-only "$b" HEAD | sort | xargs)" = '.github/workflows/build.yml .github/workflows/gate.yml' ] ||
  stop "the tag's commit changes more, or less, than the commit in build.yml and gate.yml"
changed=$(git diff --numstat "$a" HEAD | awk '{print $1, $2}' | sort -u)
[ "$changed" = '1 1' ] || stop "the pins are one line in each file, and the tag changes other lines"
for file in build gate; do
  grep -q "^      - uses: scientific-python/sallyport@$b\$" ".github/workflows/$file.yml" || stop "$file.yml does not use commit $b"
done
echo "ok  $image@$digest is what commit $a builds, and the tag changes nothing but the pins"
