#!/bin/sh
# Installs Debian packages that are missing, then builds: on a bare Debian 12 or later nothing else is needed.
#
# usage: tests/setup.sh build   install what building needs
#        tests/setup.sh tools   install what building and testing need
#        tests/setup.sh run     build, and show a sample capture
#        tests/setup.sh test    build in every way and run all tests
set -eu
cd "$(dirname "$0")/.."

BUILD="gcc libc6-dev meson ninja-build pkg-config ca-certificates libpcap-dev libssl-dev libyaml-dev libpsl-dev
  libcap-ng-dev zlib1g-dev libzstd-dev"
TOOLS="g++ binutils clang clang-tidy clang-format llvm cppcheck mandoc libcmocka-dev python3 openssl zstd gzip
  iproute2 tshark python3-jsonschema"

root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "setup: not root, and no sudo: install these packages yourself: $missing" >&2
    exit 1
  fi
}

install() {
  missing=
  for package in "$@"; do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "setup: no apt-get here: install the counterparts of these Debian packages:$missing" >&2
    exit 1
  fi
  echo "setup: installing$missing" >&2
  root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null
  # shellcheck disable=SC2086 # the list is split on purpose
  root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing >/dev/null
}

case ${1:-} in
build)
  # shellcheck disable=SC2086
  install $BUILD
  ;;
tools)
  # shellcheck disable=SC2086
  install $BUILD $TOOLS
  ;;
run)
  sh tests/setup.sh build
  [ -f build/build.ninja ] || meson setup build >/dev/null
  ninja -C build onpath >/dev/null
  ./build/onpath -o table --roots pcaps/roots.pem -r pcaps/icloud-2014.pcap
  ;;
test)
  sh tests/setup.sh tools
  exec sh tests/all.sh
  ;;
*)
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
