#!/bin/sh
# Each public header compiles alone, as C17 and as C++17, without a warning. TAP.
# usage: headers.sh SOURCE_ROOT
set -eu
root=$1
failed=0 number=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

set -- "$root"/include/onpath/*.h
echo "1..$(($# * 2))"
for header; do
  name=onpath/$(basename "$header")
  for way in "c ${CC:-cc} c17" "c++ ${CXX:-c++} c++17"; do
    # shellcheck disable=SC2086 # three words
    set -- $way
    number=$((number + 1))
    if ! command -v "$2" >/dev/null; then
      echo "ok $number - $name as $3 # SKIP no $2"
    elif echo "#include <$name>" | "$2" -x "$1" -std="$3" -Wall -Wextra -Wpedantic -Wundef -Wshadow -Werror \
      -I"$root/include" -fsyntax-only - 2>"$work/log"; then
      echo "ok $number - $name as $3"
    else
      sed 's/^/# /' "$work/log"
      echo "not ok $number - $name as $3"
      failed=1
    fi
  done
done
exit $failed
