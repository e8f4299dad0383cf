#!/usr/bin/env bash
# Every command has a page, and the pages are sound.
# usage: manual.sh PROGRAM
set -euo pipefail
program="$(realpath "${1:?usage: manual.sh PROGRAM}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { printf 'manual: %s\n' "$*" >&2; exit 1; }

"$program" man --out "$work/man1"
commands="$("$program" --help | sed -n '/^Commands:/,/^$/ s/^  \([a-z]*\) .*/\1/p' | grep -vx help)"
[ -n "$commands" ] || fail "no command was found in --help"
for command in $commands; do
    page="$work/man1/letterform-$command.1"
    [ -f "$page" ] || fail "$command has no page"
    "$program" man "$command" | cmp - "$page"
    # Every long option of the help is on the page.
    text="$(MANWIDTH=200 man -E UTF-8 -l "$page")"
    for option in $("$program" "$command" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
        grep -q -- "$option" <<<"$text" || fail "letterform-$command(1) does not tell of $option"
    done
    grep -q "letterform-$command(1)" <<<"$(MANWIDTH=200 man -E UTF-8 -l "$work/man1/letterform.1")" ||
        fail "letterform(1) does not name $command"
done
"$program" man | cmp - "$work/man1/letterform.1"
[ "$(find "$work/man1" -type f | wc -l)" = $(($(wc -w <<<"$commands") + 1)) ] || fail "there are pages of no command"

for page in "$work"/man1/*.1; do
    warnings="$(groff -man -ww -z -K utf8 -T utf8 "$page" 2>&1)"
    [ -z "$warnings" ] || fail "groff: $warnings"
    # clap_mangen ends lists in a way that mandoc finds more than enough, and a page has no date on purpose.
    warnings="$(mandoc -T lint -W warning "$page" | grep -vE 'skipping paragraph macro: br (before|after) sp|cannot parse date' || true)"
    [ -z "$warnings" ] || fail "mandoc: $warnings"
done
if "$program" man nothing >"$work/out" 2>&1 || ! grep -q 'validate, plan, apply' "$work/out"; then
    fail "an unknown command: $(cat "$work/out")"
fi
echo "manual: a page for each of $(wc -w <<<"$commands") commands"
