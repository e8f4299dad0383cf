//! What a small build has in the places of `emulator` and `report`: an error that says so.

use anyhow::bail;

use super::Exit;

/// Arguments of a command that was left out: any.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<std::ffi::OsString>,
}

/// Says that the command was left out of this build.
fn refuse(what: &str, feature: &str) -> anyhow::Result<Exit> {
    bail!("this build of letterform has no {what}; use one that is built with the feature `{feature}`")
}

/// In the place of the command `emulator`.
#[cfg(not(feature = "emulator"))]
pub(crate) mod emulator {
    pub(crate) use super::Args;
    use crate::cli::Exit;

    pub(crate) fn run(_: &Args) -> anyhow::Result<Exit> {
        super::refuse("emulator", "emulator")
    }
}

/// In the place of the command `report`.
#[cfg(not(feature = "report"))]
pub(crate) mod report {
    pub(crate) use super::Args;
    use crate::cli::Exit;

    pub(crate) fn run(_: &Args) -> anyhow::Result<Exit> {
        super::refuse("HTML report", "report")
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::{Cli, run};

    #[test]
    fn says_what_this_build_lacks() {
        let said = |args: &[&str]| {
            let cli = Cli::try_parse_from(args).expect("is parsed");
            run(&cli).expect_err("is not there").to_string()
        };
        if cfg!(not(feature = "emulator")) {
            let told = said(&["letterform", "emulator", "--listen", "127.0.0.1:0", "export"]);
            assert!(told.contains("this build of letterform has no emulator"), "{told}");
        }
        if cfg!(not(feature = "report")) {
            let told = said(&["letterform", "report", "--out=x.html", "letters.yaml"]);
            assert!(told.contains("has no HTML report; use one that is built with the feature `report`"), "{told}");
        }
    }
}
