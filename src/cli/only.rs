//! `--target`: a plan for some of the declared letters.

use crate::{
    plan::{Chosen, NotDeclared},
    run::Work,
};

/// Which letters to plan.
#[derive(Debug, clap::Args)]
pub(crate) struct OnlyArgs {
    /// Plan only this declared letter; repeatable
    #[arg(id = "targets", long = "target", value_name = "NAME", help_heading = "Declarations")]
    names: Vec<String>,
}

impl OnlyArgs {
    /// The letters that were asked for, all of which are declared for one of the accounts: all
    /// letters without any.
    pub(crate) fn chosen<'a>(&self, works: impl IntoIterator<Item = &'a Work>) -> Result<Chosen, NotDeclared> {
        if self.names.is_empty() {
            return Ok(Chosen::default());
        }
        let letters = works.into_iter().flat_map(Work::declared);
        Chosen::among(&self.names, letters.map(|desired| &desired.letter.name))
    }
}
