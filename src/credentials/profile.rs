//! A profile of the official command line, as its configuration writes it.

use serde::Deserialize;

use super::Secret;
use crate::wire::lenient;

/// The names of a key's parts.
pub(super) const KEY: [&str; 3] = ["access_key_id", "access_key_secret", "sts_token"];

/// A profile. Whatever the types of its fields, other profiles can still be read.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    #[serde(deserialize_with = "lenient::text")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) mode: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) region_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) access_key_id: Option<String>,
    #[serde(deserialize_with = "secret")]
    pub(super) access_key_secret: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub(super) sts_token: Option<Secret>,
    #[serde(deserialize_with = "lenient::number")]
    pub(super) sts_expiration: Option<u64>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) ram_role_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) ram_role_arn: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) ram_session_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) role_session_name: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    pub(super) expired_seconds: Option<u64>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) policy: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) external_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) sts_region: Option<String>,
    #[serde(deserialize_with = "lenient::truth")]
    pub(super) enable_vpc: Option<bool>,
    #[serde(rename = "source_profile", deserialize_with = "lenient::text")]
    pub(super) source: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) oidc_provider_arn: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) oidc_token_file: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) credentials_uri: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) process_command: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) oauth_site_type: Option<String>,
    #[serde(deserialize_with = "secret")]
    pub(super) oauth_access_token: Option<Secret>,
    #[serde(deserialize_with = "lenient::number")]
    pub(super) oauth_access_token_expire: Option<u64>,
    #[serde(deserialize_with = "secret")]
    pub(super) oauth_refresh_token: Option<Secret>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) cloud_sso_sign_in_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) cloud_sso_account_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) cloud_sso_access_config: Option<String>,
    #[serde(deserialize_with = "secret")]
    pub(super) access_token: Option<Secret>,
    #[serde(deserialize_with = "lenient::number")]
    pub(super) cloud_sso_access_token_expire: Option<u64>,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(lenient::text(deserializer)?.map(Secret::new))
}
