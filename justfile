# The daily commands. `just` lists them.

default:
    @just --list

# Everything that must hold before a change is merged
check: format lint test

# Format check
format:
    cargo fmt --check

# Lints, warnings denied
lint:
    cargo clippy --all-targets --locked -- -D warnings

# All tests that need nothing but Rust
test:
    cargo test --locked

# The checks with real clients: official SDKs, curl, the editor's language server (needs Python and Node)
clients:
    tests/clients/run target/debug/letterform
    tests/editor/run target/debug/letterform

# The page in a browser, the recipes as their systems would run them (needs Chromium, Python and Node)
page:
    tests/page/run target/debug/letterform
    tests/recipes/run target/debug/letterform

# What is given out: the package, completions, manual pages, archives, licences (needs zsh, fish, groff and mandoc as well)
package:
    tests/package/run target/debug/letterform

# The main job on the example, in the sandbox
demo:
    cargo run --quiet -- apply --auto-approve examples/quickstart --sandbox

# Write schema/ and the generated pages anew
generate:
    UPDATE_GENERATED=1 cargo test --locked --test it
