#!/bin/sh
# clang-format has nothing to change. TAP.
# usage: format.sh SOURCE_ROOT
set -eu
cd "$1"
if ! command -v clang-format >/dev/null; then
  echo "1..0 # SKIP no clang-format"
  exit 0
fi
echo 1..1
files=$(find src include tests -name '*.[ch]')
# shellcheck disable=SC2086 # no name of ours has a space
if changes=$(clang-format --dry-run -Werror $files 2>&1); then
  echo "ok 1 - form"
else
  echo "$changes" | grep 'error:' | sed 's/^/# /' | head -50
  echo "not ok 1 - form"
  exit 1
fi
