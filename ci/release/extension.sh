#!/bin/sh
# Checks the extension of VS Code and packages it.
# usage: extension.sh FILE.vsix
#
# The sum stands beside it in FILE.vsix.sha256. The same sources give the same bytes. Needs Node 20 or newer.
set -eu
target=${1:?usage: extension.sh FILE.vsix}
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$(dirname "$target")"
folder=$(cd "$(dirname "$target")" && pwd)
name=$(basename "$target")

build=$root/target/vscode
mkdir -p "$build"
find "$build" -mindepth 1 -maxdepth 1 ! -name node_modules -exec rm -rf {} +
cp -R "$root/editors/vscode/." "$build"
cd "$build"
# Without the scripts of packages: none is needed, and one would fetch what is no package.
if ! cmp -s package-lock.json node_modules/installed.json; then
    npm ci --ignore-scripts --silent --no-audit --no-fund
    cp package-lock.json node_modules/installed.json
fi
npm run --silent check
npm run --silent test
npm run --silent bundle -- "$root"
SOURCE_DATE_EPOCH=315532800 node_modules/.bin/vsce package --no-dependencies --skip-license --out "$folder/$name" >vsce.log 2>&1 ||
    { cat vsce.log; exit 1; }
cd "$folder"
sha256sum "$name" >"$name.sha256"
