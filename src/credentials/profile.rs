//! A profile of the official command line, as its configuration writes it.

use serde::Deserializer;

use super::Secret;
use crate::wire::lenient::{Lenient, lenient_object};

/// The names of a key's parts.
pub(super) const KEY: [&str; 3] = ["access_key_id", "access_key_secret", "sts_token"];

lenient_object! {
    /// A profile. Whatever the types of its fields, other profiles can still be read.
    #[derive(Clone, Default)]
    pub(super) struct Profile {
        pub(super) name: Option<String>,
        pub(super) mode: Option<String>,
        pub(super) region_id: Option<String>,
        pub(super) access_key_id: Option<String>,
        pub(super) access_key_secret: Option<Secret>,
        pub(super) sts_token: Option<Secret>,
        pub(super) sts_expiration: Option<u64>,
        pub(super) ram_role_name: Option<String>,
        pub(super) ram_role_arn: Option<String>,
        pub(super) ram_session_name: Option<String>,
        pub(super) role_session_name: Option<String>,
        pub(super) expired_seconds: Option<u64>,
        pub(super) policy: Option<String>,
        pub(super) external_id: Option<String>,
        pub(super) sts_region: Option<String>,
        pub(super) enable_vpc: Option<bool>,
        #[serde(rename = "source_profile")]
        pub(super) source: Option<String>,
        pub(super) oidc_provider_arn: Option<String>,
        pub(super) oidc_token_file: Option<String>,
        pub(super) credentials_uri: Option<String>,
        pub(super) process_command: Option<String>,
        pub(super) oauth_site_type: Option<String>,
        pub(super) oauth_access_token: Option<Secret>,
        pub(super) oauth_access_token_expire: Option<u64>,
        pub(super) oauth_refresh_token: Option<Secret>,
        pub(super) cloud_sso_sign_in_url: Option<String>,
        pub(super) cloud_sso_account_id: Option<String>,
        pub(super) cloud_sso_access_config: Option<String>,
        pub(super) access_token: Option<Secret>,
        pub(super) cloud_sso_access_token_expire: Option<u64>,
    }
}

impl Lenient for Option<Secret> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::read(deserializer)?.map(Secret::new))
    }
}
