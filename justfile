# Every check, named once. `.ci/run` runs all of `ci`, `.ci/run NAME` one of them, after installing what it needs.

program := justfile_directory() / "target/debug/letterform"

default:
    @just --list

# Format, lints and tests: what must hold before a change is merged
check: format lint test

# Everything that CI checks, in its order
ci: format lint features unused test simulation clients editor page recipes proofread package

# Format
format:
    cargo fmt --check

# Lints, warnings denied
lint:
    cargo clippy --all-targets --locked -- -D warnings

# Lints of the builds without the emulator, without the report, and without both
features:
    cargo clippy --all-targets --locked --no-default-features -- -D warnings
    cargo clippy --all-targets --locked --no-default-features --features emulator -- -D warnings
    cargo clippy --all-targets --locked --no-default-features --features report -- -D warnings
    cargo test --locked --lib --no-default-features left_out

# Unused dependencies
unused:
    cargo machete

# All tests that need nothing but Rust; none may leave a process behind
test:
    cargo test --locked
    ! pgrep -af 'target/[a-z]+/letterform (emulator|lsp)'

# 10,000 simulated schedules and 100,000 hostile declarations
simulation:
    LETTERFORM_SIM_RUNS=10000 LETTERFORM_HOSTILE_RUNS=100000 cargo test --locked --test it -- simulation validate_hostile

# The official SDKs, curl, and a stand-in for the service (needs Python and Node)
clients: build
    tests/clients/run {{program}}

# Editors: the language server and the schema in real clients, the extension of VS Code (needs Node 20 and Neovim)
editor: build
    tests/editor/run {{program}}

# The HTML report in a browser (needs Chromium and Node)
page: build
    tests/page/run {{program}}

# The CI recipes as their systems would run them (needs Python and Node)
recipes: build
    tests/recipes/run {{program}}

# Declarations over Word, PDF and scans to verdicts (needs Tesseract, LibreOffice, pdftoppm and Python)
proofread: build
    tests/proofread/run {{program}} 24

# The package, completions, manual pages, archives, licences (needs zsh, fish, groff and mandoc)
package: build
    tests/package/run {{program}}

[private]
build:
    cargo build --locked --quiet

# The main job on the example, in the sandbox
demo:
    cargo run --quiet -- apply --auto-approve examples/quickstart --sandbox

# Rewrite schema/ and the generated pages
generate:
    UPDATE_GENERATED=1 cargo test --locked --test it
