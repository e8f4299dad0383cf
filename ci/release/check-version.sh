#!/bin/sh
# Refuses a tag that is not this version's, or a version of which CHANGELOG.md says nothing. Prints the version.
# usage: check-version.sh TAG
set -eu
tag=${1:?usage: check-version.sh TAG}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
if [ "$tag" != "v$version" ]; then
    echo "the tag is $tag, and Cargo.toml has the version $version: set the one that is wrong" >&2
    exit 1
fi
"$(dirname "$0")/notes.sh" "$version" >/dev/null
echo "$version"
