#!/usr/bin/env bash
# Packages the crate, looks at what is in it, installs the program from it as `cargo install` does, and runs it.
set -euo pipefail
cd "$(dirname "$0")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { printf 'crate: %s\n' "$*" >&2; exit 1; }

cargo package --quiet --locked --no-verify --allow-dirty --target-dir target/package-checks
version="$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)"
crate="target/package-checks/package/letterform-$version.crate"
size="$(wc -c <"$crate")"
[ "$size" -le 1000000 ] || fail "$crate has $size bytes: what makes it large?"

tar -xzf "$crate" -C "$work"
package="$work/letterform-$version"
wanted='^(src|schema|docs|examples/quickstart)/|^(README(\.zh-CN)?\.md|CHANGELOG\.md|LICENSE-(MIT|APACHE))$'
wanted+='|^(Cargo\.(toml|toml\.orig|lock)|\.cargo_vcs_info\.json)$'
unwanted="$(find "$package" -type f -printf '%P\n' | grep -vE "$wanted" || true)"
[ -z "$unwanted" ] || fail "not for users: $unwanted"
for file in LICENSE-MIT LICENSE-APACHE README.md Cargo.lock schema/letters.schema.json docs/install.md examples/quickstart/letters.yaml; do
    [ -f "$package/$file" ] || fail "$file is missing"
done

# Not optimized, as a release is checked by the release; the dependencies are those that the tests have built, where they are the same.
cargo install --quiet --locked --debug --path "$package" --root "$work/root" --target-dir target --no-track
program="$work/root/bin/letterform"
[ "$("$program" --version)" = "letterform $version" ] || fail "--version: $("$program" --version)"
mkdir "$work/home"
cp -r "$package/examples/quickstart" "$work/home/"
cd "$work/home"
env -i HOME="$work/home" PATH=/usr/bin:/bin "$program" apply --auto-approve quickstart --sandbox >"$work/out" 2>&1 || fail "apply: $(cat "$work/out")"
grep -qx 'Applied: 2 created.' "$work/out" || fail "apply: $(cat "$work/out")"
env -i HOME="$work/home" PATH=/usr/bin:/bin "$program" plan quickstart --sandbox >"$work/out" 2>&1 || fail "plan: $(cat "$work/out")"
grep -q 'Plan: 0 to create, 2 unchanged.' "$work/out" || fail "plan: $(cat "$work/out")"
echo "crate: $size bytes, installs and runs"
