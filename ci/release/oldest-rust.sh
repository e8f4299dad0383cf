#!/bin/sh
# Builds with the oldest Rust that Cargo.toml promises.
set -eu
oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
rustup toolchain install "$oldest" --profile minimal --no-self-update
cargo "+$oldest" check --locked
