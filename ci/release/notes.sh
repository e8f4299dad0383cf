#!/bin/sh
# Prints what CHANGELOG.md says of a version.
# usage: notes.sh VERSION [CHANGELOG]
set -eu
version=${1:?usage: notes.sh VERSION [CHANGELOG]}
changelog=${2:-CHANGELOG.md}
notes=$(awk -v heading="## [$version]" '
    index($0, "## ") == 1 { ours = ($0 == heading || index($0, heading " ") == 1); next }
    # The addresses of the links stand at the end of the file.
    /^\[[^]]*\]: / { next }
    ours { print }
' "$changelog")
if [ -z "$notes" ]; then
    echo "$changelog has nothing under \"## [$version]\": move what is under \"## [Unreleased]\" there" >&2
    exit 1
fi
# The blank lines at the beginning and the end are not a part of it.
printf '%s\n' "$notes" | sed '/./,$!d'
