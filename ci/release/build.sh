#!/bin/sh
# Builds the program of a release.
# usage: build.sh TARGET
set -eu
target=${1:?usage: build.sh TARGET}
rustup target add "$target"
case $target in
*-musl)
    # The C compiler with which ring is built.
    if ! command -v musl-gcc >/dev/null; then
        sudo apt-get update -q
        sudo apt-get install -y -q --no-install-recommends musl-tools
    fi
    ;;
esac
cargo build --release --locked --target "$target"
