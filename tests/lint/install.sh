#!/bin/sh
# What `meson install` puts into a DESTDIR is enough to build a program against libonpath and to run it. TAP.
# usage: install.sh BUILD_FOLDER
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 number=0

echo 1..7
check() {
  number=$((number + 1))
  name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "ok $number - $name"
  else
    sed 's/^/# /' "$work/log"
    echo "not ok $number - $name"
    failed=1
  fi
}

cat >"$work/user.c" <<'END'
#include <onpath/onpath.h>
#include <stdio.h>

static void on_event(void *user, const struct onpath_event *event)
{
	(void)user;
	(void)event;
}

int main(void)
{
	struct onpath_options options = { .max_flows = 100 };
	struct onpath_engine *engine;
	uint8_t byte = 0;
	struct onpath_source source = { .name = "none" };
	struct onpath_packet packet = { .data = &byte, .caplen = 1, .len = 1, .linktype = 1, .number = 1, .source = &source };

	if (onpath_engine_new(&engine, &options, on_event, NULL) != 0)
		return 1;
	if (onpath_engine_packet(engine, &packet) != 0)
		return 1;
	onpath_engine_finish(engine);
	printf("%s %llu\n", onpath_version(), (unsigned long long)onpath_engine_stats(engine)->packets);
	onpath_engine_free(engine);
	return 0;
}
END

check "meson install" env DESTDIR="$work/root" meson install -C "$build" --no-rebuild --quiet
pc=$(find "$work/root" -name 'onpath.pc' -o -name 'libonpath.pc' | head -n 1)
check "a pkg-config file is installed" test -n "$pc"
prefix=$(sed -n 's/^prefix=//p' "${pc:-/dev/null}")
export PKG_CONFIG_PATH="${pc%/*}"
name=$(basename "${pc:-libonpath.pc}" .pc)
flags=$(pkg-config --define-variable=prefix="$work/root$prefix" --cflags --libs "$name" 2>/dev/null) || flags=
sanitize=$(sed -n 's/.*\(-fsanitize=[a-z,]*\).*/\1/p' "$build/compile_commands.json" | head -n 1)
# shellcheck disable=SC2086 # flags are words
check "a program compiles against it" ${CC:-cc} -std=c17 -Wall -Werror $sanitize -o "$work/user" "$work/user.c" $flags
LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name 'libonpath.so' | head -n 1)")
export LD_LIBRARY_PATH
check "and runs" sh -c '"$1" >"$2"' - "$work/user" "$work/out"
check "it counts the packet" grep -q ' 1$' "$work/out"
check "the program is installed and runs" "$work/root$prefix/bin/onpath" --version
check "the manual page is installed" test -f "$work/root$prefix/share/man/man1/onpath.1"
exit $failed
