#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Verifies 100 small wheels, one bundle each, with sallyport in one process and
# with other tools in a loop (none takes many files with many bundles), side by
# side on this machine. Installs the other tools from their published modules
# into a folder that is kept (default ~/.cache/sallyport-peers): cosign takes
# some minutes to build. No network is used for verifying.
#
#   e2e/bench/compare.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
peers=${1:-$HOME/.cache/sallyport-peers}
mkdir -p "$peers"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -x "$peers/cosign" ] || GOBIN=$peers go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3
[ -x "$peers/sigstore-go-verification" ] || GOBIN=$peers go install github.com/sigstore/sigstore-go/examples/sigstore-go-verification@v1.3.0
if [ ! -x "$peers/gh" ]; then # its list of versions is not served everywhere: pin it in a module
  mkdir -p "$work/gh"
  (cd "$work/gh" && go mod init example.com/gh >/dev/null 2>&1 && go get github.com/cli/cli/v2@v2.83.0 >/dev/null 2>&1 &&
    printf 'package main\n\nimport _ "github.com/cli/cli/v2/pkg/cmd/root"\n\nfunc main() {}\n' >tools.go && go mod tidy >/dev/null 2>&1 &&
    go build -o "$peers/gh" github.com/cli/cli/v2/cmd/gh) || echo "gh could not be built here; it is left out"
fi
CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o "$work/sallyport" .
go run ./e2e/bench/makerelease "$work/release" 100 10240

dist=$work/release/dist
root=$work/release/trusted_root.json
identity=https://github.com/octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0
issuer=https://token.actions.githubusercontent.com

sallyport() { "$work/sallyport" verify --offline --trusted-root "$root" --policy "$work/release/sallyport.yml" "$dist"; }
each() { for wheel in "$dist"/*.whl; do "$@" "$wheel"; done; }
one_cosign() { "$peers/cosign" verify-blob-attestation --bundle "$1.sigstore.json" --trusted-root "$root" --certificate-identity "$identity" --certificate-oidc-issuer "$issuer" --type slsaprovenance1 "$1"; }
one_example() { "$peers/sigstore-go-verification" -trustedrootJSONpath "$root" -expectedIssuer "$issuer" -expectedSAN "$identity" -artifact "$1" "$1.sigstore.json"; }
one_gh() { "$peers/gh" attestation verify "$1" -b "$1.sigstore.json" --custom-trusted-root "$root" --repo octo-sci/samplepkg; }

measure() { # name command...
  local name=$1 start end best=
  shift
  for _ in 1 2 3; do
    start=$(date +%s%N)
    "$@" >"$work/log" 2>&1 || { echo "$name: failed"; tail -3 "$work/log"; return; }
    end=$(date +%s%N)
    if [ -z "$best" ] || [ $((end - start)) -lt "$best" ]; then best=$((end - start)); fi
  done
  [ "$name" != sallyport ] || ours=$best
  awk -v n="$name" -v t="$best" -v o="$ours" 'BEGIN { printf "%-24s %8.3f s  %5.1f x\n", n, t / 1e9, t / o }'
}

echo "100 small wheels with a bundle each, best of three:"
measure sallyport sallyport
measure "sigstore-go's example" each one_example
measure cosign each one_cosign
[ ! -x "$peers/gh" ] || measure gh each one_gh
