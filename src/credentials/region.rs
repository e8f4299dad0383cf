//! The region that the configuration of the official tools names.

use super::{
    Environment, ProviderError, cli_config, file,
    provider::{KEY_ID, Provider},
};
use crate::endpoint::Region;

/// A region, and what names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredRegion {
    /// The region.
    pub region: Region,
    /// The profile or the variable, for a message.
    pub origin: String,
}

/// The variables that name a region, the first that is set wins.
const VARIABLES: [&str; 3] = ["ALIBABA_CLOUD_REGION_ID", "ALIBABACLOUD_REGION_ID", "ALICLOUD_REGION_ID"];

impl Environment {
    /// The region of the profile whose credentials are used, or else of a variable, as in the
    /// official command line.
    pub fn region(&self, profile: Option<&str>) -> Result<Option<ConfiguredRegion>, ProviderError> {
        let of_profile = if profile.is_some() || !self.has(KEY_ID) { self.region_of_profile(profile)? } else { None };
        let named = match of_profile {
            Some((region, profile)) => Some((region, format!("profile `{profile}`"))),
            None => match VARIABLES.into_iter().find(|name| self.has(name)) {
                Some(name) => self.variable(name)?.map(|region| (region, name.to_owned())),
                None => None,
            },
        };
        let Some((region, origin)) = named else { return Ok(None) };
        match region.parse() {
            Ok(region) => Ok(Some(ConfiguredRegion { region, origin })),
            Err(error) => Err(ProviderError::Invalid(format!("{origin}: {error}").into())),
        }
    }

    fn region_of_profile(&self, profile: Option<&str>) -> Result<Option<(String, String)>, ProviderError> {
        if profile.is_none() && self.is_true("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") {
            return Ok(None);
        }
        let config = Provider::all(self, profile).into_iter().find_map(|provider| match provider {
            Provider::CliConfig(path) => Some(path),
            _ => None,
        });
        // Only a search for credentials reports what is wrong with the file.
        let text = config.and_then(|path| file::read_blocking(&path, file::MAX_CONFIG).ok());
        match text.map(|text| cli_config::region(&text, self, profile)) {
            Some(Err(problem @ ProviderError::Invalid(_))) => Err(problem),
            Some(Ok(region)) => Ok(region),
            Some(Err(_)) | None => Ok(None),
        }
    }
}
