#!/bin/sh
# Makes the release at GitHub, with the notes of the change log.
# usage: publish.sh TAG FOLDER; GH_TOKEN
set -eu
tag=${1:?usage: publish.sh TAG FOLDER}
folder=${2:?usage: publish.sh TAG FOLDER}
notes=$(mktemp)
"$(dirname "$0")/notes.sh" "${tag#v}" >"$notes"
set -- "$folder"/*
case $tag in *-*) set -- --prerelease "$@" ;; esac
gh release create "$tag" --verify-tag --title "$tag" --notes-file "$notes" "$@"
