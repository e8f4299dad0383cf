//! The program `letterform`.

use std::process::ExitCode;

fn main() -> ExitCode {
    letterform::cli::main()
}
