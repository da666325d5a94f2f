#!/bin/sh
# mandoc has nothing to say against the manual pages. TAP.
# usage: man.sh SOURCE_ROOT
set -eu
if ! command -v mandoc >/dev/null; then
  echo "1..0 # SKIP no mandoc"
  exit 0
fi
failed=0 number=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

set -- "$1"/man/*.[1-8]
echo "1..$#"
for page; do
  number=$((number + 1))
  # References to pages of other packages cannot be checked on every machine.
  mandoc -T lint -W warning "$page" >"$work/log" 2>&1 || true
  if grep -q . "$work/log"; then
    sed 's/^/# /' "$work/log"
    echo "not ok $number - $(basename "$page")"
    failed=1
  else
    echo "ok $number - $(basename "$page")"
  fi
done
exit $failed
