#!/bin/sh
# Looks whether each archive is what was built, and gathers the sums in one file, SHA256SUMS.
# usage: checksums.sh FOLDER
set -eu
cd "${1:?usage: checksums.sh FOLDER}"
cat -- *.sha256 >SHA256SUMS
sha256sum --check --strict SHA256SUMS
rm -- *.sha256
