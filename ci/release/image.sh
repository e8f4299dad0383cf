#!/bin/sh
# The images of a release: one build an architecture, then one name for all of them.
#
# usage: image.sh build TAG ARCHITECTURE
#        image.sh index TAG ARCHITECTURE…
#
# GITHUB_REPOSITORY, GITHUB_ACTOR, REGISTRY_TOKEN; DOCKER, the program (docker).
set -eu
mode=${1:?usage: image.sh build|index TAG ARCHITECTURE…}
version=${2:?usage: image.sh build|index TAG ARCHITECTURE…}
version=${version#v}
shift 2
docker=${DOCKER:-docker}
image=ghcr.io/$(printf '%s' "${GITHUB_REPOSITORY:?}" | tr '[:upper:]' '[:lower:]')
source=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY

printf '%s' "${REGISTRY_TOKEN:?}" | "$docker" login ghcr.io --username "${GITHUB_ACTOR:?}" --password-stdin

names() { # names SUFFIX: the tags of a target; a version before a release is never the latest
    case $version in
    *-*) printf '%s\n' "$version$1" ;;
    *) printf '%s\n' "$version$1" "${version%.*}$1" "latest$1" ;;
    esac
}

case $mode in
build)
    for target in program ci; do
        name=$image:$version-$target-$1
        "$docker" build --target "$target" --tag "$name" \
            --label "org.opencontainers.image.version=$version" \
            --label "org.opencontainers.image.source=$source" \
            --label "org.opencontainers.image.revision=${GITHUB_SHA:-}" .
        "$docker" push "$name"
    done
    ;;
index)
    for target in program ci; do
        suffix=
        if [ "$target" = ci ]; then suffix=-ci; fi
        for name in $(names "$suffix"); do
            parts=
            for architecture in "$@"; do parts="$parts $image:$version-$target-$architecture"; done
            # shellcheck disable=SC2086 # a list of names without blanks
            "$docker" buildx imagetools create --tag "$image:$name" $parts
        done
    done
    ;;
*)
    echo "usage: image.sh build|index TAG ARCHITECTURE…" >&2
    exit 1
    ;;
esac
