#!/bin/sh
# libonpath.so exports what the public headers declare with ONPATH_API or ONPATH_CHECKED, and nothing else. TAP.
# usage: exports.sh SOURCE_ROOT LIBONPATH.SO
set -eu
root=$1 library=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" | awk '{ print $3 }' | sed 's/@.*//' | sort -u >"$work/exported"
cat "$root"/include/onpath/*.h | sed -n '/^ONPATH_\(API\|CHECKED\)/,/;/p' | grep -o 'onpath_[a-z0-9_]*(' | tr -d '(' |
  sort -u >"$work/declared"

echo 1..3
result() {
  if [ -s "$work/bad" ]; then
    sed 's/^/# /' "$work/bad"
    echo "not ok $1"
    failed=1
  else
    echo "ok $1"
  fi
}
failed=0
grep -v '^onpath_' "$work/exported" >"$work/bad" || true
result "1 - every symbol begins with onpath_"
comm -13 "$work/exported" "$work/declared" >"$work/bad"
[ -s "$work/declared" ] || echo "no declaration found" >>"$work/bad"
result "2 - every declared function is exported"
comm -23 "$work/exported" "$work/declared" >"$work/bad"
result "3 - every exported symbol is declared"
exit $failed
