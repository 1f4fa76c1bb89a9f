# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What run.sh does with images: buildah and podman on a storage of their own.
# $root is the project's folder, and $work a temporary one.

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'container: error: %s\n' "$*" >&2; exit 1; }

# skip ends the run where it cannot test anything.
skip() {
  [ -z "${SALLYPORT_E2E_REQUIRED:-}" ] || fail "$*"
  printf 'skipped: container: %s\n' "$*"
  exit 0
}

need() {
  local tool missing=()
  [ "$(uname -s)" = Linux ] || skip "images are built on Linux only, and this is $(uname -s)"
  [ "$(id -u)" = 0 ] || skip "building without Docker needs root"
  for tool in buildah podman runc debootstrap flock go; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} = 0 ] || skip "not installed: ${missing[*]} (apt-get install buildah podman runc debootstrap)"
}

# storage chooses where images and containers lie, and how containers start:
# crun of Debian 12 refuses hybrid cgroups, and a machine that is a container
# itself cannot raise the limits that podman sets by default.
storage() {
  cache=${SALLYPORT_E2E_CACHE:-$HOME/.cache/sallyport-e2e}/container
  mkdir -p "$cache" "$1/run"
  # Two runs at a time would pull the layers away from under each other.
  exec 9>"$cache/lock"
  flock 9
  export CONTAINERS_CONF=$1/containers.conf CONTAINERS_STORAGE_CONF=$1/storage.conf
  cat >"$CONTAINERS_CONF" <<CONF
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
CONF
  cat >"$CONTAINERS_STORAGE_CONF" <<CONF
[storage]
driver = "${SALLYPORT_E2E_STORAGE:-overlay}"
graphroot = "$cache/storage"
runroot = "$1/run"
CONF
}

# clean removes this run's images; the base image stays.
clean() {
  local name
  for name in first second; do
    podman image rm --force "$(image "$name")" >/dev/null 2>&1 || true
  done
  podman image prune --force >/dev/null 2>&1 || true
  rm -rf "$1"
}

# image is the name of one of this run's images, also in the scripts that it
# starts.
export SALLYPORT_E2E_TAG=${SALLYPORT_E2E_TAG:-$$}
image() { echo "localhost/sallyport-e2e-$1:$SALLYPORT_E2E_TAG"; }

# standin makes the image that takes the place of golang:1.26-bookworm, once for
# each version of Go.
standin() {
  local container mirror suite version
  version=$(go env GOVERSION)
  base=localhost/sallyport-e2e-golang:$version
  ! podman image exists "$base" || return 0
  step "a base image with $version"
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' | awk -v suite="$suite" '$2 == suite && $3 == "main" {print $1; exit}')
  [ -n "$mirror" ] || skip "apt names no archive for $suite, so there is nothing to make a base image of"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$work/rootfs" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    { tail -n 5 "$work/debootstrap.log"; skip "debootstrap could not fetch $suite"; }
  rm -rf "$work/rootfs/var/cache/apt/archives" "$work/rootfs/var/lib/apt/lists"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$work/rootfs" / >/dev/null
  buildah add --quiet "$container" "$(go env GOROOT)" /usr/local/go >/dev/null
  buildah config --env PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit --quiet --rm "$container" "$base" >/dev/null
  rm -rf "$work/rootfs"
}

# build makes the image from scratch under a name. Its only source of modules is
# this machine's cache, which go.sum is held against.
build() {
  (cd "$root" && go mod download)
  buildah bud --quiet --isolation chroot --pull-never --no-cache --format oci --timestamp 0 --identity-label=false \
    --volume "$(go env GOMODCACHE)/cache/download:/modules:ro" \
    --build-arg GOLANG="$base" --build-arg GOPROXY=file:///modules --build-arg GOSUMDB=off --build-arg VERSION=v0.0.0-e2e \
    --tag "$(image "$1")" --file "$root/Dockerfile" "$root"
}

digest() { podman image inspect --format '{{.Digest}}' "$(image "$1")"; }
unpacked() { podman image inspect --format '{{.Size}}' "$(image "$1")"; }

# packed is the size of the layers as a registry holds them.
packed() {
  rm -rf "$work/oci"
  buildah push --quiet --disable-compression=false "$(image "$1")" "oci:$work/oci"
  find "$work/oci/blobs" -type f -printf '%s\n' | awk '{sum += $1} END {print sum}'
}

# contents holds the image to what the Dockerfile promises.
contents() {
  local config files mounted version want
  config=$(podman image inspect --format '{{json .Config.Entrypoint}} user={{.Config.User}} dir={{.Config.WorkingDir}} cmd={{json .Config.Cmd}}' "$(image "$1")")
  echo "$config"
  [ "$config" = '["/sallyport"] user= dir= cmd=null' ] || [ "$config" = '["/sallyport"] user= dir=/ cmd=null' ] ||
    fail "the image starts something else than /sallyport as root: $config"
  mounted=$(podman image mount "$(image "$1")")
  files=$(cd "$mounted" && find . ! -type d -printf '%p %l\n' | sort)
  want=$(printf '%s\n' './etc/ssl/certs/ca-certificates.crt ' './post sallyport' './sallyport ' | sort)
  echo "$files"
  if [ "$files" != "$want" ]; then
    podman image unmount "$(image "$1")" >/dev/null
    fail "the image has other files than the program, its second name and the certificates"
  fi
  version=$("$mounted/sallyport" --version)
  echo "$version"
  if readelf -l "$mounted/sallyport" 2>/dev/null | grep -q INTERP; then
    fail "the program is not static"
  fi
  podman image unmount "$(image "$1")" >/dev/null
  [ "$version" = "sallyport v0.0.0-e2e" ] || fail "the program calls itself ${version@Q}, and was built as v0.0.0-e2e"
}
