#!/usr/bin/env bash
# Runs what the release workflow runs, as far as it needs neither GitHub nor a registry.
# usage: release.sh PROGRAM
set -euo pipefail
program="$(realpath "${1:?usage: release.sh PROGRAM}")"
root="$(cd "$(dirname "$0")/../.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
release="$root/ci/release"
fail() { printf 'release: %s\n' "$*" >&2; exit 1; }

# A version that is ready, and the ways in which it may not be.
cp "$root/Cargo.toml" "$work/"
sed -i 's/^version = .*/version = "1.2.3"/' "$work/Cargo.toml"
cat >"$work/CHANGELOG.md" <<'CHANGELOG'
# Changelog

## [Unreleased]

- not yet

## [1.2.3] - 2026-11-25

### Added

- what is new

## [1.2.3-rc.1] - 2026-11-20

- older

[1.2.3]: https://github.com/example/letterform/releases/tag/v1.2.3
CHANGELOG
cd "$work"
[ "$("$release/check-version.sh" v1.2.3)" = 1.2.3 ] || fail "v1.2.3 is refused"
[ "$("$release/notes.sh" 1.2.3)" = "$(printf '### Added\n\n- what is new')" ] || fail "notes: $("$release/notes.sh" 1.2.3)"
refused() { # refused TAG WHY
    if "$release/check-version.sh" "$1" >out 2>&1; then fail "$1 is not refused"; fi
    grep -q "$2" out || fail "$1: $(cat out)"
}
refused v1.2.4 'Cargo.toml has the version 1.2.3'
refused 1.2.3 'Cargo.toml has the version 1.2.3'
sed -i 's/1\.2\.3\] - /1.2.9] - /' CHANGELOG.md
refused v1.2.3 'has nothing under "## \[1.2.3\]"'
sed -i 's/1\.2\.9\] - /1.2.3] - /' CHANGELOG.md

# The archive: twice the same bytes, whole, and what is in it runs.
cd "$root"
"$release/archive.sh" "$program" letterform-v1.2.3-host "$work/dist"
"$release/archive.sh" "$program" letterform-v1.2.3-host "$work/again"
cmp "$work/dist/letterform-v1.2.3-host.tar.gz" "$work/again/letterform-v1.2.3-host.tar.gz"
cp "$program" "$work/letterform.exe"
"$release/archive.sh" "$work/letterform.exe" letterform-v1.2.3-windows "$work/dist"
"$release/checksums.sh" "$work/dist" >/dev/null
[ "$(ls "$work/dist")" = "$(printf 'SHA256SUMS\nletterform-v1.2.3-host.tar.gz\nletterform-v1.2.3-windows.zip')" ] || fail "$(ls "$work/dist")"
mkdir "$work/unpacked"
tar -xzf "$work/dist/letterform-v1.2.3-host.tar.gz" -C "$work/unpacked"
python3 -m zipfile -e "$work/dist/letterform-v1.2.3-windows.zip" "$work/unpacked"
for folder in "$work"/unpacked/*; do
    for file in README.md README.zh-CN.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE man/man1/letterform.1 man/man1/letterform-plan.1 \
        completions/letterform.bash completions/_letterform completions/letterform.fish completions/_letterform.ps1 completions/letterform.elv; do
        [ -s "$folder/$file" ] || fail "$folder has no $file"
    done
done
[ -f "$work/unpacked/letterform-v1.2.3-windows/letterform.exe" ] || fail "no letterform.exe"
[ "$("$work/unpacked/letterform-v1.2.3-host/letterform" --version)" = "$("$program" --version)" ] || fail "the program of the archive does not run"
echo damaged >>"$work/again/letterform-v1.2.3-host.tar.gz"
if "$release/checksums.sh" "$work/again" >/dev/null 2>&1; then fail "a damaged archive is not refused"; fi

# What is asked of gh and docker, by programs of those names that write down their arguments.
mkdir "$work/bin"
# shellcheck disable=SC2016 # the scripts expand it
printf '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\n' | tee "$work/bin/gh" >"$work/bin/docker"
chmod +x "$work"/bin/*
export CALLS="$work/calls"
(cd "$work" && PATH="$work/bin:$PATH" "$release/publish.sh" v1.2.3 dist)
grep -qE '^gh release create v1\.2\.3 --verify-tag --title v1\.2\.3 --notes-file [^ ]+ dist/SHA256SUMS dist/letterform-v1\.2\.3-host\.tar\.gz ' "$CALLS" ||
    fail "$(cat "$CALLS")"
(cd "$work" && PATH="$work/bin:$PATH" "$release/publish.sh" v1.2.3-rc.1 dist)
grep -q '^gh release create v1.2.3-rc.1 .* --prerelease ' "$CALLS" || fail "$(cat "$CALLS")"

: >"$CALLS"
image() { PATH="$work/bin:$PATH" GITHUB_REPOSITORY=Example/letterform GITHUB_ACTOR=someone REGISTRY_TOKEN=s3cret "$release/image.sh" "$@"; }
image build v1.2.3 arm64
image index v1.2.3 amd64 arm64
for call in 'login ghcr.io --username someone --password-stdin' \
    'build --target program --tag ghcr.io/example/letterform:1.2.3-program-arm64 ' \
    'push ghcr.io/example/letterform:1.2.3-ci-arm64' \
    'buildx imagetools create --tag ghcr.io/example/letterform:1.2 ghcr.io/example/letterform:1.2.3-program-amd64 ghcr.io/example/letterform:1.2.3-program-arm64' \
    'buildx imagetools create --tag ghcr.io/example/letterform:latest-ci ghcr.io/example/letterform:1.2.3-ci-amd64 '; do
    grep -q "^docker $call" "$CALLS" || fail "docker was not asked to $call: $(cat "$CALLS")"
done
if grep -q s3cret "$CALLS"; then fail "the token is an argument"; fi
: >"$CALLS"
image index v1.2.3-rc.1 amd64
if grep -q ':latest' "$CALLS"; then fail "a version before a release is the latest: $(cat "$CALLS")"; fi
echo "release: tags, notes, archives, sums and calls are right"
