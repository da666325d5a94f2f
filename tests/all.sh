#!/bin/sh
# Builds with gcc, with clang and with sanitizers, runs every test in each, then the static checks; sums it all up.
set -u
cd "$(dirname "$0")/.." || exit 1

export LC_ALL=C.UTF-8
jobs=$(nproc)
report=build/all.tap
results=

# A bare chroot has no /proc, and the sanitizers cannot do without.
if [ ! -e /proc/self/maps ] && mount -t proc proc /proc 2>/dev/null; then
  trap 'umount /proc' EXIT
fi

# step NAME COMMAND…: one line of TAP in the report, and the output where it failed.
step() {
  name=$1
  shift
  echo "== $name"
  if "$@" >build/step.log 2>&1; then
    echo "ok - $name" >>"$report"
  else
    echo "not ok - $name" >>"$report"
    tail -n 200 build/step.log
    echo "== $name: FAILED"
    return 1
  fi
}

# variant FOLDER COMPILER OPTIONS…: a build and its tests; a failed test does not keep the next from running.
variant() {
  folder=$1 compiler=$2
  shift 2
  if [ -f "$folder/build.ninja" ]; then
    set -- --reconfigure "$@"
  fi
  rm -f "$folder/meson-logs/testlog.json"
  step "$folder: configure" env CC="$compiler" meson setup "$folder" --werror "$@" || return 0
  step "$folder: compile" ninja -C "$folder" -j "$jobs" || return 0
  echo "== $folder: test"
  meson test -C "$folder" --no-rebuild --num-processes "$jobs" --print-errorlogs
  results="$results $folder"
}

tidy() {
  find src -name '*.c' -print0 | xargs -0 -n 4 -P "$jobs" clang-tidy --quiet -p build-clang
}

# Of leaks it cannot know, since it does not understand CLEANUP: LeakSanitizer looks for them.
check_c() {
  cppcheck --std=c11 -D_GNU_SOURCE '-DONPATH_VERSION=""' '-DONPATH_SYSTEM_ROOTS=""' -I include -I src \
    --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem --suppress=memleak --error-exitcode=1 --quiet \
    -j "$jobs" src
}

mkdir -p build
: >"$report"
variant build gcc
export ONPATH_QUICK=1 # the long tests have run once
variant build-clang clang
export ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
variant build-asan gcc -Db_sanitize=address,undefined -Db_lundef=false
step "clang-tidy" tidy
step "cppcheck" check_c

# shellcheck disable=SC2086 # a list of folders
python3 tests/count.py "$report" $results
